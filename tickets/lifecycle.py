"""The actions on a ticket: each is a function that returns the changed ticket and the line to record."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tickets.identity import customer_of, is_proven
from tickets.ticket import Author, Priority, Ticket, TicketStatus

S = TicketStatus
CUSTOMER = "customer"
WITHOUT_AGENT = frozenset({"tocsin", CUSTOMER})
"""Who links tickets beside the agents."""
OPEN = frozenset({S.NEW, S.IN_PROGRESS, S.AWAITING_CUSTOMER, S.AWAITING_INCIDENT})
REOPENABLE = OPEN | {S.RESOLVED}


class Action(StrEnum):
    """What was done to a ticket, as audit trail and thread call it."""

    ACCEPT = "accept"
    REPLY = "reply"
    NOTE = "note"
    COMMENT = "comment"
    LINK = "link"
    UNLINK = "unlink"
    CONFIRM = "confirm"
    REJECT = "reject"
    ANSWER = "answer"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    UNDO_CLOSE = "undo close"
    MERGE = "merge"
    UNDO_MERGE = "undo merge"
    RETURN = "return"
    TAKE_BACK = "take back"
    HAND_OVER = "hand over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ticket after an action, and what to record of it.

    actor: a user's name, "customer" or "tocsin". detail: one sentence for the audit trail, never a message's text.
    author, text: the message to add to the thread; author None = no message.
    """

    ticket: Ticket
    action: Action
    actor: str
    at: datetime
    detail: str = ""
    author: Author | None = None
    text: str = ""


class TransitionError(Exception):
    """An action that the ticket's state does not allow; the words say why and what to do instead."""


def accept(ticket: Ticket, agent: str, now: datetime) -> Change:
    """An agent takes the ticket; taking one's own ticket again changes nothing but the time."""
    _require(ticket, OPEN, "be accepted")
    status = S.IN_PROGRESS if ticket.status is S.NEW else ticket.status
    after = replace(_picked_up(ticket, now), status=status, assignee=agent, updated_at=now)
    return Change(ticket=after, action=Action.ACCEPT, actor=agent, at=now, detail=f"accepted by {agent}")


def reply(ticket: Ticket, agent: str, text: str, now: datetime) -> Change:
    """An agent answers the customer: it waits for them, except where it waits for an incident anyway."""
    _require_text(ticket, text, "A reply")
    return replace(answered_elsewhere(ticket, agent, now), detail="", author=Author.AGENT, text=text)


def answered_elsewhere(ticket: Ticket, agent: str, now: datetime) -> Change:
    """An agent has answered the customer in the helpdesk where the ticket lives: it is as after a reply from here."""
    _require(ticket, OPEN, "be answered")
    status = ticket.status if ticket.status is S.AWAITING_INCIDENT else S.AWAITING_CUSTOMER
    after = replace(
        _picked_up(ticket, now),
        status=status,
        assignee=ticket.assignee or agent,
        first_response_at=ticket.first_response_at or now,
        updated_at=now,
    )
    detail = f"answered by {agent} where the ticket lives"
    return Change(ticket=after, action=Action.REPLY, actor=agent, at=now, detail=detail)


def take_back_reply(ticket: Ticket, agent: str, now: datetime, *, replied_at: datetime, replied_by: str) -> Change:
    """Takes back an agent's answer that was a mistake: a ticket that it left to the customer is for a person again.

    Where it was the ticket's first answer, the ticket has none, and it is nobody's if the answer made it somebody's.
    What happened to the ticket since then stays.
    """
    first = ticket.first_response_at == replied_at
    after = replace(
        ticket,
        assignee="" if first and ticket.assignee == replied_by else ticket.assignee,
        first_response_at=None if first else ticket.first_response_at,
        updated_at=now,
    )
    status = _queue(after) if ticket.status is S.AWAITING_CUSTOMER else ticket.status
    detail = f"an answer of {replied_by} was a mistake"
    return Change(ticket=replace(after, status=status), action=Action.TAKE_BACK, actor=agent, at=now, detail=detail)


