"""The console by keyboard: a key goes to what it names, and does nothing by itself; `?` lists and stops them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from incidents.lifecycle import Action
from tests.browser.conftest import serve
from tests.browser.served import Served
from tocsin.storage.accounts import Role


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def page(chromium: Browser, alone: Served, request: pytest.FixtureRequest) -> Iterator[Page]:
    opened = [alone.tocsin.incident(f"{request.node.name} {number}") for number in range(2)]
    window = alone.signed_in(chromium, Role.ENGINEER)
    yield window.new_page()
    window.close()
    for incident in opened:
        if alone.tocsin.current(incident).is_active:
            alone.tocsin.do(incident, Action.RETRACT, reason="over")


def test_an_incident_is_found_acknowledged_and_resolved_without_a_mouse(alone: Served, page: Page) -> None:
    page.goto("/console")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("mouse 1")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_focused()
    expect(page.locator("dl.facts")).to_contain_text("detected")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.locator("dl.facts")).to_contain_text("acknowledged")
    page.keyboard.press("r")
    expect(page.get_by_label("Why did it end?")).to_be_focused()
    page.get_by_label("Why did it end?").select_option("fixed")
    page.get_by_role("button", name="Resolve, with").press("Enter")
    expect(page.locator("dl.facts")).to_contain_text("resolved")


def test_the_keys_are_listed_and_turned_off(page: Page) -> None:
    page.goto("/console")
    page.keyboard.press("j")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("m Merge into another incident")
    page.get_by_label("Keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("m")
    expect(page.get_by_label("Its number")).to_be_hidden()
    page.keyboard.press("?")
    page.get_by_label("Keys are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.get_by_label("Its number")).to_be_focused()
