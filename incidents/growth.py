"""How much a backlog grew while its signal lasted, and whether a queue has stopped."""

from dataclasses import replace
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.signal import Signal

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 0.001, "min": 60.0, "minutes": 60.0, "h": 3600.0}
"""Seconds of one unit in which a wait is measured."""
_WAITS = frozenset({FailureKind.DELAY, FailureKind.BACKLOG})
STOPPED = 0.9
"""Seconds that a wait grows in a second from which its queue has stopped: a tenth of what comes in leaves, or less."""
MOVES = 0.5
"""Below it a queue that had stopped moves again; between the two it stays what it was."""
_LEAST = timedelta(seconds=60)
"""A shorter growth says little: a slow job ages too, until it is done."""


def is_wait(kind: FailureKind, unit: str) -> bool:
    """Whether such a signal tells how long something waits, so that its values show whether its queue has stopped."""
    return kind in _WAITS and _seconds(unit) is not None


def carry(old: Signal, new: Signal) -> Signal:
    """The later statement of a signal with the facts kept from earlier ones: its first value, and that it stopped."""
    known = replace(
        new,
        first_observed=old.observed if old.first_observed is None else old.first_observed,
        first_seen_at=old.first_seen_at or old.seen_at,
    )
    if new.kind not in _WAITS or new.observed is None:
        return known
    return replace(known, kind=FailureKind.HALT) if _is_stopped(old, known) else known


def _is_stopped(old: Signal, new: Signal) -> bool:
    was_stopped = old.kind is FailureKind.HALT
    lately = _pace(old.observed, old.seen_at, new)
    if was_stopped:
        return new.ended_at is not None or lately is None or lately >= MOVES
    paces = (lately, _pace(new.first_observed, new.first_seen_at, new))
    return new.ended_at is None and any(p is not None and p >= STOPPED for p in paces)


def growth(signal: Signal) -> float:
    """By which factor the observed value grew since the start; 1.0 where it is unknown."""
    if not signal.observed or not signal.first_observed or signal.first_observed <= 0:
        return 1.0
    return signal.observed / signal.first_observed


def _seconds(unit: str) -> float | None:
    return _SECONDS.get(unit.strip().lower())


def _pace(before: float | None, since: datetime | None, new: Signal) -> float | None:
    """Seconds of waiting that were added in a second since then; None = not known."""
    unit = _seconds(new.unit)
    if since is None or unit is None or before is None or new.observed is None or new.seen_at - since < _LEAST:
        return None
    return (new.observed - before) * unit / (new.seen_at - since).total_seconds()
