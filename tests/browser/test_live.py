"""An incident's page left open: it follows the incident, and leaves alone what somebody reads, types or opens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.browser.conftest import serve
from tests.browser.served import Served
from tocsin.storage.accounts import Role

NOTE = "Never shown outside"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("live"))


@pytest.fixture
def incident(alone: Served, request: pytest.FixtureRequest) -> Incident:
    return alone.tocsin.incident(f"Withdrawals are slow, {request.node.name}")


@pytest.fixture
def page(chromium: Browser, alone: Served, incident: Incident) -> Iterator[Page]:
    window = alone.signed_in(chromium, Role.ENGINEER)
    opened = window.new_page()
    opened.set_viewport_size({"width": 900, "height": 500})
    opened.goto(f"/console/incidents/{incident.id}")
    yield opened
    window.close()
    alone.tocsin.do(alone.tocsin.current(incident), Action.RETRACT, reason="over")


def look_again(page: Page) -> None:
    """The tab is seen again, which asks at once."""
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def line(page: Page, number: int) -> Locator:
    """A note's line of the timeline."""
    return page.locator("ol.timeline li", has_text=re.compile(rf"note {number}\b"))


def test_the_page_follows_the_incident(alone: Served, page: Page, incident: Incident) -> None:
    alone.tocsin.do(incident, Action.IDENTIFY)
    alone.tocsin.ticket(incident_id=incident.id)
    look_again(page)
    expect(page.locator("dl.facts")).to_contain_text("identified")
    expect(page.locator("dl.facts")).to_contain_text("1 linked ticket")
    expect(page.get_by_role("status")).to_have_text("identified, severity major, 1 linked ticket")
    expect(page.get_by_role("button", name="Cause identified")).to_have_count(0)
    expect(page.locator("ol.timeline li")).to_have_count(3)


def test_what_is_being_typed_stays(alone: Served, page: Page, incident: Incident) -> None:
    page.get_by_text("Note for engineers").click()
    page.get_by_label(NOTE).fill("The node of ")
    page.get_by_label(NOTE).focus()
    alone.tocsin.do(incident, Action.IDENTIFY)
    look_again(page)
    expect(page.locator("dl.facts")).to_contain_text("identified")
    page.keyboard.press("End")
    page.keyboard.type("Bitcoin hangs")
    expect(page.get_by_label(NOTE)).to_have_value("The node of Bitcoin hangs")
    expect(page.get_by_label(NOTE)).to_be_focused()


def test_a_choice_that_is_not_sent_yet_stays(alone: Served, page: Page, incident: Incident) -> None:
    page.get_by_text("Change the severity").click()
    page.get_by_label("Severity", exact=True).select_option("critical")
    page.locator("h1").click()
    alone.tocsin.do(incident, Action.IDENTIFY)
    look_again(page)
    expect(page.locator("dl.facts")).to_contain_text("identified")
    expect(page.get_by_label("Severity", exact=True)).to_have_value("critical")


def test_what_was_opened_stays_open_and_what_has_the_focus_keeps_it(
    alone: Served, page: Page, incident: Incident
) -> None:
    summary = page.get_by_text("Merge into another incident")
    summary.click()
    alone.tocsin.do(incident, Action.IDENTIFY)
    look_again(page)
    expect(page.get_by_role("button", name="Cause identified")).to_have_count(0)
    expect(page.get_by_label("Its number")).to_be_visible()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("place", ["timeline", "evidence"])
def test_what_is_read_stays_where_it_is(alone: Served, page: Page, incident: Incident, place: str) -> None:
    for number in range(30):
        alone.tocsin.do(alone.tocsin.current(incident), Action.ADD_NOTE, text=f"note {number}")
    look_again(page)
    expect(line(page, 29)).to_have_count(1)
    read = line(page, 9) if place == "timeline" else page.get_by_role("heading", name="Evidence", exact=True)
    read.evaluate("element => scrollBy(0, element.getBoundingClientRect().top - 60)")
    before = read.bounding_box()
    for number in range(30, 36):
        alone.tocsin.do(alone.tocsin.current(incident), Action.ADD_NOTE, text=f"note {number}")
    alone.tocsin.do(alone.tocsin.current(incident), Action.ADD_MESSAGE, text="Words\n\nfor\n\neverybody")
    look_again(page)
    expect(line(page, 35)).to_have_count(1)
    after = read.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) <= 2
