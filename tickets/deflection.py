"""Deflection: shows a customer the incident that their ticket would be about, in place of the form. Pure.

The form is one click away. A tenth of the visitors, held out by a keyed hash, see the form as if nothing were known, so
that the tickets which deflection spares can be counted.
"""

import hashlib
import hmac
from collections.abc import Sequence

from tickets.linking.evidence import UNSEEN
from tickets.linking.match import LinkableIncident
from tickets.linking.reading import read_incident, transaction_kinds
from tickets.own_transaction import DONE
from tickets.ticket import Form, Transaction

HELD_OUT = 0.1
NEVER = frozenset({Form.TWO_FACTOR, Form.OTHER})
"""Forms whose customers always come to the form: who may be locked out by somebody else, and who fits no topic."""


def answers(incident: LinkableIncident, form: Form, asset: str) -> bool:
    """Whether an incident may stand in place of a form. asset: that the customer chose; "" = the form asks for none.

    Never where customers' money may be wrong and not only late (a second debit, a wrong amount, a liquidation): each of
    them is a case of its own.
    """
    if form in NEVER or incident.form != form.value or read_incident(incident).symptoms & UNSEEN:
        return False
    return not asset or not incident.assets or asset.strip().upper() in incident.assets


def is_held_out(visitor: str, key: bytes) -> bool:
    """Whether a visitor is of the tenth that sees the form; the same one always is."""
    drawn = hmac.digest(key, f"held out:{visitor}".encode(), hashlib.sha256)
    return int.from_bytes(drawn[:8], "big") < HELD_OUT * 2**64


def held_up(transactions: Sequence[Transaction], incident: LinkableIncident) -> tuple[Transaction, ...]:
    """The customer's transactions that the incident may hold up now."""
    kinds = transaction_kinds(incident.direction)
    return tuple(
        t
        for t in transactions
        if t.kind in kinds
        and t.status.casefold() not in DONE
        and (not incident.assets or t.asset.upper() in incident.assets)
        and (not incident.networks or not t.network or t.network.lower() in incident.networks)
    )
