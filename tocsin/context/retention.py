"""Old rows go in small steps: what is kept how long, and how much goes in one turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tocsin.storage import Retained, Retention

STEPS = 200
"""Of one turn, so that it ends; the next goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """keep: for how long each is kept; what is not named is kept for ever. archive: where it goes; None = nowhere."""

    keep: Mapping[Retained, timedelta]
    archive: Path | None = None


def let_go(retention: Retention, policy: RetentionPolicy, now: datetime) -> int:
    """Deletes what is older than it is kept, in at most STEPS steps; how many. Raises StorageError, OSError."""
    gone = 0
    steps = _steps(retention, policy, now)
    for _ in range(STEPS):
        some = next(steps, 0)
        if not some:
            break
        gone += some
    return gone


def _steps(retention: Retention, policy: RetentionPolicy, now: datetime) -> Iterator[int]:
    for kept, span in policy.keep.items():
        archive = None if kept is Retained.IDEMPOTENCY_KEYS else policy.archive
        while some := retention.step(kept, now - span, archive):
            yield some
