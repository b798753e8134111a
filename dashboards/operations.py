"""The figures of operations: each is one function over incidents, and its docstring is what people read.

Shadow incidents and those that were merged into another one are left out of every figure. Durations are calendar time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboards.figure import Better, ComparedFigure, Definition, FigureValue, Unit, defined, percentile_of, share
from dashboards.incident_fact import IncidentFact
from incidents.incident import Status

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedIncident:
    """An incident with the customers' tickets that are linked to it now.

    first_ticket_at: when the earliest of them was written; None = there is none.
    """

    fact: IncidentFact
    first_ticket_at: datetime | None = None

    @property
    def lead(self) -> float | None:
        """Seconds from our first signal to the first customer's ticket; below 0 where the customer was first."""
        if self.first_ticket_at is None or self.fact.observed_at is None:
            return None
        return (self.first_ticket_at - self.fact.observed_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsSpan:
    """All that the figures of operations are computed from: the incidents that were opened in a span of time.

    real: those that nobody called a false alarm. leads: the lead of each of them that has one.
    """

    incidents: tuple[CountedIncident, ...]
    length: timedelta
    real: tuple[IncidentFact, ...]
    leads: tuple[float, ...]


def counted(incidents: Iterable[CountedIncident], length: timedelta) -> OperationsSpan:
    """The incidents that figures count: not in shadow, and not part of another one."""
    kept = tuple(one for one in incidents if not one.fact.shadow and one.fact.status is not Status.MERGED)
    real = tuple(one for one in kept if not one.fact.is_false)
    leads = tuple(lead for one in real if (lead := one.lead) is not None)
    return OperationsSpan(incidents=kept, length=length, real=tuple(one.fact for one in real), leads=leads)


def opened(span: OperationsSpan) -> FigureValue:
    """Incidents opened in the span, false alarms included. Left out: shadow incidents and merged ones."""
    return FigureValue(value=len(span.incidents), rows=len(span.incidents))


def before_customers(span: OperationsSpan) -> FigureValue:
    """Share of incidents of which our first signal came before the first customer's ticket. Denominator: incidents
    opened in the span that have both, a signal and at least one ticket linked to them now. Left out: incidents that no
    customer wrote about, incidents opened by hand without any signal, false alarms.
    """
    return share(sum(lead > 0 for lead in span.leads), len(span.leads))


def lead_median(span: OperationsSpan) -> FigureValue:
    """Lead time: from our first signal of an incident to the first ticket linked to it; half of the incidents had at
    most this much. Below 0 where the customer was first. Left out: as for the share before it.
    """
    return percentile_of(span.leads, 0.5)


def lead_worst(span: OperationsSpan) -> FigureValue:
    """The lead time that 90 percent of the incidents reached or exceeded, from our first signal to the first ticket
    linked to it. Left out: incidents without a signal or without a ticket, and false alarms.
    """
    reading = percentile_of([-lead for lead in span.leads], 0.9)
    return FigureValue(value=None if reading.value is None else -reading.value, rows=reading.rows)


def detect_median(span: OperationsSpan) -> FigureValue:
    """Time from the start of the deviation, as the samples show it afterwards, to the opening of the incident; half
    were opened within it. Left out: false alarms, and incidents opened by hand.
    """
    return percentile_of(_detections(span), 0.5)


def detect_90(span: OperationsSpan) -> FigureValue:
    """Time from the start of the deviation to the opening of the incident within which 90 percent were opened. Left
    out: false alarms, and incidents opened by hand.
    """
    return percentile_of(_detections(span), 0.9)


def acknowledge_median(span: OperationsSpan) -> FigureValue:
    """Time from the opening to the moment at which a human first acknowledged the incident, or moved it on from there;
    half were taken up within it. Left out: false alarms, and incidents that nobody took up.
    """
    return percentile_of(_spans(span, lambda fact: fact.acknowledged_at), 0.5)


def mitigate_median(span: OperationsSpan) -> FigureValue:
    """Time from the opening to the moment at which a human first said that a fix is in place, or all signals had ended;
    half were mitigated within it. Left out: false alarms, and incidents that are not mitigated yet.
    """
    return percentile_of(_spans(span, lambda fact: fact.mitigated_at), 0.5)


def resolve_median(span: OperationsSpan) -> FigureValue:
    """Time from the opening to the latest end; half were over within it. An incident that came back counts to its last
    end. Left out: false alarms, and incidents that are open.
    """
    return percentile_of(_spans(span, lambda fact: fact.ended_at), 0.5)


def resolve_90(span: OperationsSpan) -> FigureValue:
    """Time from the opening to the latest end within which 90 percent of the incidents were over. Left out: false
    alarms, and incidents that are open.
    """
    return percentile_of(_spans(span, lambda fact: fact.ended_at), 0.9)


def publish_median(span: OperationsSpan) -> FigureValue:
    """Time from the opening to the moment from which the public page tells of it; half were public within it. Left out:
    false alarms, and incidents that were never public.
    """
    return percentile_of(_spans(span, lambda fact: fact.disclosed_at), 0.5)


def false_monthly(span: OperationsSpan) -> FigureValue:
    """Incidents opened in the span that a human called a false alarm, for every 30 days of it. The budget beside it is
    the sum of what the watches may open in 30 days (`budget` of each). Left out: shadow incidents.
    """
    false = sum(one.fact.is_false for one in span.incidents)
    return FigureValue(value=false / (span.length / MONTH), rows=len(span.incidents), part=false)


def came_back(span: OperationsSpan) -> FigureValue:
    """Share of the incidents opened in the span that were opened again at least once: the fault came back, or it was
    not over. Left out: false alarms.
    """
    return share(sum(fact.reopenings > 0 for fact in span.real), len(span.real))


def reminded(span: OperationsSpan) -> FigureValue:
    """Share of public incidents of which engineers had to be reminded at least once that the public waits for an update
    it was promised. Denominator: incidents opened in the span that were public. Left out: false alarms.
    """
    public = [fact for fact in span.real if fact.disclosed_at is not None]
    return share(sum(fact.reminders > 0 for fact in public), len(public))


_HIGHER, _LOWER = Better.HIGHER, Better.LOWER
OPERATIONS: Mapping[Callable[[OperationsSpan], FigureValue], Definition] = {
    before_customers: defined(
        before_customers, title="Known before customers wrote", unit=Unit.SHARE, better=_HIGHER, opens="with-tickets"
    ),
    lead_median: defined(
        lead_median, title="Lead time, median", unit=Unit.SECONDS, better=_HIGHER, opens="with-tickets"
    ),
    lead_worst: defined(
        lead_worst, title="Lead time, 90 % at least", unit=Unit.SECONDS, better=_HIGHER, opens="with-tickets"
    ),
    opened: defined(opened, title="Incidents opened", unit=Unit.COUNT, better=_LOWER, opens="opened"),
    false_monthly: defined(
        false_monthly, title="False alarms in 30 days", unit=Unit.MONTHLY, better=_LOWER, opens="false"
    ),
    detect_median: defined(detect_median, title="Detect, median", unit=Unit.SECONDS, better=_LOWER, opens="detected"),
    detect_90: defined(detect_90, title="Detect, 90 % within", unit=Unit.SECONDS, better=_LOWER, opens="detected"),
    publish_median: defined(publish_median, title="Publish, median", unit=Unit.SECONDS, better=_LOWER, opens="public"),
    acknowledge_median: defined(
        acknowledge_median, title="Acknowledge, median", unit=Unit.SECONDS, better=_LOWER, opens="acknowledged"
    ),
    mitigate_median: defined(
        mitigate_median, title="Mitigate, median", unit=Unit.SECONDS, better=_LOWER, opens="mitigated"
    ),
    resolve_median: defined(resolve_median, title="Resolve, median", unit=Unit.SECONDS, better=_LOWER, opens="ended"),
    resolve_90: defined(resolve_90, title="Resolve, 90 % within", unit=Unit.SECONDS, better=_LOWER, opens="ended"),
    came_back: defined(came_back, title="Came back", unit=Unit.SHARE, better=_LOWER, opens="reopened"),
    reminded: defined(reminded, title="Reminded of the public", unit=Unit.SHARE, better=_LOWER, opens="public"),
}
"""Every figure of operations, in the order of the page."""

ROWS: Mapping[str, Callable[[CountedIncident], bool]] = {
    "opened": lambda one: True,
    "false": lambda one: one.fact.is_false,
    "with-tickets": lambda one: not one.fact.is_false and one.lead is not None,
    "detected": lambda one: not one.fact.is_false and one.fact.observed_at is not None,
    "public": lambda one: not one.fact.is_false and one.fact.disclosed_at is not None,
    "acknowledged": lambda one: not one.fact.is_false and one.fact.acknowledged_at is not None,
    "mitigated": lambda one: not one.fact.is_false and one.fact.mitigated_at is not None,
    "ended": lambda one: not one.fact.is_false and one.fact.ended_at is not None,
    "reopened": lambda one: not one.fact.is_false and one.fact.reopenings > 0,
}
"""Which incidents stand behind a figure, by its `opens`."""


def operations_figures(span: OperationsSpan, before: OperationsSpan | None = None) -> tuple[ComparedFigure, ...]:
    """Each figure of the span, beside the same of the span before."""
    return tuple(
        ComparedFigure(definition=definition, now=compute(span), before=None if before is None else compute(before))
        for compute, definition in OPERATIONS.items()
    )


def _detections(span: OperationsSpan) -> list[float]:
    by_signal = [fact for fact in span.real if fact.observed_at is not None and fact.opened_by == "tocsin"]
    return [_seconds(fact.started_at, fact.opened_at) for fact in by_signal]


def _spans(span: OperationsSpan, end: Callable[[IncidentFact], datetime | None]) -> list[float]:
    return [_seconds(fact.opened_at, at) for fact in span.real if (at := end(fact)) is not None]


def _seconds(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNoise:
    """How loud a watch was in a span. budget: false incidents that it may open in a span of this length."""

    watch: str
    opened: int
    false: int
    budget: float

    @property
    def proposal(self) -> str:
        """What to do about it, in one sentence."""
        if self.false > self.budget and self.false * 2 > self.opened:
            return "More than half are false, and more than it may open: lower its budget, or let it hold longer."
        if self.false > self.budget:
            return "More false alarms than it may open: retract early, so that it learns, or lower its budget."
        if self.false:
            return "Within its budget: nothing to do."
        return "No false alarms: nothing to do."


def noisy(span: OperationsSpan, budgets: Mapping[str, float]) -> tuple[WatchNoise, ...]:
    """Watches whose incidents were called false alarms, or that opened more than all others, the noisiest first.

    budgets: false incidents that each watch may open in 30 days. A false alarm counts for each watch in its evidence.
    """
    evidence = [(name, one.fact.is_false) for one in span.incidents for name in one.fact.watches]
    opened = Counter(name for name, _ in evidence)
    false = Counter(name for name, is_false in evidence if is_false)
    noise = (
        WatchNoise(watch=name, opened=opened[name], false=false[name], budget=budget * (span.length / MONTH))
        for name, budget in budgets.items()
        if opened[name]
    )
    return tuple(sorted(noise, key=lambda one: (-one.false, -one.opened, one.watch)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentNoise:
    """How loud a component was in a span.

    opened: incidents that sit there; false: those that a human called a false alarm; came_back: of the others, those
    that were opened again. muted: signals that silences and planned work kept quiet.
    """

    component: str
    opened: int = 0
    false: int = 0
    came_back: int = 0
    muted: int = 0

    @property
    def proposal(self) -> str:
        """What to do about it, in one sentence."""
        if self.false * 2 > self.opened:
            return "More than half are false: let the watches of this component hold longer."
        if self.came_back * 2 > self.opened - self.false:
            return "More than half came back: look for the cause that stayed before the next one is resolved."
        if self.muted > self.opened:
            return "Muted more often than it opened an incident: mend what is silenced, or end its watch."
        return "Nothing to do."


def noisy_components(span: OperationsSpan, muted: Mapping[str, int]) -> tuple[ComponentNoise, ...]:
    """Every component with an incident or a muted signal, the noisiest first. muted: signals by component."""
    facts = [one.fact for one in span.incidents]
    opened = Counter(fact.component for fact in facts)
    false = Counter(fact.component for fact in facts if fact.is_false)
    back = Counter(fact.component for fact in span.real if fact.reopenings)
    noise = (
        ComponentNoise(
            component=name, opened=opened[name], false=false[name], came_back=back[name], muted=muted.get(name, 0)
        )
        for name in {*opened, *muted}
    )
    return tuple(sorted(noise, key=lambda one: (-one.false, -one.came_back, -one.opened, -one.muted, one.component)))
