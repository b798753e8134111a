"""Works the escalations: begins and ends them as incidents change, takes due steps, packs what leaves to whom.

Everything follows from rows: what a process that died had not written is decided again, with the same ids.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incidents.incident import Incident
from incidents.oncall.escalation import Escalation, escalate, judge
from incidents.oncall.notice import Notice, OncallMessage, message_of, notices_of
from incidents.oncall.policy import ContactChannel, OncallRoute, route_of, subject_of
from incidents.oncall.storm import pack
from incidents.severity import rank_of
from tocsin.oncall.oncall import Oncall

LOOK_EVERY = timedelta(seconds=15)
"""How often incidents are looked at that did not change: a route's hours may have begun."""


def work_escalations(oncall: Oncall, now: datetime) -> bool:
    """Does all that is due; whether a message was queued."""
    _judge_all(oncall, now)
    _take_steps(oncall, now)
    return _pack_all(oncall, now)


def _judge_all(oncall: Oncall, now: datetime) -> None:
    """Begins and ends escalations, where an incident changed or some time has passed."""
    last, change = oncall.last, oncall.store.incidents.latest_change()
    if last.change == change and last.at is not None and abs(now - last.at) < LOOK_EVERY:
        return
    running = oncall.store.oncall.running()
    active = {incident.id: incident for incident in oncall.store.incidents.active()}
    gone = [incident_id for incident_id in running if incident_id not in active]
    incidents = (*active.values(), *(oncall.store.incidents.several(gone) if gone else ()))
    changed = [one for incident in incidents if (one := _judged(oncall, incident, running.get(incident.id), now))]
    if changed:
        oncall.store.oncall.save(changed)
    last.change, last.at = change, now


def _judged(oncall: Oncall, incident: Incident, known: Escalation | None, now: datetime) -> Escalation | None:
    """The escalation as it must be written; None = nothing changes."""

    def route() -> OncallRoute | None:
        return route_of(oncall.routes, subject_of(incident, oncall.graph), now)

    found = judge(incident, known, route, oncall.policies.get, now)
    return None if found == known else found


def _take_steps(oncall: Oncall, now: datetime) -> None:
    while due := oncall.store.oncall.due(now):
        changed: list[Escalation] = []
        notices: list[Notice] = []
        for known in due:
            policy = oncall.policies.get(known.policy)
            if policy is None:  # a reload removed it; the next look ends the escalation or begins another
                continue
            after, steps = escalate(known, policy, now, lambda step: oncall.reached_by(step, now))
            changed.append(after)
            for step in steps:
                notices += notices_of(after, step)
                if not step.people:
                    oncall.metrics.oncall_unreached.inc()
        if not changed:
            return
        oncall.store.oncall.save(changed, notices)


def _pack_all(oncall: Oncall, now: datetime) -> bool:
    leaving = [
        (message, oncall.people[person].channels if person in oncall.people else ())
        for person, waiting in oncall.store.oncall.waiting().items()
        for message in _packed(oncall, person, waiting, now)
    ]
    if leaving:
        oncall.store.oncall.send([(one, _allowed(one, channels)) for one, channels in leaving], now)
    return bool(leaving)


def _packed(oncall: Oncall, person: str, waiting: Sequence[Notice], now: datetime) -> list[OncallMessage]:
    """The messages that leave to a person now, the worst incidents first."""
    by_id = {notice.id: notice for notice in _worst_first(oncall, waiting)}
    before = oncall.store.oncall.sent_before(person, now - 2 * oncall.limits.window)
    leaves = pack(tuple(by_id), before, oncall.limits, now)
    packs = [(one,) for one in leaves.singles] + ([leaves.digest] if leaves.digest else [])
    return [message_of(tuple(by_id[one] for one in ids), now) for ids in packs]


def _worst_first(oncall: Oncall, waiting: Sequence[Notice]) -> list[Notice]:
    if len(waiting) == 1:
        return list(waiting)
    found = oncall.store.incidents.several(list({notice.incident_id for notice in waiting}))
    severity = {incident.id: incident.severity for incident in found}
    return sorted(waiting, key=lambda notice: -rank_of(severity.get(notice.incident_id)))


def _allowed(message: OncallMessage, channels: Sequence[ContactChannel]) -> tuple[ContactChannel, ...]:
    """The person's channels that the routes allow; all of them where the routes allow none that the person has."""
    return tuple(one for one in channels if not message.channels or one in message.channels) or tuple(channels)
