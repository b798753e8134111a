"""Decides whether a customer's second ticket about one transaction joins their first. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tickets.follow_up import NewFact, news_beside
from tickets.guard import GuardDecision, HumanReason
from tickets.identity import customer_of, is_proven
from tickets.ticket import SETTLED, NewTicket, Ticket, Transaction

HASH = re.compile(r"\b(?:0x)?[0-9a-f]{64}\b", re.IGNORECASE)
"""A transaction's hash; an account's address is shorter."""
NAMES = ("txid", "order_id")
"""The form's fields that name a transaction."""
SHORTEST = 6
"""Characters of a transaction's id that the account does not know; "none" and "n/a" are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondTicket:
    """A ticket of a customer who has an open one about the same transaction.

    first: the open one, the earliest. news: why it does not join the first, but is read by a person before the ordinary
    ones; "" = it joins.
    """

    first: Ticket
    news: str = ""


def second_ticket(
    ticket: NewTicket,
    verdict: GuardDecision,
    earlier: Sequence[Ticket],
    transactions: Sequence[Transaction] | None = None,
) -> SecondTicket | None:
    """Finds the customer's first open ticket about the same transaction; None = there is none, or nobody proved whose
    the ticket is.

    The topic must be the same too: a question about the fee is another one than where the money is. A ticket in another
    helpdesk joins none. verdict: of the guard about the new ticket. transactions: the customer's own; None = unknown.
    """
    named = _named(ticket, transactions)
    if not named or not is_proven(ticket) or ticket.home is not None:
        return None
    same = [t for t in earlier if _is_open(t) and customer_of(t) == customer_of(ticket) and t.form is ticket.form]
    about = [t for t in same if named & _named(t, transactions)]
    if not about:
        return None
    first = min(about, key=lambda t: (t.created_at, t.id))
    return SecondTicket(first=first, news="; ".join(_news(ticket, first, verdict, named - _named(first, transactions))))


def _is_open(ticket: Ticket) -> bool:
    return ticket.status not in SETTLED and ticket.home is None


def _news(ticket: NewTicket, first: Ticket, verdict: GuardDecision, others: frozenset[str]) -> tuple[str, ...]:
    """What a person must read of it, in words. others: transactions that the first does not name."""
    found = [r for r in verdict.reasons if not (r is HumanReason.FOLLOWS_UP and first.human_reason)]
    said = f"{ticket.subject}\n{ticket.text}"
    another = [NewFact.ANOTHER_TRANSACTION.value] if others else []
    return tuple(dict.fromkeys((*news_beside(first, said, found), *another)))


def _named(ticket: NewTicket | Ticket, transactions: Sequence[Transaction] | None) -> frozenset[str]:
    """The transactions that a ticket names, each as one word: by its fields, and by words that are hashes or known."""
    fields = dict(ticket.fields)
    given = {_plain(fields.get(name, "")) for name in NAMES}
    known = {_plain(t.txid) for t in transactions or () if t.txid}
    text = f"{ticket.subject}\n{ticket.text}"
    found = {one for one in given if one in known or HASH.fullmatch(one) or _is_id(one)}
    found |= {_plain(one) for one in HASH.findall(text)}
    return frozenset(found | {_plain(t.txid) for t in transactions or () if len(t.txid) >= SHORTEST and t.txid in text})


def _is_id(word: str) -> bool:
    return len(word) >= SHORTEST and any(c.isdigit() for c in word)


def _plain(name: str) -> str:
    return name.strip().casefold().removeprefix("0x")
