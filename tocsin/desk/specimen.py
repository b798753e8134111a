"""Specimens of mails for a preview: what a customer would get for words that nobody has sent yet."""

from datetime import datetime

from incidents.incident import IncidentUpdate
from incidents.public import PublicIncident
from tickets.broadcast import CustomerMessage, worth
from tickets.mail.compose import Letterhead, agent_reply, incident_mail
from tickets.mail.message import Mail
from tickets.routing import route
from tickets.ticket import Author, Channel, Form, Message, NewTicket, Ticket, TicketStatus
from tocsin.context.public_text import mail_domain, words_in
from tocsin.desk.desk import Desk


def update_mail(desk: Desk, update: IncidentUpdate, found: PublicIncident, language: str, now: datetime) -> Mail | None:
    """The mail that an update would be to a customer with a linked ticket; None where it is not mailed.

    found: the incident as the public would then see it.
    """
    mailing, ticket = worth(update).mailing, _ticket(desk, now)
    if mailing is None:
        return None
    message = CustomerMessage(key="preview", mailing=mailing, ticket=ticket, tickets=(ticket.id,))
    return incident_mail(_head(desk), message, words_in(found, language, update), now)


def answer_mail(desk: Desk, text: str, by: str, now: datetime) -> Mail:
    """The mail that an agent's answer would be."""
    ticket = _ticket(desk, now)
    message = Message(id="preview", ticket_id=ticket.id, author=Author.AGENT, name=by, text=text, at=now)
    return agent_reply(_head(desk), ticket, message, now)


def _head(desk: Desk) -> Letterhead:
    return Letterhead(
        exchange=desk.text.site.name,
        domain=mail_domain(desk.public_url),
        status_url=desk.page_url,
        ticket_url=f"{desk.public_url}/support/t/…",
        reads_answers=desk.reads_answers,
    )


def _ticket(desk: Desk, now: datetime) -> Ticket:
    """Nobody's ticket: a preview shows no customer's data."""
    subject, name = "the ticket's subject", "the customer's name"
    new = NewTicket(form=Form.OTHER, subject=subject, text="", name=name, email="customer@example.com")
    return Ticket(
        id="preview",
        number=f"{desk.prefix}-…",
        status=TicketStatus.AWAITING_INCIDENT,
        form=new.form,
        subject=new.subject,
        text=new.text,
        name=new.name,
        email=new.email,
        phone="",
        customer_id="",
        language="en",
        channel=Channel.PORTAL,
        fields=(),
        routing=route(new, None, now=now),
        human_reason="",
        created_at=now,
        updated_at=now,
    )
