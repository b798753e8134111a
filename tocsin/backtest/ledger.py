"""Keeps the signals and incidents of a backtest in memory, in place of the service's database."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents import correlate
from incidents.component import ComponentGraph
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.recurrence import calm_needed
from incidents.settings import Settings
from incidents.severity import grows_at
from incidents.signal import Signal

PACE = timedelta(seconds=1)
"""How often the running service looks what time alone has made due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSignal:
    """A signal, and when it would have been recorded."""

    at: datetime
    signal: Signal


def play(
    said: Iterable[TimedSignal], graph: ComponentGraph, settings: Settings, until: datetime
) -> tuple[tuple[IncidentUpdate, ...], ...]:
    """The timeline of every incident that these signals would have opened, in the order of their numbers.

    Nothing happens after `until`: what is open then stays open.
    """
    ledger = Ledger(graph, settings)
    agenda = sorted(said, key=lambda one: one.at)
    following = 0
    while True:
        due = ledger.due()
        next_at = agenda[following].at if following < len(agenda) else None
        now = min((at for at in (due, next_at) if at is not None), default=None)
        if now is None or now > until:
            return ledger.timelines()
        while following < len(agenda) and agenda[following].at <= now:
            ledger.record(agenda[following].signal)
            following += 1
        ledger.place(now)


class Ledger:
    """Waiting signals, known incidents and their updates; `place` calls `correlate.place`, as the service does."""

    def __init__(self, graph: ComponentGraph, settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._said: dict[str, Signal] = {}
        self._waiting: dict[str, Signal] = {}
        self._known: dict[str, Incident] = {}
        self._lines: dict[str, list[IncidentUpdate]] = {}
        self._due: list[datetime] = []

    def record(self, signal: Signal) -> None:
        """Keeps the latest statement of each key; one that is older, or says nothing new, is passed over."""
        known = self._said.get(signal.key)
        if known is not None and (signal.seen_at < known.seen_at or signal == known):
            return
        self._said[signal.key] = self._waiting[signal.key] = signal

    def place(self, now: datetime) -> None:
        """Gathers what waits into incidents, and does what time asks for."""
        while self._due and self._due[0] <= now:
            heapq.heappop(self._due)
        placed = correlate.place(tuple(self._waiting.values()), self._recent(now), self._graph, now, self._settings, ())
        self._store(placed.updates)
        settled = correlate.placed_in(placed.updates, self._waiting.values())
        for key in (*settled, *placed.done):
            self._waiting.pop(key, None)
        self._look_ahead(placed, now)

    def due(self) -> datetime | None:
        """When time alone asks for a decision; None while it does not."""
        return self._due[0] if self._due else None

    def timelines(self) -> tuple[tuple[IncidentUpdate, ...], ...]:
        """The timelines of all incidents, in the order in which they were opened."""
        return tuple(tuple(lines) for lines in self._lines.values())

    def _recent(self, now: datetime) -> Sequence[Incident]:
        """The open ones, and those ended so lately that they may be reopened; older ones never come back."""
        since = now - self._settings.reopen_within
        self._known = {key: one for key, one in self._known.items() if one.is_active or _ended_at(one) > since}
        return tuple(sorted(self._known.values(), key=lambda one: one.number or 0))

    def _store(self, updates: Sequence[IncidentUpdate]) -> None:
        again = {one.incident.id for one in updates if one.kind is UpdateKind.OPENED and one.incident.id in self._lines}
        for update in updates:
            if update.incident.id in again:
                continue
            lines = self._lines.setdefault(update.incident.id, [])
            number = lines[0].incident.number if lines else len(self._lines)
            incident = replace(update.incident, number=number)
            lines.append(replace(update, incident=incident, seq=len(lines) + 1))
            self._known[incident.id] = incident

    def _look_ahead(self, placed: correlate.Placement, now: datetime) -> None:
        for waiting in placed.deferred:
            self._remind(waiting.until, now)
        for incident in self._known.values():
            if not incident.is_active:
                continue
            if incident.disclose_at is not None and incident.disclosed_at is None:
                self._remind(incident.disclose_at, now)
            grows = grows_at(incident, self._settings)
            if grows is not None:
                self._remind(grows, now)
            if incident.recovered_at is not None:
                self._remind(incident.recovered_at + calm_needed(incident, self._settings), now)
        if placed.updates:
            # An incident does one thing at a time: what else is due comes with the next look.
            self._remind(now + PACE, now)

    def _remind(self, at: datetime, now: datetime) -> None:
        if at > now and at not in self._due:
            heapq.heappush(self._due, at)


def _ended_at(incident: Incident) -> datetime:
    assert incident.resolved_at is not None, incident.id  # noqa: S101  # whatever ends an incident says when
    return incident.resolved_at
