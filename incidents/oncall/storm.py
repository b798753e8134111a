"""Storms: the first notifications of a person leave one by one, the rest as one digest a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLimits:
    """at_once: messages about one incident that a person gets within a window, 1 or more. window: above 0."""

    at_once: int = 5
    window: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBefore:
    """What a person got. singles: when messages about one incident were made; digest_at: when the last digest was."""

    singles: tuple[datetime, ...] = ()
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Packing:
    """What leaves now, of those that wait: ids. singles: each in a message of its own; digest: all in one."""

    singles: tuple[str, ...] = ()
    digest: tuple[str, ...] = ()


def pack(waiting: Sequence[str], before: SentBefore, limits: StormLimits, now: datetime) -> Packing:
    """Decides what a person is sent now. waiting: ids of what is due to them, the most important first.

    A digest begins a window in which nothing else leaves; what came meanwhile leaves as the next one at its end, until
    a whole window brings nothing. So in a storm of any size a person gets `at_once` messages, and a digest each window.
    """
    if before.digest_at is not None and now < before.digest_at + limits.window:
        return Packing()
    if before.digest_at is not None and now < before.digest_at + 2 * limits.window and len(waiting) > 1:
        return Packing(digest=tuple(waiting))
    room = max(0, limits.at_once - sum(at > now - limits.window for at in before.singles))
    if len(waiting) <= room:
        return Packing(singles=tuple(waiting))
    return Packing(singles=tuple(waiting[:room]), digest=tuple(waiting[room:]))
