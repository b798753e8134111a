"""The clock that people live by: a change of summer time is no news where the watch knows the zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from detectors.daytime import all_local, local_at, offset, since_midnight
from detectors.frame import Floats
from detectors.history import warm
from detectors.observe import look
from detectors.state import DAY
from tests.detectors.series import frame, watch

BERLIN = "Europe/Berlin"
CHANGE = datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()
HOUR = 3_600.0


@pytest.mark.parametrize(
    ("instant", "zone", "clock"),
    [
        pytest.param("2026-03-28T23:30+00:00", "UTC", 23.5, id="UTC"),
        pytest.param("2026-03-28T23:30+00:00", BERLIN, 0.5, id="winter"),
        pytest.param("2026-03-29T00:59+00:00", BERLIN, 1.9833, id="the last minute of winter"),
        pytest.param("2026-03-29T01:00+00:00", BERLIN, 3.0, id="the first of summer"),
        pytest.param("2026-10-25T00:30+00:00", BERLIN, 2.5, id="an hour that comes twice, first"),
        pytest.param("2026-10-25T01:30+00:00", BERLIN, 2.5, id="an hour that comes twice, second"),
        pytest.param("2026-06-01T12:00+00:00", "Asia/Kathmandu", 17.75, id="quarters of an hour"),
        pytest.param("2026-06-01T12:00+00:00", "America/St_Johns", 9.5, id="west"),
    ],
)
def test_what_the_clock_says(instant: str, zone: str, clock: float) -> None:
    at = datetime.fromisoformat(instant).timestamp()
    assert since_midnight(local_at(at, zone)) == pytest.approx(clock * HOUR, abs=1.0)
    assert all_local(np.array([at]), zone)[0] == local_at(at, zone)


def test_many_instants_are_as_one_by_one() -> None:
    times: Floats = CHANGE + np.arange(-DAY, DAY, 131.0)
    for zone in (BERLIN, "UTC", "Australia/Lord_Howe"):
        one_by_one = [since_midnight(local_at(at, zone)) for at in times.tolist()]
        np.testing.assert_array_equal(since_midnight(all_local(times, zone)), one_by_one)
    assert offset(CHANGE, BERLIN) - offset(CHANGE - 1, BERLIN) == HOUR


@pytest.mark.parametrize(("zone", "opens"), [(BERLIN, False), ("UTC", True)])
def test_the_day_that_people_live_goes_on_over_the_change_to_summer_time(zone: str, opens: bool) -> None:
    a_watch = replace(watch(every=timedelta(minutes=5)), time_zone=zone)
    times: Floats = np.arange(CHANGE - 21 * DAY, CHANGE + 3 * DAY, 300.0)
    summer = ZoneInfo(BERLIN)
    day = np.array([(t + offset(t, summer.key)) % DAY for t in times.tolist()]) / DAY
    busy = 30.0 * np.exp(-(((day - 0.4) / 0.03) ** 2))
    values = 100.0 + 60.0 * np.sin(2 * np.pi * day) + busy + np.random.default_rng(4).normal(0.0, 4.0, len(times))
    past = int(np.searchsorted(times, CHANGE))
    state = warm(a_watch, [frame(times[:past], values[:past])])
    seen = look(a_watch, state, frame(times[past:], values[past:]))
    assert bool(seen.anomalies) is opens
