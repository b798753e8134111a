"""A view of a dashboard that somebody has mailed to themselves again and again: which days, and when it is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SENT_AT = time(7)
"""From when on, by the installation's clock, the days up to yesterday are mailed."""
DAY = timedelta(days=1)


class Dashboard(StrEnum):
    """Which dashboard."""

    SUPPORT = "support"
    OPERATIONS = "operations"


class Rhythm(StrEnum):
    """How often it comes, and how many days it is about: the last whole day, week (from Monday) or month."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedView:
    """One person's wish for a view by mail.

    owner: the user's name; it goes to their address alone. team, form, component, incident: the view's filters,
    "" = all. sent_until: the last day of the span that was mailed last, or that was over when it was asked for.
    """

    id: str
    owner: str
    board: Dashboard
    rhythm: Rhythm
    team: str = ""
    form: str = ""
    component: str = ""
    incident: str = ""
    created_at: datetime
    sent_until: date


def last_day(rhythm: Rhythm, now: datetime, zone: ZoneInfo) -> date:
    """The last day of the newest span whose mail is due at `now`."""
    local = now.astimezone(zone)
    today = local.date() if local.time() >= SENT_AT else local.date() - DAY
    match rhythm:
        case Rhythm.DAILY:
            return today - DAY
        case Rhythm.WEEKLY:
            return today - timedelta(days=today.weekday() + 1)
        case Rhythm.MONTHLY:
            return today.replace(day=1) - DAY


def first_day(rhythm: Rhythm, last: date) -> date:
    """The first day of the span that ends with `last`."""
    match rhythm:
        case Rhythm.DAILY:
            return last
        case Rhythm.WEEKLY:
            return last - timedelta(days=6)
        case Rhythm.MONTHLY:
            return last.replace(day=1)


def is_due(report: MailedView, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a span has ended since the last mail; of several that were missed, only the newest is mailed."""
    return last_day(report.rhythm, now, zone) > report.sent_until
