"""What lasts, grows and is seen by many gets worse; a queue whose oldest item ages a second a second has stopped."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from detectors.watch import FailureKind
from incidents.component import ComponentStatus
from incidents.disclosure import public_incident
from incidents.growth import carry, growth
from incidents.incident import Severity, UpdateKind
from incidents.lifecycle import set_severity
from incidents.public import DisclosureSettings
from incidents.signal import Signal
from statuspage.uptime import availability, history, incident_stretches
from tests.incidents.build import at, signal
from tests.incidents.timeline import Timeline

DEPOSITS = "deposits/ETH/ethereum"
DELAY, BACKLOG, HALT, ERRORS = FailureKind.DELAY, FailureKind.BACKLOG, FailureKind.HALT, FailureKind.ERRORS


def wait(seen: float, seconds: float, *, unit: str = "s", **changes: object) -> Signal:
    """A queue's oldest item, so old at that second."""
    base = signal(DEPOSITS, 0, name="uncredited", seen=seen, visible=True)
    return replace(base, observed=seconds, unit=unit, **changes)  # type: ignore[arg-type]


class Queue(Timeline):
    """A timeline in which the one signal's value goes on by a rule: seconds -> value."""

    def __init__(self, value: Callable[[float], float], *, unit: str = "s", kind: FailureKind = DELAY) -> None:
        super().__init__([replace(signal(DEPOSITS, 0, name="uncredited", visible=True, kind=kind), unit=unit)])
        self.value = value

    def _stated(self, one: Signal) -> Signal | None:
        said = super()._stated(one)
        return said and replace(said, observed=self.value((said.seen_at - at(0)).total_seconds()))


@pytest.mark.parametrize(
    ("value", "unit", "kind", "expected"),
    [
        pytest.param(lambda s: 5 + s, "s", DELAY, HALT, id="a second a second"),
        pytest.param(lambda s: 5 + s, "s", BACKLOG, HALT, id="a backlog's age"),
        pytest.param(lambda s: 1000 * s, "ms", DELAY, HALT, id="in milliseconds"),
        pytest.param(lambda s: 5 + s / 60, "min", DELAY, HALT, id="in minutes"),
        pytest.param(lambda s: 5 + s / 2, "s", DELAY, DELAY, id="half of what comes leaves"),
        pytest.param(lambda _: 400.0, "s", DELAY, DELAY, id="late but steady"),
        pytest.param(lambda s: 5 + s, "", BACKLOG, BACKLOG, id="a number of items, not a wait"),
        pytest.param(lambda s: 5 + s, "s", ERRORS, ERRORS, id="not a wait at all"),
    ],
)
def test_a_queue_whose_oldest_item_ages_a_second_a_second_has_stopped(
    value: Callable[[float], float], unit: str, kind: FailureKind, expected: FailureKind
) -> None:
    story = Queue(value, unit=unit, kind=kind).play(5)
    assert story.only.kind is expected
    (evidence,) = story.only.signals
    assert evidence.kind is expected


def test_what_stopped_is_an_outage_on_the_page_and_counts_in_the_availability() -> None:
    story = Queue(lambda s: 5 + s).play(60)
    seen = public_incident(story.lines, story.graph, "en", DisclosureSettings())
    assert seen
    assert dict(seen.now_statuses) == {DEPOSITS: ComponentStatus.MAJOR_OUTAGE}
    assert seen.title == "Ethereum deposits not being credited"
    days = history([DEPOSITS], incident_stretches(seen), since=at(-3600), now=at(3600), count=1)[DEPOSITS]
    share = availability(days)
    assert share is not None
    assert share == pytest.approx(0.5, abs=0.02), "down for the hour that it stood, of the two on record"


def test_a_queue_that_moves_again_is_late_and_its_severity_stays() -> None:
    story = Queue(lambda s: 100 + min(s, 600)).play(9)
    assert (story.only.kind, story.only.severity) == (HALT, Severity.MAJOR)
    story.play(40)
    assert (story.only.kind, story.only.severity) == (DELAY, Severity.MAJOR)


def test_a_stop_is_said_once_not_with_each_statement() -> None:
    story = Queue(lambda s: 100 + s).play(50)
    assert [u.kind for u in story.lines].count(UpdateKind.SIGNALS) <= 1


def test_a_short_growth_and_an_end_say_nothing_of_a_stop() -> None:
    assert carry(wait(0, 5), wait(30, 35)).kind is DELAY
    assert carry(wait(0, 5), wait(90, 95, ended_at=at(80))).kind is DELAY
    stopped = carry(wait(0, 5), wait(90, 95))
    assert carry(stopped, wait(99, 95, ended_at=at(95))).kind is HALT, "what it was at its worst stays"


def test_growth_is_against_the_first_statement_and_unknown_is_none() -> None:
    first, later = wait(0, 5), carry(wait(0, 5), wait(60, 20))
    assert growth(carry(later, wait(90, 60))) == pytest.approx(12)
    assert growth(first) == growth(wait(0, 0)) == growth(signal(DEPOSITS, 0)) == 1


def severities(story: Timeline) -> list[tuple[float, Severity | None]]:
    return [((u.at - at(0)).total_seconds() / 60, u.incident.severity) for u in story.lines if u.kind == "severity"]


def test_what_customers_feel_for_an_hour_is_one_step_worse_and_only_one() -> None:
    story = Timeline([signal(DEPOSITS, 0, visible=True)]).play(300)
    assert severities(story) == [(60, Severity.MAJOR)]
    assert story.only.severity_reason.startswith("major: customers feel it for 60 min or longer; at first minor:")
    halted = Timeline([signal(DEPOSITS, 0, visible=True, kind=HALT)]).play(300)
    assert severities(halted) == [(60, Severity.CRITICAL)]


@pytest.mark.parametrize(
    "quiet",
    [
        pytest.param(signal(DEPOSITS, 0), id="nobody feels it"),
        pytest.param(signal(DEPOSITS, 0, visible=True, kind=FailureKind.SILENCE), id="no data"),
        pytest.param(signal(DEPOSITS, 0, visible=True, end=3000), id="over within the hour"),
    ],
)
def test_time_alone_makes_nothing_worse_that_customers_do_not_feel(quiet: Signal) -> None:
    assert severities(Timeline([quiet]).play(300)) == []


@pytest.mark.parametrize(
    ("customers", "severity"),
    [(9, Severity.MINOR), (10, Severity.MAJOR), (99, Severity.MAJOR), (100, Severity.CRITICAL)],
)
def test_linked_customers_raise_it(customers: int, severity: Severity) -> None:
    story = Timeline([signal(DEPOSITS, 0, visible=True)]).play(2)
    story.customers = {story.only.id: customers}
    assert story.play(5).only.severity is severity


def test_a_backlog_ten_times_as_large_raises_it() -> None:
    story = Queue(lambda s: 100 if s < 300 else 1200, unit="items", kind=BACKLOG)
    assert story.play(4).only.severity is Severity.MINOR
    assert story.play(8).only.severity is Severity.MAJOR
    assert "12 times what it was at first" in story.only.severity_reason


def test_a_humans_severity_does_not_grow() -> None:
    story = Timeline([signal(DEPOSITS, 0, visible=True)]).play(2)
    story.act(lambda i: set_severity(i, Severity.MINOR, "mara", at(120))).play(200)
    assert story.only.severity is Severity.MINOR
