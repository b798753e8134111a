"""What is known, on a page of the exchange's own: one script from another origin, under a strict policy."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serve
from tests.browser.served import Served
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("known"))


@pytest.fixture
def app(alone: Served) -> Iterator[str]:
    """The address of a page of another origin, which allows scripts and requests of Tocsin's alone."""
    script = f'<script src="{alone.address}/static/known.js" data-form="Withdrawal" data-asset="BTC" defer></script>'
    html = f'<!doctype html><html lang="en"><title>App</title><body><h1>Withdraw</h1>{script}</body></html>'.encode()

    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(html)))
            policy = f"default-src 'none'; script-src {alone.address}; connect-src {alone.address}"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), App)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    window = chromium.new_context()
    window.set_default_timeout(1000 * PATIENCE_S)
    yield window.new_page()
    window.close()


def test_the_app_says_nothing_until_something_is_known_and_then_its_words(alone: Served, app: str, page: Page) -> None:
    with page.expect_response(lambda answer: "/api/v1/known" in answer.url):
        page.goto(app)
    expect(page.locator(".tocsin-known")).to_have_count(0)
    alone.tocsin.incident()
    page.goto(app)
    known = page.locator(".tocsin-known")
    expect(known.get_by_role("heading")).to_have_text("Bitcoin withdrawals delayed")
    expect(known).to_contain_text("Next update by")
    expect(known.get_by_role("link", name="Support")).to_have_attribute(
        "href", f"{alone.address}/support?form=Withdrawal&asset=BTC"
    )
