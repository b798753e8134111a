"""An action item's ticket in every foreign tracker: made once, closed and reopened from both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.action_item import ActionItem, ItemState
from incidents.incident import Incident, Severity
from tests.contracts.trackers.fake import Fault, lost, status, well
from tests.contracts.trackers.stage import NAME, Stage, stage
from tests.contracts.trackers.vendors import VENDORS
from tocsin.response.after_actions import add_item, settle_item

SAID = {
    "title": "Alert on the signer's disk",
    "text": "It was *full*.",
    "owner": "Ann",
    "due_on": "2026-03-20",
    "tracker": NAME,
}


@pytest.fixture(params=VENDORS)
def play(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage(request.param, tmp_path, monkeypatch) as made:
        yield made


def add(play: Stage, incident: Incident, key: str = "k") -> ActionItem:
    return add_item(
        play.tocsin.services.response, incident, SAID, trackers=(NAME,), key=key, by="mara", now=play.clock()
    )


def settle(play: Stage, rounds: int = 60) -> None:
    """Delivers until nothing waits; half a minute passes between two tries."""
    channel = play.tocsin.channel(f"items:{NAME}")
    for _ in range(rounds):
        play.tocsin.deliver(channel.name)
        if not channel.backlog().waiting:
            return
        play.clock.pass_(seconds=30)
    raise AssertionError(f"still waits: {channel.backlog()}")


def now(play: Stage, item: ActionItem) -> ActionItem:
    return play.tocsin.services.store.action_items.get(item.id)


def set_to(play: Stage, item: ActionItem, state: ItemState) -> None:
    settle_item(play.tocsin.services.response, item.id, state, "mara", play.clock())
    settle(play)


def test_an_item_becomes_a_ticket_and_its_state_goes_both_ways(play: Stage) -> None:
    incident = play.tocsin.incident(severity=Severity.MAJOR, disclosed=False)
    item = add(play, incident)
    settle(play)
    ticket = play.ticket()
    assert ticket.title == f"{incident.reference} action: Alert on the signer's disk"
    for words in ("It was", "full", "Ann", "2026-03-20", f"/console/incidents/{incident.id}"):
        assert words in play.fake.plain(ticket.body)
    kept = now(play, item)
    assert kept.url.startswith("http")
    assert (kept.is_open_there, kept.state) == (True, ItemState.OPEN)

    play.clock.pass_(minutes=1)
    play.fake.assign(ticket, "bob")
    play.poll()
    assert now(play, item).assignee == "bob"
    play.clock.pass_(minutes=1)
    play.fake.set_open(ticket, is_open=False)
    play.poll()
    assert now(play, item).state is ItemState.DONE
    assert now(play, item).state_by.endswith(NAME) or now(play, item).state_by.endswith(f"({NAME})")
    assert play.tocsin.audited(incident.id)[-1] == "set to done action item"
    play.clock.pass_(minutes=1)
    play.fake.set_open(ticket, is_open=True)
    play.poll()
    assert now(play, item).is_open

    set_to(play, item, ItemState.DROPPED)
    assert not play.ticket().is_open
    play.poll()
    assert now(play, item).state is ItemState.DROPPED, "our own closing is nobody's news"
    set_to(play, item, ItemState.OPEN)
    assert play.ticket().is_open
    assert play.said(incident)[1:] == [], "the incident's timeline is no list of chores"
    assert len(play.fake.tickets) == 1


@pytest.mark.parametrize("fault", [status(500), status(429, retry_after="40"), lost], ids=["500", "429", "lost"])
def test_every_write_fails_once_and_there_is_one_ticket(play: Stage, fault: Fault) -> None:
    item = add(play, play.tocsin.incident(disclosed=False))
    play.fake.faults = [fault, well] * 20
    settle(play)
    set_to(play, item, ItemState.DONE)
    assert len(play.fake.tickets) == 1
    assert not play.ticket().is_open
    assert (now(play, item).state, now(play, item).is_open_there) == (ItemState.DONE, False)


def test_an_item_that_is_over_before_its_ticket_was_made_needs_none(play: Stage) -> None:
    item = add(play, play.tocsin.incident(disclosed=False))
    play.fake.down = status(503)
    play.tocsin.deliver(f"items:{NAME}")
    set_by_hand = settle_item(play.tocsin.services.response, item.id, ItemState.DROPPED, "mara", play.clock())
    assert set_by_hand.waits_for_tracker, "its ticket may have been made by the try that failed"
    play.fake.down = None
    settle(play)
    assert play.fake.tickets == {}


def test_the_same_form_twice_is_one_ticket_and_two_are_two(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    assert add(play, incident) == add(play, incident)
    add(play, incident, "another")
    settle(play)
    assert len(play.fake.tickets) == 2
