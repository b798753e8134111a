"""An agent's answer to the customer, and the state in which it leaves the ticket."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tickets import lifecycle
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Ticket, TicketStatus


class NextState(StrEnum):
    """What an agent's answer makes of the ticket."""

    WAIT = "wait"  # for the customer, or for its incident
    SOLVE = "solve"
    KEEP = "keep"  # the agent goes on with it


def answer(ticket: Ticket, agent: str, text: str, now: datetime, following: NextState = NextState.WAIT) -> Change:
    """An agent answers the customer and says what follows. Raises TransitionError as `lifecycle.reply` does."""
    done = lifecycle.reply(ticket, agent, text, now)
    if following is NextState.SOLVE:
        after = replace(done.ticket, status=TicketStatus.RESOLVED, resolved_at=now)
        return replace(done, ticket=after, detail=f"answered and resolved by {agent}")
    if following is NextState.KEEP:
        after = replace(done.ticket, status=TicketStatus.IN_PROGRESS, assignee=agent)
        return replace(done, ticket=after, detail=f"answered by {agent}, who goes on with it")
    return done


def refuse_outdated(current: Ticket, seen_at: datetime | None) -> None:
    """Raises TransitionError where the ticket changed since the version that an agent saw. None = nobody says which."""
    if seen_at is not None and current.updated_at != seen_at:
        raise TransitionError(
            f"{current.number} changed while you wrote: read below what is new, then send your words, "
            "which are kept here, if they still fit."
        )
