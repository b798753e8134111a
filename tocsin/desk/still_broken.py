"""Opens an incident again whose end too many customers deny; the lease holder looks."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from incidents import lifecycle
from incidents.incident import Incident, Status
from incidents.lifecycle import TransitionError
from tickets.lifecycle import OPEN
from tickets.still_broken import WITHIN, says_broken, verdict
from tickets.ticket import Ticket
from tocsin.desk.desk import Desk
from tocsin.storage import AuditEntry

ACTOR = "tocsin"


def look_for_denied_ends(desk: Desk, now: datetime) -> int:
    """Reopens each incident of which too many customers wrote since its end that it is not over; returns how many."""
    reopened = 0
    for incident, _ in desk.known.at(now):
        ended = incident.resolved_at
        if incident.status is not Status.RESOLVED or incident.shadow or ended is None or now - ended > WITHIN:
            continue
        denied = tuple(_denied(desk, incident, ended))
        reason = verdict(denied, desk.store.tickets.linked_counts([incident.id])[incident.id]) if denied else ""
        if not reason:
            continue
        entry = AuditEntry(
            actor=ACTOR, action="reopen", subject_kind="incident", subject=incident.id, detail=(("reason", reason),)
        )
        move = partial(lifecycle.reopen_for_customers, graph=desk.text.graph, by=ACTOR, now=now, reason=reason)
        try:
            desk.store.incidents.change(incident.id, move, now, entry)
        except TransitionError:
            continue  # somebody was quicker
        reopened += 1
    return reopened


def _denied(desk: Desk, incident: Incident, ended: datetime) -> Iterator[Ticket]:
    for ticket in desk.store.tickets.reopened(incident.id, tuple(sorted(OPEN))):
        if says_broken(desk.store.tickets.thread(ticket.id), ended):
            yield ticket