def note(ticket: Ticket, agent: str, text: str, now: datetime) -> Change:
    """An agent's note for agents; possible in any state."""
    _require_text(ticket, text, "A note")
    after = replace(ticket, updated_at=now)
    return Change(ticket=after, action=Action.NOTE, actor=agent, at=now, author=Author.INTERNAL, text=text)


def comment(ticket: Ticket, text: str, now: datetime, *, unsolved: bool = False) -> Change:
    """The customer writes again, in the portal or by answering a mail.

    On a resolved ticket it means "still not solved": it opens again, for a human. While it waits for an incident it
    goes on waiting ("any update?"), except where the customer says that the incident is not it (`unsolved`).
    """
    _require(ticket, REOPENABLE, "take a comment")
    _require_text(ticket, text, "A comment")
    keep = ticket.keep_open or unsolved or ticket.status is S.RESOLVED
    after = replace(ticket, status=_after_comment(ticket, unsolved), keep_open=keep, resolved_at=None, updated_at=now)
    action = Action.REOPEN if ticket.status is S.RESOLVED else Action.COMMENT
    return Change(ticket=after, action=action, actor="customer", at=now, author=Author.CUSTOMER, text=text)


def comment_with_news(ticket: Ticket, text: str, now: datetime, *, reason: str, priority: Priority) -> Change:
    """The customer writes what a person must read: the ticket leaves its incident and goes to the top of the queue."""
    _require(ticket, REOPENABLE, "take a comment")
    _require_text(ticket, text, "A comment")
    after = replace(
        _unlinked(ticket),
        status=_queue(ticket),
        human_reason="; ".join(filter(None, (ticket.human_reason, reason))),
        routing=replace(
            ticket.routing, priority=priority, reasons=(*ticket.routing.reasons, f"a further message {reason}")
        ),
        keep_open=True,
        resolved_at=None,
        updated_at=now,
    )
    detail = f"to a person: the further message {reason}"
    return Change(
        ticket=after, action=Action.COMMENT, actor="customer", at=now, detail=detail, author=Author.CUSTOMER, text=text
    )


def _after_comment(ticket: Ticket, unsolved: bool) -> TicketStatus:
    if ticket.status is S.AWAITING_INCIDENT and not unsolved:
        return S.AWAITING_INCIDENT
    return S.IN_PROGRESS if ticket.assignee else S.NEW


def link(
    ticket: Ticket,
    incident_id: str,
    by: str,
    now: datetime,
    *,
    probability: float | None = None,
    reasons: tuple[str, ...] = (),
) -> Change:
    """Links the ticket to an incident and parks it; tickets that must stay with a human are linked but not parked."""
    _require(ticket, OPEN, "be linked")
    if ticket.human_reason and by == "tocsin":
        raise TransitionError(
            f"{ticket.number} must stay with a human ({ticket.human_reason}): only an agent may link it."
        )
    after = replace(
        ticket,
        status=ticket.status if ticket.human_reason else S.AWAITING_INCIDENT,
        incident_id=incident_id,
        probability=probability,
        link_reasons=reasons,
        linked_by=by,
        suggested_id=None,
        not_about=_affirmed(ticket, incident_id).not_about,
        updated_at=now,
    )
    return Change(ticket=after, action=Action.LINK, actor=by, at=now, detail=f"linked to incident {incident_id}")


def let_wait(ticket: Ticket, incident_id: str, by: str, now: datetime) -> Change:
    """An agent has read a ticket that a human had to read: it waits for the incident like any other."""
    done = link(replace(ticket, human_reason=""), incident_id, by, now)
    return replace(done, detail=f"read by {by}, may wait for incident {incident_id}: {ticket.human_reason}")


