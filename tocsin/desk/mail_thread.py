"""Finds the ticket that a mail answers: by our own words in it that only the receiver of our mail has."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import idna

from tickets.address import InvalidAddress, mail_address
from tickets.mail.compose import thread_id
from tickets.ticket import Ticket
from tocsin.context.public_text import mail_domain
from tocsin.desk.answer_address import ticket_named
from tocsin.desk.desk import Desk
from tocsin.storage.outbox import TicketMail

LOOKED_AT = 200  # tickets of one address, the latest
READ = 20  # of these, tickets whose mails are looked through one by one


def ticket_answered(desk: Desk, sender: str, to: Sequence[str], answers: Sequence[str]) -> Ticket | None:
    """The ticket that a mail from `sender` belongs to; None where it names none of theirs.

    to: whom it was sent to. answers: the Message-IDs that it names. Its ticket is found by a signed address or by the
    Message-ID of a mail of ours, and only where that mail went to the sender: a number in a subject proves nothing.
    A ticket that is part of another stands for that one.
    """
    named = ticket_named(desk, to)
    ticket = desk.store.tickets.get(named) if named else None
    if ticket is None or not is_same_address(ticket.email, sender):
        ticket = _by_message_id(desk, sender, answers) if answers else None
    if ticket is not None and ticket.merged_into:
        first = desk.store.tickets.get(ticket.merged_into)
        return first if first is not None and is_same_address(first.email, sender) else ticket
    return ticket


def mail_answered(desk: Desk, ticket: Ticket, answers: Iterable[str]) -> TicketMail | None:
    """The latest of the ticket's mails that is among these Message-IDs."""
    wanted = set(answers)
    return next((m for m in reversed(desk.store.mail.written_to(ticket.id)) if m.mail.message_id in wanted), None)


def _by_message_id(desk: Desk, sender: str, answers: Sequence[str]) -> Ticket | None:
    domain, wanted = mail_domain(desk.public_url), set(answers)
    theirs = [one for address in _spellings(sender) for one in _tickets_of(desk, address)]
    found = next((one for one in theirs if thread_id(one, domain) in wanted), None)
    return found or next((one for one in theirs[:READ] if mail_answered(desk, one, wanted)), None)


def _tickets_of(desk: Desk, address: str) -> Sequence[Ticket]:
    return desk.store.tickets.naming(email=address, limit=LOOKED_AT).items


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are one, in whatever case, and whether the domain is written in letters or in ASCII."""
    return bool(one and other) and _plain(one) == _plain(other)


def _plain(address: str) -> str:
    try:
        return mail_address(address.strip()).casefold()
    except InvalidAddress:
        return address.strip().casefold()


def _spellings(address: str) -> Iterator[str]:
    """The address as its owner may have typed it into a form: as it is, with the domain in ASCII, or in letters."""
    found = [address.strip().casefold(), _plain(address)]
    local, _, domain = found[-1].rpartition("@")
    with suppress(idna.IDNAError, UnicodeError):
        found.append(f"{local}@{idna.decode(domain)}")
    yield from dict.fromkeys(found)
