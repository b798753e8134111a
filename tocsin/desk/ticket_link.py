"""The link to a ticket's page in a mail; it proves that the reader has the mailbox.

Whoever sent a ticket is shown its page too, but has not shown that the address is theirs.
"""

from tocsin.context.signatures import is_signature, signature_of
from tocsin.desk.desk import Desk

MAILED = "mailed"


def mailed_proof(desk: Desk, ticket_id: str) -> str:
    """The proof in a mailed link that its reader got the mail about the ticket."""
    return signature_of(desk.secret, MAILED, ticket_id)


def is_mailed(desk: Desk, ticket_id: str, proof: str) -> bool:
    """Whether the reader came by a mail about this ticket."""
    return is_signature(proof, desk.secret, MAILED, ticket_id)


def mailed_path(desk: Desk, ticket_id: str) -> str:
    """The path of a ticket's page as mails link it."""
    return f"/support/t/{desk.store.tickets.make_token(ticket_id)}?mailed={mailed_proof(desk, ticket_id)}"
