"""Judges a story: what happened when, what was linked and mailed, and whether all of it was as expected. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.incident import IncidentUpdate, UpdateKind
from tickets.own_transaction import OwnTransaction
from tickets.ticket import Ticket, TicketStatus

LARGE_USD = 10_000.0
"""Whose transaction is worth more is a human's by rule: neither kept for fear nor to be linked without one."""
R31B = ("hack", "scam", "legal", "lawyer")
"""Words that always bring a human in; who uses one is not counted as kept for fear."""
LINKED_AT_LEAST = 0.95
WRONG_AT_MOST = 0.005
FEARED_AT_MOST = 0.03
NOT_DONE_AT_MOST = 0.1  # customers whose own transaction is still under way when the queue is calm: a person's
ENDED = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """What is known after a story.

    truth: the exchange's own account. updates: every timeline line of every incident of the story. page_at: when the
    public page first showed an incident. tickets: by number. mails: by ticket id, the keys of the mails sent.
    plotted: the incidents, by id, whose engineering ticket is written and has its plots.
    """

    truth: Mapping[str, Any]
    updates: Sequence[IncidentUpdate]
    page_at: datetime | None
    tickets: Mapping[str, Ticket]
    mails: Mapping[str, Sequence[str]]
    plotted: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold. found: in numbers."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """instants: name -> UTC, None = did not happen. seconds: after the fault. counts: what was linked and mailed."""

    instants: dict[str, datetime | None]
    seconds: dict[str, float | None]
    counts: dict[str, float]
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether the order of events and every count held."""
        return all(check.holds for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "holds": self.holds,
            "instants": {k: v.isoformat() if v else None for k, v in self.instants.items()},
            "seconds_after_fault": self.seconds,
            "counts": self.counts,
            "checks": [{"name": c.name, "holds": c.holds, "found": c.found} for c in self.checks],
        }


def judge(evidence: StoryFacts) -> Summary:
    """The story's summary. The order of events and the counts are judged, the durations only reported."""
    instants = _instants(evidence)
    fault = instants["fault"]
    seconds = {k: round((v - fault).total_seconds(), 2) if v and fault else None for k, v in instants.items()}
    counts, checks = _counts(evidence)
    return Summary(
        instants=instants, seconds=seconds, counts=counts, checks=(_order(instants), *_incidents(evidence), *checks)
    )


def _instants(e: StoryFacts) -> dict[str, datetime | None]:
    faults = e.truth["faults"]
    opened = [u for u in e.updates if u.kind is UpdateKind.OPENED]
    signals = [s for u in e.updates for s in u.incident.signals]
    affected = [_at(t["sent_at"]) for t in e.truth["tickets"] if t["label"] == "affected" and t["sent_at"]]
    return {
        "fault": min((_at(f["started_at"]) for f in faults), default=None),
        "first_anomaly": min((s.detected_at or s.seen_at for s in signals), default=None),
        "ticket": min((u.at for u in opened), default=None),
        "page": e.page_at,
        "first_customer_ticket": min(affected, default=None),
        "recovery": max((_at(f["ended_at"]) for f in faults if f["ended_at"]), default=None),
        "resolution": max((u.at for u in e.updates if u.kind is UpdateKind.RESOLVED), default=None),
    }


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _order(instants: Mapping[str, datetime | None]) -> Check:
    missing = [name for name, at in instants.items() if at is None]
    if missing:
        return Check(name="order of events", holds=False, found=f"did not happen: {', '.join(missing)}")
    in_time = sorted(instants, key=lambda name: instants[name])  # type: ignore[arg-type,return-value]
    return Check(name="order of events", holds=in_time == list(instants), found=" < ".join(in_time))


def _incidents(e: StoryFacts) -> tuple[Check, ...]:
    last = {u.incident.id: u.incident for u in e.updates}
    unwritten = last.keys() - e.plotted
    open_still = [i.reference for i in last.values() if i.is_active]
    return (
        Check(name="one incident", holds=len(last) == 1, found=f"{len(last)} incidents"),
        Check(name="all resolved", holds=not open_still, found=f"still open: {', '.join(open_still) or 'none'}"),
        Check(name="each has its engineering ticket", holds=not unwritten, found=f"{len(unwritten)} have none"),
    )


