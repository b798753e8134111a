"""Planned work in a browser: components are found by their words, and what is chosen stays in sight."""

from playwright.sync_api import Browser, expect

from tests.browser.served import Served
from tocsin.storage.accounts import Role


def test_components_are_found_by_their_words(chromium: Browser, served: Served) -> None:
    window = served.signed_in(chromium, Role.ENGINEER)
    page = window.new_page()
    page.goto("/console/notices")
    page.get_by_text("Announce planned work").click()
    page.get_by_label("Bitcoin withdrawals").check()
    page.get_by_label("Find a component").fill("spot trad")
    expect(page.get_by_text("1 of 2 fit")).to_be_visible()
    expect(page.get_by_label("Spot trading", exact=True)).to_be_visible()
    expect(page.get_by_label("Bitcoin withdrawals")).to_be_visible()
    page.get_by_label("Bitcoin withdrawals").uncheck()
    page.get_by_label("Find a component").fill("BTC")
    expect(page.get_by_label("Spot trading", exact=True)).to_be_hidden()
    expect(page.get_by_role("group", name="Trading", exact=True)).to_be_hidden()
    page.get_by_label("Find a component").press("Enter")
    expect(page.get_by_label("Bitcoin withdrawals")).to_be_visible()
    window.close()
