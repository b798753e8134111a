from datetime import UTC, datetime, timedelta, timezone

import pytest

from incidents.instant import EARLIEST, LATEST, within_reach, written_instant

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-02 10:00", " 2026-03-02T10:00:00Z ", "2026-03-02T12:00+02:00"])
def test_what_people_write_is_read_as_utc(text: str) -> None:
    assert written_instant("start", text) == TEN
    assert written_instant("start", text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31 23:59", "2200-01-01"]
)
def test_a_year_that_nobody_means_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"^until is .* of the year \d+, expected a year from 2000 to 2199$"):
        written_instant("until", text)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "\x00", "2026-03-02 25:00"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"start is .*, expected a time such as 2026-03-02 14:00"):
        written_instant("start", text)


def test_the_bounds_hold_in_every_zone() -> None:
    west = timezone(timedelta(hours=-12))
    assert within_reach(EARLIEST.astimezone(west)) == EARLIEST
    with pytest.raises(ValueError, match="2199"):
        within_reach(LATEST.astimezone(west))
