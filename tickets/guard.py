"""The guard: finds the tickets that must stay with a human, whichever incident they match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tickets.amounts import LARGE_USD, largest_usd
from tickets.intent import Intent
from tickets.phrases import Concept, asks_again, said_in
from tickets.ticket import SETTLED, NewTicket, Ticket, Transaction


class HumanReason(StrEnum):
    """Why a human must read the ticket."""

    SELF_HARM = "speaks of harming themselves"
    THREAT = "threatens somebody"
    UNAUTHORISED = "speaks of something that the customer did not do"
    STOLEN = "speaks of theft"
    FRAUD = "speaks of fraud or deceit"
    LEGAL = "speaks of law, a lawyer or an authority"
    KEYWORD = "says hack, scam, legal or lawyer"
    READS_SO = "reads like a case of security, law or despair"
    FOLLOWS_UP = "follows up on a ticket that a human has"
    HIGH_VALUE = "is about more than 10,000 US dollars"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardDecision:
    """Whether a human must read the ticket, all reasons, and which of our phrases matched (not the customer's text)."""

    reasons: tuple[HumanReason, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def human(self) -> bool:
        """Whether it must stay with a human."""
        return bool(self.reasons)

    @property
    def reason(self) -> str:
        """All reasons in one sentence; "" where there is none."""
        return "; ".join(self.reasons)

    @property
    def by_keyword(self) -> bool:
        """Whether it has one of the words that always mean a review: hack, scam, legal, lawyer."""
        return HumanReason.KEYWORD in self.reasons

    @property
    def is_security(self) -> bool:
        """Whether somebody else may be at the account."""
        return bool(SECURITY.intersection(self.reasons))


SECURITY = frozenset({HumanReason.UNAUTHORISED, HumanReason.STOLEN, HumanReason.FRAUD})
# In order: what weighs most is said first.
BY_CONCEPT: Mapping[Concept, HumanReason] = {
    Concept.SELF_HARM: HumanReason.SELF_HARM,
    Concept.THREAT: HumanReason.THREAT,
    Concept.UNAUTHORISED: HumanReason.UNAUTHORISED,
    Concept.STOLEN: HumanReason.STOLEN,
    Concept.FRAUD: HumanReason.FRAUD,
    Concept.AUTHORITY: HumanReason.LEGAL,
    Concept.HACK: HumanReason.KEYWORD,
    Concept.SCAM: HumanReason.KEYWORD,
    Concept.LEGAL: HumanReason.KEYWORD,
}


def must_stay_human(
    ticket: NewTicket | Ticket,
    transactions: Sequence[Transaction] | None = None,
    earlier: Sequence[Ticket] = (),
    *,
    now: datetime,
    intent: Intent | None = None,
) -> GuardDecision:
    """Decides whether a human must read the ticket: stolen accounts, fraud, threats, law, self-harm, large sums.

    transactions: the customer's own; None = unknown. A ticket names them by hash or order ID; where it names none,
    one of the last day may be meant.
    intent: what the ticket wants; None = only its words and sums decide.
    earlier: the customer's other tickets; who asks again about one that a human has is answered by a human.
    """
    said = said_in(f"{ticket.subject}\n{ticket.text}")
    reasons = [reason for concept, reason in BY_CONCEPT.items() if concept in said]
    evidence = [said[concept] for concept in BY_CONCEPT if concept in said]
    if intent is not None and intent.is_humans and not reasons:
        reasons.append(HumanReason.READS_SO)
    if any(t.human_reason and t.status not in SETTLED for t in earlier) and asks_again(frozenset(said)):
        reasons.append(HumanReason.FOLLOWS_UP)
    largest = largest_usd(ticket, transactions, now)
    if largest is not None and largest > LARGE_USD:
        reasons.append(HumanReason.HIGH_VALUE)
        evidence.append(f"{largest:,.0f} US dollars")
    return GuardDecision(reasons=tuple(dict.fromkeys(reasons)), evidence=tuple(evidence))
