"""Routing: a ticket's priority, team, tier and department, with every rule that decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from tickets.amounts import LARGE_USD, largest_usd
from tickets.guard import GuardDecision, must_stay_human
from tickets.intent import Intent
from tickets.phrases import Concept, concepts_in
from tickets.ticket import Form, NewTicket, Priority, Routing, Team, Transaction

# Soonest first.
URGENCY = (Priority.CRITICAL, Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW)
# How soon a customer may ask to be answered, where their support plan says nothing else.
REQUEST_BOUND = Priority.NORMAL

TEAMS: Mapping[Form, Team] = MappingProxyType(
    {
        Form.WITHDRAWAL: Team.SECURITY_FINANCE,
        Form.DEPOSIT: Team.TECHNICAL,
        Form.TRADING: Team.TECHNICAL,
        Form.TWO_FACTOR: Team.TECHNICAL,
        Form.ACCOUNT_VERIFICATION: Team.ACCOUNT,
        Form.API: Team.ACCOUNT,
        Form.FEES: Team.GENERAL,
        Form.OTHER: Team.GENERAL,
    }
)
DEPARTMENTS: Mapping[Form, str] = MappingProxyType(
    {
        Form.WITHDRAWAL: "Financial",
        Form.DEPOSIT: "Financial",
        Form.FEES: "Financial",
        Form.TRADING: "Technical",
        Form.TWO_FACTOR: "Technical",
        Form.API: "Technical",
        Form.ACCOUNT_VERIFICATION: "Activation",
        Form.OTHER: "Technical",
    }
)
FIAT_NETWORKS = frozenset({"sepa", "swift", "card", "bank", "ach", "wire"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The input of the routing rules. transactions: None = unknown."""

    ticket: NewTicket
    said: frozenset[Concept]
    verdict: GuardDecision
    transactions: Sequence[Transaction] | None
    largest_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the routing matrix: what it asks for where it applies. team None = the form's."""

    name: str
    holds: Callable[[Facts], bool]
    priority: Priority | None = None
    tier: int = 1
    team: Team | None = None
    department: str = ""


def route(
    ticket: NewTicket,
    transactions: Sequence[Transaction] | None = None,
    *,
    now: datetime,
    intent: Intent | None = None,
    request_bound: Priority = REQUEST_BOUND,
) -> Routing:
    """Every rule that holds asks for a priority and a minimum tier; the soonest and the highest win.

    The team follows the form, except where a rule for security or sales names another. request_bound: the soonest
    priority that the customer's support plan lets them ask for; what they ask beyond it counts as the bound.
    intent: what the ticket wants; None = only its words and sums decide.
    """
    facts = Facts(
        ticket=ticket,
        said=concepts_in(f"{ticket.subject}\n{ticket.text}"),
        verdict=must_stay_human(ticket, transactions, now=now, intent=intent),
        transactions=transactions,
        largest_usd=largest_usd(ticket, transactions, now),
    )
    fired = [rule for rule in RULES if rule.holds(facts)]
    wanted = [rule.priority for rule in fired if rule.priority]
    priority = soonest(wanted) if wanted else Priority.NORMAL
    reasons = [rule.name for rule in fired] + ([] if wanted else ["nothing asks for more: normal"])
    if asked := _asked(ticket, priority, request_bound):
        priority = asked
        reasons.append(f"the customer asked for {ticket.requested_priority}: {asked} within their plan")
    return Routing(
        priority=priority,
        team=next((rule.team for rule in fired if rule.team), TEAMS[ticket.form]),
        tier=max((rule.tier for rule in fired), default=1),
        department=next((rule.department for rule in fired if rule.department), DEPARTMENTS[ticket.form]),
        reasons=tuple(reasons),
    )


def on_top(routing: Routing, reason: str) -> Routing:
    """The routing of what a person must read before the ordinary ones, for a reason in words."""
    return replace(routing, priority=soonest((Priority.HIGH, routing.priority)), reasons=(*routing.reasons, reason))


