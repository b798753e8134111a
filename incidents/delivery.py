"""Delivery rules: the one error of adapters, when a failed delivery is tried again, and when it is given up.

`tocsin/delivery/channel.py` is the loop that asks `decide`; docs/decisions/0020 has every channel's policy in a table.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Protocol

from incidents.incident import IncidentUpdate

RETRY_AFTER_MAX = timedelta(hours=1)
"""The longest wait that a receiver may ask for: one that asks for years has made a mistake."""


ERROR_MAX = 2000
"""Characters of an error that are kept."""


class DeliveryError(Exception):
    """The one error that adapters raise.

    retry: whether the same call may work later. retry_after: how long the other side asked us to wait, if it did.
    """

    def __init__(self, message: str, *, retry: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.retry_after = retry_after


class GoneError(DeliveryError):
    """The receiver will never accept anything again, for example HTTP 410."""


class NotTriedError(DeliveryError):
    """The receiver could not be reached, so the item was not tried: it waits, and no failure of its own is counted."""


class Sink(Protocol):
    """A receiver of incident updates: in order, each at least once, each with its idempotency key."""

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""

    def deliver(self, update: IncidentUpdate) -> None:
        """Returns once the other side accepted; raises DeliveryError."""

    def send_test(self) -> str:
        """Sends a harmless test; returns what to look for; raises DeliveryError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a channel tries again and when it gives up.

    first, longest: the wait doubles from the one to the other. give_up_after: failures, 1 or more; None = never.
    retries_refusals: a final refusal (`retry` False) is tried again after `longest`: somebody may mend the receiver;
    else it is given up at once.
    """

    first: timedelta
    longest: timedelta
    give_up_after: int | None
    retries_refusals: bool


class Why(StrEnum):
    """Why a delivery was given up."""

    REFUSED = "the receiver refused it for good"
    GONE = "the receiver says that it will never take anything again"
    TOO_OFTEN = "it failed too often"


@dataclass(frozen=True, slots=True)
class Retry:
    """The delivery is tried again at that time, not earlier."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The delivery is given up until a human asks for another try."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed attempt and its outcome. next_at: the earliest next try; None = given up, for the reason `why`.

    is_tried: False = the receiver was not reached; it counts as no attempt.
    """

    cause: DeliveryError
    next_at: datetime | None
    why: str = ""
    is_tried: bool = True

    @property
    def error(self) -> str:
        """The cause in words that every database takes: one that can't be kept would keep its whole batch waiting."""
        return re.sub(r"[\x00\ud800-\udfff]", "\ufffd", str(self.cause))[:ERROR_MAX]


def decide(policy: Policy, error: DeliveryError, *, failures: int, jitter: float, now: datetime) -> Retry | GiveUp:
    """Decides whether a failed delivery is tried again. failures: in a row with this one, 1 or more. jitter: in [0, 1).

    The wait has equal jitter: half of it is certain, the other half by chance. A receiver that has just failed is left
    alone for a while, which full jitter (down to no wait at all) would not promise, and a thousand deliveries that
    failed in the same second still come back spread over half the wait. A `Retry-After` of up to an hour is honoured:
    never earlier, and spread over `first` behind it.
    """
    if isinstance(error, GoneError):
        return GiveUp(Why.GONE)
    if not error.retry and not policy.retries_refusals:
        return GiveUp(Why.REFUSED)
    if policy.give_up_after is not None and failures >= policy.give_up_after:
        return GiveUp(Why.TOO_OFTEN)
    doubled = policy.first * (1 << min(failures - 1, 30))
    whole = min(policy.longest, doubled) if error.retry else policy.longest
    wait = whole / 2 * (1 + jitter)
    if error.retry_after is not None:
        wait = max(wait, min(error.retry_after, RETRY_AFTER_MAX) + policy.first * jitter)
    return Retry(now + wait)


def wait_of(retry_after: str, now: datetime) -> timedelta | None:
    """The wait that `Retry-After` asks for (RFC 9110: seconds or a date); None where it gives none."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        asked = parsedate_to_datetime(text)
    except ValueError:
        return None
    if asked.tzinfo is None:
        asked = asked.replace(tzinfo=UTC)
    return max(timedelta(0), asked - now)


def jitter_of(key: str, failures: int) -> float:
    """A pseudo-random number in [0, 1) for one try of one delivery; the same in every process and test."""
    digest = hashlib.sha256(f"{failures}:{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)
