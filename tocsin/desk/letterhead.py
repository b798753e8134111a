"""What every mail about a ticket says of us and of where the ticket is."""

from tickets.mail.compose import Letterhead
from tocsin.context.public_text import mail_domain
from tocsin.context.services import Services
from tocsin.desk.ticket_link import mailed_path


def letterhead(services: Services, ticket_id: str) -> Letterhead:
    """What every mail about a ticket says of us and of where the ticket is."""
    url = services.config.site.public_url
    return Letterhead(
        exchange=services.config.site.name,
        domain=mail_domain(services),
        status_url=services.config.page_url,
        ticket_url=f"{url}{mailed_path(services, ticket_id)}",
    )
