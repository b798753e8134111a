"""Ranking of root causes behind the interface that judges it, through the code that serves."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import mean, median, quantiles
from typing import Any

from incidents import cause

_FULL = 100.0
"""Availability of a component that answers every request, in percent."""
_QUANTILE = 20
"""The calm's spread: how far it rises in its highest twentieth."""


def rank_causes(
    edges: Iterable[tuple[str, str]], calm: Mapping[str, Any], window: Mapping[str, Any], target: Mapping[str, Any]
) -> list[str]:
    """Components, the most probable cause first; empty = unknown.

    edges: (caller, callee). calm, window: {"columns": [(component, metric, statistic)], "rows": [[epoch seconds, [value
    or None, …]], …]}. target: {"node", "metric", "timestamp"}: where and when the fault was felt.
    """
    needs: dict[str, list[str]] = {}
    for caller, callee in edges:
        needs.setdefault(caller, []).append(callee)
    before, around = _Table(calm), _Table(window)
    began = target["timestamp"] - around.interval / 2
    excess, fresh = {}, set()
    for component in around.components:
        if not before.values(component, target["metric"]):
            fresh.add(component)
        amount = _excess(before, around, component, target["metric"], began)
        if amount is not None:
            excess[component] = amount
    return [suspect.component for suspect in cause.rank_causes(needs, excess, target["node"], fresh)]


class _Table:
    def __init__(self, table: Mapping[str, Any]) -> None:
        self._at = {
            tuple(column[:2]): k for k, column in enumerate(table["columns"]) if column[2] in {"Average", "Sum"}
        }
        self._rows: Sequence[tuple[float, Sequence[float | None]]] = table["rows"]

    @property
    def components(self) -> list[str]:
        return sorted({component for component, _ in self._at})

    @property
    def interval(self) -> float:
        """Seconds between two rows."""
        times = [at for at, _ in self._rows]
        return median(b - a for a, b in pairwise(times)) if len(times) > 1 else 0.0

    def values(
        self, component: str, metric: str, since: float = float("-inf"), until: float = float("inf")
    ) -> list[float]:
        return [value for at, value in self._column(component, metric) if since <= at < until]

    def _column(self, component: str, metric: str) -> list[tuple[float, float]]:
        place = self._at.get((component, metric))
        if place is None:
            return []
        return [(at, value) for at, row in self._rows if (value := row[place]) is not None]

    def weighed(self, component: str, metric: str, since: float) -> list[tuple[float, float]]:
        """(value, requests) of each row that has both."""
        requests = dict(self._column(component, "requests"))
        return [(v, requests[at]) for at, v in self._column(component, metric) if at >= since and at in requests]


def _excess(before: _Table, around: _Table, component: str, metric: str, began: float) -> float | None:
    """What the component adds a row above its calm: seconds of waiting or failed requests; 0 within its spread.

    None where it served no request.
    """
    now = around.weighed(component, metric, began)
    calm = before.values(component, metric)
    if not now:
        return None
    worse, unit = (-1.0, _FULL) if metric == "availability" else (1.0, 1.0)
    usual = median(calm) if calm else (_FULL if metric == "availability" else 0.0)
    lately = around.values(component, metric, until=began)
    base = worse * max(worse * usual, worse * median(lately)) if lately else usual
    spread = quantiles([worse * (v - usual) for v in calm], n=_QUANTILE)[-1] if len(calm) > 1 else 0.0
    over = [worse * (value - base) for value, _ in now]
    if max(over) <= spread:
        return 0.0
    return mean(max(0.0, gain) / unit * requests for gain, (_, requests) in zip(over, now, strict=True))
