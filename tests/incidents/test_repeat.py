"""When a window comes again, through summer time, and which rules are refused."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.repeat import Repeat, next_windows, require_some, window_at, windows

HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(repeat: Repeat, first: str, until: str) -> list[str]:
    return [f"{start:%m-%d %H:%M}" for start, _ in windows(repeat, utc(first), utc(until))]


def test_two_in_the_morning_stays_so_when_summer_time_begins() -> None:
    nightly = Repeat(rule="FREQ=DAILY", zone="Europe/Berlin", lasts=HOUR)
    # On 29 March 2026 the clock skips from 02:00 to 03:00.
    assert starts(nightly, "2026-03-28T01:00", "2026-03-31T00:00") == ["03-28 01:00", "03-29 01:00", "03-30 00:00"]


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    nightly = Repeat(rule="FREQ=DAILY", zone="Europe/Berlin", lasts=HOUR)
    # On 25 October 2026 the clock goes from 03:00 back to 02:00; 02:30 is first 00:30 UTC.
    assert starts(nightly, "2026-10-24T00:30", "2026-10-27T00:00") == ["10-24 00:30", "10-25 00:30", "10-26 01:30"]


def test_each_sunday_and_no_other_day() -> None:
    weekly = Repeat(rule="FREQ=WEEKLY;BYDAY=SU", zone="UTC", lasts=timedelta(hours=2))
    first, until = utc("2026-03-01T04:00"), utc("2026-04-01T00:00")
    assert starts(weekly, "2026-03-01T04:00", "2026-04-01T00:00") == [
        f"03-{day:02} 04:00" for day in (1, 8, 15, 22, 29)
    ]
    assert window_at(weekly, first, until, utc("2026-03-08T05:59")) == (
        utc("2026-03-08T04:00"),
        utc("2026-03-08T06:00"),
    )
    assert window_at(weekly, first, until, utc("2026-03-08T06:00")) is None
    assert window_at(weekly, first, until, utc("2026-03-07T05:00")) is None
    assert [s.day for s, _ in next_windows(weekly, first, until, utc("2026-03-08T05:00"), 2)] == [8, 15]


def test_the_last_occurrence_ends_with_its_series() -> None:
    nightly = Repeat(rule="FREQ=DAILY", zone="UTC", lasts=HOUR)
    assert windows(nightly, utc("2026-03-01T00:00"), utc("2026-03-02T00:30"))[-1][1] == utc("2026-03-02T00:30")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "every sunday"}, "expected one such as FREQ=WEEKLY"),
        ({"rule": "FREQ=MINUTELY"}, "FREQ is 'MINUTELY', must be one of DAILY"),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "no such day"),
        ({"rule": "FREQ=MONTHLY;BYDAY=5SU;BYMONTHDAY=1"}, "not together"),
        ({"rule": "FREQ=DAILY;BYSETPOS=400"}, "BYSETPOS cannot be used"),
        ({"rule": "FREQ=WEEKLY;BYDAY=XX"}, "rule is"),
        ({"rule": "FREQ=DAILY;COUNT=3"}, "COUNT cannot be used"),
        ({"rule": "FREQ=DAILY\nDTSTART:20260101"}, "rule is"),
        ({"zone": "Mars/Olympus"}, "IANA name"),
        ({"zone": "../../etc"}, "IANA name"),
        ({"lasts": timedelta(0)}, "one minute to 31 days"),
        ({"lasts": timedelta(days=40)}, "one minute to 31 days"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes: dict[str, object], says: str) -> None:
    base = {"rule": "FREQ=DAILY", "zone": "UTC", "lasts": HOUR}
    with pytest.raises(ValueError, match=says):
        Repeat(**{**base, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "has no occurrence"),
        ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8", "more than 2000"),
    ],
)
def test_a_series_of_none_or_of_thousands_is_refused(rule: str, says: str) -> None:
    repeat = Repeat(rule=rule, zone="UTC", lasts=HOUR)
    with pytest.raises(ValueError, match=says):
        require_some(repeat, utc("2026-03-01T00:00"), utc("2027-03-01T00:00"))
