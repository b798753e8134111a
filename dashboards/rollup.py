"""What one ticket adds to the roll-ups: which cell, which counts, which durations.

The roll-ups are sums of these contributions, so a changed ticket moves them by the difference between what it adds now
and what it added before, and a rebuild over all tickets gives the same sums.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from tickets.lifecycle import WITHOUT_AGENT
from tickets.ticket import Ticket, TicketStatus

RESOLVED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})
MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS: tuple[int, ...] = (
    *range(0, 10 * MINUTE, MINUTE),
    *range(10 * MINUTE, 2 * HOUR, 5 * MINUTE),
    *range(2 * HOUR, 8 * HOUR, 15 * MINUTE),
    *range(8 * HOUR, 2 * DAY, HOUR),
    *range(2 * DAY, 14 * DAY, 6 * HOUR),
    *range(14 * DAY, 401 * DAY, DAY),
)
"""The durations at which a wait may end, in seconds, ascending."""


class LinkedBy(StrEnum):
    """Who linked a ticket to its incident; "" where it has none."""

    NOBODY = ""
    TOCSIN = "tocsin"  # or the customer, whom Tocsin asked
    AGENT = "agent"


class WaitKind(StrEnum):
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


class Cell(NamedTuple):
    """Tickets that are counted together: of one day, topic, team, tier and priority.

    day: the proleptic ordinal of the day in the installation's time zone, as `date.toordinal` gives it.
    incident_id: "" = all tickets, linked or not; else those that are linked to this incident, which count in both.
    A tuple, since some are made for every ticket that is written: it is made and hashed in a third of the time.
    """

    day: int
    incident_id: str
    form: str
    team: str
    tier: int
    priority: str


@dataclass(slots=True, kw_only=True)
class Sums:
    """The sums of one cell. waits: how many durations of each kind ended at each step (in seconds).

    Up to `answer_seconds` they belong to the day on which a ticket was written, the rest to the day of its resolution.
    """

    written: int = 0
    merged: int = 0
    human: int = 0
    linked: int = 0
    linked_by_agent: int = 0
    answered: int = 0
    answer_seconds: int = 0

    resolved: int = 0
    resolve_seconds: int = 0
    one_reply: int = 0
    replied: int = 0
    reopened: int = 0
    unaided: int = 0

    waits: dict[tuple[WaitKind, int], int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """All but the durations, by name."""
        return {name: getattr(self, name) for name in COUNTS}


COUNTS = tuple(one.name for one in fields(Sums) if one.name != "waits")
"""What is counted in each cell."""


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
    return LinkedBy.TOCSIN if ticket.linked_by in WITHOUT_AGENT else LinkedBy.AGENT


def is_reopened(before: Ticket, after: Ticket) -> bool:
    """Whether a change opened a resolved ticket again; taking a closing back is a correction, not a reopening."""
    return before.status is TicketStatus.RESOLVED and after.status not in {*RESOLVED, TicketStatus.MERGED}


def difference(changes: Iterable[tuple[TicketFact | None, TicketFact | None]], zone: tzinfo) -> Mapping[Cell, Sums]:
    """By how much cells move when tickets change from the first to the second of each pair; None = not there."""
    moved: dict[Cell, Sums] = {}
    for before, after in changes:
        if before is not None:
            _move(moved, before, -1, zone)
        if after is not None:
            _move(moved, after, 1, zone)
    return {cell: sums for cell, sums in moved.items() if any(sums.counts.values()) or any(sums.waits.values())}


def step_of(seconds: int) -> int:
    """A duration rounded up to the step at which it is kept.

    Whole minutes up to 10, then 5 minutes up to 2 hours, 15 minutes up to 8 hours, hours up to 2 days, 6 hours up to 14
    days, then days; 400 days and more are one step.
    """
    return STEPS[min(bisect_left(STEPS, seconds), len(STEPS) - 1)]


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds, rounded down, at least 0: a clock that was set back makes no negative wait."""
    return max(0, int((end - start).total_seconds() // 1))


def day_of(at: datetime, zone: tzinfo) -> int:
    """The day on which it happened there, as an ordinal."""
    return at.astimezone(zone).toordinal()


def _move(moved: dict[Cell, Sums], fact: TicketFact, by: int, zone: tzinfo) -> None:
    """Adds one ticket, or takes it off: on the days it was written and resolved, among all and its incident's."""
    for incident_id in ("", fact.incident_id) if fact.incident_id else ("",):
        _written(_at(moved, incident_id, fact, day_of(fact.created_at, zone)), fact, by)
        if fact.resolved_at is not None:
            _resolved(_at(moved, incident_id, fact, day_of(fact.resolved_at, zone)), fact, fact.resolved_at, by)


def _at(moved: dict[Cell, Sums], incident_id: str, fact: TicketFact, day: int) -> Sums:
    cell = Cell(day, incident_id, fact.form, fact.team, fact.tier, fact.priority)
    found = moved.get(cell)
    if found is None:
        found = moved[cell] = Sums()
    return found


def _written(sums: Sums, fact: TicketFact, by: int) -> None:
    sums.written += by
    if fact.status is TicketStatus.MERGED:
        sums.merged += by
        return
    sums.human += by * fact.human
    sums.linked += by * (fact.linked_by is LinkedBy.TOCSIN)
    sums.linked_by_agent += by * (fact.linked_by is LinkedBy.AGENT)
    if fact.answered_at is not None:
        seconds = seconds_between(fact.created_at, fact.answered_at)
        sums.answered += by
        sums.answer_seconds += by * seconds
        _wait(sums, WaitKind.ANSWER, seconds, by)


def _resolved(sums: Sums, fact: TicketFact, at: datetime, by: int) -> None:
    seconds = seconds_between(fact.created_at, at)
    sums.resolved += by
    sums.resolve_seconds += by * seconds
    sums.replied += by * (fact.replies > 0)
    sums.one_reply += by * (fact.replies == 1 and fact.reopenings == 0)
    sums.reopened += by * (fact.reopenings > 0)
    sums.unaided += by * (fact.replies == 0 and fact.linked_by is LinkedBy.TOCSIN)
    _wait(sums, WaitKind.RESOLVE, seconds, by)


def _wait(sums: Sums, wait: WaitKind, seconds: int, by: int) -> None:
    key = wait, step_of(seconds)
    sums.waits[key] = sums.waits.get(key, 0) + by
