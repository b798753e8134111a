"""Engineers set and end silences: what each would cover is said before, and all of it is audited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incidents.repeat import LONGEST_SERIES, Repeat, require_some
from incidents.signal import short_id
from incidents.silence import Silence
from tocsin.context.loops import Loop
from tocsin.response.response import Response
from tocsin.storage import AuditEntry

SHORTEST = timedelta(minutes=1)
LONGEST_REASON = 200
ANNOUNCED = timedelta(hours=1)
"""How long before it ends, and after, the console announces a silence's end."""
_LONGEST_PATTERN = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWish:
    """What an engineer asks to be silenced.

    component, name: shell patterns, "" = any. labels: label -> shell pattern.
    starts_at: None = now. lasts: of the silence, or of each of its occurrences. rule, zone: how it comes again
    (RFC 5545, an IANA time zone), "" = once. until: the end of the series, None = after a year.
    """

    component: str = ""
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    lasts: timedelta
    rule: str = ""
    zone: str = ""
    until: datetime | None = None
    reason: str = ""


def drafted(wish: SilenceWish, key: str, by: str, now: datetime) -> Silence:
    """The silence as it would be kept; its reason may still be empty. Raises ValueError, naming what is wrong."""
    if wish.lasts < SHORTEST:
        raise ValueError(f"it lasts {wish.lasts.total_seconds():g} s, expected one minute or longer")
    starts_at = max(wish.starts_at, now) if wish.starts_at and not wish.rule else wish.starts_at or now
    repeat = Repeat(rule=wish.rule, zone=wish.zone or "UTC", lasts=wish.lasts) if wish.rule else None
    if repeat is None and wish.until is not None:
        raise ValueError("until is given without a rule: what comes once ends when it has lasted its time")
    ends_at = starts_at + wish.lasts
    if repeat is not None:
        ends_at = wish.until or starts_at + LONGEST_SERIES
        if ends_at <= now:
            raise ValueError(f"until is {ends_at:%Y-%m-%d %H:%M} UTC, expected an instant to come")
    made = Silence(
        id=short_id(f"silence:{key}"),
        component=_pattern(wish.component),
        name=_pattern(wish.name),
        labels=tuple(sorted((name.strip(), _pattern(pattern)) for name, pattern in wish.labels.items())),
        starts_at=starts_at,
        ends_at=ends_at,
        author=by,
        reason=wish.reason.strip()[:LONGEST_REASON],
        repeat=repeat,
    )
    if repeat is not None:
        require_some(repeat, starts_at, ends_at)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """A silence that ends soon, or ended a short while ago; at: when that is, or was."""

    silence: Silence
    at: datetime
    is_over: bool


def expiries(silences: Iterable[Silence], now: datetime) -> tuple[Expiry, ...]:
    """The ends of silences, and of a series' occurrences, within ANNOUNCED before and after `now`, in their order."""
    found = []
    for silence in silences:
        window, ended = silence.window(now), silence.ended_before(now)
        if window is not None and window[1] <= now + ANNOUNCED:
            found.append(Expiry(silence=silence, at=window[1], is_over=False))
        elif ended is not None and ended >= now - ANNOUNCED:
            found.append(Expiry(silence=silence, at=ended, is_over=True))
    return tuple(sorted(found, key=lambda expiry: expiry.at))


def labels_of(pairs: Iterable[str]) -> dict[str, str]:
    """Labels from `name=pattern` each. Raises ValueError where one is written otherwise."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, is_pair, pattern = pair.partition("=")
        if not is_pair or not name or not pattern:
            raise ValueError(f"label is {pair[:80]!r}, expected name=pattern, such as cluster=eu-*")
        found[name] = pattern
    return found


def add_silence(response: Response, silence: Silence, now: datetime) -> Silence:
    """Keeps it, durably, before this returns; the same id again adds nothing. Raises ValueError without a reason."""
    if not silence.reason:
        raise ValueError("reason is empty, expected why it is silenced")
    entry = AuditEntry(actor=silence.author, action="add silence", subject_kind="silence", subject=silence.id)
    return response.store.silences.add(silence, now, entry)


def end_silence(response: Response, silence_id: str, by: str, now: datetime) -> Silence:
    """Ends it, or its whole series, now; what goes on deviating opens its incident. Raises NotFound."""
    entry = AuditEntry(actor=by, action="end silence", subject_kind="silence", subject=silence_id)
    ended = response.store.silences.end(silence_id, now, entry)
    response.wake(Loop.PLACE)
    return ended


def skip_occurrence(
    response: Response, silence_id: str, start: datetime, by: str, now: datetime, *, again: bool = False
) -> Silence:
    """Leaves out the one occurrence of a series that begins at `start`, or lets it be in force again (again=True).

    Raises NotFound, and ValueError where the series has no such occurrence.
    """
    action = "restore occurrence" if again else "skip occurrence"
    entry = AuditEntry(actor=by, action=action, subject_kind="silence", subject=silence_id)

    def change(silence: Silence) -> Silence:
        return silence.with_again(start) if again else silence.without(start, now)

    changed = response.store.silences.change(silence_id, change, now, entry)
    response.wake(Loop.PLACE)
    return changed


def _pattern(text: str) -> str:
    """The pattern; one that nothing escapes, or none, is `*`."""
    pattern = text.strip()[:_LONGEST_PATTERN]
    return pattern if set(pattern) - {"*", "?"} else "*"