def unlink(ticket: Ticket, by: str, now: datetime, *, undoes: bool = False) -> Change:
    """Takes it off its incident, back into the queue; nothing links it there again but an agent.

    undoes: the link was a slip, which says nothing of what the ticket is about.
    """
    if ticket.incident_id is None:
        raise TransitionError(f"{ticket.number} is not linked to an incident: there is nothing to unlink.")
    _require(ticket, OPEN, "be unlinked")
    status = _queue(ticket) if ticket.status is S.AWAITING_INCIDENT else ticket.status
    after = replace(_unlinked(ticket if undoes else _denied(ticket, ticket.incident_id)), status=status, updated_at=now)
    return Change(ticket=after, action=Action.UNLINK, actor=by, at=now, detail=f"unlinked from {ticket.incident_id}")


def confirm(ticket: Ticket, by: str, now: datetime) -> Change:
    """An agent says that a link that no agent made is right."""
    _require(ticket, OPEN, "have its link confirmed")
    if ticket.incident_id is None or ticket.linked_by not in WITHOUT_AGENT:
        linked = f"was linked by {ticket.linked_by}" if ticket.incident_id else "is not linked to an incident"
        raise TransitionError(f"{ticket.number} {linked}: only a link that no agent made can be confirmed.")
    after = replace(ticket, linked_by=by, probability=None, updated_at=now)
    detail = f"the link to incident {ticket.incident_id} is right"
    return Change(ticket=after, action=Action.CONFIRM, actor=by, at=now, detail=detail)


def reject(ticket: Ticket, by: str, now: datetime) -> Change:
    """An agent says that the ticket is not about the incident that was suggested."""
    _require(ticket, OPEN, "have its suggestion turned down")
    if ticket.incident_id is not None or ticket.suggested_id is None:
        raise TransitionError(f"{ticket.number} has no suggested incident: there is nothing to turn down.")
    after = replace(_unlinked(_denied(ticket, ticket.suggested_id)), updated_at=now)
    detail = f"not about incident {ticket.suggested_id}"
    return Change(ticket=after, action=Action.REJECT, actor=by, at=now, detail=detail)


def suggest(
    ticket: Ticket, incident_id: str, probability: float | None, reasons: tuple[str, ...], now: datetime, *, asks: bool
) -> Change:
    """Notes the incident that an unlinked ticket may be about. asks: the customer is asked whether it is."""
    _require(ticket, OPEN, "be suggested for an incident")
    after = replace(
        ticket,
        suggested_id=incident_id,
        probability=probability,
        link_reasons=reasons,
        asked_about=incident_id if asks else ticket.asked_about,
        is_about=None if asks else ticket.is_about,
    )
    detail = f"{'the customer is asked whether it is' if asks else 'may be'} about incident {incident_id}"
    return Change(ticket=after, action=Action.LINK, actor="tocsin", at=now, detail=detail)


def answer_question(ticket: Ticket, incident_id: str, is_about: bool, now: datetime, *, may_wait: bool) -> Change:
    """The customer says whether the ticket is about the incident that they were asked about.

    Yes links it and lets it wait, unless a human has it or must have it, or the incident is over (`may_wait`): they
    are shown the answer. No puts it back into the queue, and the incident is suggested no more.
    """
    _require(ticket, REOPENABLE, "be answered for")
    if ticket.asked_about != incident_id:
        raise TransitionError(f"You were not asked whether {ticket.number} is about this problem.")
    said = replace(_affirmed(ticket, incident_id) if is_about else _denied(ticket, incident_id), updated_at=now)
    said = replace(said, is_about=is_about)
    detail = f"the customer says that it is {'' if is_about else 'not '}about incident {incident_id}"
    if is_about and may_wait and ticket.status is S.NEW and not ticket.human_reason and ticket.incident_id is None:
        said = replace(said, status=S.AWAITING_INCIDENT, incident_id=incident_id, linked_by=CUSTOMER, suggested_id=None)
    elif not is_about and ticket.incident_id == incident_id and ticket.linked_by == CUSTOMER:
        said = replace(_unlinked(said), status=_queue(said) if said.status is S.AWAITING_INCIDENT else said.status)
    elif not is_about and ticket.suggested_id == incident_id:
        said = _unlinked(said)
    return Change(ticket=said, action=Action.ANSWER, actor=CUSTOMER, at=now, detail=detail)


