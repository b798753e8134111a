"""The page of one component: each day of its history, with what happened on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from incidents.component import ComponentStatus
from incidents.public import Phase
from statuspage.phrases import Phrases
from statuspage.uptime import Day
from statuspage.view import IncidentView, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A day; status: the worst of it, None = no record. said: its statuses and how long each lasted, or ""."""

    date: date
    status: ComponentStatus | None
    said: str
    incidents: tuple[IncidentView, ...]


def incidents_by_component(page: Page) -> Mapping[str, tuple[IncidentView, ...]]:
    """Component id -> the incidents that touched it on the days that the page tells of, newest first."""
    first = min((c.days[0].date for c in page.components if c.days), default=page.made_at.date())
    found: dict[str, list[IncidentView]] = {}
    for incident in page.incidents:
        if not incident.continued_in and _last_day(incident, page.made_at) >= first:
            for touched in incident.touched:
                found.setdefault(touched.id, []).append(incident)
    return {component: tuple(ones) for component, ones in found.items()}


def rows(days: Sequence[Day], incidents: Iterable[IncidentView], phrases: Phrases, now: datetime) -> tuple[DayRow, ...]:
    """The days since the records began, newest first."""
    by_date: dict[date, list[IncidentView]] = {}
    shown = {day.date for day in days}
    for incident in incidents:
        first, last = incident.started_at.date(), _last_day(incident, now)
        for day in (day for day in shown if first <= day <= last):
            by_date.setdefault(day, []).append(incident)
    return tuple(
        DayRow(
            date=day.date,
            status=day.worst,
            said=phrases.words["list_comma"].join(
                f"{phrases.say(status)} {phrases.duration(seconds)}" for status, seconds in day.troubled
            ),
            incidents=tuple(sorted(by_date.get(day.date, ()), key=lambda i: (i.started_at, i.id), reverse=True)),
        )
        for day in reversed(_recorded(days))
    )


def _recorded(days: Sequence[Day]) -> Sequence[Day]:
    """Without the days before the records: a row that says nothing is no row."""
    begun = next((n for n, day in enumerate(days) if day.seconds), len(days))
    return days[begun:]


def _last_day(incident: IncidentView, now: datetime) -> date:
    # What was retracted never happened; it is listed on the day on which it was reported.
    if incident.phase is Phase.RETRACTED:
        return incident.started_at.date()
    return (incident.ended_at or now).date()
