"""Grouping of alerts behind the interface that judges it, through the code that serves."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, Disclosure, DisclosureMode
from incidents.correlate import place
from incidents.incident import Incident, Status
from incidents.recurrence import ends_at
from incidents.settings import Settings
from incidents.signal import Signal, SignalSource

QUIET = timedelta(seconds=60)
"""These alerts tell no end: after so long without a repeat, one has ended."""
SETTINGS = Settings(
    reopen_within=timedelta(0),
    # An alert's incident may change for 60 s: whatever merges must be younger than that, its wait for a cause included.
    cause_lag=timedelta(seconds=50),
)


def group(alerts: Iterable[tuple[float, str, str]], edges: Iterable[tuple[str, str]]) -> list[str]:
    """The incident id of each alert, in order.

    alerts: (epoch seconds, component, name), ascending, read once. edges: (component, depends on).
    """
    return grouped(alerts, edges)[0]


def grouped(
    alerts: Iterable[tuple[float, str, str]], edges: Iterable[tuple[str, str]]
) -> tuple[list[str], dict[str, Incident]]:
    """What `group` gives, and each incident as it last stood, by its id."""
    stream = _Stream(_graph(edges))
    for at, component, name in alerts:
        stream.tell(datetime.fromtimestamp(at, UTC), component, name)
    stream.flush()
    return stream.ids(), stream.last


def _graph(edges: Iterable[tuple[str, str]]) -> ComponentGraph:
    needs: dict[str, list[str]] = {}
    for component, upstream in edges:
        needs.setdefault(component, []).append(upstream)
        needs.setdefault(upstream, [])
    untold = Disclosure(mode=DisclosureMode.NEVER)
    return ComponentGraph(
        Component(name=name, title=name, depends_on=tuple(dict.fromkeys(up)), disclosure=untold)
        for name, up in needs.items()
    )


class _Stream:
    """Plays alerts as the application would: signals that wait, incidents that are known, a clock that is told."""

    def __init__(self, graph: ComponentGraph) -> None:
        self._graph = graph
        self._waiting: dict[str, Signal] = {}
        self._due: datetime | None = None
        self._now: datetime | None = None
        self._known: dict[str, Incident] = {}
        self._running: dict[tuple[str, str], Signal] = {}
        self._keys: list[str] = []
        self._incident_of: dict[str, str] = {}
        self._merged: dict[str, str] = {}
        self.last: dict[str, Incident] = {}

    def tell(self, at: datetime, component: str, name: str) -> None:
        """One alert; what came within one second of the stream is placed together, as the application does."""
        if self._now is not None and int(at.timestamp()) > int(self._now.timestamp()):
            self._place(self._now)
        while (due := self._next()) is not None and due <= at:
            self._place(due)
        self._now = at
        signal = self._signal(at, component, name)
        self._running[component, name] = signal
        self._waiting[signal.key] = signal
        self._keys.append(signal.key)

    def flush(self) -> None:
        """Places what still waits."""
        if self._now is not None:
            self._place(self._now)
        while self._due is not None:
            self._place(self._due)

    def _next(self) -> datetime | None:
        """When time alone changes something: a signal has waited long enough, or an incident has been calm enough."""
        ends = (ends_at(incident, SETTINGS) for incident in self._known.values())
        return min((at for at in (self._due, *ends) if at), default=None)

    def ids(self) -> list[str]:
        """The incident of each alert, where it is now."""
        return [self._where(self._incident_of[key]) for key in self._keys]

    def _signal(self, at: datetime, component: str, name: str) -> Signal:
        running = self._running.get((component, name))
        # A repeat would join its open incident by fingerprint anyway; one signal for all keeps long floods small.
        if running and (at - running.seen_at <= QUIET or self._incident_of.get(running.key) in self._known):
            return replace(running, seen_at=at, ended_at=at)
        return Signal(
            key=f"{name}:{component}:{at.timestamp()}",
            source=SignalSource.ALERT,
            name=name,
            component=component,
            title=name,
            kind=FailureKind.OTHER,
            started_at=at,
            seen_at=at,
            ended_at=at,
        )

    def _place(self, now: datetime) -> None:
        placed = place(tuple(self._waiting.values()), tuple(self._known.values()), self._graph, now, SETTINGS)
        for update in placed.updates:
            self._take(update.incident)
        self._waiting = {waiting.signal.key: waiting.signal for waiting in placed.deferred}
        self._due = min((waiting.until for waiting in placed.deferred), default=None)

    def _take(self, incident: Incident) -> None:
        self.last[incident.id] = incident
        if incident.status is Status.MERGED and incident.merged_into:
            self._merged[incident.id] = incident.merged_into
        if incident.is_active:
            self._known[incident.id] = incident
            self._incident_of.update((signal.key, incident.id) for signal in incident.signals)
        else:
            self._known.pop(incident.id, None)

    def _where(self, incident_id: str) -> str:
        while incident_id in self._merged:
            incident_id = self._merged[incident_id]
        return incident_id
