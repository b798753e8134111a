"""Whether too many customers say after the end of an incident that it is not over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tickets.identity import customer_of, is_proven, weight_of
from tickets.linking.reading import SYMPTOMS
from tickets.phrases import Concept, concepts_in
from tickets.ticket import Author, Message, Ticket

WITHIN = timedelta(hours=2)
"""Who writes later has met another fault, or none."""
LEAST = 3
SHARE = 0.1


def says_broken(thread: Iterable[Message], since: datetime) -> bool:
    """Whether the customer wrote since then of a failure, or of the same again; thanks are no such thing."""
    own = [m.text for m in thread if m.author is Author.CUSTOMER and m.at > since]
    return any(concepts_in(text) & (SYMPTOMS | {Concept.REPEAT}) for text in own)


def verdict(said: Iterable[Ticket], settled: int) -> str:
    """Why the incident is not over, "" = too few say so.

    said: the tickets whose customers say so. settled: how many tickets the end of the incident was to settle.
    """
    customers = {customer_of(ticket): is_proven(ticket) for ticket in said}
    weight = weight_of(customers)
    if weight < LEAST or weight < SHARE * settled:
        return ""
    return f"{len(customers)} customers of {settled} linked tickets say that it is not over"
