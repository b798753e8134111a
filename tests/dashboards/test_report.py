"""Which days a mailed view is about, and when its mail is due."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.report import Dashboard, MailedView, Rhythm, first_day, is_due, last_day

ZURICH = ZoneInfo("Europe/Zurich")


@pytest.mark.parametrize(
    ("rhythm", "now", "first", "last"),
    [
        (Rhythm.DAILY, "2026-03-02T06:00+01:00", "2026-02-28", "2026-02-28"),
        (Rhythm.DAILY, "2026-03-02T07:00+01:00", "2026-03-01", "2026-03-01"),
        (Rhythm.WEEKLY, "2026-03-02T06:59+01:00", "2026-02-16", "2026-02-22"),
        (Rhythm.WEEKLY, "2026-03-02T07:00+01:00", "2026-02-23", "2026-03-01"),
        (Rhythm.WEEKLY, "2026-03-08T23:59+01:00", "2026-02-23", "2026-03-01"),
        (Rhythm.MONTHLY, "2026-03-01T07:00+01:00", "2026-02-01", "2026-02-28"),
        (Rhythm.MONTHLY, "2026-03-01T06:00+01:00", "2026-01-01", "2026-01-31"),
        # Seven in the morning of Zurich is six in UTC by winter, five by summer time, which began at 2 this night.
        (Rhythm.DAILY, "2026-03-29T05:00+00:00", "2026-03-28", "2026-03-28"),
    ],
)
def test_it_is_about_the_last_whole_day_week_or_month(rhythm: Rhythm, now: str, first: str, last: str) -> None:
    end = last_day(rhythm, datetime.fromisoformat(now), ZURICH)
    assert (first_day(rhythm, end).isoformat(), end.isoformat()) == (first, last)


@given(
    rhythm=st.sampled_from(list(Rhythm)),
    zone=st.sampled_from(["UTC", "Europe/Zurich", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia"]),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_spans_follow_each_other_without_a_gap_or_a_day_twice(rhythm: Rhythm, zone: str, start: datetime) -> None:
    now, clock = start.replace(tzinfo=UTC), ZoneInfo(zone)
    ends = sorted({last_day(rhythm, now + timedelta(hours=hours), clock) for hours in range(0, 24 * 70, 5)})
    for before, after in pairwise(ends):
        assert first_day(rhythm, after) == before + timedelta(days=1)


def test_after_days_of_absence_only_the_newest_is_due_and_once() -> None:
    asked = datetime(2026, 3, 2, 12, tzinfo=UTC)
    report = MailedView(id="r", owner="mara", board=Dashboard.SUPPORT, rhythm=Rhythm.DAILY, created_at=asked,
                    sent_until=last_day(Rhythm.DAILY, asked, ZURICH))  # fmt: skip
    assert not is_due(report, asked, ZURICH)
    later = asked + timedelta(days=9)
    assert is_due(report, later, ZURICH)
    assert last_day(Rhythm.DAILY, later, ZURICH) == date(2026, 3, 10)
