"""Learns from links that agents confirmed or rejected: how far they move the odds of the next ticket.

A few answers say little about words: two to five confirmations can make a linker worse than none. So an answer is only
believed for tickets that share rare words with several that were answered, and never moves the odds far.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tickets.linking.calibration import Guess
from tickets.linking.match import LinkableIncident
from tickets.linking.reading import TicketReading, read_ticket
from tickets.phrases import normalise
from tickets.ticket import NewTicket, Ticket, Transaction

FURTHEST = 3.0  # in log odds, either way
ENOUGH = 6  # fewer answers about an incident say nothing of its next ticket
DOUBT = 6.0  # answers that an incident must have before its own words weigh half
NEIGHBOURS = 5
ALIKE = 0.15  # a cosine below it is no likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """A ticket with an agent's answer: its words, and its incident; None = none of the offered ones.

    offered: the incidents that the answer speaks about, by id. guess: the link that linking had proposed, judged by
    the answer; None = it had proposed none.
    """

    words: frozenset[str]
    incident_id: str | None
    offered: frozenset[str]
    guess: Guess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """All answers so far, oldest first; immutable, `with_answer` returns a longer one."""

    answers: tuple[AgentAnswer, ...] = field(default=())
    _rarity: Mapping[str, float] = field(init=False, repr=False, compare=False)
    _sizes: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rarity = _rarity(self.answers)
        object.__setattr__(self, "_rarity", rarity)
        object.__setattr__(self, "_sizes", tuple(_size(a.words, rarity) for a in self.answers))

    def with_answer(
        self,
        ticket: Ticket | NewTicket,
        transactions: Sequence[Transaction] | None,
        incidents: Sequence[LinkableIncident],
        incident_id: str | None,
    ) -> "Learnt":
        """All answers and one more: an agent confirmed `incident_id`, or said that no incident is it."""
        words = words_of(read_ticket(ticket, transactions))
        offered = frozenset(i.id for i in incidents)
        return replace(
            self, answers=(*self.answers, AgentAnswer(words=words, incident_id=incident_id, offered=offered))
        )

    def shift(self, ticket: TicketReading) -> Mapping[str, float]:
        """Incident id -> how far the answers move the log odds of this ticket, within FURTHEST."""
        words = words_of(ticket)
        size = _size(words, self._rarity)
        alike = [(self._likeness(words, size, place), a) for place, a in enumerate(self.answers)]
        about: dict[str, list[tuple[float, AgentAnswer]]] = {}
        for pair in alike:
            for ident in pair[1].offered:
                about.setdefault(ident, []).append(pair)
        return {ident: _shift(pairs, ident) for ident, pairs in about.items() if len(pairs) >= ENOUGH}

    def _likeness(self, words: frozenset[str], size: float, place: int) -> float:
        """The cosine between a ticket's words and an answer's; rare words weigh more (Spärck Jones 1972)."""
        shared = sum(self._rarity[w] ** 2 for w in words & self.answers[place].words)
        both = size * self._sizes[place]
        return shared / both if both else 0.0


def _rarity(answers: Sequence[AgentAnswer]) -> Mapping[str, float]:
    count: dict[str, int] = {}
    for a in answers:
        for w in a.words:
            count[w] = count.get(w, 0) + 1
    return {w: math.log((1 + len(answers)) / n) for w, n in count.items()}


def _size(words: frozenset[str], rarity: Mapping[str, float]) -> float:
    return math.sqrt(sum(rarity.get(w, 1.0) ** 2 for w in words))


def answer_of(before: Ticket, after: Ticket, active: frozenset[str]) -> AgentAnswer | None:
    """The answer that an agent's action on a ticket gives; None where it says nothing of the ticket's incident.

    A link, and confirming one, speaks for its incident and against all other active ones; taking a link off, or
    turning a suggestion down, against that one alone.
    """
    denied = before.incident_id or before.suggested_id
    if after.incident_id is None and (denied is None or after.suggested_id == denied):
        return None
    if after.incident_id is not None and (after.incident_id, after.linked_by) == (before.incident_id, before.linked_by):
        return None
    chosen = after.incident_id
    return AgentAnswer(
        words=words_of(read_ticket(after, None)),
        incident_id=chosen,
        offered=active | {chosen} if chosen else frozenset({str(denied)}),
        guess=_judged(before, chosen),
    )


def _judged(before: Ticket, chosen: str | None) -> Guess | None:
    """The link that linking had proposed for a ticket, beside what an agent chose."""
    proposed = before.incident_id or before.suggested_id
    if proposed is None or before.probability is None:
        return None
    return Guess(probability=before.probability, is_right=chosen == proposed)


def words_of(ticket: TicketReading) -> frozenset[str]:
    """The words of a ticket, shortened to stems of six letters, and pairs of letters where words are not parted."""
    plain = normalise(ticket.text)
    words = re.findall(r"[^\W\d_]{3,}", plain)
    return frozenset(w[:6] for w in words) | frozenset(f"{c.value}!" for c in ticket.said)


def _shift(alike: Sequence[tuple[float, AgentAnswer]], ident: str) -> float:
    near = sorted((x for x in alike if x[0] >= ALIKE), key=lambda x: -x[0])[:NEIGHBOURS]
    if not near:
        return 0.0
    vote = sum(s if a.incident_id == ident else -s for s, a in near) / len(near)
    belief = len(alike) / (len(alike) + DOUBT)
    return FURTHEST * belief * vote
