"""The watches by keyboard alone: from the list to a watch, to a series, to another span, to its incident."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import Served
from tocsin.storage.accounts import Role

PATIENCE = 200  # presses of the tab key


@pytest.fixture
def page(chromium: Browser, served: Served) -> Page:
    return served.signed_in(chromium, Role.ENGINEER).new_page()


def to(page: Page, name: str | re.Pattern[str], role: str = "") -> None:
    """Presses Tab until what has the name is focused; it must then be seen to be."""
    wanted = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}$")
    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(e => e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent)(document.activeElement)"
        )
        if wanted.search(" ".join(said.split())):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{name} is not reached by the tab key")


def test_a_watch_is_walked_by_keyboard_alone(page: Page) -> None:
    page.goto("/console/watches")
    to(page, "Name, component or source")
    page.keyboard.type("deposits")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_contain_text("1 of 3 watches")
    to(page, "deposits/waiting")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Deposits waiting")
    expect(page.get_by_role("img", name=re.compile("^Deposits waiting"))).to_have_count(1)
    to(page, "Label or component")
    page.keyboard.type("A00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="asset=A01")).to_have_count(0)
    to(page, "Label or component")
    to(page, "asset=A00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("asset=A00")
    to(page, "7 days")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The last 7 days")).to_be_visible()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    to(page, "The numbers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="at most").first).to_be_visible()
    to(page, re.compile("^INC-"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console/incidents/"))
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plot_takes_the_pages_colours_and_its_letters_can_be_read(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/console/watches/deposits/waiting")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        plot = page.get_by_role("img", name=re.compile("^Deposits waiting"))
        expect(plot).to_have_count(1)
        paper, ink = (
            plot.evaluate(f"(svg) => getComputedStyle(svg.querySelector('{part}')).fill") for part in ("rect", "text")
        )
        panel = page.evaluate("getComputedStyle(document.querySelector('pre')).backgroundColor")
        written = page.evaluate("getComputedStyle(document.body).color")
        assert (paper, ink) == (panel, written)
        drawn, wide = plot.evaluate("(svg) => [svg.getBoundingClientRect().width, svg.viewBox.baseVal.width]")
        assert 12 * drawn / wide >= 10.5, "letters of 12 px stay above 10"
    page.context.close()
