"""Silences: for a stated time and reason, once or again and again, what they match opens no incident."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from incidents.repeat import LONGEST_SERIES, Repeat, Window, next_windows, window_at, windows
from incidents.signal import Signal

PREVIEWED = 5
"""Occurrences that a preview names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence: which signals, from when to when, who set it and why.

    component, name: shell patterns (`withdrawals/*`), both must match; `*` = any. name is the watch's or the alert's.
    labels: name -> shell pattern, each must match that label of the signal; a label that is missing is empty.
    ends_at: the first instant that is no longer silenced; of a series of occurrences the end of the whole series.
    repeat: how it comes again from starts_at on; None = it lasts from starts_at to ends_at.
    """

    id: str
    component: str = "*"
    name: str = "*"
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str
    labels: tuple[tuple[str, str], ...] = ()
    repeat: Repeat | None = None

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"silence {self.id}: ends {self.ends_at}, must be after its start {self.starts_at}")
        if self.component == "*" and self.name == "*" and all(not set(p) - {"*"} for _, p in self.labels):
            raise ValueError(f"silence {self.id}: matches everything; give a component, a watch or a label")
        if self.repeat is not None and self.ends_at - self.starts_at > LONGEST_SERIES:
            raise ValueError(f"silence {self.id}: its series ends {self.ends_at:%Y-%m-%d}, must end within a year")

    def matches(self, signal: Signal) -> bool:
        """Whether the patterns meet the signal, whatever the time."""
        return self.fits(signal.component, signal.name, dict(signal.labels) if self.labels else {})

    def fits(self, component: str, name: str, labels: Mapping[str, str]) -> bool:
        """Whether the patterns meet a component, the name of a watch or an alert, and labels."""
        return (
            fnmatchcase(component, self.component)
            and fnmatchcase(name, self.name)
            and all(fnmatchcase(labels.get(label, ""), pattern) for label, pattern in self.labels)
        )

    def covers(self, at: datetime) -> bool:
        """Whether the silence is in force at that instant."""
        return self.window(at) is not None

    def window(self, at: datetime) -> Window | None:
        """From when to when it is in force around that instant; None where it is not."""
        if not self.starts_at <= at < self.ends_at:
            return None
        if self.repeat is None:
            return self.starts_at, self.ends_at
        return window_at(self.repeat, self.starts_at, self.ends_at, at)

    def upcoming(self, now: datetime) -> tuple[Window, ...]:
        """When it is in force, now and next; at most PREVIEWED."""
        if self.ends_at <= now:
            return ()
        if self.repeat is None:
            return ((self.starts_at, self.ends_at),)
        return next_windows(self.repeat, self.starts_at, self.ends_at, now, PREVIEWED)

    def without(self, start: datetime, now: datetime) -> "Silence":
        """The series without the occurrence that begins at `start`; one that lasts ends by it. Raises ValueError."""
        window = next((one for one in self.upcoming(now) if one[0] == start), None)
        if self.repeat is None or window is None:
            raise ValueError(
                f"start is {start:%Y-%m-%d %H:%M} UTC, expected that of an occurrence that lasts or is among the next "
                f"{PREVIEWED} of a series"
            )
        return replace(self, repeat=replace(self.repeat, skipped=(*self.repeat.skipped, start)))

    def with_again(self, start: datetime) -> "Silence":
        """The series with the occurrence that was skipped. Raises ValueError where none was that begins then."""
        if self.repeat is None or start not in self.repeat.skipped:
            raise ValueError(f"start is {start:%Y-%m-%d %H:%M} UTC, expected that of an occurrence that was skipped")
        left = tuple(one for one in self.repeat.skipped if one != start)
        return replace(self, repeat=replace(self.repeat, skipped=left))

    def skipped(self, now: datetime) -> tuple[datetime, ...]:
        """The starts of the occurrences to come that are left out, in order."""
        return tuple(sorted(one for one in (self.repeat.skipped if self.repeat else ()) if one > now))

    def ended_before(self, now: datetime) -> datetime | None:
        """When it was last over, at `now` or earlier; None where it has not been in force yet, or still is."""
        if self.repeat is None:
            return self.ends_at if self.ends_at <= now else None
        if self.covers(now):
            return None
        return max((end for _, end in windows(self.repeat, self.starts_at, self.ends_at) if end <= now), default=None)


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
        window = silence.window(at) if silence.matches(signal) else None
        if window is not None:
            return Silenced(signal=signal, silence=silence, reason=_reason(signal, silence, window))
    return None


def _reason(signal: Signal, silence: Silence, window: Window) -> str:
    until = window[1].strftime("%Y-%m-%d %H:%M")
    return f"{signal.component} ({signal.name}) is silenced until {until} UTC by {silence.author}: {silence.reason}"


def was_silenced(signal: Signal, lately: Iterable[Silence], now: datetime) -> str:
    """What an opening says of a signal that a silence had kept quiet until it ended, "" = none had."""
    for silence in lately:
        ended = silence.ended_before(now) if silence.matches(signal) else None
        if ended is not None and signal.started_at < ended:
            return f"it was silenced until {ended:%H:%M:%S} by {silence.author}: {silence.reason}"
    return ""
