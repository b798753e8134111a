"""Whether the customer's own transaction is done, once the incident that held it up is over."""

from collections.abc import Sequence
from enum import StrEnum

from tickets.linking.evidence import WENT_THROUGH
from tickets.linking.match import LinkableIncident
from tickets.linking.reading import transaction_kinds
from tickets.ticket import Ticket, Transaction

DONE = WENT_THROUGH | {"cancelled", "canceled", "refunded", "returned"}


class OwnTransaction(StrEnum):
    """How the customer's own transaction stands."""

    DONE = "the customer's own transaction is done"
    NOT_DONE = "the customer's own transaction is not done"
    UNKNOWN = "the customer's own transaction is not known"


def own_transaction(
    ticket: Ticket, transactions: Sequence[Transaction] | None, incident: LinkableIncident
) -> OwnTransaction:
    """Decides from the transaction that the ticket names, else from those that the incident can have held up.

    transactions: the customer's own; None = unknown. Of one that was made after the ticket nothing is concluded.
    """
    named = dict(ticket.fields).get("txid", "")
    own = [t for t in transactions or () if t.txid and (t.txid == named or t.txid in ticket.text)]
    theirs = own or [t for t in transactions or () if t.created_at <= ticket.created_at and _is_held_up(t, incident)]
    if not theirs:
        return OwnTransaction.UNKNOWN
    is_done = all(t.status.casefold() in DONE for t in theirs)
    return OwnTransaction.DONE if is_done else OwnTransaction.NOT_DONE


def _is_held_up(transaction: Transaction, incident: LinkableIncident) -> bool:
    return (
        transaction.kind in transaction_kinds(incident.direction)
        and (not incident.assets or transaction.asset in incident.assets)
        and (not incident.networks or transaction.network in incident.networks)
    )
