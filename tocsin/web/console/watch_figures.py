"""The pictures and numbers of a watch's pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from markupsafe import Markup

from detectors.frame import Floats
from detectors.outlook import outlook
from detectors.plot import Mark, PlotData, PlottedStretch, plot
from detectors.reason import finding, noun, number, quantity
from detectors.sparkline import sparkline
from detectors.state import DAY, State, slot_seconds
from detectors.watch import Watch
from incidents.incident import Incident
from incidents.signal import Signal, SignalSource
from tocsin.context.recent_samples import RecentSamples
from tocsin.detection.series_history import Past
from tocsin.detection.series_listing import SeriesRow

WIDE, SMALL = (1120, 280), (344, 260)
MarksOf = Callable[[str, Floats], tuple[Mark, ...]]
"""The changes to show for a component within some times."""
ROWS = 24  # of the table beneath a plot
LINE = 120  # samples of a line in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFigure:
    """One picture in two widths, as markup of ours: the page shows the one that fits."""

    wide: Markup
    small: Markup
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """Some columns of a plot as a row of its table; NaN where unknown."""

    begin: datetime
    least: float
    most: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyRow:
    """An anomaly of a component, and the incident that holds it.

    elsewhere: another of its series alone deviated. accepted: how it ended where nothing came back: "" or
    "accepted as the new normal".
    """

    signal: Signal
    incident: Incident
    reason: str
    elsewhere: bool
    accepted: str = ""


def _figure(data: PlotData) -> WatchFigure:
    wide, small = (plot(replace(data, width=width, height=height)) for width, height in (WIDE, SMALL))
    # `plot` escapes every text that it is given.
    return WatchFigure(wide=Markup(wide), small=Markup(small), finding=data.title)  # noqa: S704


def recent_figure(watch: Watch, worst: SeriesRow | None, recent: RecentSamples, changes: MarksOf) -> WatchFigure | None:
    """The worst series as memory holds it; None where it holds nothing."""
    strip = recent.strip(worst.labels) if worst else None
    if worst is None or strip is None or not np.isfinite(strip.values).any():
        return None
    return _figure(
        PlotData(
            title=_finding(watch, worst),
            unit=watch.unit,
            times=strip.times,
            values=strip.values,
            expected=strip.expected,
            low=strip.low,
            high=strip.high,
            marks=changes(worst.component, strip.times),
        )
    )


def past_figure(
    watch: Watch, row: SeriesRow, past: Past, anomalies: Sequence[AnomalyRow], changes: MarksOf
) -> WatchFigure | None:
    """A series over a span with its anomalies; None where nothing is known of it."""
    if not len(past.times) or not np.isfinite(np.concatenate([past.values, past.expected])).any():
        return None
    return _figure(
        PlotData(
            title=_finding(watch, row),
            unit=watch.unit,
            times=past.times,
            values=past.values,
            expected=past.expected,
            low=past.low,
            high=past.high,
            stretches=tuple(
                PlottedStretch(started_at=a.signal.started_at, ended_at=a.signal.ended_at)
                for a in reversed(anomalies)
                if not a.elsewhere
            ),
            marks=(
                *changes(row.component, past.times),
                *(
                    Mark(at=a.signal.ended_at, name="new normal")
                    for a in anomalies
                    if a.accepted and a.signal.ended_at and not a.elsewhere
                ),
            ),
        )
    )


def day_figure(watch: Watch, state: State, row: SeriesRow, now: datetime) -> WatchFigure | None:
    """The day as it is learnt; None where no daily season is used."""
    midnight = now.timestamp() // DAY * DAY
    times: Floats = midnight + np.arange(0.0, DAY, slot_seconds(watch))
    usual = outlook(watch, state, row.row, times)
    if not usual.seasonal.any() or np.isnan(usual.expected).all():
        return None
    least, most = int(np.nanargmin(usual.expected)), int(np.nanargmax(usual.expected))
    said = f"{noun(watch)}: {number(float(usual.expected[least]))} about {_clock(times[least])}"
    return _figure(
        PlotData(
            title=f"{said}, {quantity(float(usual.expected[most]), watch.unit)} about {_clock(times[most])}",
            unit=watch.unit,
            times=times,
            values=np.full(len(times), np.nan),
            expected=usual.expected,
            low=usual.low,
            high=usual.high,
        )
    )


def numbers_of(past: Past) -> tuple[NumberRow, ...]:
    """The plot's numbers in a few rows, the newest first."""
    rows = []
    for part in np.array_split(np.arange(len(past.times)), min(ROWS, len(past.times)) or 1):
        if not len(part) or not np.isfinite(past.values[part]).any():
            continue
        band = part[np.isfinite(past.expected[part])]
        rows.append(
            NumberRow(
                begin=datetime.fromtimestamp(float(past.times[part[0]]), UTC),
                least=float(np.nanmin(past.values[part])),
                most=float(np.nanmax(past.values[part])),
                low=float(past.low[band].mean()) if len(band) else float("nan"),
                high=float(past.high[band].mean()) if len(band) else float("nan"),
            )
        )
    return tuple(reversed(rows))


def anomalies_of(watch: Watch, series: SeriesRow, incidents: Iterable[Incident]) -> list[AnomalyRow]:
    """The anomalies that a watch found in the component of a series, the newest first."""
    found = [
        AnomalyRow(
            signal=signal,
            incident=incident,
            reason=dict(signal.facts).get("reason", signal.title),
            elsewhere=_is_of_another(signal, series),
            accepted=dict(signal.facts).get("ended", ""),
        )
        for incident in incidents
        for signal in incident.signals
        if signal.source is SignalSource.WATCH and signal.name == watch.name and signal.component == series.component
    ]
    return sorted(found, key=lambda a: a.signal.started_at, reverse=True)


def _is_of_another(signal: Signal, series: SeriesRow) -> bool:
    """Whether the signal is of one series alone, and not of this one; its facts name the worst."""
    count, _, worst = dict(signal.facts).get("series", "").partition(", worst: ")
    return count == "1" and bool(worst) and worst != series.text


def sparklines(recent: RecentSamples, rows: Iterable[SeriesRow]) -> dict[str, Markup]:
    """The run of the last samples of each series, by its id."""
    lines = {}
    for row in rows:
        strip = recent.strip(row.labels)
        if strip is not None:
            lines[row.id] = Markup(sparkline(strip.values[-LINE:]))  # noqa: S704 - numbers alone
    return lines


def _finding(watch: Watch, row: SeriesRow) -> str:
    if np.isnan(row.value):
        return f"{noun(watch)}: no samples"
    if np.isnan(row.low) or np.isnan(row.high):
        return f"{noun(watch)} {quantity(row.value, watch.unit)}; what is usual is not known yet"
    return finding(watch, row.value, row.low, row.high)


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(float(seconds), UTC):%H:%M} UTC"
