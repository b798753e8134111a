"""Whether a ticket is taken now: one customer, one copied text or one network must not fill the queue. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from tickets.identity import is_proven
from tickets.ticket import NewTicket, Ticket

WITHIN = timedelta(hours=1)
LETTERS_AT_LEAST = 40
"""So many letters a text needs for its copies to be counted: "withdrawal pending" is what many write by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionLimits:
    """How many tickets are taken within an hour: of one proven customer, and of unproven senders with one text, or in
    one network.
    """

    customer: int
    copies: int
    network: int


class Excess(StrEnum):
    """Why a ticket is not taken now."""

    CUSTOMER = "customer"
    COPIES = "copies"
    NETWORK = "network"


SENTENCES = {
    Excess.CUSTOMER: (
        "You have sent {limit} messages within the last hour. They are all with us. "
        "Please add to one of them on its own page, or write again in {again}."
    ),
    Excess.COPIES: (
        "This text reached us {limit} times within the last hour, from senders whom we do not know. "
        "Please sign in and send it again, say it in your own words, or try again in {again}."
    ),
    Excess.NETWORK: (
        "{limit} messages reached us from your network within the last hour, from senders whom we do not know. "
        "Please sign in and send it again, send it by another network, or try again in {again}."
    ),
}


class TooManyTickets(Exception):
    """The ticket is not taken now, and nothing was stored. again_in: when the same ticket would be taken."""

    def __init__(self, excess: Excess, limit: int, again_in: timedelta) -> None:
        minutes = max(1, -(-again_in // timedelta(minutes=1)))
        again = f"{minutes} minute{'s' if minutes > 1 else ''}"
        super().__init__(SENTENCES[excess].format(limit=limit, again=again))
        self.excess = excess
        self.again_in = again_in


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTickets:
    """When the latest tickets came that are counted together with a new one, in any order.

    customer: of the same proven customer. copies, network: of unproven senders, with the same fingerprint or in the
    same network.
    """

    customer: Sequence[datetime] = ()
    copies: Sequence[datetime] = ()
    network: Sequence[datetime] = ()


def admit(ticket: NewTicket, limits: AdmissionLimits, now: datetime, earlier: EarlierTickets) -> None:
    """Raises TooManyTickets for one ticket too many within WITHIN.

    Many customers who write at once are no excess, whatever their number; nor is an address by itself, since anybody
    can write a victim's. Who is proven is taken from any network.
    """
    if is_proven(ticket):
        _count(Excess.CUSTOMER, limits.customer, earlier.customer, now)
        return
    _count(Excess.COPIES, limits.copies, earlier.copies, now)
    _count(Excess.NETWORK, limits.network, earlier.network, now)


def _count(excess: Excess, limit: int, times: Sequence[datetime], now: datetime) -> None:
    within = sorted((at for at in times if at > now - WITHIN), reverse=True)
    if len(within) >= limit:
        raise TooManyTickets(excess, limit, within[limit - 1] + WITHIN - now)


def network_of(address: str) -> str:
    """The network of a sender's address: its /24 (IPv4) or /64 (IPv6); "" where it says nothing of who sends.

    Nothing is said by an address that is not on the internet: it is a proxy of ours that does not pass on whom it
    answers, and behind it is everybody.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    if not parsed.is_global:
        return ""
    return str(ip_network(f"{parsed}/{64 if isinstance(parsed, IPv6Address) else 24}", strict=False))


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
