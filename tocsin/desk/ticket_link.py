"""A ticket's page as a mail links it: whoever has the mail has the mailbox, and may see the customer's history.

Whoever sent a ticket is shown its page too, but has not shown that the address is theirs.
"""

import hashlib
import hmac

from itsdangerous import Signer

from tocsin.context.services import Services


def mailed_proof(services: Services, ticket_id: str) -> str:
    """What only a mail about the ticket carries."""
    signer = Signer(services.secret, salt="mailed", digest_method=hashlib.sha256)
    return signer.get_signature(ticket_id.encode()).decode()


def is_mailed(services: Services, ticket_id: str, proof: str) -> bool:
    """Whether the reader came by a mail about this ticket."""
    return hmac.compare_digest(proof.encode(), mailed_proof(services, ticket_id).encode())


def mailed_path(services: Services, ticket_id: str) -> str:
    """The path of a ticket's page as mails link it."""
    return f"/support/t/{services.store.tickets.make_token(ticket_id)}?mailed={mailed_proof(services, ticket_id)}"
