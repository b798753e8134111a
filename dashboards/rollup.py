"""What one ticket adds to the roll-ups: which cell, which counts, which durations.

The roll-ups are sums of these contributions, so a changed ticket moves them by the difference between what it adds now
and what it added before, and a rebuild over all tickets gives the same sums.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from tickets.ticket import Ticket, TicketStatus

RESOLVED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})
MINUTE, HOUR, DAY = 60, 3600, 86400
_STEPS = (
    *range(0, 10 * MINUTE, MINUTE),
    *range(10 * MINUTE, 2 * HOUR, 5 * MINUTE),
    *range(2 * HOUR, 8 * HOUR, 15 * MINUTE),
    *range(8 * HOUR, 2 * DAY, HOUR),
    *range(2 * DAY, 14 * DAY, 6 * HOUR),
    *range(14 * DAY, 400 * DAY, DAY),
)


class LinkedBy(StrEnum):
    """Who linked a ticket to its incident; "" where it has none."""

    NOBODY = ""
    TOCSIN = "tocsin"
    AGENT = "agent"


class Count(StrEnum):
    """A count that is summed by cell.

    The first group belongs to the day on which the ticket was written, the second to the day of its resolution.
    """

    WRITTEN = "written"
    MERGED = "merged"
    HUMAN = "human"
    LINKED = "linked"
    LINKED_BY_AGENT = "linked_by_agent"
    ANSWERED = "answered"
    ANSWER_SECONDS = "answer_seconds"

    RESOLVED = "resolved"
    RESOLVE_SECONDS = "resolve_seconds"
    ONE_REPLY = "one_reply"
    REPLIED = "replied"
    REOPENED = "reopened"
    UNAIDED = "unaided"


class Wait(StrEnum):
    """A duration whose distribution is kept."""

    ANSWER = "answer"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    """What the figures know of one ticket: nothing of its words, nothing of its customer.

    answered_at: the first reply of an agent; None = none yet. resolved_at: None while it is open, or merged.
    replies: messages by agents. reopenings: how often it went from resolved to open again.
    """

    status: TicketStatus
    form: str
    team: str
    tier: int
    priority: str
    human: bool
    created_at: datetime
    incident_id: str = ""
    linked_by: LinkedBy = LinkedBy.NOBODY
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    replies: int = 0
    reopenings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """Tickets that are counted together: of one day, topic, team, tier and priority.

    incident_id: "" = all tickets, linked or not; else those that are linked to this incident, which count in both.
    day: the proleptic ordinal of the day in the installation's time zone, as `date.toordinal` gives it.
    """

    incident_id: str
    day: int
    form: str
    team: str
    tier: int
    priority: str


@dataclass(slots=True, kw_only=True)
class Sums:
    """Sums of one cell: counts by name, and how many durations of each kind ended at each step (in seconds)."""

    counts: Counter[Count] = field(default_factory=Counter)
    waits: Counter[tuple[Wait, int]] = field(default_factory=Counter)


def fact_of(ticket: Ticket, replies: int, reopenings: int) -> TicketFact:
    """The ticket as the figures see it."""
    return TicketFact(
        status=ticket.status,
        form=ticket.form.value,
        team=ticket.routing.team.value,
        tier=ticket.routing.tier,
        priority=ticket.routing.priority.value,
        human=bool(ticket.human_reason),
        created_at=ticket.created_at,
        incident_id=ticket.incident_id or "",
        linked_by=linked_by(ticket),
        answered_at=ticket.first_response_at,
        resolved_at=ticket.resolved_at if ticket.status in RESOLVED else None,
        replies=replies,
        reopenings=reopenings,
    )


def linked_by(ticket: Ticket) -> LinkedBy:
    """Who linked it."""
    if ticket.incident_id is None:
        return LinkedBy.NOBODY
    return LinkedBy.TOCSIN if ticket.linked_by == "tocsin" else LinkedBy.AGENT


def is_reopened(before: Ticket, after: Ticket) -> bool:
    """Whether a change opened a resolved ticket again; taking a closing back is a correction, not a reopening."""
    return before.status is TicketStatus.RESOLVED and after.status not in {*RESOLVED, TicketStatus.MERGED}


def contributions(fact: TicketFact, zone: tzinfo) -> dict[Cell, Sums]:
    """What one ticket adds, by cell: of the days it was written and resolved, among all tickets and its incident's."""
    sums: dict[Cell, Sums] = {}
    for incident_id in {"", fact.incident_id}:
        _written(sums.setdefault(_cell(fact, incident_id, fact.created_at, zone), Sums()), fact)
        if fact.resolved_at is not None:
            _resolved(sums.setdefault(_cell(fact, incident_id, fact.resolved_at, zone), Sums()), fact, fact.resolved_at)
    return sums


