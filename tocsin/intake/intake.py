"""Accepts foreign alerts, committed before the answer, and makes signals of them soon after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from incidents.component import ComponentGraph
from incidents.intake.alerts import Alert, AlertRules, Followed, expire, follow, identity_of
from tocsin.context.loops import Loop, Wake
from tocsin.context.metrics import Metrics
from tocsin.storage import Changes, Store

log = structlog.get_logger()

WAITING_MAX = 100_000
"""Alerts that may wait to be worked off; with more, senders are asked to come again later."""
RETRY_AFTER = timedelta(seconds=5)


class Overloaded(Exception):
    """More alerts wait than are soon worked off; the sender comes again after `retry_after`."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} alerts wait to be worked off, at most {WAITING_MAX} may; nothing of this request was stored, "
            f"send it again in {RETRY_AFTER.total_seconds():g} s"
        )
        self.retry_after = RETRY_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The intake of one configuration.

    listening_since: since when senders could reach it. may_decide: whether this process holds the lease, asked again
    before every commit of a decision.
    """

    store: Store
    graph: ComponentGraph
    rules: AlertRules
    metrics: Metrics
    wake: Wake
    may_decide: Callable[[], bool]
    listening_since: datetime


def accept(intake: Intake, said: Sequence[Alert], now: datetime) -> None:
    """Stores the alerts, committed when it returns. Raises Overloaded, StorageError; nothing is stored then."""
    if not said:
        return
    waiting = intake.store.alerts.accept(said, now, WAITING_MAX) - len(said)
    if waiting > WAITING_MAX:
        raise Overloaded(waiting)
    intake.metrics.alerts.inc(len(said))
    intake.wake(Loop.INTAKE)


def accepted_in_all(metrics: Metrics) -> float:
    """How many alerts this process has accepted since it started."""
    return next(iter(metrics.alerts.collect())).samples[0].value


def work_off(intake: Intake, now: datetime) -> bool:
    """Makes signals of all that waits, then ends what nobody says any more; whether anything had waited.

    Only the lease holder runs it.
    """
    store = intake.store
    named = partial(identity_of, rules=intake.rules)
    before = left = store.alerts.waiting()  # what comes from now on has the next turn, or this one would have no end
    while left > 0 and (done := store.alerts.work_off(named, partial(_follow, intake), now, intake.may_decide)):
        left -= done.alerts
        intake.metrics.alerts_delay.observe(max(0.0, (now - done.oldest_at).total_seconds()))
    worked_off = left < before
    if worked_off:
        intake.wake(Loop.PLACE)  # of all of a storm, not of its parts
    ended = partial(expire, now=now, listening_since=intake.listening_since)
    waiting = store.alerts.waiting()
    intake.metrics.alerts_failed.set(store.alerts.failed())
    intake.metrics.alerts_waiting.set(waiting)
    if waiting == 0 and store.alerts.expire(ended, now, intake.may_decide):
        intake.wake(Loop.PLACE)
    return worked_off


def _follow(intake: Intake, said: Sequence[tuple[str, Alert]], known: Mapping[str, Followed]) -> Changes:
    followed: dict[str, Followed] = {}
    signals, failed = [], list[Alert]()
    for identity, alert in said:
        before = followed.get(identity) or known.get(identity)
        try:
            after = follow(alert, before, intake.rules, intake.graph, identity)
        except Exception:  # whatever is wrong with one alert, it must not hold up all others
            log.exception("an alert cannot become a signal and is kept aside", labels=dict(alert.labels))
            failed.append(alert)
            continue
        if after is not None:
            followed[identity] = after
            signals += [after.signal] if after.is_news else []
    return Changes(followed=followed, signals=tuple(signals), failed=tuple(failed))
