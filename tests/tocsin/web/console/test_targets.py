"""How the last scrape of each target went, on the console's list of watches."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.storage.accounts import Role


@dataclass(slots=True)
class Exchange:
    """A target that serves `page`."""

    page: str = "exchange_up 1\n"
    status: int = 200


@contextmanager
def serving(exchange: Exchange) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(exchange.status)
            self.send_header("content-type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(exchange.page.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True, kw_only=True)
class Case:
    exchange: Exchange
    tocsin: Running

    def scrape(self) -> None:
        for scrape in self.tocsin.services.scrapes:
            scrape.work()

    def row(self) -> str:
        """The target's row, in words."""
        html = self.tocsin.client(Role.ENGINEER).get("/console/watches").text
        section = html.partition('<section aria-labelledby="targets">')[2].partition("</section>")[0]
        (row,) = re.findall(r"<tr><td.*?</tr>", section, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    exchange = Exchange()
    with serving(exchange) as url:
        tocsin = running(tmp_path, CONFIG.replace("http://127.0.0.1:9", url))
        yield Case(exchange=exchange, tocsin=tocsin)
        tocsin.close()


def test_a_target_that_was_not_scraped_yet_says_so(case: Case) -> None:
    assert "not scraped yet – –" in case.row()


def test_a_page_that_is_read_says_how_many_samples_it_has(case: Case) -> None:
    case.exchange.page = "exchange_up 1\nexchange_orders 7\n"
    case.scrape()
    assert re.search(r"/metrics read just now, .* UTC 2$", case.row())


@pytest.mark.parametrize(
    ("page", "status", "words"),
    [
        pytest.param("exchange_up 1\nexchange_orders seven\n", 200, "its page is refused", id="malformed"),
        pytest.param("gone", 503, "answers an error", id="an error"),
    ],
)
def test_a_page_that_is_refused_says_why(case: Case, page: str, status: int, words: str) -> None:
    case.exchange.page, case.exchange.status = page, status
    case.scrape()
    row = case.row()
    assert words in row
    assert ("line 2" in row) is (status == 200)
    assert ("answered 503" in row) is (status == 503)
    assert row.endswith(" UTC 0")
    case.exchange.page, case.exchange.status = "exchange_up 1\n", 200
    case.scrape()
    assert words not in case.row()


def test_samples_that_are_stamped_ahead_are_counted(case: Case) -> None:
    ahead = int((case.tocsin.clock() + timedelta(hours=1)).timestamp() * 1000)
    case.exchange.page = f"exchange_up 1\nexchange_orders 7 {ahead}\n"
    case.scrape()
    assert "1 sample was stamped ahead of our clock and not stored" in case.row()


def test_a_clock_that_was_set_back_is_reported(case: Case) -> None:
    case.scrape()
    case.tocsin.clock.pass_(minutes=-10)
    case.scrape()
    assert "Our clock was set back by 10 min before it" in case.row()
    case.tocsin.clock.pass_(seconds=15)
    case.scrape()
    assert "set back" not in case.row()


def test_a_reload_keeps_what_is_remembered_of_a_target(case: Case) -> None:
    case.scrape()
    assert case.tocsin.runtime.reload() == ()
    assert "/metrics read" in case.row()
