"""An exchange's day as a timeline: what deviates when, placed every half minute, and what becomes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from incidents.component import ComponentGraph
from incidents.correlate import place
from incidents.incident import Incident, IncidentUpdate
from incidents.settings import Settings
from incidents.signal import Signal
from incidents.silence import Silence
from tests.incidents.build import at, exchange

STEP_S = 30


class Timeline:
    """Plays signals as a source states them: every step while they last, then once that they ended."""

    def __init__(self, signals: Sequence[Signal], graph: ComponentGraph | None = None) -> None:
        self.signals = signals
        self.graph = graph or exchange()
        self.settings = Settings()
        self.silences: Sequence[Silence] = ()
        self.customers: Mapping[str, int] = {}
        self.incidents: dict[str, Incident] = {}
        self.lines: list[IncidentUpdate] = []
        self._now = 0
        self._deferred: list[Signal] = []

    @property
    def only(self) -> Incident:
        """The one incident that there ever was."""
        (incident,) = self.incidents.values()
        return incident

    def kinds(self) -> list[tuple[float, str]]:
        """What was reported, with the minute."""
        return [((u.at - at(0)).total_seconds() / 60, str(u.kind)) for u in self.lines]

    def play(self, minutes: float) -> "Timeline":
        """Goes on up to that minute."""
        while self._now < minutes * 60:
            self._now += STEP_S
            now = at(self._now)
            stated = [said for s in self.signals if (said := self._stated(s)) is not None]
            waiting = [*self._deferred, *stated]
            window = now - self.settings.reopen_within
            known = [i for i in self.incidents.values() if i.resolved_at is None or i.resolved_at > window]
            placed = place(
                waiting, known, self.graph, now, self.settings, silences=self.silences, customers=self.customers
            )
            # As the store does: what waits for its time is offered again.
            self._deferred = [one.signal for one in placed.deferred]
            for update in placed.updates:
                self._store(update)
        return self

    def play_from(self, minute: float) -> "Timeline":
        """Begins at that minute, with what was stored before: as after a restart."""
        self._now = round(minute * 60)
        return self

    def act(self, do: Callable[[Incident], IncidentUpdate]) -> "Timeline":
        """A human does something to the one incident."""
        self._store(do(self.only))
        return self

    def _store(self, update: IncidentUpdate) -> None:
        seq = 1 + sum(u.incident.id == update.incident.id for u in self.lines)
        self.lines.append(replace(update, seq=seq))
        self.incidents[update.incident.id] = update.incident

    def _stated(self, signal: Signal) -> Signal | None:
        """What its source says in this step; None = nothing."""
        now = at(self._now)
        if signal.started_at > now:
            return None
        if signal.ended_at is None or signal.ended_at > now:
            return replace(signal, seen_at=now, ended_at=None)
        is_news = (now - signal.ended_at).total_seconds() < STEP_S
        return replace(signal, seen_at=now) if is_news else None
