"""The watch: a query, the component of each of its series, and what is bad about its values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from string import Formatter
from typing import Any

from detectors.frame import Labels
from detectors.known_day import NO_CALENDAR, Calendar, Planned


class Read(StrEnum):
    """How a metric becomes a number; the same words on every source."""

    VALUE = "value"
    RATE = "rate"
    RATIO = "ratio"
    QUANTILE = "quantile"
    SHIFT = "shift"


class Direction(StrEnum):
    """Which side of the expected band is bad."""

    ABOVE = "above"
    BELOW = "below"
    BOTH = "both"


class FailureKind(StrEnum):
    """How something fails, as the public words and the linking of tickets need it."""

    DELAY = "delay"
    BACKLOG = "backlog"
    ERRORS = "errors"
    HALT = "halt"
    SILENCE = "silence"  # no data: what we watch may be well, we do not know
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query in words, or as PromQL (which only a Prometheus or a replay with that column can answer).

    metric: the metric's name; of a histogram, its base name without `_bucket`.
    match: label = value, all must hold.
    read: `shift` is how far a histogram's whole distribution is from its usual one, 1 = as far as chance alone.
    by: labels kept; series that differ in other labels alone are averaged (value), or summed (all others).
    window: over which all but value look back.
    quantile: 0 to 1, for `quantile`.
    at_least: for `ratio`, `quantile` and `shift`, events that the window must hold; of fewer nothing can be said: no
        sample.
    of: for `ratio`, what the denominator's metric is; it takes `match_of` (by default, all series of it).
    """

    promql: str | None = None
    metric: str | None = None
    read: Read = Read.VALUE
    match: tuple[tuple[str, str], ...] = ()
    by: tuple[str, ...] = ()
    window: timedelta = timedelta(minutes=5)
    quantile: float | None = None
    at_least: float = 0.0
    of: str | None = None
    match_of: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One query over many series, each of which belongs to a component.

    component: a template over the series' labels, `withdrawals/{asset}/{network}`.
    title: the noun an engineer and the plot use: "Withdrawal processing time, p95".
    unit: "s", "1/s", "%", "BTC", "" …; shown after numbers.
    every: how often it is evaluated; also the nominal spacing of its samples.
    hold: how long a deviation must last before it is an anomaly.
    recover: how long it must be back before the anomaly has ended.
    absent_after: silence of a known series for so long is an anomaly of its own; None = never.
    budget: false incidents accepted in 30 days for the whole watch.
    min_change: a smaller deviation from what was expected wakes nobody (in the watch's unit).
    accept_after: a change that stays this long is the new normal.
    time_zone: whose clock the daily pattern follows, an IANA name; with it a change of summer time is no news.
    calendar: days that are like no other, by that clock: learnt from by nothing, and judged by how they go, too.
    planned: planned work; nothing is learnt from its components while it lasts.
    slo: the objective of a `ratio` whose part is the bad events, as a percentage of good ones: 99.9. None = none.
    history: how much of the past warms the model at the start.
    user_visible: customers feel this metric themselves; enough corroboration for an automatic disclosure.
    shadow: judge and record, but notify nobody.
    """

    name: str
    query: Query
    component: str
    title: str = ""
    unit: str = ""
    bad: Direction = Direction.BOTH
    kind: FailureKind = FailureKind.OTHER
    every: timedelta = timedelta(seconds=60)
    hold: timedelta = timedelta(0)
    recover: timedelta = timedelta(minutes=5)
    absent_after: timedelta | None = timedelta(minutes=5)
    budget: float = 1.0
    min_change: float = 0.0
    accept_after: timedelta = timedelta(hours=24)
    time_zone: str = "UTC"
    calendar: Calendar = NO_CALENDAR
    planned: tuple[Planned, ...] = ()
    slo: float | None = None
    history: timedelta = timedelta(days=28)
    user_visible: bool = False
    shadow: bool = False
    source: str = "default"
    tags: tuple[tuple[str, str], ...] = field(default=())


class _Template(Formatter):
    """Braces hold a label's name, whatever is in it: `{service.name}` is no attribute of anything."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return self.get_value(field_name, args, kwargs), field_name


_TEMPLATE = _Template()


def fill_template(template: str, labels: Mapping[str, str]) -> str:
    """The template with the labels' values in place of their names in braces. Raises KeyError for a missing label."""
    return _TEMPLATE.vformat(template, (), labels)


def labels_needed(template: str) -> frozenset[str]:
    """The labels that a template asks for."""
    return frozenset(name for _, name, _, _ in _TEMPLATE.parse(template) if name)


def component_of(watch: Watch, labels: Labels) -> str:
    """The component that a series belongs to: the watch's template, filled from the series' labels.

    Raises ValueError, naming watch, template and labels, where the template asks for a label that the series lacks.
    """
    if "{" not in watch.component and "}" not in watch.component:
        return watch.component
    try:
        return fill_template(watch.component, dict(labels))
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        found = ", ".join(name for name, _ in labels) or "none"
        raise ValueError(
            f"watch {watch.name}: component is {watch.component!r}, which does not fit a series with the labels "
            f"{found} ({error!r}); name labels of the series in braces, and keep them by the query's `by`"
        ) from error
