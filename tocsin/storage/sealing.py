"""Turns tickets, messages and mails into sealed columns and back."""

from typing import Any

from dashboards.rollup import TicketFact, fact_of
from tickets.identity import customer_of
from tickets.ticket import Message, Ticket
from tocsin.storage.cipher import Cipher, hash_of_secret
from tocsin.storage.values import from_json, to_json


def ticket_row(cipher: Cipher, ticket: Ticket, *, replies: int = 0, reopenings: int = 0) -> dict[str, Any]:
    """Columns for what is asked for, the rest in one sealed value bound to the ticket's id.

    replies, reopenings: what the roll-ups count of it, and the ticket itself does not say.
    """
    customer = ticket.customer_id.strip()
    return {
        "id": ticket.id,
        "number": ticket.number,
        "status": ticket.status.value,
        "form": ticket.form.value,
        "priority": ticket.routing.priority.value,
        "team": ticket.routing.team.value,
        "tier": ticket.routing.tier,
        "department": ticket.routing.department,
        "assignee": ticket.assignee,
        "human": bool(ticket.human_reason),
        "incident_id": ticket.incident_id,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        **fact_columns(fact_of(ticket, replies, reopenings)),
        "email_index": email_index(cipher, ticket.email),
        "customer_index": customer_index(cipher, customer) if customer else None,
        "customer_key": customer_key(cipher, customer_of(ticket)),
        "unproven_index": None if ticket.is_address_proven else unproven_index(cipher, ticket.email),
        "token_hash": hash_of_secret(cipher.ticket_token(ticket.id)),
        "sealed": cipher.seal(to_json(ticket), f"ticket:{ticket.id}"),
    }


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
