"""How much of its budget of false incidents each watch has spent."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from detectors.outlook import silent
from detectors.watch import Watch
from tocsin.context.metrics import Metrics
from tocsin.context.watch_memory import WatchMemory
from tocsin.storage import Openings, Store

BUDGET_SPAN = timedelta(days=30)
NONE = Openings()


def openings(store: Store, now: datetime) -> dict[str, Openings]:
    """Of each watch, the incidents of the last 30 days; those without any are left out."""
    return store.incidents.openings_since(now - BUDGET_SPAN)


def update_metrics(
    metrics: Metrics, watches: Iterable[Watch], memory: WatchMemory, store: Store, now: datetime
) -> None:
    """Brings the metrics up to date that no evaluation moves by itself."""
    opened = openings(store, now)
    for watch in watches:
        counted, state = opened.get(watch.name, NONE), memory.states.get(watch.name)
        metrics.watch_budget.labels(watch.name).set(watch.budget)
        metrics.watch_failures.labels(watch.name)  # 0 before the first
        metrics.watch_openings.labels(watch.name).set(counted.all)
        metrics.watch_false_openings.labels(watch.name).set(counted.false)
        if state is not None:
            metrics.watch_silent.labels(watch.name).set(int(np.count_nonzero(silent(watch, state))))
