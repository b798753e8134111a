"""Silences: for a stated time and reason, a component's or a watch's new signals open nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from incidents.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence: which signals, from when to when, who set it and why.

    component, name: shell patterns (`withdrawals/*`), both must match; `*` = any. name is the watch's or the alert's.
    ends_at: the first instant that is no longer silenced.
    """

    id: str
    component: str = "*"
    name: str = "*"
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"silence {self.id}: ends {self.ends_at}, must be after its start {self.starts_at}")
        if self.component == "*" and self.name == "*":
            raise ValueError(f"silence {self.id}: matches everything; give a component or a watch")

    def matches(self, signal: Signal) -> bool:
        """Whether the patterns meet the signal, whatever the time."""
        return self.fits(signal.component, signal.name)

    def fits(self, component: str, name: str) -> bool:
        """Whether the patterns meet a component and the name of a watch or an alert."""
        return fnmatchcase(component, self.component) and fnmatchcase(name, self.name)

    def covers(self, at: datetime) -> bool:
        """Whether the silence is in force at that instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A signal that a silence kept from opening an incident, and why; kept on record."""

    signal: Signal
    silence: Silence
    reason: str


def find_silence(signal: Signal, silences: Iterable[Silence], now: datetime) -> Silenced | None:
    """The silence that keeps this signal quiet now, or None.

    A signal that ended is judged by its end, so what began and ended under a silence never opens anything later;
    one that outlives the silence opens when the silence ends.
    """
    at = signal.ended_at or now
    for silence in silences:
        if silence.matches(signal) and silence.covers(at):
            return Silenced(signal=signal, silence=silence, reason=_reason(signal, silence))
    return None


def _reason(signal: Signal, silence: Silence) -> str:
    until = silence.ends_at.strftime("%Y-%m-%d %H:%M")
    return f"{signal.component} ({signal.name}) is silenced until {until} UTC by {silence.author}: {silence.reason}"
