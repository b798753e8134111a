"""The dashboards in Chromium: axe-core finds nothing, nothing scrolls sideways, charts and tables say the same."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.accessibility import add_axe, violations
from tests.browser.served import Served
from tests.browser.test_pages import OVERFLOW, SHAPES, SMALL
from tests.tocsin.web.steering import steered
from tocsin.storage.accounts import Role

PAGES = [
    "/dashboards/support",
    "/dashboards/support?days=7&topic=Withdrawal",
    "/dashboards/support?incident=INC-1",
    "/dashboards/support/tickets/late",
    "/dashboards/operations",
    "/dashboards/operations/incidents/opened",
]


@pytest.fixture(scope="module")
def window(chromium: Browser, served: Served) -> Iterator[BrowserContext]:
    steered(served.tocsin)
    made = served.signed_in(chromium, Role.ADMINISTRATOR, bypass_csp=True)
    yield made
    made.close()


@pytest.mark.parametrize("path", PAGES)
def test_it_is_accessible_at_every_width_and_in_the_dark(window: BrowserContext, path: str) -> None:
    page = window.new_page()
    page.goto(path)
    for details in page.locator("main details").all():
        details.evaluate("one => one.open = true")
    add_axe(page)
    for width, scheme in SHAPES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert violations(page) == [], (width, scheme)
        assert page.evaluate(OVERFLOW) <= 0, width
        assert page.evaluate(SMALL) == [], width
    page.close()


def test_a_column_says_what_its_row_in_the_table_says(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/dashboards/support")
    chart = page.locator("figure", has_text="Tickets written and tickets resolved by day")
    said = chart.locator(".wide g > title").all_text_contents()
    rows = [row.locator("th, td").all_text_contents() for row in chart.locator("tbody tr").all()]
    assert len(rows) == 30
    assert said == [f"{day}: written: {written}, resolved: {resolved}" for day, written, resolved, _ in rows]
    title = chart.locator("h3").text_content()
    assert title is not None
    total = re.match(r"(\d+) tickets", title)
    assert total is not None
    assert sum(int(row[1]) for row in rows) == int(total.group(1))
    page.close()


def test_a_column_says_its_value_where_it_is_pointed_at(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/dashboards/support")
    column = (
        page.locator("figure", has_text="Tickets written and tickets resolved by day").locator(".wide svg > g").last
    )
    expect(column.locator(".tip")).to_be_hidden()
    column.locator("rect").first.hover()
    expect(column.locator(".tip text")).to_be_visible()
    assert column.locator(".tip text").text_content() == column.locator("title").text_content()
    page.close()


def test_what_is_printed_has_no_controls_and_keeps_the_figures(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/dashboards/support")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Span")).to_be_hidden()
    for words in ("Show the rows", "What it counts", "Mail me this view", "Parquet"):
        expect(page.get_by_text(words).first).to_be_hidden()
    page.locator("summary", has_text="The numbers").first.evaluate("one => one.parentElement.open = true")
    expect(page.get_by_role("columnheader", name="Stands out")).to_be_visible()
    expect(page.get_by_text("First answer within 2 h", exact=True).first).to_be_visible()
    page.close()


def test_a_ticket_is_counted_while_the_page_is_open(window: BrowserContext, served: Served) -> None:
    page = window.new_page()
    page.clock.install()
    page.goto("/dashboards/support")
    figure = page.locator("#live-charts figure").filter(has_text="Tickets written and tickets resolved by day")
    before = figure.locator("h3").text_content()
    served.tocsin.ticket(subject="One more")
    for _ in range(4_000):
        page.clock.run_for(10)  # 40 of the page's seconds in all: it looks by itself after 60 alone
        if figure.locator("h3").text_content() != before:
            break
    expect(figure.locator("h3")).not_to_have_text(before or "", timeout=1)
    page.close()
