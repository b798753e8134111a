"""Gathers evidence for a receiver of updates: what joined, changed or ended within a while is sent in one update."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents.incident import IncidentUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLines:
    """The lines of one incident's timeline that a receiver has not accepted, by their seq.

    first, last: the bounds, equal where one line waits. turn: the first of them that is more than evidence (of another
    kind than `signals`), None = all are evidence. notified_at: when the receiver last accepted a line of this incident,
    None = never.
    """

    first: int
    last: int
    turn: int | None
    notified_at: datetime | None


def next_line(waiting: WaitingLines, gather: timedelta | None, now: datetime) -> int | None:
    """The seq of the line that is sent next and stands for all before it; None while evidence still gathers.

    gather: evidence that comes within this time of the last notification waits until it is over, and is sent together;
    0 = every line is sent by itself; None = nothing waits, and evidence that has piled up is sent together.
    A line that is more than evidence never waits: what gathered goes with it.
    """
    if gather == timedelta(0):
        return waiting.first
    if waiting.turn is not None:
        return waiting.turn
    if gather is None:
        return waiting.last
    since = waiting.notified_at
    # A notification in the future is one before the clock was set back: nobody waits for it to come.
    return None if since is not None and since <= now < since + gather else waiting.last


def gathered(lines: Sequence[IncidentUpdate]) -> IncidentUpdate:
    """The last of an incident's lines, with every line's reason: its own first, then the others in order.

    lines: at least one, in order. A reason is said once; one of another author than the last line's is named.
    """
    last = lines[-1]
    others = (one.reason if one.author == last.author else f"{one.author}: {one.reason}" for one in lines[:-1])
    return replace(last, reason="; ".join(dict.fromkeys((last.reason, *others))))
