"""Spikes of customers' tickets: what watches over our own count of tickets found, by topic and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from detectors.watch import Watch
from incidents.signal import Signal, SignalSource
from tickets.ticket import Form
from tocsin.kpi.span import Days
from tocsin.storage import Store

METRIC, LABEL = "tocsin_tickets_total", "topic"
"""The metric and the label of it that a watch must read, so that what it finds is a spike of one topic."""
_TOPICS = {form.slug: form.value for form in Form}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """More tickets of one topic than usual, as one incident (as a rule one in shadow) has it.

    day: the ordinal of the day it began on. ended_at: None while it lasts. facts: of the signal, in order.
    """

    topic: str
    day: int
    started_at: datetime
    ended_at: datetime | None
    reference: str
    incident_id: str
    facts: tuple[tuple[str, str], ...]

    @property
    def observed(self) -> str:
        """What was observed and what had been expected, in words."""
        facts = dict(self.facts)
        said = (facts.get("observed"), facts.get("expected"))
        return ", expected ".join(one for one in said if one) or "more than usual"


def counts_tickets(watch: Watch) -> bool:
    """Whether the watch looks at the tickets that customers write, each topic a series of its own."""
    return watch.query.metric == METRIC and LABEL in watch.query.by


def spikes_of(store: Store, watches: Iterable[Watch], days: Days) -> tuple[Spike, ...]:
    """The spikes whose incident was opened in those days, oldest first."""
    names = {watch.name for watch in watches if counts_tickets(watch)}
    if not names:
        return ()
    opened = store.figures.incidents(days.instants)
    ids = [one.fact.id for one in opened if names & set(one.fact.watches)]
    return tuple(
        Spike(
            topic=_TOPICS.get(dict(signal.labels).get(LABEL, ""), ""),
            day=signal.started_at.astimezone(days.zone).date().toordinal(),
            started_at=signal.started_at,
            ended_at=signal.ended_at,
            reference=incident.reference,
            incident_id=incident.id,
            facts=signal.facts,
        )
        for incident in store.incidents.several(ids)
        for signal in _first_of_each(incident.signals)
        if signal.source is SignalSource.WATCH and signal.name in names
    )


def _first_of_each(signals: Iterable[Signal]) -> Iterable[Signal]:
    """Of the stretches of one fingerprint, the first: what came back within its incident is no spike of its own."""
    found: dict[str, Signal] = {}
    for signal in sorted(signals, key=lambda one: one.started_at):
        found.setdefault(signal.fingerprint, signal)
    return found.values()
