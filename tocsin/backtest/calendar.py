"""The calendar of a backtest: for each day, how many incidents lasted and how severe the worst one was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from incidents.incident import Severity
from tocsin.backtest.report import PastIncident, Report

DAY = timedelta(days=1)
ORDER = (None, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day. opened: incidents that opened on it; lasted: how long any incident did; worst: of those that did.

    incidents: those that lasted on it, the first first. is_within: whether the span touches it.
    names_month: the span's first day, and each month's.
    """

    date: date
    is_within: bool
    names_month: bool = False
    opened: int = 0
    lasted: timedelta = timedelta(0)
    worst: Severity | None = None
    incidents: tuple[PastIncident, ...] = ()


def calendar(report: Report) -> tuple[tuple[CalendarDay, ...], ...]:
    """Whole weeks, Monday first, that hold the span; days are UTC."""
    first, last = report.span.start.date(), (report.span.end - timedelta(microseconds=1)).date()
    monday = first - first.weekday() * DAY
    days = [_day(report, at, is_within=first <= at <= last) for at in _dates(monday, last + (6 - last.weekday()) * DAY)]
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))


def worst_of(incidents: Sequence[PastIncident]) -> Severity | None:
    """The worst severity; None where none is known, or there is no incident."""
    return max((one.incident.severity for one in incidents), key=ORDER.index, default=None)


def _dates(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _day(report: Report, at: date, *, is_within: bool) -> CalendarDay:
    if not is_within:
        return CalendarDay(date=at, is_within=False)
    start = datetime(at.year, at.month, at.day, tzinfo=UTC)
    spans = [(one, *_ends(one, report)) for one in report.incidents]
    here = [(one, max(begin, start), min(end, start + DAY)) for one, begin, end in spans]
    lasting = [found for found in here if found[1] <= found[2] and found[1] < start + DAY]
    return CalendarDay(
        date=at,
        is_within=True,
        names_month=at.day == 1 or at == report.span.start.date(),
        opened=sum(start <= one.incident.opened_at < start + DAY for one in report.incidents),
        lasted=_covered([(begin, end) for _, begin, end in lasting]),
        worst=worst_of([one for one, _, _ in lasting]),
        incidents=tuple(one for one, _, _ in lasting),
    )


def _ends(one: PastIncident, report: Report) -> tuple[datetime, datetime]:
    start = one.incident.started_at
    return start, start + one.length(report.span.end)


def _covered(spans: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """How long at least one of the spans lasts."""
    total, until = timedelta(0), datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(spans):
        total += max(timedelta(0), end - max(start, until))
        until = max(until, end)
    return total


def covered(report: Report) -> timedelta:
    """How long any incident of the report lasted."""
    return _covered([_ends(one, report) for one in report.incidents])
