"""The one delivery loop: every channel (updates, mail, webhooks, page) sends by `deliver_due`.

A channel says what is due and hands it over; the loop decides what becomes of each item, isolates failures and counts.
The decision itself is `incidents.delivery.decide`; docs/decisions/0020 has all channels and their policies in a table.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog

from incidents.delivery import DeliveryError, Failure, GiveUp, NotTriedError, Policy, decide, jitter_of
from tocsin.context.metrics import Metrics
from tocsin.storage import AuditEntry, Backlog, DeadLetter

log = structlog.get_logger()


class Item(Protocol):
    """One thing to deliver. key: idempotency, the same for every repeat. attempts: failures so far, 0 or more."""

    @property
    def key(self) -> str:
        """Unique within its channel."""

    @property
    def attempts(self) -> int:
        """Failures in a row before this try."""


ACCEPTED, FAILED, GIVEN_UP = "accepted", "failed", "given up"
"""What became of a delivery, as the metrics name it."""
I = TypeVar("I", bound=Item)  # noqa: E741 - an item


class DeliveryChannel(Protocol[I]):
    """A delivery channel. name: in metrics, unique. together: how many items are handed over at a time, 1 or more.

    An item that is neither accepted nor failed when the process dies is due again after the next `free`, with the same
    key: at most what one call of `due` gave is delivered twice.
    """

    @property
    def name(self) -> str:
        """Unique, bounded by the configuration."""

    @property
    def policy(self) -> Policy:
        """When a failed item is tried again, and when it is given up."""

    @property
    def together(self) -> int:
        """How many items are handed over at a time."""

    def due(self, now: datetime) -> Sequence[I]:
        """Claims due items, in order; of a lane whose order matters, the first one only. () = nothing is due."""

    def sending(self) -> AbstractContextManager[Callable[[I], None]]:
        """Yields the function that delivers one item and raises DeliveryError; all calls share one connection."""

    def settle(self, accepted: Sequence[I], failed: Sequence[tuple[I, Failure]], now: datetime) -> None:
        """Records the outcome of each item that `due` returned last."""

    def backlog(self) -> Backlog:
        """How many wait, fail, were given up."""

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """The dead letters, the latest first, at most `limit`."""

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a dead letter due again, as if it had never failed. Raises NotFound."""

    def free(self) -> None:
        """Releases the claims of a process that died."""


def deliver_due(channel: DeliveryChannel[I], metrics: Metrics, now: datetime) -> int:
    """Delivers the due items of one channel; returns how many were accepted.

    Whatever raises while one item is made or sent costs that item alone, also where it is a mistake of ours: it counts
    as a failure, is logged with its traceback and tried again like any other.
    """
    accepted, was_busy = 0, False
    while items := channel.due(now):
        outcomes = list(zip(items, _hand_over(channel, items), strict=True))
        done = [item for item, error in outcomes if error is None]
        failed = [(item, _judged(channel, item, error, now)) for item, error in outcomes if error is not None]
        channel.settle(done, failed, now)
        _count(channel, len(done), failed, metrics)
        accepted += len(done)
        was_busy = True
    if was_busy:
        update_backlog(channel, metrics, now)
    return accepted


def update_backlog(channel: DeliveryChannel[I], metrics: Metrics, now: datetime) -> None:
    """Sets the metrics of a channel's backlog."""
    backlog = channel.backlog()
    for outcome in (ACCEPTED, FAILED, GIVEN_UP):
        metrics.deliveries.labels(channel.name, outcome)  # 0 before the first
    metrics.delivery_waiting.labels(channel.name).set(backlog.waiting)
    rests = backlog.rests_until is not None and now < backlog.rests_until
    metrics.delivery_resting.labels(channel.name).set(rests)
    metrics.delivery_dead.labels(channel.name).set(backlog.given_up)
    age = (now - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0.0
    metrics.delivery_oldest.labels(channel.name).set(max(0.0, age))


def _hand_over(channel: DeliveryChannel[I], items: Sequence[I]) -> list[DeliveryError | None]:
    """Of each item None where it was accepted, else why it was not."""
    try:
        with channel.sending() as send:
            if channel.together == 1:
                return [_attempt(channel.name, send, item) for item in items]
            with ThreadPoolExecutor(channel.together, thread_name_prefix=channel.name) as pool:
                return list(pool.map(partial(_attempt, channel.name, send), items))
    except DeliveryError as error:
        return [error] * len(items)
    except Exception as error:
        log.exception("a mistake of ours kept a batch from being delivered", channel=channel.name, items=len(items))
        return [_mistake(error)] * len(items)


def _attempt(channel: str, send: Callable[[I], None], item: I) -> DeliveryError | None:
    try:
        send(item)
    except DeliveryError as error:
        return error
    except Exception as error:
        log.exception("a mistake of ours kept something from being delivered", channel=channel, item=item.key)
        return _mistake(error)
    return None


def _mistake(error: Exception) -> DeliveryError:
    """It is tried again like any failure: a release, or a change of the data, may mend it."""
    return DeliveryError(f"a mistake of ours: {type(error).__name__}: {error}", retry=True)


def _judged(channel: DeliveryChannel[I], item: I, error: DeliveryError, now: datetime) -> Failure:
    if isinstance(error, NotTriedError):
        return Failure(cause=error, next_at=now, is_tried=False)
    failures = item.attempts + 1
    jitter = jitter_of(f"{channel.name}:{item.key}", failures)
    decision = decide(channel.policy, error, failures=failures, jitter=jitter, now=now)
    if isinstance(decision, GiveUp):
        return Failure(cause=error, next_at=None, why=decision.why)
    return Failure(cause=error, next_at=decision.at)


def _count(channel: DeliveryChannel[I], accepted: int, failed: Sequence[tuple[I, Failure]], metrics: Metrics) -> None:
    metrics.deliveries.labels(channel.name, ACCEPTED).inc(accepted)
    untried = [failure for _, failure in failed if not failure.is_tried]
    if untried:
        log.warning("receiver not reached", channel=channel.name, waiting=len(untried), error=untried[0].error)
    for item, failure in failed:
        if not failure.is_tried:
            continue
        outcome = FAILED if failure.next_at else GIVEN_UP
        metrics.deliveries.labels(channel.name, outcome).inc()
        log.warning(
            "not delivered",
            channel=channel.name,
            item=item.key,
            failures=item.attempts + 1,
            why=failure.why,
            error=failure.error,
        )
