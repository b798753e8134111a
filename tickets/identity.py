"""Who a ticket's customer is, as far as it was proven: what a sender merely claims proves nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import jwt

from tickets.ticket import NewTicket, Proof, Ticket

ALGORITHM = "HS256"
CLOCKS_APART_S = 60
TOKEN_MAX = 4096
KEY_MIN = 32  # bytes (RFC 7518, 3.2)
_READER = jwt.PyJWT(
    {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_sub": False,
        "verify_jti": False,
    }
)
SAYS_WHO = frozenset({Proof.SIGNED, Proof.SESSION, Proof.MACHINE})
"""Proofs of a customer ID; a mailed link proves an address alone."""
UNPROVEN = 1 / 3
"""What a customer counts of whom nobody proved who it is: one stranger may have several addresses."""


class UnprovenIdentity(Exception):
    """A proof of identity that is not one; the words say why, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the sender of a ticket is, as far as it was proven.

    customer_id, email: "" = not proven.
    vouches: the sender is the exchange's own program, which says whose a ticket is.
    """

    proof: Proof = Proof.NONE
    customer_id: str = ""
    email: str = ""
    vouches: bool = False


NOBODY = Identity()


def identified(new: NewTicket, identity: Identity) -> NewTicket:
    """The ticket with its sender's identity: what was proven fills in what the sender left out.

    Raises UnprovenIdentity where the sender claims to be another customer than the proof says.
    """
    if identity.proof is Proof.NONE:
        return new
    if identity.vouches:
        return replace(new, proof=identity.proof, is_address_proven=True)
    if identity.customer_id and new.customer_id not in ("", identity.customer_id):
        raise UnprovenIdentity(
            f"customer_id is {new.customer_id[:40]!r}, but the proof of identity is another customer's: "
            "leave it out, or send the proof of this customer"
        )
    email = new.email.strip() or identity.email
    return replace(
        new,
        customer_id=identity.customer_id or new.customer_id,
        email=email,
        proof=identity.proof,
        is_address_proven=bool(identity.email) and email.casefold() == identity.email.casefold(),
    )


def customer_of(ticket: NewTicket | Ticket) -> str:
    """The customer of a ticket as one word: who was proven, or else the address that nobody proved, apart from those.

    A mailed link proves an address and not the customer ID that the ticket claims beside it.
    """
    address = ticket.email.strip().casefold()
    if not is_proven(ticket):
        return f"unproven:{address}"
    return f"id:{proven_id(ticket)}" if proven_id(ticket) else f"address:{address}"


def is_proven(ticket: NewTicket | Ticket) -> bool:
    """Whether it is known whose the ticket is: only then it may meet other tickets of that customer."""
    return bool(proven_id(ticket)) or (ticket.proof in (Proof.MAIL, Proof.MACHINE) and ticket.is_address_proven)


def weight_of(customers: Mapping[str, bool]) -> float:
    """How many customers these are, each once: a proven one counts 1, one whom nobody proved UNPROVEN.

    customers: the customer as one word -> whether it is known that it is they.
    """
    return sum(1.0 if is_known else UNPROVEN for is_known in customers.values())


def proven_id(ticket: NewTicket | Ticket) -> str:
    """The exchange's ID of the customer, where it was proven; "" else. Only by it the account may be read."""
    return ticket.customer_id.strip() if ticket.proof in SAYS_WHO else ""


def signed_identity(token: str, key: bytes, now: datetime, proof: Proof = Proof.SIGNED) -> Identity:
    """The identity in a token that the exchange signed for its customer. Raises UnprovenIdentity.

    token: a JSON Web Token (RFC 7519), signed with HS256. Claims: `sub`, the customer ID; `exp`, seconds since 1970,
    until when it proves anything; `email`, the customer's address, optional. key: shared with the exchange.
    """
    claims = _signed_claims(token, key)
    customer, email, until = claims.get("sub"), claims.get("email", ""), claims.get("exp")
    if not isinstance(customer, str) or not customer.strip() or not isinstance(email, str):
        raise UnprovenIdentity("the customer token names no customer: sub must be the ID, email an address or left out")
    if not isinstance(until, int | float) or isinstance(until, bool):
        raise UnprovenIdentity("the customer token has no end: exp must be seconds since 1970")
    if now.timestamp() > until + CLOCKS_APART_S:
        raise UnprovenIdentity(f"the customer token ended at {_instant(until)}: ask the exchange for a new one")
    return Identity(proof=proof, customer_id=customer.strip(), email=email.strip())


def _signed_claims(token: str, key: bytes) -> dict[str, Any]:
    """What a token says, if it is signed with our one algorithm and the key; when it ends is not looked at."""
    try:
        signed = _READER.decode(token[:TOKEN_MAX], key, algorithms=[ALGORITHM])
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise UnprovenIdentity(
            f"the customer token is not signed with {ALGORITHM} and the key of desk.identity"
        ) from error
    except jwt.PyJWTError as error:
        raise UnprovenIdentity(f"the customer token is not a JSON Web Token, head.claims.signature: {error}") from error
    return dict(signed)


def _instant(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"
