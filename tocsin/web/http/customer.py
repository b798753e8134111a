"""Who the customer is that a request comes from, as far as it proves that."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from tickets.identity import NOBODY, Identity, UnprovenIdentity, signed_identity
from tickets.ticket import Proof, Ticket
from tocsin.context.signatures import is_signature, signature_of
from tocsin.desk.ticket_link import is_mailed
from tocsin.web.http.access import Allow
from tocsin.web.http.runtime import WebServices, services_of

CUSTOMER_COOKIE = "tocsin_customer"
MAIL_COOKIE = "tocsin_customer_mail"
SIGNED_IN = "signed in by mail"
SIGNED_IN_FOR = timedelta(hours=12)
CUSTOMER_TOKEN = "x-customer-token"  # noqa: S105 - a header's name
EXCHANGE = Allow(scopes=frozenset({"tickets:write"}))
"""The exchange's own programs, which say whose a ticket is."""


async def by_machine(request: Request) -> Identity:
    """The identity that comes with a call of the API; HTTPException 401 or 403 where its proof is none."""
    services = services_of(request)
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        await EXCHANGE(request)
        return Identity(proof=Proof.MACHINE, vouches=True)
    signed = request.headers.get(CUSTOMER_TOKEN, "")
    if not signed:
        return NOBODY
    try:
        return signed_by_exchange(services, signed)
    except UnprovenIdentity as error:
        raise HTTPException(401, str(error)) from error


ByMachine = Annotated[Identity, Depends(by_machine)]


def signed_by_exchange(services: WebServices, signed: str, proof: Proof = Proof.SIGNED) -> Identity:
    """The identity in a token of the exchange. Raises UnprovenIdentity."""
    key = services.desk.identity_key
    if not key:
        raise UnprovenIdentity("customer tokens are not taken here: desk.identity is not configured")
    return signed_identity(signed, key, services.now(), proof)


def in_browser(request: Request, values: Mapping[str, str]) -> Identity:
    """The identity of a reader of the support pages: by a mailed link that their form carries, or their session.

    A session that ended proves nothing, as if there were none.
    """
    services = services_of(request)
    by_mail = mailed_ticket(services, values)
    if by_mail is not None:
        return Identity(proof=Proof.MAIL, email=by_mail.email)
    try:
        return signed_by_exchange(services, request.cookies.get(CUSTOMER_COOKIE, ""), Proof.SESSION)
    except UnprovenIdentity:
        email = _mail_signed_in(services, request.cookies.get(MAIL_COOKIE, ""))
        return Identity(proof=Proof.MAIL, email=email) if email else NOBODY


def mail_session(services: WebServices, email: str) -> str:
    """The cookie of a customer who came by a mailed sign-in link: their address, until when, and our signature."""
    until = services.now() + SIGNED_IN_FOR
    text = f"{base64.urlsafe_b64encode(email.encode()).decode()}.{int(until.timestamp())}"
    return f"{text}.{signature_of(services.secret, SIGNED_IN, text)}"


def _mail_signed_in(services: WebServices, session: str) -> str:
    """The address of such a cookie; "" where it is none of ours, or ended."""
    text, _, signature = session[:1000].rpartition(".")
    if not text.isascii() or not is_signature(signature, services.secret, SIGNED_IN, text):
        return ""
    email, _, until = text.partition(".")
    return base64.urlsafe_b64decode(email).decode() if services.now().timestamp() < int(until) else ""


def mailed_ticket(services: WebServices, values: Mapping[str, str]) -> Ticket | None:
    """The ticket whose mailed link the reader came by: `ticket`, the word of its page, and `mailed`, the proof."""
    ticket = services.store.tickets.of_token(values["ticket"][:100]) if values.get("ticket") else None
    return ticket if ticket and is_mailed(services.desk, ticket.id, values.get("mailed", "")[:100]) else None
