"""The engineers hear that the public's next update is due: before it is late, once a promise, and of nothing else."""

from dataclasses import replace

import pytest

from incidents.component import Disclosure, Unapproved
from incidents.correlate import correlate
from incidents.incident import EndReason, IncidentUpdate, UpdateKind
from incidents.lifecycle import TransitionError, add_message, add_note, approve, resolve, withhold
from incidents.public import DisclosureSettings
from incidents.reminder import remind, still
from incidents.settings import Settings
from tests.incidents.build import at, exchange, signal

GRAPH, SITE = exchange(), DisclosureSettings(name="Example")
WITHDRAWALS = "withdrawals/BTC/bitcoin"


def numbered(*updates: IncidentUpdate) -> list[IncidentUpdate]:
    return [replace(u, seq=n) for n, u in enumerate(updates, 1)]


def opened(*, visible: bool = True) -> list[IncidentUpdate]:
    found = [signal(WITHDRAWALS, 0, visible=visible)]
    return numbered(*correlate(found, [], GRAPH, at(30), Settings()))


def due(timeline: list[IncidentUpdate], minute: float) -> str:
    reported = remind(timeline, GRAPH, SITE, at(60 * minute))
    return "" if reported is None else reported.reason


@pytest.mark.parametrize(
    ("minute", "said"),
    [
        pytest.param(24, "", id="eleven minutes before"),
        pytest.param(25, "promised an update by 14:35 UTC, which is due", id="ten minutes before"),
        pytest.param(35, "promised an update by 14:35 UTC, which is overdue", id="late"),
    ],
)
def test_ten_minutes_before_the_promised_time_somebody_is_reminded(minute: float, said: str) -> None:
    reason = due(opened(), minute)
    assert said in reason
    assert bool(said) is bool(reason)


def test_once_for_each_promise() -> None:
    reported = opened()
    first = remind(reported, GRAPH, SITE, at(60 * 26))
    assert first is not None
    assert first.kind is UpdateKind.REMINDER
    reminded = numbered(*reported, first)
    assert due(reminded, 27) == ""
    noted = numbered(*reminded, add_note(reported[-1].incident, "looking", "mara", at(60 * 28)))
    assert due(noted, 34) == "", "a note tells the public nothing and promises nothing"
    spoken = numbered(*noted, add_message(reported[-1].incident, "We are on it.", "mara", at(60 * 35)))
    assert due(spoken, 36) == ""
    assert "by 15:05 UTC" in due(spoken, 56)


def test_where_nothing_is_promised_nobody_is_reminded() -> None:
    assert due(opened(visible=False), 300) == "", "not public"
    reported = opened()
    assert (
        due(numbered(*reported, resolve(reported[-1].incident, EndReason.FIXED, "mara", at(90), anyway=True)), 300)
        == ""
    ), "over"


def test_where_nothing_goes_out_unapproved_the_deadline_and_each_half_hour_after_it_say_so() -> None:
    graph = exchange(Disclosure(then=Unapproved.ESCALATE))
    reported = numbered(*correlate([signal(WITHDRAWALS, 0, visible=True)], [], graph, at(30), Settings()))
    assert reported[-1].incident.disclose_at is None
    assert remind(reported, graph, SITE, at(30 + 299)) is None
    first = remind(reported, graph, SITE, at(30 + 300))
    assert first is not None
    assert "waits for approval since 14:00 UTC" in first.reason
    reminded = numbered(*reported, first)
    assert remind(reminded, graph, SITE, at(30 + 300 + 1799)) is None
    assert remind(reminded, graph, SITE, at(30 + 300 + 1800)) is not None
    withheld = numbered(*reminded, withhold(first.incident, graph, "mara", at(400)))
    assert remind(withheld, graph, SITE, at(9000)) is None, "a human decided"
    approved = numbered(*reminded, approve(first.incident, "mara", at(400)))
    assert remind(approved, graph, SITE, at(500)) is None, "it is public, and its update is not due yet"


def test_a_reminder_is_of_the_incident_as_it_now_stands() -> None:
    reported = opened()
    reminder = remind(reported, GRAPH, SITE, at(60 * 26))
    assert reminder is not None
    renamed = replace(reported[-1].incident, title="Another title")
    assert still(reminder, renamed).incident.title == "Another title"
    with pytest.raises(TransitionError, match="nothing to remind of"):
        still(reminder, resolve(renamed, EndReason.FIXED, "mara", at(90), anyway=True).incident)
