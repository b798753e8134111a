"""The figures of the bars."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.component import ComponentStatus
from incidents.public import Phase
from statuspage.maintenance import MaintenancePhase
from statuspage.uptime import (
    Day,
    Stretch,
    availability,
    days,
    history,
    incident_stretches,
    is_known_for,
    maintenance_stretches,
    recent,
    unknown_seconds,
    worst,
)
from tests.statuspage.examples import BTC_OUT, NOW, SPOT, incident, maintenance, minutes, resolved, update

S = ComponentStatus
LONG_AGO = NOW - timedelta(days=400)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def stretch(status: S, start: datetime, length: timedelta | None) -> Stretch:
    return Stretch(component=BTC_OUT, status=status, start=start, end=None if length is None else start + length)


def of_noon(*stretches: Stretch) -> Day:
    return next(d for d in days(stretches, since=LONG_AGO, now=NOW) if d.date == NOON.date())


def test_ninety_days_end_today() -> None:
    made = days((), since=LONG_AGO, now=NOW)
    assert len(made) == 90
    assert made[-1].date == NOW.date()
    assert made[0].date == NOW.date() - timedelta(days=89)


def test_a_day_adds_up_to_all_its_seconds() -> None:
    day = of_noon(stretch(S.MAJOR_OUTAGE, NOON, minutes(10)), stretch(S.DEGRADED, NOON - minutes(5), minutes(30)))
    assert dict(day.seconds) == {S.MAJOR_OUTAGE: 600, S.DEGRADED: 1200, S.OPERATIONAL: 86_400 - 1800}
    assert day.worst is S.MAJOR_OUTAGE


def test_today_counts_only_until_now() -> None:
    today = days((), since=LONG_AGO, now=NOW)[-1]
    assert sum(n for _, n in today.seconds) == 14 * 3600 + 3 * 60


def test_nothing_is_claimed_before_the_records_begin() -> None:
    made = days((), since=NOW - timedelta(days=2), now=NOW)
    assert [d.worst for d in made[-4:]] == [None, S.OPERATIONAL, S.OPERATIONAL, S.OPERATIONAL]
    assert availability(made[:80]) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (S.OPERATIONAL, 1.0),
        (S.DEGRADED, 1.0),
        (S.MAINTENANCE, 1.0),
        (S.UNKNOWN, 1.0),
        (S.PARTIAL_OUTAGE, 1 - 0.3 * 0.25),
        (S.MAJOR_OUTAGE, 0.75),
    ],
)
def test_availability_of_a_day_with_six_hours_of(status: S, expected: float) -> None:
    assert availability([of_noon(stretch(status, NOON, timedelta(hours=6)))]) == pytest.approx(expected)


def test_unknown_time_is_left_out_and_published_apart() -> None:
    day = of_noon(
        stretch(S.UNKNOWN, NOON - timedelta(hours=12), timedelta(hours=12)),
        stretch(S.MAJOR_OUTAGE, NOON, timedelta(hours=6)),
    )
    assert unknown_seconds([day]) == 12 * 3600
    assert availability([day]) == pytest.approx(0.5)  # six of the twelve hours that are known


def test_a_day_of_which_nothing_is_known_has_no_availability() -> None:
    assert availability([of_noon(stretch(S.UNKNOWN, NOON - timedelta(days=1), timedelta(days=3)))]) is None


def test_known_trouble_outranks_unknown() -> None:
    day = of_noon(stretch(S.UNKNOWN, NOON, minutes(60)), stretch(S.MAJOR_OUTAGE, NOON, minutes(60)))
    assert unknown_seconds([day]) == 0


def test_an_outage_over_midnight_counts_on_both_days() -> None:
    made = days([stretch(S.MAJOR_OUTAGE, NOON + timedelta(hours=11), timedelta(hours=2))], since=LONG_AGO, now=NOW)
    assert [dict(d.seconds)[S.MAJOR_OUTAGE] for d in made if d.worst is S.MAJOR_OUTAGE] == [3600, 3600]


def test_what_lasts_lasts_until_now() -> None:
    made = days([stretch(S.MAJOR_OUTAGE, NOW - minutes(30), None)], since=LONG_AGO, now=NOW)
    assert dict(made[-1].seconds)[S.MAJOR_OUTAGE] == 1800


def test_a_retracted_incident_never_happened() -> None:
    assert incident_stretches(incident(phase=Phase.RETRACTED, length=minutes(9))) == ()


def test_without_statuses_in_its_updates_an_incidents_worst_stands_for_its_length() -> None:
    one = incident(length=minutes(20), phase=Phase.RESOLVED)
    assert incident_stretches(one) == (
        Stretch(component=BTC_OUT, status=S.MAJOR_OUTAGE, start=one.started_at, end=one.resolved_at),
    )


def test_a_component_changes_with_the_updates_that_say_so() -> None:
    start = NOW - minutes(60)
    published = [
        update(3, start + minutes(40), Phase.RESOLVED, statuses=((BTC_OUT, S.OPERATIONAL),)),
        update(2, start + minutes(10), Phase.IDENTIFIED, statuses=((BTC_OUT, S.MAJOR_OUTAGE),)),
        update(1, start + minutes(1), Phase.INVESTIGATING, statuses=((BTC_OUT, S.DEGRADED),)),
    ]
    one = incident(start=start, length=minutes(40), phase=Phase.RESOLVED, updates=published)
    assert [(s.status, s.start - start, s.end and s.end - start) for s in incident_stretches(one)] == [
        (S.DEGRADED, minutes(0), minutes(10)),
        (S.MAJOR_OUTAGE, minutes(10), minutes(40)),
    ]


@pytest.mark.parametrize(
    ("phase", "lasts"),
    [(MaintenancePhase.SCHEDULED, None), (MaintenancePhase.IN_PROGRESS, True), (MaintenancePhase.COMPLETED, False)],
)
def test_planned_work_counts_once_it_began(phase: MaintenancePhase, lasts: bool | None) -> None:
    found = maintenance_stretches(maintenance(phase))
    assert [(s.component, s.end is None) for s in found] == ([] if lasts is None else [(SPOT, lasts)])


def test_history_gives_each_component_its_own() -> None:
    made = history([BTC_OUT, SPOT], [stretch(S.MAJOR_OUTAGE, NOON, minutes(5))], since=LONG_AGO, now=NOW)
    assert {name: worst(d.worst for d in own if d.worst) for name, own in made.items()} == {
        BTC_OUT: S.MAJOR_OUTAGE,
        SPOT: S.OPERATIONAL,
    }


def test_only_what_reaches_into_the_days_counts() -> None:
    lasting = incident(1, start=NOW - timedelta(days=400))
    over_midnight = resolved(2, NOW.replace(hour=23, minute=50) - timedelta(days=90))
    before = resolved(3, NOW.replace(hour=23, minute=30) - timedelta(days=90))
    assert recent([lasting, over_midnight, before], now=NOW) == (lasting, over_midnight)


@pytest.mark.parametrize(
    ("known", "least", "expected"),
    [
        pytest.param([3600], 3600, True, id="just enough"),
        pytest.param([3599], 3600, False, id="a second too little"),
        pytest.param([0, 1800, 1800], 3600, True, id="enough together"),
        pytest.param([], 1, False, id="no days"),
    ],
)
def test_unknown_time_is_no_record(known: list[int], least: int, expected: bool) -> None:
    unknown = (ComponentStatus.UNKNOWN, 9_000)
    days = [Day(date=NOW.date(), seconds=(unknown, (ComponentStatus.DEGRADED, s))) for s in known]
    assert is_known_for(days, least) is expected
