"""The flood of one incident: who wrote when, what became of it, and what is late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboards.kpi import GOAL_SECONDS, SOON_SECONDS
from incidents.incident import Incident
from tickets.lifecycle import OPEN
from tickets.ticket import TicketStatus
from tocsin.desk.desk import Desk
from tocsin.storage import TicketFilter

RECENT = timedelta(minutes=10)
BEFORE = timedelta(hours=1)
"""Tickets that came before their incident was known."""
STEPS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
COLUMNS = 48
_TO_A_PERSON = (TicketStatus.NEW, TicketStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """Tickets of one incident, and visitors of the support form who were shown it.

    recent: of the linked, those of the last RECENT. waiting: for the incident's end. with_people: those that an agent
    must answer; late: of these, the ones whose first answer is late or late within half an hour. done: resolved, closed
    or merged; unsettled: all others. shown: visitors who saw it in place of the form; wrote: of these, those who wrote
    all the same.
    start, step, arrivals: linked tickets by the time they came, one number a step.
    """

    linked: int
    recent: int
    waiting: int
    with_people: int
    late: int
    done: int
    unsettled: int
    shown: int
    wrote: int
    start: datetime
    step: timedelta
    arrivals: tuple[int, ...]


def flood_of(desk: Desk, incident: Incident, now: datetime) -> Flood:
    """What the incident has brought so far."""
    store = desk.store
    counts = store.tickets.counts(TicketFilter(incident_id=incident.id))
    goal = timedelta(seconds=GOAL_SECONDS - SOON_SECONDS)
    late = TicketFilter(incident_id=incident.id, status=(TicketStatus.NEW,), created_before=now - goal)
    visitors = store.deflections.of_incident(incident.id)
    start = incident.started_at - BEFORE
    end = now if incident.resolved_at is None else min(now, incident.resolved_at + BEFORE)
    step = next((s for s in STEPS if (end - start) / s <= COLUMNS), max(STEPS[-1], (end - start) / COLUMNS))
    return Flood(
        linked=sum(counts.values()),
        recent=sum(store.tickets.counts(TicketFilter(incident_id=incident.id, created_since=now - RECENT)).values()),
        waiting=counts.get(TicketStatus.AWAITING_INCIDENT, 0),
        with_people=sum(counts.get(status, 0) for status in _TO_A_PERSON),
        late=sum(store.tickets.counts(late).values()),
        done=sum(many for status, many in counts.items() if status not in OPEN),
        unsettled=sum(many for status, many in counts.items() if status in OPEN),
        shown=visitors.visitors,
        wrote=visitors.wrote,
        start=start,
        step=step,
        arrivals=store.tickets.arrivals(incident.id, start, step, int((end - start) / step) + 1),
    )
