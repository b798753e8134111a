"""Tells the engineers of bursts of customers' tickets that no incident explains; the lease holder looks."""

from datetime import datetime

from incidents.incident import Incident
from incidents.signal import Signal, SignalSource
from tickets.bursts import SharedTopic, bursts, signals_of, topic_of
from tickets.linking import LinkableIncident
from tickets.linking.excess import names_it
from tickets.linking.reading import read_incident
from tocsin.desk.desk import Desk


def look_for_bursts(desk: Desk, now: datetime, *, shadow: bool) -> int:
    """Records what begins, lasts and ends as signals; returns how many of them said something new."""
    lasting = _lasting(desk)
    topics = {topic_of(signal) for signal in lasting}
    known = desk.known.at(now)
    found = [
        burst
        for burst in bursts(desk.arrivals.recent(now), now, topics)
        if burst.topic in topics or not any(_explains(*pair, burst.topic) for pair in known)
    ]
    said = signals_of(found, lasting, desk.text.graph, now, shadow=shadow)
    return desk.store.signals.record(said, now)


def _lasting(desk: Desk) -> tuple[Signal, ...]:
    placed = [signal for incident in desk.store.incidents.active() for signal in incident.lasting]
    return tuple(s for s in (*placed, *desk.store.signals.waiting()) if s.source is SignalSource.TICKETS)


def _explains(incident: Incident, candidate: LinkableIncident, topic: SharedTopic) -> bool:
    """Whether an incident is about what these tickets have in common, or ended lately as a burst of just these."""
    if any(s.source is SignalSource.TICKETS and topic_of(s) == topic for s in incident.signals):
        return True
    read = read_incident(candidate)
    if not topic.narrowness or not (read.assets or read.networks):
        return read.form == topic.form
    coins, networks = frozenset({topic.asset} - {""}), frozenset({topic.network} - {""})
    return names_it(topic.form, coins, networks, read)