def resolve(ticket: Ticket, by: str, now: datetime) -> Change:
    """Says that it is solved."""
    _require(ticket, OPEN, "be resolved")
    after = replace(ticket, status=S.RESOLVED, resolved_at=now, updated_at=now)
    return Change(ticket=after, action=Action.RESOLVE, actor=by, at=now, detail=f"resolved by {by}")


def reopen(ticket: Ticket, by: str, now: datetime) -> Change:
    """Opens a resolved ticket again; the end of an incident does not settle it any more."""
    _require(ticket, frozenset({S.RESOLVED}), "be reopened")
    after = replace(ticket, status=_queue(ticket), keep_open=True, resolved_at=None, updated_at=now)
    return Change(ticket=after, action=Action.REOPEN, actor=by, at=now, detail=f"reopened by {by}")


def close(ticket: Ticket, by: str, now: datetime) -> Change:
    """Ends the ticket: by an agent, by the customer, or because the customer did not answer."""
    _require(ticket, REOPENABLE, "be closed")
    after = replace(
        ticket,
        status=S.CLOSED,
        resolved_at=ticket.resolved_at or now,
        updated_at=now,
        closed_from=ticket.status,
        closed_by=by,
    )
    return Change(ticket=after, action=Action.CLOSE, actor=by, at=now, detail=f"closed by {by}")


def undo_close(ticket: Ticket, by: str, now: datetime) -> Change:
    """Takes a closing back: the ticket is what it was before. A customer takes back their own closing alone."""
    _require(ticket, frozenset({S.CLOSED}), "be opened as it was")
    before = ticket.closed_from
    if before is None:
        raise TransitionError(f"{ticket.number} was closed so long ago that what it was before is not known.")
    if by == "customer" and ticket.closed_by != "customer":
        raise TransitionError(f"{ticket.number} was closed by support: please write a new ticket.")
    after = replace(
        ticket,
        status=before,
        resolved_at=ticket.resolved_at if before is S.RESOLVED else None,
        updated_at=now,
        closed_from=None,
        closed_by="",
    )
    return Change(ticket=after, action=Action.UNDO_CLOSE, actor=by, at=now, detail=f"{before} again, says {by}")


def merge(ticket: Ticket, into: Ticket, by: str, now: datetime) -> Change:
    """Makes it part of another ticket of the same customer, who must be proven to be the same."""
    _require(ticket, OPEN, "be merged")
    if into.id == ticket.id:
        raise TransitionError(f"{ticket.number} cannot be merged into itself: name another ticket.")
    _require(into, OPEN, "take another ticket")
    if not is_proven(ticket) or customer_of(into) != customer_of(ticket):
        raise TransitionError(f"{into.number} is another customer's: their messages must not meet in one thread.")
    after = replace(ticket, status=S.MERGED, merged_into=into.id, suggested_id=None, asked_about=None, updated_at=now)
    return Change(ticket=after, action=Action.MERGE, actor=by, at=now, detail=f"merged into {into.number}")


def undo_merge(ticket: Ticket, by: str, now: datetime) -> Change:
    """Makes it a ticket of its own again, for a person; the other keeps the message that it got by it."""
    _require(ticket, frozenset({S.MERGED}), "be taken out of another ticket")
    after = replace(ticket, status=_queue(ticket), merged_into=None, updated_at=now)
    return Change(ticket=after, action=Action.UNDO_MERGE, actor=by, at=now, detail=f"its own ticket again, says {by}")


