"""Holidays, own days and planned work: no false alarm, an outage is found all the same, and nothing is learnt."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from detectors.anomaly import Anomaly
from detectors.array import judge_series
from detectors.engine import learn, step
from detectors.frame import Floats
from detectors.known_day import Calendar, Planned, day_name, work_at
from detectors.observe import look
from detectors.state import DAY, State
from detectors.watch import Direction, FailureKind, Query, Read, Watch
from tests.detectors.series import START, clock, frame, key, watch

GERMAN = Calendar(countries=("DE", "US-NY"), days=(("2026-11-27", "Black Friday"), ("12-24", "Christmas Eve")))
EVERY = 900.0
HOLIDAY = 16
"""Days from the beginning; a Wednesday."""
OWN = Calendar(days=((f"{datetime.fromtimestamp(START + HOLIDAY * DAY, UTC):%Y-%m-%d}", "Founders' day"),))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        pytest.param("2026-12-25", "Christmas Day (DE)", id="of the first country that has it"),
        pytest.param("2026-07-04", "Independence Day (US-NY)", id="of the other"),
        pytest.param("2026-11-27", "Black Friday", id="an own date"),
        pytest.param("2031-12-24", "Christmas Eve", id="an own day of every year"),
        pytest.param("2026-11-28", None, id="an ordinary one"),
    ],
)
def test_a_day_has_the_name_of_what_is_special_about_it(day: str, name: str | None) -> None:
    assert GERMAN.name_of(date.fromisoformat(day)) == name


@pytest.mark.parametrize(
    ("at", "name"),
    [
        pytest.param("2026-12-23T22:59", None, id="before midnight in Berlin"),
        pytest.param("2026-12-23T23:00", "Christmas Eve", id="midnight in Berlin"),
        pytest.param("2026-12-27T04:59", "Second Day of Christmas (DE)", id="the night after belongs to it"),
        pytest.param("2026-12-27T05:00", None, id="and ends at six"),
    ],
)
def test_a_known_day_follows_the_clock_and_lasts_for_its_night(at: str, name: str | None) -> None:
    assert day_name(GERMAN, "Europe/Berlin", datetime.fromisoformat(f"{at}+00:00").timestamp()) == name


def test_planned_work_is_of_its_components_and_its_time() -> None:
    work = (Planned(title="New disks", components=frozenset({"trading"}), start=100.0, end=200.0),)
    assert [work_at(work, name, at) for name, at in (("trading", 100.0), ("trading", 200.0), ("api", 150.0))] == [
        "New disks",
        None,
        None,
    ]


def deposits(**fields: object) -> Watch:
    reported: dict[str, object] = {
        "query": Query(metric="deposits", read=Read.VALUE),
        "every": timedelta(seconds=EVERY),
        "bad": Direction.BELOW,
        "kind": FailureKind.HALT,
        "absent_after": None,
        "calendar": OWN,
        "title": "Deposits",
        "unit": "",
    }
    return watch(**{**reported, **fields})


@cache
def three_weeks() -> tuple[Floats, Floats]:
    """Times and deposits: by day more than by night, and on the holiday from midnight to midnight 60 % fewer."""
    times = clock(21, EVERY)
    usual = 100.0 + 50.0 * np.sin(2.0 * np.pi * (times / DAY - 0.33))
    values = usual * np.random.default_rng(5).lognormal(0.0, 0.08, len(times))
    return times, np.where(on_holiday(times), 0.4 * values, values)


def on_holiday(times: Floats, begin: float = 0.0, end: float = 24.0) -> Floats:
    since = (times - START) / 3_600.0 - 24.0 * HOLIDAY
    return np.asarray((since >= begin) & (since < end))


def reported(values: Floats, the_watch: Watch) -> list[Anomaly]:
    return judge_series(three_weeks()[0], values, the_watch)[1]


def test_sixty_percent_fewer_on_a_holiday_ring_without_a_calendar_alone() -> None:
    _, values = three_weeks()
    assert reported(values, deposits(calendar=Calendar()))
    assert reported(values, deposits()) == []


@pytest.mark.parametrize("below", [0.0, 0.02])
def test_an_outage_on_a_holiday_is_found_and_its_reason_names_the_day(below: float) -> None:
    times, values = three_weeks()
    broken = np.where(on_holiday(times, 13.0, 15.0), below * values, values)
    (found,) = reported(broken, deposits())
    began = (found.started_at.timestamp() - START) / 3_600.0 - 24.0 * HOLIDAY
    assert 13.0 <= began <= 14.0
    assert found.reason.endswith("; on Founders' day, held against Sundays and this day's last hour, too")


def test_latency_on_a_holiday_is_judged_as_on_any_day() -> None:
    times, _ = three_weeks()
    seconds = np.random.default_rng(6).normal(10.0, 1.0, len(times))
    seconds[on_holiday(times, 0.0, 3.0)] += 15.0
    slow = deposits(kind=FailureKind.DELAY, bad=Direction.ABOVE)
    (found,) = reported(seconds, slow)
    assert found.started_at.timestamp() == START + HOLIDAY * DAY
    assert found.reason.endswith("; on Founders' day, of which nothing is learnt")


def test_a_holiday_teaches_nothing_of_what_is_usual() -> None:
    times, values = three_weeks()
    quiet, loud = (State.empty(deposits()) for _ in range(2))
    strange = np.where(on_holiday(times), 3.0 * values, values)
    until = int(np.searchsorted(times, START + (HOLIDAY + 1) * DAY))
    quiet = learn(deposits(), quiet, frame(times[:until], values[:until]))
    loud = learn(deposits(), loud, frame(times[:until], strange[:until]))
    for name in ("level", "var", "profile", "seen", "week", "days", "ring", "strange", "error_flat", "error_daily"):
        np.testing.assert_array_equal(getattr(quiet, name), getattr(loud, name), err_msg=name)


def test_of_planned_work_alone_its_components_learn_nothing() -> None:
    times = clock(6, EVERY)
    values = np.random.default_rng(8).normal(50.0, 2.0, (2, len(times)))
    begin = START + 5 * DAY
    work = Planned(title="New disks", components=frozenset({"withdrawals/BTC"}), start=begin, end=begin + 7_200.0)
    planned = watch(every=timedelta(seconds=EVERY), absent_after=None, planned=(work,))
    during = (times >= work.start) & (times < work.end)
    keys = (key("BTC"), key("ETH"))
    before, _ = step(planned, State.empty(planned), frame(times[times < begin], values[:, times < begin], keys))
    moved = frame(times[during], values[:, during] + 3.0, keys)
    after, _ = step(planned, before, moved)
    assert after.level[0, 0] == before.level[0, 0]
    assert after.level[0, 1] > before.level[0, 1]
    seen = look(planned, before, frame(times[during], values[:, during] + 500.0, keys))
    reasons = {anomaly.component: anomaly.reason for anomaly in seen.anomalies}
    assert reasons["withdrawals/BTC"].endswith("; during planned work: New disks")
    assert "planned" not in reasons["withdrawals/ETH"]


def test_what_is_new_on_a_holiday_is_learnt() -> None:
    times = clock(1, EVERY, START + HOLIDAY * DAY)
    state = learn(deposits(), State.empty(deposits()), frame(times, np.full(len(times), 40.0)))
    assert state.level[0, 0] == 40.0


def test_a_frame_may_be_split_anywhere_on_a_known_day() -> None:
    times, values = three_weeks()
    holiday = slice(*np.searchsorted(times, [START + (HOLIDAY - 1) * DAY, START + (HOLIDAY + 2) * DAY]).tolist())
    past = learn(deposits(), State.empty(deposits()), frame(times[: holiday.start], values[: holiday.start]))
    whole, scores = step(deposits(), past, frame(times[holiday], values[holiday]))
    state, found = past, []
    for at in range(holiday.start, holiday.stop, 7):
        cut = slice(at, min(at + 7, holiday.stop))
        state, piece = step(deposits(), state, frame(times[cut], values[cut]))
        found.append(piece.score)
    np.testing.assert_array_equal(scores.score, np.concatenate(found, axis=1))
    assert whole.to_bytes(deposits()) == state.to_bytes(deposits())


def test_the_calendar_is_no_other_query() -> None:
    """What was learnt before a day was put into the calendar is kept."""
    before = State.empty(deposits(calendar=Calendar()))
    assert State.from_bytes(deposits(), before.to_bytes(replace(deposits(), calendar=Calendar()))) is not None
