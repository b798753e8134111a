"""When it is a storm."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.process.storm import STORM, STORM_EVERY, Storm

NOW = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("apart", "at_once", "is_storm"),
    [
        (timedelta(seconds=0.06), 64, True),
        (timedelta(seconds=0.001), 1, True),
        (timedelta(seconds=0.5), 30, False),
        (timedelta(seconds=1), 49, False),
        (STORM_EVERY, 10 * STORM, False),
        (timedelta(minutes=1), 10 * STORM, False),
    ],
    ids=["requests of 64", "single alerts, very fast", "sixty a second", "below", "once each time", "once a minute"],
)
def test_a_storm_is_many_alerts_in_a_short_time_however_often_one_looks(
    apart: timedelta, at_once: int, is_storm: bool
) -> None:
    storm = Storm()
    looks = [storm.is_one(NOW + apart * n, at_once * n) for n in range(2000)]
    assert looks[1000:] == [is_storm] * 1000


def test_it_is_over_when_nothing_has_come_for_a_while() -> None:
    storm = Storm()
    storm.is_one(NOW, 0)
    assert storm.is_one(NOW + timedelta(seconds=1), STORM)
    assert not storm.is_one(NOW + timedelta(seconds=3), STORM)


def test_a_clock_that_is_set_back_begins_anew() -> None:
    storm = Storm()
    storm.is_one(NOW, 0)
    assert not storm.is_one(NOW - timedelta(hours=1), 10 * STORM)
    assert storm.is_one(NOW - timedelta(hours=1), 11 * STORM)
