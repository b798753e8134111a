"""What engineers do during and after an incident, with Tab, Enter, Space and the arrows alone."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from incidents.incident import Status
from incidents.lifecycle import Action
from tests.browser.conftest import ONCALL, serve
from tests.browser.scene import notified
from tests.browser.served import Served
from tests.contracts.trackers.fake import serving
from tests.contracts.trackers.github import FakeGitHub
from tests.tocsin.web.running import Clock, running
from tocsin.oncall.escalations import work_escalations
from tocsin.response.proposals import propose
from tocsin.storage.accounts import Role

MOST_TABS = 120
TRACKER = "trackers: [{kind: github, name: ops, url: URL, token_env: OPS_TOKEN, repository: example/operations}]\n"


@pytest.fixture(scope="module")
def tracker() -> FakeGitHub:
    return FakeGitHub(Clock())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, tracker: FakeGitHub) -> Iterator[Served]:
    with serving(tracker) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPS_TOKEN", tracker.token)
        extra = TRACKER.replace("URL", url)
        yield from serve(
            tmp_path_factory.mktemp("keys"), lambda folder, config: running(folder, f"{ONCALL}{extra}{config}")
        )


@pytest.fixture
def page(chromium: Browser, alone: Served) -> Iterator[Page]:
    window = alone.signed_in(chromium, Role.ENGINEER)
    yield window.new_page()
    window.close()


def tab_to(page: Page, wanted: Locator) -> None:
    """Tab until it has the focus, and the focus can be seen."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate("one => one.checkVisibility() && getComputedStyle(one).outlineStyle") == "solid"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not reach {wanted}")


def press(page: Page, name: str, key: str = "Enter", role: Literal["button", "link"] = "button") -> None:
    """Reaches a button by its whole name and presses it; the answer's page is there afterwards."""
    whole = re.compile(f"^{re.escape(name).replace(':', ' ?:')}$")  # a browser parts what is only for a reader's ears
    tab_to(page, page.get_by_role(role, name=whole))
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def write(page: Page, label: str, text: str) -> None:
    """Reaches a field by its label, and puts the text in place of what stands there."""
    tab_to(page, page.get_by_label(label))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def choose(page: Page, label: str, option: str) -> None:
    """Reaches a list and goes down in it until the option is chosen."""
    field = page.get_by_label(label)
    tab_to(page, field)
    for _ in range(field.locator("option").count()):
        if field.evaluate("one => one.selectedOptions[0].textContent") == option:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{label} has no {option}")


def open_part(page: Page, words: str) -> None:
    """Opens what is folded."""
    tab_to(page, page.locator("summary", has_text=re.compile(f"^{words}$")))
    page.keyboard.press("Enter")


def test_an_override_is_made_undone_and_made_again(alone: Served, page: Page) -> None:
    page.goto("/console/oncall")
    choose(page, "Schedule", "office")
    choose(page, "Who is on call in place of everybody else", "ann")
    write(page, "To", "yesterday")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("yesterday")
    expect(page.get_by_label("Schedule")).to_have_value("office")
    write(page, "To", "2026-03-02 16:30")
    write(page, "Why (optional)", "bob is ill")
    press(page, "Put on call")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ann (office)")
    press(page, "Undo: ann on office")
    expect(page.get_by_role("heading", level=1)).to_contain_text("bob (office)")
    press(page, "Let it be in force again: ann on office", "Space")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ann (office)")


def test_an_escalation_is_ended_from_the_list_and_from_the_notification(alone: Served, page: Page) -> None:
    tocsin = alone.tocsin
    listed, mailed = (tocsin.incident(f"{words} is slow", disclosed=False) for words in ("Listed", "Mailed"))
    link = notified(tocsin, mailed)
    page.goto("/console/oncall")
    press(page, f"Acknowledge {listed.reference}")
    expect(page.locator("dl.facts").first).to_contain_text("acknowledged")
    page.goto(link)
    press(page, "Acknowledge", "Space")
    expect(page.get_by_role("status")).to_contain_text("nothing is left to acknowledge")
    assert {tocsin.current(one).status for one in (listed, mailed)} == {Status.ACKNOWLEDGED}
    assert tocsin.services.oncall is not None
    work_escalations(tocsin.services.oncall, tocsin.clock())
    page.goto("/console/oncall")
    expect(page.get_by_role("heading", name="No incident waits for somebody")).to_be_visible()


def test_a_postmortem_is_written_reviewed_and_its_item_reaches_the_tracker(
    alone: Served, page: Page, tracker: FakeGitHub
) -> None:
    incident = alone.tocsin.incident("The signer stood still", disclosed=False)
    alone.tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    page.goto(f"/console/incidents/{incident.id}")
    press(page, "postmortem", role="link")
    open_part(page, "Edit the text")
    write(page, "The postmortem, in Markdown", "## Why\n\nThe signer's disk was *full*.")
    press(page, "Keep this version")
    press(page, "Ask for review", "Space")
    expect(page.locator("main")).to_contain_text("in review")
    press(page, "Approve")
    expect(page.locator("main")).to_contain_text("approved")

    open_part(page, "Add an action item")
    write(page, "What is to be done", "Alert on the signer's disk")
    write(page, "Owner (optional)", "Ann")
    choose(page, "Its ticket is kept in", "ops")
    press(page, "Add it")
    alone.tocsin.deliver("items:ops")
    (ticket,) = tracker.tickets.values()
    assert ticket.title == f"{incident.reference} action: Alert on the signer's disk"
    press(page, "Done: Alert on the signer's disk")
    expect(page.get_by_role("heading", level=1)).to_have_text("Postmortem")
    alone.tocsin.deliver("items:ops")
    assert not ticket.is_open
    page.goto("/console/actions")
    press(page, "Open: Alert on the signer's disk", "Space")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 action item is open")
    press(page, "Dropped: Alert on the signer's disk")
    expect(page.get_by_role("heading", level=1)).to_have_text("No action item is open")


def test_proposals_are_approved_and_rejected(alone: Served, page: Page) -> None:
    tocsin = alone.tocsin
    incident = tocsin.incident("Deposits wait", disclosed=False)
    for action in (Action.IDENTIFY, Action.CONFIRM):
        propose(
            tocsin.services.response, incident, action, {}, why="its log says so", by="token:assistant",
            key=action.value, now=tocsin.clock(),
        )  # fmt: skip
    page.goto("/console")
    press(page, "2 proposals wait", role="link")
    expect(page.locator("main")).to_contain_text("Deposits wait")
    press(page, f"Reject: Confirm: it is real {incident.reference}", "Space")
    press(page, f"Approve: Cause identified {incident.reference}")
    expect(page.get_by_role("heading", level=1)).to_have_text("No proposal waits")
    assert tocsin.current(incident).status is Status.IDENTIFIED
    line = tocsin.services.store.incidents.timeline(incident.id)[-1]
    assert (line.author, line.reason) == (Role.ENGINEER, "proposed by token:assistant: its log says so")
