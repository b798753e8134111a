"""Learns from links that agents confirmed or rejected: how far they move the odds of the next ticket.

A few answers say little about words: two to five confirmations can make a linker worse than none. So an answer is only
believed for tickets that share rare words with several that were answered, and never moves the odds far.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tickets.linking.match import LinkableIncident
from tickets.linking.reading import TicketReading, read_ticket
from tickets.phrases import normalise
from tickets.ticket import NewTicket, Ticket, Transaction

FURTHEST = 1.5  # in log odds, either way
DOUBT = 6.0  # answers that an incident must have before its own words weigh half
NEIGHBOURS = 5
ALIKE = 0.35  # a cosine below it is no likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A ticket with an agent's answer: its words, and its incident; None = none of the incidents."""

    words: frozenset[str]
    incident_id: str | None
    offered: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """All answers so far, oldest first; immutable, `with_answer` returns a longer one."""

    answers: tuple[Answer, ...] = field(default=())

    def with_answer(
        self,
        ticket: Ticket | NewTicket,
        transactions: Sequence[Transaction] | None,
        incidents: Sequence[LinkableIncident],
        incident_id: str | None,
        now: datetime,  # noqa: ARG002 - answers do not age within an incident's life
    ) -> "Learnt":
        """All answers and one more: an agent confirmed `incident_id`, or said that no incident is it."""
        words = words_of(read_ticket(ticket, transactions))
        offered = frozenset(i.id for i in incidents)
        return replace(self, answers=(*self.answers, Answer(words=words, incident_id=incident_id, offered=offered)))

    def shift(self, ticket: TicketReading) -> Mapping[str, float]:
        """Incident id -> how far the answers move the log odds of this ticket, within FURTHEST."""
        words = words_of(ticket)
        ids = {i for a in self.answers for i in a.offered}
        rarity = self._rarity()
        alike = [(_likeness(words, a.words, rarity), a) for a in self.answers]
        return {ident: _shift([(s, a) for s, a in alike if ident in a.offered], ident) for ident in sorted(ids)}

    def _rarity(self) -> Mapping[str, float]:
        count: dict[str, int] = {}
        for a in self.answers:
            for w in a.words:
                count[w] = count.get(w, 0) + 1
        return {w: math.log((1 + len(self.answers)) / n) for w, n in count.items()}


def words_of(ticket: TicketReading) -> frozenset[str]:
    """The words of a ticket, shortened to stems of six letters, and pairs of letters where words are not parted."""
    plain = normalise(ticket.text)
    words = re.findall(r"[^\W\d_]{3,}", plain)
    return frozenset(w[:6] for w in words) | frozenset(f"{c.value}!" for c in ticket.said)


def _likeness(a: frozenset[str], b: frozenset[str], rarity: Mapping[str, float]) -> float:
    shared = sum(rarity.get(w, 0.0) ** 2 for w in a & b)
    size = math.sqrt(sum(rarity.get(w, 1.0) ** 2 for w in a) * sum(rarity.get(w, 1.0) ** 2 for w in b))
    return shared / size if size else 0.0


def _shift(alike: Sequence[tuple[float, Answer]], ident: str) -> float:
    near = sorted((x for x in alike if x[0] >= ALIKE), key=lambda x: -x[0])[:NEIGHBOURS]
    if not near:
        return 0.0
    votes = sum(s if a.incident_id == ident else -s for s, a in near)
    belief = len(alike) / (len(alike) + DOUBT)
    return max(-FURTHEST, min(FURTHEST, FURTHEST * belief * votes))