def _counts(e: StoryFacts) -> tuple[dict[str, float], tuple[Check, ...]]:
    by_label: dict[str, list[Ticket]] = defaultdict(list)
    unanswered = 0
    for sent in e.truth["tickets"]:
        ticket = e.tickets.get(sent["number"])
        if ticket is None:
            unanswered += bool(sent["error"] or sent["number"])  # refused, or lost; with neither it is on its way still
            continue
        by_label[sent["label"]].append(ticket)
    large = {t["number"] for t in e.truth["tickets"] if (t.get("amount_usd") or 0) > LARGE_USD}
    affected, unrelated = by_label["affected"], [*by_label["unrelated"], *by_label["angry"]]
    small = [t for t in affected if t.number not in large]
    security = by_label["security"]
    others = [t for label, ts in by_label.items() if label != "security" for t in ts]
    linked = [t for t in small if t.incident_id and not t.human_reason]
    wrong = [t for t in unrelated if t.incident_id]
    taken = [t for t in security if not t.human_reason or t.incident_id]
    feared = [t for t in others if t.human_reason and not _says_r31b(t) and t.number not in large]
    waiting = [t for t in linked if t.status not in ENDED and not t.keep_open]
    returned = [t for t in waiting if OwnTransaction.NOT_DONE in t.routing.reasons]
    theirs = [t for t in [*affected, *by_label["repeat"]] if t.incident_id and not t.human_reason]
    customers = {t.customer_id for t in theirs}
    acknowledged, resolved = _mails(e, [*theirs, *(t for t in wrong if t.customer_id in customers)])
    counts: dict[str, float] = {
        "tickets": sum(len(ts) for ts in by_label.values()), "unanswered": unanswered, "affected": len(affected),
        "linked_rightly": len(linked), "unrelated": len(unrelated), "linked_wrongly": len(wrong),
        "security": len(security), "security_taken": len(taken), "kept_for_fear": len(feared), "others": len(others),
        "customers": len(acknowledged), "repeats": len(by_label["repeat"]),
        "mails_a_customer": round(sum(acknowledged.values()) + sum(resolved.values()), 3) / max(1, len(acknowledged)),
    }  # fmt: skip
    return counts, (
        Check(name="every ticket was accepted", holds=unanswered == 0, found=f"{unanswered} have no answer"),
        _share("affected tickets linked", len(linked), len(small), at_least=LINKED_AT_LEAST),
        _share("unrelated tickets linked", len(wrong), len(unrelated), at_most=WRONG_AT_MOST),
        Check(name="security stays with humans", holds=not taken, found=f"{len(taken)} of {len(security)} taken"),
        _share("others kept for fear", len(feared), len(others), at_most=FEARED_AT_MOST),
        _once("one acknowledgement a customer", acknowledged),
        _once("one resolution a customer", resolved),
        Check(
            name="linked tickets are resolved",
            holds=len(waiting) == len(returned) and len(returned) <= NOT_DONE_AT_MOST * len(linked),
            found=f"{len(waiting)} are not, {len(returned)} of them as their customer's own transaction is not done",
        ),
    )


def _says_r31b(ticket: Ticket) -> bool:
    said = f"{ticket.subject} {ticket.text}".lower()
    return any(word in said for word in R31B)


def _mails(e: StoryFacts, tickets: Sequence[Ticket]) -> tuple[Counter[str], Counter[str]]:
    """Acknowledgements and resolutions by customer, over their tickets about the incident."""
    ends = {u.key for u in e.updates if u.kind is UpdateKind.RESOLVED}
    acknowledged: Counter[str] = Counter({t.customer_id: 0 for t in tickets})
    resolved: Counter[str] = Counter({t.customer_id: 0 for t in tickets})
    for ticket in tickets:
        for key in e.mails.get(ticket.id, ()):
            acknowledged[ticket.customer_id] += key.startswith("confirmation:")
            resolved[ticket.customer_id] += key.rpartition(":")[0] in ends
    return acknowledged, resolved


def _once(name: str, counted: Counter[str]) -> Check:
    spread = Counter(counted.values())
    found = ", ".join(f"{customers} customers: {times}" for times, customers in sorted(spread.items()))
    return Check(name=name, holds=bool(counted) and set(spread) == {1}, found=found or "no customer")


def _share(name: str, part: int, whole: int, *, at_least: float = 0.0, at_most: float = 1.0) -> Check:
    share = part / whole if whole else 0.0
    holds = at_least <= share <= at_most if whole else at_least == 0.0
    return Check(name=name, holds=holds, found=f"{part} of {whole} ({100 * share:.1f} %)")
