"""The link to a ticket's page in a mail; it proves that the reader has the mailbox.

Whoever sent a ticket is shown its page too, but has not shown that the address is theirs.
"""

import hashlib
import hmac

from itsdangerous import Signer

from tocsin.desk.desk import Desk


def mailed_proof(desk: Desk, ticket_id: str) -> str:
    """The proof in a mailed link that its reader got the mail about the ticket."""
    signer = Signer(desk.secret, salt="mailed", digest_method=hashlib.sha256)
    return signer.get_signature(ticket_id.encode()).decode()


def is_mailed(desk: Desk, ticket_id: str, proof: str) -> bool:
    """Whether the reader came by a mail about this ticket."""
    return hmac.compare_digest(proof.encode(), mailed_proof(desk, ticket_id).encode())


def mailed_path(desk: Desk, ticket_id: str) -> str:
    """The path of a ticket's page as mails link it."""
    return f"/support/t/{desk.store.tickets.make_token(ticket_id)}?mailed={mailed_proof(desk, ticket_id)}"
