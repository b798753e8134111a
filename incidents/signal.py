"""The signal: an observation that a component is not well, by a watch, a foreign alert, tickets or a human."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from detectors.watch import FailureKind

ENDED = "ended"
"""The fact that says how a stretch ended, where it did not simply come back: "accepted as the new normal"."""
LINK = "link "
"""Facts whose names begin so hold an address to follow: "link runbook"."""
_ID_LENGTH = 12
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def short_id(key: str) -> str:
    """12 characters [a-z0-9], always the same for a key: what is made of it twice is one thing."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest())
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(digits)


class SignalSource(StrEnum):
    """Who observed it."""

    WATCH = "watch"
    ALERT = "alert"
    TICKETS = "tickets"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """An observation that one component is not well, from its start to its end.

    key: unique per stretch; a later statement with the same key replaces the earlier one.
    name: the watch's or the alert's name.
    fingerprint: (source, name, component), equal for every stretch of the same fault.
    seen_at: when the source last said so. ended_at: None while it lasts.
    detected_at: when the source first said so; None where it does not tell.
    facts: text for engineers, in order: ("observed", "4.1 s"), ("expected", "0.9 to 1.3 s"), ("promql", …) …
    score: 1.0 = as rare as the budget allows; None where the source has no such thing.
    user_visible: customers feel it themselves.
    together: many of its watch's series moved at one time, and this component's were among them.
    observed: the worst value so far, in `unit`, or the latest where the source said it again without it being worse;
    None where the source has no such thing. expected: what it should have been.
    first_observed, first_seen_at: of the first statement that an incident was given; None = it is this one.
    labels: of the watch's series that deviates most; () = its only one, or the source has no such thing.
    """

    key: str
    source: SignalSource
    name: str
    component: str
    title: str
    kind: FailureKind
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    score: float | None = None
    user_visible: bool = False
    shadow: bool = False
    facts: tuple[tuple[str, str], ...] = field(default=())
    detected_at: datetime | None = None
    together: bool = False
    observed: float | None = None
    expected: float | None = None
    unit: str = ""
    first_observed: float | None = None
    first_seen_at: datetime | None = None
    labels: tuple[tuple[str, str], ...] = field(default=())

    @property
    def said_at(self) -> datetime:
        """When it was first observed; later statements of the same key do not change it."""
        return self.detected_at or self.started_at

    @property
    def fingerprint(self) -> str:
        """Equal for every stretch of the same fault: at most one active incident holds it.

        A shadow's is its own, so that a watch may leave the shadow while its shadow incident is still open.
        """
        # By hand, since it is asked for every signal of every active incident, each second of a storm.
        return self.source + ":" + self.name + ":" + self.component + (":shadow" if self.shadow else "")
