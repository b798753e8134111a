"""While an incident lasts its ticket follows, without an update: one sample in title, summary and plot."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from incidents.lifecycle import Action
from tests.incidents.notifiers.receiver import Receiver, receiving
from tests.tocsin.web.running import CONFIG, Running
from tests.tocsin.web.watching import evaluate, measure, watching
from tocsin.response.ticket_refresh import GREW, LATEST, SOONEST, PostedTicket, is_due
from tocsin.storage import EngineeringTicketRow

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SVG = "deposits-waiting-asset-a00.svg"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def tocsin(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("OPS_SECRET", SECRET)
    hook = f'trackers: [{{kind: webhook, name: ops, url: "{receiver.url}", secret_env: OPS_SECRET, gather: 0s}}]\n'
    made = watching(tmp_path, hook + CONFIG)
    for sink in made.services.sinks:
        made.services.store.sinks.start(sink.name, made.clock())
    made.clock.pass_(minutes=15)
    evaluate(made)
    made.clock.pass_(minutes=1)
    measure(made, 200.0)
    deliver(made)
    yield made
    made.close()


def deliver(tocsin: Running) -> None:
    for sink in tocsin.services.sinks:
        tocsin.deliver(f"updates:{sink.name}")


def refresh(tocsin: Running) -> None:
    for sink in tocsin.services.refreshed:
        sink.refresh()


def pass_and_measure(tocsin: Running, grown: float, *, minutes: int = 1) -> None:
    """So many minutes with such a sample each, and the ticket brought up to date; no line of the incident comes."""
    before = lines_of(tocsin)
    for _ in range(minutes):
        tocsin.clock.pass_(minutes=1)
        measure(tocsin, grown)
    refresh(tocsin)
    assert lines_of(tocsin) == before


def lines_of(tocsin: Running) -> int:
    (incident,) = tocsin.services.store.incidents.active()
    return len(tocsin.services.store.incidents.timeline(incident.id))


def kept(tocsin: Running) -> EngineeringTicketRow:
    (incident,) = tocsin.services.store.incidents.page().items
    row = tocsin.services.store.engineering_tickets.get(incident.id)
    assert row is not None
    return row


def sample_of(row: EngineeringTicketRow) -> tuple[str, str]:
    """The sample that title, summary and plot tell, all the same: its value, and its time of day."""
    (value,) = re.findall(r"Deposits waiting (\S+), expected at most", row.title)
    (said, at) = re.findall(r"Deposits waiting of `asset=A00` was (\S+) at 2026-03-02 (\S+) UTC", row.body)[0]
    (drawn, marked) = re.findall(r">Deposits waiting (\S+) at (\S+) UTC, expected", row.plots[SVG].decode())[0]
    assert (value, at) == (said, at) == (drawn, marked)
    return value, at


def tickets_posted(receiver: Receiver) -> list[str]:
    events = [orjson.loads(body) for _, body in receiver.seen]
    return [event["data"]["ticket"]["title"] for event in events if event["type"] == "ticket.updated"]


def test_a_fault_that_grows_without_an_update_grows_in_its_ticket(tocsin: Running) -> None:
    before = sample_of(kept(tocsin))
    pass_and_measure(tocsin, 400.0)
    assert sample_of(kept(tocsin)) == ("400", "14:20:00") != before


def test_a_fault_that_wanes_keeps_its_worst_sample(tocsin: Running) -> None:
    pass_and_measure(tocsin, 400.0)
    pass_and_measure(tocsin, 200.0)
    assert sample_of(kept(tocsin)) == ("400", "14:20:00")


def test_the_worst_sample_outlives_the_memory_of_samples(tocsin: Running) -> None:
    pass_and_measure(tocsin, 400.0)
    tocsin.services.memory.forget_samples("deposits/waiting")
    refresh(tocsin)
    assert sample_of(kept(tocsin)) == ("400", "14:20:00")
    pass_and_measure(tocsin, 200.0, minutes=2)
    row = kept(tocsin)
    assert sample_of(row) == ("400", "14:20:00")
    assert "14:20 to 2026-03-02 14:22 UTC: samples from 200 to 400." in row.plots[SVG].decode()


def test_at_its_end_the_ticket_tells_the_worst_sample_of_all(tocsin: Running) -> None:
    pass_and_measure(tocsin, 400.0)
    tocsin.services.memory.forget_samples("deposits/waiting")
    (incident,) = tocsin.services.store.incidents.active()
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    deliver(tocsin)
    row = kept(tocsin)
    assert "Deposits waiting 400, expected at most" in row.title
    assert "was 400 at 2026-03-02 14:20:00 UTC" in row.body
    assert "- **Status**: resolved" in row.body
    assert b"Deposits waiting 400 at 14:20:00 UTC" in row.plots[SVG], "drawn before memory lost its samples"


def test_a_tracker_gets_the_ticket_in_place_when_it_grew_or_a_quarter_of_an_hour_is_over(
    tocsin: Running, receiver: Receiver
) -> None:
    pass_and_measure(tocsin, 220.0)
    assert tickets_posted(receiver) == [], "little more than the last update said"
    pass_and_measure(tocsin, 400.0)
    (grown,) = tickets_posted(receiver)
    assert "Deposits waiting 400, expected" in grown
    refresh(tocsin)
    pass_and_measure(tocsin, 405.0, minutes=14)
    assert len(tickets_posted(receiver)) == 1, "at most every quarter of an hour"
    pass_and_measure(tocsin, 405.0)
    assert len(tickets_posted(receiver)) == 2
    keys = [headers["webhook-id"] for headers, _ in receiver.seen]
    assert len(set(keys)) == len(keys)


def test_a_tracker_that_refuses_a_ticket_gets_the_next(tocsin: Running, receiver: Receiver) -> None:
    receiver.status = 503
    pass_and_measure(tocsin, 400.0)
    receiver.status = 204
    pass_and_measure(tocsin, 415.0)
    first, second = tickets_posted(receiver)
    assert "Deposits waiting 400, expected" in first
    assert "Deposits waiting 415, expected" in second


def test_no_ticket_comes_before_the_update_that_waits(tocsin: Running, receiver: Receiver) -> None:
    receiver.status = 503
    tocsin.incident()
    deliver(tocsin)
    refresh(tocsin)
    tocsin.clock.pass_(minutes=20)
    refresh(tocsin)
    opened = [one for one in receiver.seen if b"ticket.updated" in one[1] and b"BTC" in one[1]]
    assert opened == []


def posted(at: datetime, words: str, excess: float) -> PostedTicket:
    return PostedTicket(at=at, words=words, excess={"s": excess})


NOW = datetime.fromisoformat("2026-03-02T14:00:00Z")


@pytest.mark.parametrize(
    ("after", "words", "excess", "due"),
    [
        pytest.param(SOONEST, "b", GREW * 100, True, id="grew"),
        pytest.param(SOONEST - timedelta(seconds=1), "b", 9e9, False, id="grew, but was posted just now"),
        pytest.param(LATEST - timedelta(seconds=1), "b", GREW * 100 - 1, False, id="grew a little"),
        pytest.param(LATEST, "b", 100, True, id="reads differently for long"),
        pytest.param(LATEST, "a", 100, False, id="reads the same"),
        pytest.param(-LATEST, "b", 100, True, id="the clock was set back"),
    ],
)
def test_when_a_ticket_is_posted_again(after: timedelta, words: str, excess: float, due: bool) -> None:
    assert is_due(posted(NOW, "a", 100.0), posted(NOW + after, words, excess)) is due


def test_a_signal_that_was_not_posted_is_news() -> None:
    assert is_due(replace(posted(NOW, "a", 1.0), excess={}), posted(NOW + SOONEST, "b", 1.0))
