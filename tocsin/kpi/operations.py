"""The view of operations: figures of incidents, which watches and components are noisy, and what was muted."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboards.figure import ComparedFigure
from dashboards.operations import (
    ComponentNoise,
    OperationsSpan,
    WatchNoise,
    counted,
    noisy,
    noisy_components,
    operations_figures,
)
from detectors.watch import Watch
from tocsin.kpi.span import Days
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsView:
    """All that the page of operations shows.

    noise, components: the noisiest first. budget: false alarms that all watches together may open in 30 days. muted:
    signals that silences and planned work kept quiet in the span, of all components shown.
    """

    days: Days
    figures: tuple[ComparedFigure, ...]
    span: OperationsSpan
    noise: tuple[WatchNoise, ...]
    components: tuple[ComponentNoise, ...]
    budget: float
    muted: int


def operations_view(store: Store, watches: Iterable[Watch], days: Days, component: str | None = None) -> OperationsView:
    """The view of those days; component: only incidents that sit there."""
    span = incidents_of_days(store, days, component)
    budgets = {watch.name: watch.budget for watch in watches if not watch.shadow}
    muted = {name: many for name, many in store.figures.muted(days.instants).items() if component in {None, name}}
    return OperationsView(
        days=days,
        figures=operations_figures(span, incidents_of_days(store, days.before, component)),
        span=span,
        noise=noisy(span, budgets),
        components=noisy_components(span, muted),
        budget=sum(budgets.values()),
        muted=sum(muted.values()),
    )


def incidents_of_days(store: Store, days: Days, component: str | None = None) -> OperationsSpan:
    """The incidents that figures of these days count."""
    instants = days.instants
    found = store.figures.incidents(instants, None if component is None else [component])
    return counted(found, instants.end - instants.start)