def await_incident(ticket: Ticket, incident_id: str, reason: str, now: datetime) -> Change:
    """Lets the ticket wait for another incident than before; for one that it waited for already, as it did then."""
    _require(ticket, frozenset({S.AWAITING_INCIDENT}), "wait for another incident")
    path = (*ticket.waited_for, *([ticket.incident_id] if ticket.incident_id else []))
    if incident_id in path:
        path = path[: path.index(incident_id)]
    after = replace(ticket, incident_id=incident_id, waited_for=path, updated_at=now)
    return Change(ticket=after, action=Action.LINK, actor="tocsin", at=now, detail=f"now {incident_id}: {reason}")


def await_again(ticket: Ticket, now: datetime) -> Change:
    """The incident that settled it is active again: the ticket waits for its end once more."""
    _require(ticket, frozenset({S.RESOLVED}), "wait for its incident again")
    after = replace(ticket, status=S.AWAITING_INCIDENT, resolved_at=None, updated_at=now)
    detail = f"waits again: incident {ticket.incident_id} is back"
    return Change(ticket=after, action=Action.REOPEN, actor="tocsin", at=now, detail=detail)


def resolve_with_incident(ticket: Ticket, now: datetime) -> Change:
    """The end of its incident settles it."""
    _require(ticket, frozenset({S.AWAITING_INCIDENT}), "be resolved with its incident")
    if ticket.keep_open or ticket.human_reason:
        reason = ticket.human_reason or "the customer says that it is not settled"
        raise TransitionError(f"{ticket.number} is not resolved with its incident: {reason}. An agent resolves it.")
    after = replace(ticket, status=S.RESOLVED, resolved_at=now, updated_at=now)
    detail = f"resolved with incident {ticket.incident_id}"
    return Change(ticket=after, action=Action.RESOLVE, actor="tocsin", at=now, detail=detail)


def return_to_queue(ticket: Ticket, reason: str, now: datetime, *, first: bool = False) -> Change:
    """Returns a ticket that waited for an incident to the queue; the link stays, so that the agent sees it.

    first: before the ordinary ones, for it has waited long enough; its routing says why, whatever its priority was.
    """
    _require(ticket, frozenset({S.AWAITING_INCIDENT}), "return to the queue")
    routing = ticket.routing
    if first:
        is_low = routing.priority in (Priority.NORMAL, Priority.LOW)
        priority = Priority.HIGH if is_low else routing.priority
        routing = replace(routing, priority=priority, reasons=(*routing.reasons, reason))
    after = replace(ticket, status=_queue(ticket), routing=routing, updated_at=now)
    return Change(ticket=after, action=Action.RETURN, actor="tocsin", at=now, detail=f"back in the queue: {reason}")


def _picked_up(ticket: Ticket, now: datetime) -> Ticket:
    waits = ticket.handed_at is not None and ticket.picked_up_at is None
    return replace(ticket, picked_up_at=now) if waits else ticket


def _queue(ticket: Ticket) -> TicketStatus:
    return S.IN_PROGRESS if ticket.assignee else S.NEW


def _denied(ticket: Ticket, incident_id: str) -> Ticket:
    return replace(ticket, not_about=tuple(dict.fromkeys((*ticket.not_about, incident_id))))


def _affirmed(ticket: Ticket, incident_id: str) -> Ticket:
    return replace(ticket, not_about=tuple(i for i in ticket.not_about if i != incident_id))


def _unlinked(ticket: Ticket) -> Ticket:
    return replace(ticket, incident_id=None, probability=None, link_reasons=(), linked_by="", suggested_id=None)


def _require(ticket: Ticket, states: frozenset[TicketStatus], what: str) -> None:
    if ticket.status not in states:
        allowed = ", ".join(sorted(states))
        raise TransitionError(f"{ticket.number} is {ticket.status} and cannot {what}: it must be {allowed}.")


def _require_text(ticket: Ticket, text: str, what: str) -> None:
    if not text.strip():
        raise TransitionError(f"{what} on {ticket.number} has no text: write at least one word.")
