"""Suspicions: what the page may say of a component before its incident is public, and how each of them ends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from detectors.watch import FailureKind
from incidents.component import ComponentGraph
from incidents.disclosure import unconfirmed
from incidents.incident import Incident, Status
from incidents.signal import Signal

CONFIRM_WITHIN = timedelta(minutes=10)
"""After so long a suspicion is confirmed or withdrawn."""
SHOWN_AFTERWARDS = timedelta(hours=1)
"""So long the page says of a suspicion that was withdrawn that there was one."""


class SuspicionEnd(StrEnum):
    """How a suspicion ended."""

    CONFIRMED = "confirmed"  # its incident became public
    RECOVERED = "recovered"
    FALSE_ALARM = "false_alarm"  # a human called its incident one
    NOT_CONFIRMED = "not_confirmed"  # withheld, or ten minutes went by


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What the page says of a component that probably fails, until its incident is public.

    id: given by the store. since: the first bad sample; shown_at: from when the page said so. end: None while it lasts.
    reason: why it ended, for engineers.
    """

    id: int | None = None
    component: str
    since: datetime
    shown_at: datetime
    ended_at: datetime | None = None
    end: SuspicionEnd | None = None
    reason: str = ""


def suspected(waiting: Iterable[Signal], active: Sequence[Incident], graph: ComponentGraph) -> dict[str, datetime]:
    """The public components that probably fail and of which nothing is public, each with its first bad sample.

    waiting: signals that last, are in no incident yet and are not silenced. Where the policy would not publish by
    itself, and where a component says that it is never suspected, there is nothing to say; of what is silent nobody
    knows anything.
    """
    touched = {name for incident in active for name in incident.components}
    alone: dict[str, list[Signal]] = {}
    for signal in waiting:
        if signal.component not in touched:
            alone.setdefault(signal.component, []).append(signal)
    since: dict[str, datetime] = {}
    for incident in (*active, *(_alone(name, signals) for name, signals in alone.items())):
        speaks = {s.component for s in incident.lasting if s.kind is not FailureKind.SILENCE}
        for name, at in unconfirmed(incident, graph):
            if name in speaks and graph[name].disclosure.suspect:
                since[name] = min(at, since.get(name, at))
    public = {name for incident in active if incident.disclosed_at for name in incident.components}
    return {name: at for name, at in since.items() if name not in public}


def _alone(component: str, signals: Sequence[Signal]) -> Incident:
    """The incident that these signals would be, were they placed now."""
    first = min(signals, key=lambda s: s.said_at)
    return Incident(
        id=first.key,
        title=first.title,
        kind=first.kind,
        component=component,
        components=(component,),
        signals=tuple(signals),
        started_at=first.started_at,
        opened_at=first.said_at,
        shadow=any(s.shadow for s in signals),
    )


def follow(
    known: Sequence[Suspicion], found: Mapping[str, datetime], incidents: Collection[Incident], now: datetime
) -> tuple[Suspicion, ...]:
    """What changes: suspicions that begin (without an id) and those that end.

    known: those that last, and those that ended lately. found: of `suspected`. incidents: all that are active, and
    those that ended lately.
    """
    changes = [
        replace(s, ended_at=now, end=end[0], reason=end[1]) for s in known if (end := _end(s, found, incidents, now))
    ]
    lasting = {s.component for s in known if s.ended_at is None}
    given_up = {s.component: s.ended_at for s in known if s.ended_at and s.end is SuspicionEnd.NOT_CONFIRMED}
    for name, since in found.items():
        at = given_up.get(name)
        if name not in lasting and (at is None or since > at):
            changes.append(Suspicion(component=name, since=since, shown_at=now))
    return tuple(changes)


def _end(
    suspicion: Suspicion, found: Mapping[str, datetime], incidents: Iterable[Incident], now: datetime
) -> tuple[SuspicionEnd, str] | None:
    if suspicion.ended_at is not None:
        return None
    own = [i for i in incidents if suspicion.component in i.components]
    if public := [i for i in own if i.is_active and i.disclosed_at]:
        return SuspicionEnd.CONFIRMED, f"{public[0].reference} is public"
    if suspicion.component not in found:
        if retracted := [i for i in own if i.status is Status.RETRACTED and i.opened_at >= suspicion.since]:
            return SuspicionEnd.FALSE_ALARM, f"{retracted[0].reference} was a false alarm"
        if withheld := [i for i in own if i.is_active and i.withheld_by]:
            return SuspicionEnd.NOT_CONFIRMED, f"{withheld[0].reference} is withheld by {withheld[0].withheld_by}"
        return SuspicionEnd.RECOVERED, "it does not deviate any more"
    if now - suspicion.shown_at >= CONFIRM_WITHIN:
        return SuspicionEnd.NOT_CONFIRMED, "nobody confirmed it within ten minutes"
    return None
