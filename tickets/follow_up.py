"""Decides what a customer's further message does to a ticket: it waits on, or a person reads it first of all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tickets.guard import HumanReason, must_stay_human
from tickets.intent import Intent
from tickets.phrases import Concept, concepts_in
from tickets.routing import URGENCY, route
from tickets.ticket import Channel, NewTicket, Priority, Ticket, Transaction

TRANSACTION = re.compile(r"\b(?:0x)?[0-9a-f]{32,}\b", re.IGNORECASE)


class NewFact(StrEnum):
    """A fact of a further message, beside those of the guard, that its incident may not explain."""

    ANOTHER_TRANSACTION = "names another transaction than the ticket"
    ANOTHER_TONE = "has become angry"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What a further message brings. reason: why a person must read it, in words; "" = nothing new, it may wait.

    priority: the ticket's from now on.
    """

    reason: str
    priority: Priority


def follow_up(
    ticket: Ticket,
    text: str,
    transactions: Sequence[Transaction] | None = None,
    *,
    now: datetime,
    intent: Intent | None = None,
) -> FollowUp:
    """Decides whether a customer's further message has news that a person must read.

    News is what the guard finds (security, fraud, law, despair, a large sum), another transaction, and a tone that was
    not there before. transactions: the customer's own; None = unknown. intent: what the further message wants.
    """
    said = NewTicket(form=ticket.form, subject="", text=text, email=ticket.email, channel=Channel.PORTAL)
    guard = must_stay_human(said, None, now=now, intent=intent)
    news = news_beside(ticket, text, guard.reasons)
    if not news:
        return FollowUp(reason="", priority=ticket.routing.priority)
    routed = route(replace(said, fields=ticket.fields), transactions, now=now, intent=intent)
    return FollowUp(
        reason="; ".join(news), priority=min(Priority.HIGH, routed.priority, ticket.routing.priority, key=URGENCY.index)
    )


def news_beside(ticket: Ticket, text: str, reasons: Sequence[HumanReason]) -> tuple[str, ...]:
    """What a customer's further words bring that the ticket does not have, each in words. reasons: the guard's."""
    before = f"{ticket.text}\n{' '.join(value for _, value in ticket.fields)}".casefold()
    found = [reason.value for reason in reasons if reason.value not in ticket.human_reason]
    if any(one.casefold().removeprefix("0x") not in before for one in TRANSACTION.findall(text)) and TRANSACTION.search(
        before
    ):
        found.append(NewFact.ANOTHER_TRANSACTION)
    if Concept.ANGRY in concepts_in(text) and Concept.ANGRY not in concepts_in(ticket.text):
        found.append(NewFact.ANOTHER_TONE)
    return tuple(found)
