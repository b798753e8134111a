"""The sender details of every mail about a ticket: the exchange's name, and where the ticket's page is."""

from tickets.mail.compose import Letterhead
from tocsin.context.public_text import mail_domain
from tocsin.desk.answer_address import answer_address
from tocsin.desk.desk import Desk
from tocsin.desk.ticket_link import mailed_path


def letterhead(desk: Desk, ticket_id: str) -> Letterhead:
    """The sender details that every mail about a ticket shows."""
    return Letterhead(
        exchange=desk.text.site.name,
        domain=mail_domain(desk.public_url),
        status_url=desk.page_url,
        ticket_url=f"{desk.public_url}{mailed_path(desk, ticket_id)}",
        reads_answers=desk.reads_answers,
        reply_to=answer_address(desk, ticket_id),
    )
