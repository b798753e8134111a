"""Hostile words through the real build, in a real browser: nothing of them runs, and nobody else is asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from statuspage.publishers.directory import DirectoryPublisher
from statuspage.render import Renderer
from tests.require import require
from tests.statuspage.served import served
from tests.statuspage.test_render import hostile

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
OVERRIDE = (
    '{% extends "base.html" %}{% block main %}<h1>{{ i.title }}</h1>'
    '<p title="{{ i.title }}">{{ i.title }}</p>{% endblock %}'
)
WATCH = """
window.ran = [];
window.alert = (said) => window.ran.push(String(said));
document.addEventListener('securitypolicyviolation', (e) => window.ran.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hostile page as shipped, and below own/ with a template of the installation's own."""
    root = tmp_path_factory.mktemp("hostile")
    own = tmp_path_factory.mktemp("templates")
    (own / "incident.html").write_text(OVERRIDE)
    made = hostile()
    DirectoryPublisher(root).publish(Renderer(made.site).render(made))
    DirectoryPublisher(root / "own").publish(Renderer(made.site, overrides=own).render(made))
    with served(root) as address:
        yield address


def pages(made: dict[str, bytes]) -> list[str]:
    return [path for path in made if path.endswith(".html")]


def test_nothing_runs_and_nothing_is_asked_of_others(chromium: Browser, site: str) -> None:
    made = hostile()
    paths = pages(Renderer(made.site).render(made))
    assert len(paths) > 8
    context = chromium.new_context()
    context.add_init_script(WATCH)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    tab = context.new_page()
    for path in [*paths, "own/incidents/i00000000001.html"]:
        tab.goto(f"{site}/{path}")
        assert tab.evaluate("window.ran") == [], path
        assert tab.locator("img, iframe, object, embed, form, base").count() == 0, path
        assert tab.locator("script").count() == 1, path
        assert (
            "<script>alert(1)</script>" in tab.locator("body").inner_text() or path == "404.html" or "history" in path
        )
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    context.close()


def test_what_would_get_in_is_stopped_by_the_pages_own_policy(chromium: Browser, tmp_path: Path) -> None:
    """A template that was written without care lets a script in: the policy of the page still runs only its own."""
    made = replace(hostile())
    files = Renderer(made.site).render(made)
    spoilt = files["index.html"].replace(b"</main>", b"<script>alert('in')</script><img src=x onerror=alert(2)></main>")
    DirectoryPublisher(tmp_path).publish({**files, "index.html": spoilt})
    context = chromium.new_context()
    context.add_init_script(WATCH)
    tab = context.new_page()
    with served(tmp_path) as address:
        tab.goto(f"{address}/index.html")
        tab.wait_for_function("window.ran.length >= 2")
        ran = tab.evaluate("window.ran")
    context.close()
    assert {said.split()[0] for said in ran} == {"script-src-elem", "script-src-attr"}
