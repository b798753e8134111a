"""Every page in Chromium: axe-core finds nothing, nothing scrolls sideways, what is pressed is large enough."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.accessibility import add_axe, violations
from tests.browser.scene import NAMES, Scene, build
from tests.browser.served import Served
from tocsin.storage.accounts import Role

SHAPES = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """
() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
  .filter((e) => e.checkVisibility() && getComputedStyle(e).display !== "inline")
  .filter((e) => { const r = e.getBoundingClientRect(); return r.width > 1 && Math.min(r.width, r.height) < 24; })
  .map((e) => e.outerHTML.slice(0, 120))
"""
PUBLIC = ("public", "maintenance", "market")  # the page of tests/statuspage, which has sizes of its own
Windows = dict[Role | None, BrowserContext]


@pytest.fixture(scope="module")
def scene(served: Served) -> Scene:
    return build(served)


@pytest.fixture(scope="module")
def windows(chromium: Browser, served: Served) -> Iterator[Windows]:
    made: Windows = {role: served.signed_in(chromium, role, bypass_csp=True) for role in (None, Role.ADMINISTRATOR)}
    yield made
    for window in made.values():
        window.close()


def opened(windows: Windows, scene: Scene, name: str) -> Page:
    role, path = scene.pages[name]
    page = windows[role].new_page()
    page.goto(path)
    return page


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(windows: Windows, scene: Scene, name: str) -> None:
    page = opened(windows, scene, name)
    add_axe(page)
    for width, scheme in SHAPES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert violations(page) == [], (width, scheme)
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_scrolls_sideways_and_targets_are_large_enough(windows: Windows, scene: Scene, name: str) -> None:
    page = opened(windows, scene, name)
    for width in (320, 760, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) <= 0, width
        if name not in PUBLIC:
            assert page.evaluate(SMALL) == [], width
    page.close()


@pytest.mark.parametrize("name", ["portal", "console", "desk", "incident"])
def test_the_keyboard_meets_the_skip_link_first_and_sees_where_it_is(windows: Windows, scene: Scene, name: str) -> None:
    page = opened(windows, scene, name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.close()
