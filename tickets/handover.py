"""Hands a ticket to a person, a team or a tier, with the note that whoever gets it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tickets import lifecycle
from tickets.lifecycle import Action, Change, TransitionError
from tickets.ticket import Author, Form, Team, Ticket, TicketStatus

TIERS = (1, 2, 3)
NOTE_WORDS = 5
"""So many words a note has at the least where a ticket goes to a higher tier."""
SUPERVISOR_WORDS = 15
"""And where the customer asked for a supervisor: what was tried, and why a supervisor is needed."""
WITH_TRANSACTION = frozenset({Form.WITHDRAWAL, Form.DEPOSIT, Form.TRADING})


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Where a ticket goes. person "" = nobody in particular; team, tier None = as they are.

    note: what whoever gets it must know. facts: the answers to `asked_before_transfer`, by name. supervisor: the
    customer asked for one.
    """

    person: str = ""
    team: Team | None = None
    tier: int | None = None
    note: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    supervisor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferField:
    """A fact that must be given before a ticket goes to a higher tier. value: as far as the ticket has it."""

    name: str
    label: str
    value: str


def asked_before_transfer(ticket: Ticket) -> tuple[TransferField, ...]:
    """What the next tier must not have to ask again; "unknown" is an answer, nothing is none."""
    given = dict(ticket.fields)
    transaction = given.get("txid") or given.get("order_id") or ""
    asked = [TransferField(name="user", label="User ID", value=ticket.customer_id)]
    if ticket.form in WITH_TRANSACTION:
        asked.append(TransferField(name="transaction", label="Transaction hashes or order IDs", value=transaction))
    asked.append(TransferField(name="times", label="Times: when it happened, by UTC", value=""))
    asked.append(TransferField(name="contact", label="Previous communication: what was said so far", value=""))
    return tuple(asked)


def hand_over(ticket: Ticket, to: HandOver, by: str, now: datetime) -> Change:
    """The ticket goes to somebody else's queue, or to a person. To another tier, that tier's pick-up clock starts.

    Raises TransitionError where it is over, goes nowhere, has no note, or goes up without what must be known.
    """
    _refuse_settled(ticket)
    tier = ticket.routing.tier if to.tier is None else to.tier
    team = to.team or ticket.routing.team
    if (to.person, tier, team) == (ticket.assignee, ticket.routing.tier, ticket.routing.team):
        raise TransitionError(f"{ticket.number} is there already: choose another person, team or tier.")
    _refuse_short(ticket, to, tier)
    moved = tier != ticket.routing.tier
    where = _where(ticket, to, tier, team)
    after = replace(
        ticket,
        status=TicketStatus.IN_PROGRESS if to.person else TicketStatus.NEW,
        assignee=to.person,
        routing=replace(
            ticket.routing,
            tier=tier,
            team=team,
            reasons=(*ticket.routing.reasons, f"handed to {where} by {by}"),
        ),
        handed_at=now if moved else ticket.handed_at,
        picked_up_at=None if moved else ticket.picked_up_at,
        updated_at=now,
    )
    return Change(
        ticket=after,
        action=Action.HAND_OVER,
        actor=by,
        at=now,
        detail=f"handed to {where}",
        author=Author.INTERNAL,
        text=_text(ticket, to, where),
    )


def _refuse_settled(ticket: Ticket) -> None:
    if ticket.status not in lifecycle.OPEN:
        raise TransitionError(f"{ticket.number} is {ticket.status} and cannot be handed over: reopen it first.")


def _refuse_short(ticket: Ticket, to: HandOver, tier: int) -> None:
    words = len(to.note.split())
    if not words:
        raise TransitionError(f"{ticket.number} is handed over with a note: say what the next person must know.")
    if to.supervisor and words < SUPERVISOR_WORDS:
        raise TransitionError(
            f"A supervisor gets {ticket.number} with a note of at least {SUPERVISOR_WORDS} words, not {words}: "
            "what the customer wants, what was tried, and why a supervisor is needed."
        )
    if tier <= ticket.routing.tier:
        return
    if words < NOTE_WORDS:
        raise TransitionError(
            f"Tier {tier} gets {ticket.number} with a note of at least {NOTE_WORDS} words, not {words}."
        )
    missing = [one.label for one in asked_before_transfer(ticket) if not to.facts.get(one.name, "").strip()]
    if missing:
        raise TransitionError(
            f"Tier {tier} needs more on {ticket.number}: {'; '.join(missing)}. Where nobody knows, write unknown."
        )


def _where(ticket: Ticket, to: HandOver, tier: int, team: Team) -> str:
    parts = [to.person] if to.person else []
    if tier != ticket.routing.tier:
        parts.append(f"tier {tier}")
    if team is not ticket.routing.team:
        parts.append(team)
    if not parts:
        parts.append(f"the queue of {team}")
    return ", ".join(parts)


def _text(ticket: Ticket, to: HandOver, where: str) -> str:
    head = f"**Handed to {where}**" + (": the customer asks for a supervisor" if to.supervisor else "")
    given = [f"- {one.label}: {said}" for one in asked_before_transfer(ticket) if (said := _line(to, one.name))]
    return "\n\n".join(filter(None, (head, to.note.strip(), "\n".join(given))))


def _line(to: HandOver, name: str) -> str:
    return " ".join(to.facts.get(name, "").split())
