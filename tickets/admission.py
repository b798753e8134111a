"""Whether a ticket is taken now: one customer, or one copied text, must not fill the queue. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.identity import is_proven
from tickets.ticket import NewTicket, Ticket

WITHIN = timedelta(hours=1)
LETTERS_AT_LEAST = 40
"""So many letters a text needs for its copies to be counted: "withdrawal pending" is what many write by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionLimits:
    """How many tickets are taken within an hour: of one proven customer, and of one text from unproven senders."""

    customer: int
    copies: int


class Excess(StrEnum):
    """Why a ticket is not taken now."""

    CUSTOMER = "customer"
    COPIES = "copies"


class TooManyTickets(Exception):
    """The ticket is not taken now, and nothing was stored. again_in: when the same ticket would be taken."""

    def __init__(self, excess: Excess, limit: int, again_in: timedelta) -> None:
        minutes = max(1, -(-again_in // timedelta(minutes=1)))
        again = f"{minutes} minute{'s' if minutes > 1 else ''}"
        super().__init__(
            f"You have sent {limit} messages within the last hour. They are all with us. "
            f"Please add to one of them on its own page, or write again in {again}."
            if excess is Excess.CUSTOMER
            else f"This text reached us {limit} times within the last hour, from senders whom we do not know. "
            f"Please sign in and send it again, say it in your own words, or try again in {again}."
        )
        self.excess = excess
        self.again_in = again_in


def admit(
    ticket: NewTicket, limits: AdmissionLimits, now: datetime, *, theirs: Sequence[datetime], copies: Sequence[datetime]
) -> None:
    """Raises TooManyTickets for one ticket too many within WITHIN.

    theirs: when the latest tickets of this proven customer came. copies: when the latest ones with this fingerprint
    came whose senders nobody proved. Many customers who write at once are no excess, whatever their number; nor is an
    address by itself, since anybody can write a victim's.
    """
    excess, limit, times = (
        (Excess.CUSTOMER, limits.customer, theirs) if is_proven(ticket) else (Excess.COPIES, limits.copies, copies)
    )
    within = sorted((at for at in times if at > now - WITHIN), reverse=True)
    if len(within) >= limit:
        raise TooManyTickets(excess, limit, within[limit - 1] + WITHIN - now)


def fingerprint(ticket: NewTicket | Ticket) -> str:
    """Equal for copies of one text by one form, whatever numbers, hashes, links, spaces and case differ.

    "" where the text is too short to be a copy of another.
    """
    words = unicodedata.normalize("NFKC", ticket.text).casefold().split()
    letters = "".join(c for word in words if not _is_code(word) for c in word if c.isalpha())
    return f"{ticket.form.slug}:{letters}" if len(letters) >= LETTERS_AT_LEAST else ""


def _is_code(word: str) -> bool:
    """Whether a word is made for machines: an amount, a hash, an address of the web."""
    return any(c.isdigit() for c in word) or "://" in word or "@" in word