def difference(changes: Iterable[tuple[TicketFact | None, TicketFact | None]], zone: tzinfo) -> Mapping[Cell, Sums]:
    """By how much cells move when tickets change from the first to the second of each pair; None = not there."""
    moved: dict[Cell, Sums] = {}
    for before, after in changes:
        for fact, sign in ((before, -1), (after, 1)):
            if fact is None:
                continue
            for cell, sums in contributions(fact, zone).items():
                into = moved.setdefault(cell, Sums())
                for name, count in sums.counts.items():
                    into.counts[name] += sign * count
                for wait, count in sums.waits.items():
                    into.waits[wait] += sign * count
    return {cell: sums for cell, sums in moved.items() if any(sums.counts.values()) or any(sums.waits.values())}


def step_of(seconds: int) -> int:
    """A duration rounded up to the step at which it is kept.

    Whole minutes up to 10, then 5 minutes up to 2 hours, 15 minutes up to 8 hours, hours up to 2 days, 6 hours up to 14
    days, then days; 400 days and more are one step.
    """
    place = bisect_left(_STEPS, seconds)
    return _STEPS[place] if place < len(_STEPS) else 400 * DAY


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds, rounded down, at least 0: a clock that was set back makes no negative wait."""
    return max(0, int((end - start).total_seconds() // 1))


def day_of(at: datetime, zone: tzinfo) -> int:
    """The day on which it happened there, as an ordinal."""
    return at.astimezone(zone).toordinal()


def _cell(fact: TicketFact, incident_id: str, at: datetime, zone: tzinfo) -> Cell:
    return Cell(
        incident_id=incident_id,
        day=day_of(at, zone),
        form=fact.form,
        team=fact.team,
        tier=fact.tier,
        priority=fact.priority,
    )


def _written(sums: Sums, fact: TicketFact) -> None:
    counts = sums.counts
    counts[Count.WRITTEN] += 1
    if fact.status is TicketStatus.MERGED:
        counts[Count.MERGED] += 1
        return
    counts[Count.HUMAN] += fact.human
    counts[Count.LINKED] += fact.linked_by is LinkedBy.TOCSIN
    counts[Count.LINKED_BY_AGENT] += fact.linked_by is LinkedBy.AGENT
    if fact.answered_at is not None:
        seconds = seconds_between(fact.created_at, fact.answered_at)
        counts[Count.ANSWERED] += 1
        counts[Count.ANSWER_SECONDS] += seconds
        sums.waits[Wait.ANSWER, step_of(seconds)] += 1


def _resolved(sums: Sums, fact: TicketFact, at: datetime) -> None:
    counts = sums.counts
    seconds = seconds_between(fact.created_at, at)
    counts[Count.RESOLVED] += 1
    counts[Count.RESOLVE_SECONDS] += seconds
    counts[Count.REPLIED] += fact.replies > 0
    counts[Count.ONE_REPLY] += fact.replies == 1 and fact.reopenings == 0
    counts[Count.REOPENED] += fact.reopenings > 0
    counts[Count.UNAIDED] += fact.replies == 0 and fact.linked_by is LinkedBy.TOCSIN
    sums.waits[Wait.RESOLVE, step_of(seconds)] += 1
