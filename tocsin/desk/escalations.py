"""Looks for tickets that waited too long at their tier, raises them, and writes to those who lead the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from html import escape

from tickets.escalation import UNRESOLVED, Trigger, decide_escalation, escalate, is_stuck
from tickets.lifecycle import Action
from tickets.mail.compose import message_id
from tickets.mail.message import Mail
from tickets.pauses import WAITS_FOR_US
from tickets.ticket import Ticket
from tocsin.context.public_text import mail_domain
from tocsin.desk.desk import Desk
from tocsin.desk.ticket_actions import recorded
from tocsin.storage import AuditEntry, TicketChange, TicketFilter, every
from tocsin.storage.accounts import Role

INSTANT = timedelta(microseconds=1)
STATUS = tuple(sorted(WAITS_FOR_US))


def escalate_stuck(desk: Desk, now: datetime) -> int:
    """Raises each ticket that waited for us for four hours at its tier; how many those were.

    The mails are queued first, and each is queued once: one that a kill cuts short is done by the next look.
    """
    stuck = [one for tier in (1, 2) for one in _waiting(desk, tier, now) if is_stuck(one, now)]
    if not stuck:
        return 0
    desk.store.mail.enqueue([mail for ticket in stuck for mail in _to_leads(desk, ticket)], now)
    entry = AuditEntry(actor="tocsin", action=Action.ESCALATE, subject_kind="ticket")

    def change(current: Ticket) -> TicketChange | None:
        to = decide_escalation(current, [Trigger.UNRESOLVED]) if is_stuck(current, now) else None
        return None if to is None else recorded(desk, escalate(current, to, now), now)

    return desk.store.tickets.change_all([one.id for one in stuck], change, now, entry)


def _waiting(desk: Desk, tier: int, now: datetime) -> Iterable[Ticket]:
    wanted = TicketFilter(status=STATUS, tier=tier, created_before=now - UNRESOLVED + INSTANT)
    return every(lambda cursor: desk.store.tickets.page(wanted, cursor, 500))


def _to_leads(desk: Desk, ticket: Ticket) -> list[Mail]:
    """A mail to each manager; it names nothing of the customer, and is no part of the ticket's thread."""
    leads = [u for u in desk.store.people.users() if u.role is Role.MANAGER and not u.disabled and u.email]
    subject = f"{ticket.number}: {Trigger.UNRESOLVED}, goes to tier {ticket.routing.tier + 1}"
    link = f"{desk.public_url}/desk/tickets/{ticket.number}"
    text = f"{ticket.form}, {ticket.routing.priority}, {ticket.routing.team}.\n\n{link}\n"
    keys = [f"escalated:{ticket.id}:{ticket.routing.tier}:{lead.name}" for lead in leads]
    return [
        Mail(
            key=key,
            to=lead.email,
            subject=subject,
            text=text,
            html=f"<p>{escape(text)}</p>",
            message_id=message_id(key, mail_domain(desk.public_url)),
        )
        for key, lead in zip(keys, leads, strict=True)
    ]
