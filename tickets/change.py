"""What an action on a ticket leaves behind: the ticket as it then stands, what joins its thread, and what is mailed."""

from dataclasses import dataclass

from tickets.mail.message import Mail
from tickets.ticket import Message, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """Written in one transaction. ticket: unchanged where nothing but the thread grows. Messages' ids may be "" (the store gives them)."""

    ticket: Ticket
    messages: tuple[Message, ...] = ()
    mails: tuple[Mail, ...] = ()