def soonest(priorities: Iterable[Priority]) -> Priority:
    """The most urgent of some."""
    return min(priorities, key=URGENCY.index)


def _asked(ticket: NewTicket, priority: Priority, bound: Priority) -> Priority | None:
    """The priority that the customer's wish leads to, where it is sooner than what the rules say."""
    if ticket.requested_priority is None:
        return None
    wish = max(ticket.requested_priority, bound, key=URGENCY.index)
    return wish if URGENCY.index(wish) < URGENCY.index(priority) else None


def _is(form: Form) -> Callable[[Facts], bool]:
    return lambda facts: facts.ticket.form is form


def _failed_withdrawal(facts: Facts) -> bool:
    about = facts.ticket.form is Form.WITHDRAWAL or (
        facts.ticket.form is Form.OTHER and Concept.WITHDRAWAL in facts.said and Concept.DEPOSIT not in facts.said
    )
    return about and (bool(facts.said & FAILS) or _has(facts, "withdrawal", "failed") or _late(facts, "withdrawal"))


def _missing_deposit(facts: Facts) -> bool:
    about = facts.ticket.form is Form.DEPOSIT or (facts.ticket.form is Form.OTHER and Concept.DEPOSIT in facts.said)
    return about and (bool(facts.said & FAILS) or _late(facts, "deposit") or _has(facts, "deposit", "pending"))


def _missing_crypto_deposit(facts: Facts) -> bool:
    network = dict(facts.ticket.fields).get("network", "").casefold()
    fiat = network in FIAT_NETWORKS or bool(facts.said & {Concept.CARD, Concept.SEPA, Concept.BANK})
    return _missing_deposit(facts) and not fiat


def _has(facts: Facts, kind: str, status: str) -> bool:
    return any(t.kind == kind and t.status == status for t in facts.transactions or ())


def _late(facts: Facts, kind: str) -> bool:
    return any(t.kind == kind and t.late for t in facts.transactions or ())


FAILS = frozenset({Concept.DELAY, Concept.FAIL, Concept.HALT, Concept.NOT_RECEIVED})
RULES: tuple[Rule, ...] = (
    Rule(
        name="suspected unauthorised access: critical, Security & Finance, tier 3",
        holds=lambda f: f.verdict.is_security,
        priority=Priority.CRITICAL,
        tier=3,
        team=Team.SECURITY_FINANCE,
    ),
    Rule(
        name="failed withdrawal: critical, Security & Finance",
        holds=_failed_withdrawal,
        priority=Priority.CRITICAL,
        team=Team.SECURITY_FINANCE,
    ),
    Rule(name="deposit not credited: high, Technical Support", holds=_missing_deposit, priority=Priority.HIGH),
    Rule(name="two-factor: high, Technical Support", holds=_is(Form.TWO_FACTOR), priority=Priority.HIGH),
    Rule(
        name="verification: normal, Account Management", holds=_is(Form.ACCOUNT_VERIFICATION), priority=Priority.NORMAL
    ),
    Rule(name="API: normal, Account Management, tier 2", holds=_is(Form.API), priority=Priority.NORMAL, tier=2),
    Rule(name="fees: low, General Support", holds=_is(Form.FEES), priority=Priority.LOW),
    Rule(name="missing crypto deposit: tier 2", holds=_missing_crypto_deposit, tier=2),
    Rule(
        name="hot wallet or node synchronisation: tier 3",
        holds=lambda f: Concept.NODE in f.said,
        tier=3,
    ),
    Rule(
        name=f"above {LARGE_USD:,.0f} US dollars: tier 2",
        holds=lambda f: f.largest_usd is not None and f.largest_usd > LARGE_USD,
        tier=2,
    ),
    Rule(
        name="says hack, scam, legal or lawyer: tier 3",
        holds=lambda f: f.verdict.by_keyword,
        tier=3,
    ),
    Rule(
        name="sales: Sales", holds=lambda f: f.ticket.form is Form.OTHER and Concept.SALES in f.said, department="Sales"
    ),
)
