"""Escalation by itself: what raises a ticket to a higher tier while it is open, and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.amounts import LARGE_USD
from tickets.guard import HumanReason, must_stay_human
from tickets.handover import TIERS
from tickets.lifecycle import OPEN, Action, Change
from tickets.linking.reading import SYMPTOMS
from tickets.pauses import WAITS_FOR_US, ours_since
from tickets.phrases import Concept, concepts_in
from tickets.ticket import Author, Channel, Message, NewTicket, Ticket, TicketStatus

UNRESOLVED = timedelta(hours=4)
"""So long a ticket waits for us at one tier."""
INTERACTIONS = 2
"""So many answers of ours, and the customer writes again."""
WARM, TURN = 0.5, 0.35
"""A message is heated from this on, if it is so much more than those before."""
UNSOLVED = SYMPTOMS | {Concept.REPEAT, Concept.ANGRY}
_SUPERVISOR = re.compile(
    r"\b(supervisor|manager|team lead|vorgesetzt\w+|teamleit\w+|supervisora?|encargad[oa]|gerente|responsable|"
    r"müdür\w*|yönetici\w*|руководител\w+|начальник\w*)\b|上司|責任者|主管|经理|領導|领导|مدير|مشرف|مدیر|سرپرست|प्रबंधक|मैनेजर",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(speak|talk|speaking|escalate|get me|want|need|sprechen|reden|möchte|will|verlange|hablar|quiero|falar|quero|"
    r"parler|görüşmek|istiyorum|поговорить|хочу|требую)\b|話|出して|找|要|أريد|اريد|التحدث|می.?خواهم|صحبت|बात|चाहत",
    re.IGNORECASE,
)


class Trigger(StrEnum):
    """Why a ticket goes to a higher tier by itself."""

    UNRESOLVED = "unresolved for 4 hours"
    INTERACTIONS = "unresolved after two interactions"
    KEYWORD = "a further message says hack, scam, legal or lawyer"
    SECURITY = "a further message speaks of what the customer did not do, of theft or fraud"
    AMOUNT = f"a further message is about more than {LARGE_USD:,.0f} US dollars"
    TONE = "a sharp turn of tone"
    SUPERVISOR = "the customer asks for a supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRaise:
    """Where a ticket goes, and every trigger that says so. tier: the highest that one of them asks for."""

    tier: int
    triggers: tuple[Trigger, ...]


NEWS = frozenset({Trigger.KEYWORD, Trigger.SECURITY, Trigger.AMOUNT})
RAISING = frozenset(Trigger) - {Trigger.SUPERVISOR}
LEAST_TIER = {Trigger.KEYWORD: 3, Trigger.SECURITY: 3}
"""Others ask for the next tier, at the least the second."""


def is_stuck(ticket: Ticket, now: datetime) -> bool:
    """Whether it waited for us at its tier for four hours, pauses left out, and there is a higher one."""
    if ticket.status not in WAITS_FOR_US or ticket.routing.tier >= max(TIERS):
        return False
    return ours_since(ticket, ticket.handed_at or ticket.created_at, now) >= UNRESOLVED


def by_message(ticket: Ticket, text: str, thread: Sequence[Message], now: datetime) -> tuple[Trigger, ...]:
    """What a customer's further message triggers. thread: what was said before it.

    A request for a supervisor is among them, and raises nothing by itself: an agent writes a note first.
    """
    said = NewTicket(form=ticket.form, subject="", text=text, email=ticket.email, channel=Channel.PORTAL)
    guard = must_stay_human(said, None, now=now)
    found = []
    if guard.by_keyword:
        found.append(Trigger.KEYWORD)
    if guard.is_security:
        found.append(Trigger.SECURITY)
    if HumanReason.HIGH_VALUE in guard.reasons:
        found.append(Trigger.AMOUNT)
    if sum(one.author is Author.AGENT for one in thread) >= INTERACTIONS and _is_unresolved(text):
        found.append(Trigger.INTERACTIONS)
    if is_sharp_turn([one.text for one in thread if one.author is Author.CUSTOMER], text):
        found.append(Trigger.TONE)
    if asks_for_supervisor(text):
        found.append(Trigger.SUPERVISOR)
    return tuple(found)


def _is_unresolved(text: str) -> bool:
    """Whether a customer asks, or says that it does not work; thanks are no such thing."""
    return bool(re.search(r"[?？؟]", text) or concepts_in(text) & UNSOLVED)


def decide_escalation(ticket: Ticket, triggers: Sequence[Trigger]) -> TierRaise | None:
    """The tier that the triggers lead to; None where the ticket is there, or higher, already.

    A ticket that waits for its incident is raised by news alone: the incident escalates once for all.
    """
    is_parked = ticket.status is TicketStatus.AWAITING_INCIDENT
    raising = tuple(one for one in triggers if one in (NEWS if is_parked else RAISING))
    if not raising or ticket.status not in OPEN:
        return None
    tier = ticket.routing.tier
    following = {
        Trigger.UNRESOLVED: tier + 1, Trigger.TONE: max(2, tier), Trigger.AMOUNT: max(2, tier),
        Trigger.INTERACTIONS: max(2, tier),
    }  # fmt: skip
    wanted = min(max(TIERS), max(LEAST_TIER.get(one) or following[one] for one in raising))
    return TierRaise(tier=wanted, triggers=raising) if wanted > tier else None


def escalate(ticket: Ticket, to: TierRaise, now: datetime) -> Change:
    """The ticket goes to a higher tier by itself: to its queue, where its pick-up clock starts."""
    reason = f"tier {to.tier}: {'; '.join(to.triggers)}"
    is_parked = ticket.status is TicketStatus.AWAITING_INCIDENT
    after = replace(
        ticket,
        status=ticket.status if is_parked else TicketStatus.NEW,
        assignee="",
        routing=replace(ticket.routing, tier=to.tier, reasons=(*ticket.routing.reasons, reason)),
        handed_at=now,
        picked_up_at=None,
        updated_at=now,
    )
    return Change(
        ticket=after, action=Action.ESCALATE, actor="tocsin", at=now, detail=f"escalated to {reason}",
        author=Author.INTERNAL, text=f"Escalated to {reason}.",
    )  # fmt: skip


def raised(done: Change, triggers: Sequence[Trigger], now: datetime) -> Change:
    """A customer's message with what it triggers: the ticket says each trigger, and is at the tier they lead to."""
    new = [one for one in triggers if not any(one in reason for reason in done.ticket.routing.reasons)]
    to = decide_escalation(done.ticket, new)
    ticket = escalate(done.ticket, to, now).ticket if to else done.ticket
    if Trigger.SUPERVISOR in new:
        reasons = (*ticket.routing.reasons, Trigger.SUPERVISOR.value)
        ticket = replace(ticket, routing=replace(ticket.routing, reasons=reasons))
    detail = "; ".join(filter(None, (done.detail, f"to tier {to.tier}: {'; '.join(to.triggers)}" if to else "")))
    return replace(done, ticket=ticket, detail=detail)


def asks_for_supervisor(text: str) -> bool:
    """Whether a customer asks for somebody above the agent, in any of our languages."""
    return bool(_SUPERVISOR.search(text) and _ASKS.search(text))


def heat(text: str) -> float:
    """How heated a message looks, 0 to 1, by what no language hides: capitals, and runs of ! and ?."""
    letters = [letter for letter in text if letter.isalpha() and letter.lower() != letter.upper()]
    capitals = sum(letter.isupper() for letter in letters) / len(letters) if len(letters) >= 12 else 0.0
    marks = len(re.findall(r"[!?！？؟]", text))
    runs = len(re.findall(r"[!?！？؟]{2,}", text))
    return min(1.0, max(0.0, capitals - 0.15) * 1.2 + min(0.6, 0.1 * marks + 0.2 * runs))


def is_sharp_turn(before: Sequence[str], text: str) -> bool:
    """Whether a message is heated, and much more than the customer's messages before it were on average."""
    now = heat(text)
    usual = sum(map(heat, before)) / len(before) if before else 0.0
    return bool(before) and now >= WARM and now - usual >= TURN
