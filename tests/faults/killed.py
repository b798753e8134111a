"""Where the service kills itself, as kill -9 would: named functions, patched in its own process alone."""

import functools
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

Judge = Callable[..., bool]
"""Given the call's positional arguments, then (only for `after`) its result: whether this is such a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One instant of the service's life.

    where: "module:Class.function". after: once it has returned, else before it is entered. nth: of the calls that
    `such` says yes to, 1 or more.
    """

    where: str
    such: Judge
    after: bool = False
    nth: int = 1


def _some(place: int) -> Judge:
    return lambda *given: bool(given[place])


def _notified(sink: str) -> Judge:
    return lambda *given: given[1] == sink


def _ending(batch: Any, *_: object) -> bool:
    """Whether a batch of changed tickets carries mails: the broadcast of an incident's end."""
    return bool(batch._changed and batch._mails)


def _anomalous(observer: Any, watch: Any, *_: object) -> bool:
    state = observer.memory.states.get(watch.name)
    return state is not None and any(t.opened_at and not t.ended_at for t in state.tracks)


STORAGE, OBSERVE = "tocsin.storage", "tocsin.detection.observe"
POINTS: dict[str, Point] = {
    "before the signals' commit": Point(where=f"{STORAGE}.signals:Signals.record", such=_some(1)),
    "after the signals' commit": Point(where=f"{STORAGE}.signals:Signals.record", such=_some(1), after=True),
    "before the incident's commit": Point(where=f"{STORAGE}.incidents:store_updates", such=_some(-1), after=True),
    "after the incident's commit": Point(where=f"{STORAGE}.incidents:Incidents.decide", such=_some(-1), after=True),
    "notified the tracker, before its commit": Point(
        where=f"{STORAGE}.sinks:Sinks.notified_all", such=_notified("tracker")
    ),
    "notified the tracker, after its commit": Point(
        where=f"{STORAGE}.sinks:Sinks.notified_all", such=_notified("tracker"), after=True
    ),
    "notified the webhook, before its commit": Point(
        where=f"{STORAGE}.sinks:Sinks.notified_all", such=_notified("ops")
    ),
    "before a ticket's commit": Point(
        where=f"{STORAGE}.tickets:_Batch.finish", such=lambda b, *_: b._tickets, after=True
    ),
    "after a ticket's commit": Point(where=f"{STORAGE}.tickets:Tickets.add", such=_some(-1), after=True, nth=2),
    "before the broadcast's commit": Point(where=f"{STORAGE}.tickets:_Batch.finish", such=_ending, after=True),
    "after the broadcast's commit": Point(where=f"{STORAGE}.tickets:Tickets.change_all", such=_some(-1), after=True),
    "before a checkpoint's commit": Point(where=f"{OBSERVE}:checkpoint", such=_anomalous),
    "after a checkpoint's commit": Point(where=f"{OBSERVE}:checkpoint", such=_anomalous, after=True),
    "mails claimed, none sent": Point(where=f"{STORAGE}.outbox:Outbox.due", such=_some(-1), after=True),
    "mails accepted, before their commit": Point(where=f"{STORAGE}.outbox:Outbox.sent", such=_some(1)),
    "mails accepted, after their commit": Point(where=f"{STORAGE}.outbox:Outbox.sent", such=_some(1), after=True),
    "between two renames of the page": Point(
        where="statuspage.publishers.directory:_mark", such=lambda *_: Renames.count > 2, after=True
    ),
    "during the migration": Point(where="alembic.operations.base:Operations.invoke", such=lambda *_: True, nth=12),
    "during the start": Point(where=f"{STORAGE}.sinks:Sinks.start", such=lambda *_: True, after=True, nth=2),
}

SUBSCRIBERS: dict[str, Point] = {
    "some subscribers notified, before the next ones' commit": Point(
        where=f"{STORAGE}.subscribers:Subscribers.queue", such=_some(2), nth=2
    ),
    "all subscribers notified, before the cursor": Point(
        where=f"{STORAGE}.sinks:Sinks.notified_all", such=_notified("page subscribers")
    ),
    "subscribers' mails accepted, before their commit": Point(
        where=f"{STORAGE}.outbox:Outbox.sent", such=_some(1), nth=2
    ),
}
"""Points of a story that has subscribers."""


TAKEN = f"{STORAGE}.alerts"
ALERTS: dict[str, Point] = {
    "before the inbox's commit": Point(where=f"{TAKEN}:Alerts.accept", such=_some(1), nth=4),
    "after the inbox's commit, before the answer": Point(
        where=f"{TAKEN}:Alerts.accept", such=_some(1), after=True, nth=4
    ),
    "before the commit of the alerts' signals": Point(
        where=f"{TAKEN}:_write", such=lambda _connection, changes, *_: changes.signals, after=True, nth=2
    ),
    "after the commit of the alerts' signals": Point(
        where=f"{TAKEN}:Alerts.work_off", such=_some(-1), after=True, nth=2
    ),
}
"""Points of a story that others' alerts begin."""

ESCALATIONS = f"{STORAGE}.oncall:StoredOncall"
ONCALL: dict[str, Point] = {
    "before the commit of an escalation": Point(where=f"{ESCALATIONS}.save", such=_some(1)),
    "after the commit of a step": Point(where=f"{ESCALATIONS}.save", such=lambda *given: len(given) > 3, after=True),
    "before the commit of a message": Point(where=f"{ESCALATIONS}.send", such=_some(1)),
    "after the commit of a message": Point(where=f"{ESCALATIONS}.send", such=_some(1), after=True),
    "messages claimed, none sent": Point(where=f"{STORAGE}.oncall_queue:OncallQueues.due", such=_some(-1), after=True),
    "messages accepted, before their commit": Point(
        where=f"{STORAGE}.oncall_queue:OncallQueues.accepted", such=_some(2)
    ),
}
"""Points of a story in which somebody is on call."""


class Renames:
    """Of files of a page that tells of an incident: how many have taken their place."""

    count = 0


def _count_renames() -> None:
    directory = import_module("statuspage.publishers.directory")
    place = directory.DirectoryPublisher._place

    def counting(self: Any, paths: list[str], files: dict[str, bytes]) -> None:
        telling = any(path.startswith("incidents/") for path in paths)

        def counted() -> Any:
            for path in paths:
                yield path
                Renames.count += telling

        place(self, counted(), files)

    directory.DirectoryPublisher._place = counting


def arm(name: str) -> None:
    """From now on this process dies at that point."""
    point = {**POINTS, **SUBSCRIBERS, **ALERTS, **ONCALL}[name]
    if name in SUBSCRIBERS:
        import_module("tocsin.subscriptions.notify").BATCH = 20  # type: ignore[attr-defined]  # few make several batches
        import_module("tocsin.delivery.mail_queue").BATCH = 10  # type: ignore[attr-defined]
    import_module(OBSERVE).CHECKPOINT_EVERY = timedelta(seconds=1)  # type: ignore[attr-defined]  # short stories
    _count_renames()
    module, _, path = point.where.partition(":")
    *owners, function = path.split(".")
    owner = functools.reduce(getattr, owners, import_module(module))
    setattr(owner, function, _deadly(getattr(owner, function), point))


def _deadly(original: Callable[..., Any], point: Point) -> Callable[..., Any]:
    calls = itertools.count(1)

    def die_at(*given: Any) -> None:
        if point.such(*given) and next(calls) == point.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(original)
    def wrapped(*given: Any, **named: Any) -> Any:
        if not point.after:
            die_at(*given)
        result = original(*given, **named)
        if point.after:
            die_at(*given, result)
        return result

    return wrapped
