"""Turns tickets, messages and mails into sealed columns and back."""

from typing import Any

from dashboards.rollup import TicketFact
from tickets.admission import fingerprint
from tickets.identity import customer_of, is_proven
from tickets.ticket import Message, Ticket
from tocsin.storage.cipher import Cipher, hash_of_secret
from tocsin.storage.values import from_json, to_json


def ticket_row(cipher: Cipher, ticket: Ticket, fact: TicketFact) -> dict[str, Any]:
    """Columns for what is asked for, the rest in one sealed value bound to the ticket's id.

    fact: the same ticket, as the figures see it.
    """
    return {
        "id": ticket.id,
        "number": ticket.number,
        "status": ticket.status.value,
        "form": fact.form,
        "priority": fact.priority,
        "team": fact.team,
        "tier": fact.tier,
        "department": ticket.routing.department,
        "assignee": ticket.assignee,
        "human": fact.human,
        "incident_id": ticket.incident_id,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "language": ticket.language,
        **fact_columns(fact),
        "sealed": cipher.seal(to_json(ticket), f"ticket:{ticket.id}"),
    }


def index_columns(cipher: Cipher, ticket: Ticket) -> dict[str, Any]:
    """The columns by which a customer's tickets are found without their names in the open."""
    customer, text = ticket.customer_id.strip(), "" if is_proven(ticket) else fingerprint(ticket)
    return {
        "email_index": email_index(cipher, ticket.email),
        "customer_index": customer_index(cipher, customer) if customer else None,
        "customer_key": customer_key(cipher, customer_of(ticket)),
        "unproven_index": None if ticket.is_address_proven else unproven_index(cipher, ticket.email),
        "copies_index": copies_index(cipher, text) if text else None,
        "token_hash": hash_of_secret(cipher.ticket_token(ticket.id)),
    }


def has_same_indexes(was: Ticket, becomes: Ticket) -> bool:
    """Whether a change of the ticket leaves `index_columns` as they are."""
    return _found_by(was) == _found_by(becomes)


def _found_by(ticket: Ticket) -> tuple[object, ...]:
    return ticket.id, ticket.email, ticket.customer_id, customer_of(ticket), ticket.is_address_proven


def fact_columns(fact: TicketFact) -> dict[str, Any]:
    """The columns that only the figures read."""
    return {
        "answered_at": fact.answered_at,
        "resolved_at": fact.resolved_at,
        "linked_by": fact.linked_by.value,
        "replies": fact.replies,
        "reopenings": fact.reopenings,
    }


def open_ticket(cipher: Cipher, ticket_id: str, sealed: bytes) -> Ticket:
    """The ticket of a row."""
    return from_json(Ticket, cipher.open(bytes(sealed), f"ticket:{ticket_id}"))


def message_row(cipher: Cipher, message: Message) -> dict[str, Any]:
    """The whole message sealed; its place in the thread open."""
    return {
        "id": message.id,
        "ticket_id": message.ticket_id,
        "at": message.at,
        "author": message.author.value,
        "sealed": cipher.seal(to_json(message), f"message:{message.id}"),
    }


def open_message(cipher: Cipher, message_id: str, sealed: bytes) -> Message:
    """The message of a row."""
    return from_json(Message, cipher.open(bytes(sealed), f"message:{message_id}"))


def email_index(cipher: Cipher, email: str) -> str:
    """Equal for the same address in any case."""
    return cipher.blind_index("email:" + email.strip().casefold())


def customer_index(cipher: Cipher, customer_id: str) -> str:
    """Equal for the same customer id."""
    return cipher.blind_index("customer:" + customer_id.strip())


def customer_key(cipher: Cipher, customer: str) -> str:
    """Equal for tickets of one customer, who is named as `tickets.identity.customer_of` does."""
    return cipher.blind_index("who:" + customer)


def unproven_index(cipher: Cipher, email: str) -> str:
    """Equal for tickets of one address that nobody proved to have."""
    return cipher.blind_index("unproven:" + email.strip().casefold())


def copies_index(cipher: Cipher, text: str) -> str:
    """Equal for tickets of one text, by its `tickets.admission.fingerprint`."""
    return cipher.blind_index("copy:" + text)


def network_index(cipher: Cipher, network: str) -> str:
    """Equal for tickets from one network, by its `tickets.admission.network_of`."""
    return cipher.blind_index("network:" + network)


def key_index(cipher: Cipher, owner: str, key: str) -> str:
    """Equal for requests with the same idempotency key of the same owner."""
    return cipher.blind_index(f"idempotency:{owner}\n{key}")
