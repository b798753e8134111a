"""How tests hand mails to a mailer: as the loop does, each with its own outcome."""

from collections.abc import Sequence

from incidents.delivery import DeliveryError
from tickets.mail.message import Mail, Mailer


def send_all(mailer: Mailer, batch: Sequence[Mail]) -> list[DeliveryError | None]:
    """Of each mail None where it was accepted, else why not; all over one connection."""
    outcomes: list[DeliveryError | None] = []
    with mailer.sending() as send:
        for mail in batch:
            try:
                send(mail)
            except DeliveryError as error:
                outcomes.append(error)
            else:
                outcomes.append(None)
    return outcomes
