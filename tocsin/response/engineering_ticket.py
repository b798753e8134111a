"""Builds an incident's engineering ticket with the facts of the running application: plots, links, counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import numpy as np
import structlog

from detectors import peak as worst
from detectors.peak import Peak, peak_of
from detectors.plot import PlotData, plot, to_png
from detectors.sources.prometheus import Prometheus
from detectors.sources.promql import narrowed
from detectors.sources.source import Source
from detectors.watch import Watch, component_of
from incidents.component import ComponentGraph
from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal, SignalSource
from tickets.engineering import EngineeringTicket, Plot, SeriesReading, TicketContext, engineering_ticket
from tickets.linking.excess import arrival_of
from tickets.named_assets import NamedAsset, named_beyond
from tickets.outlook import LOOKS_BACK, SimilarIncident, similar_of
from tocsin.context.changes import change_marks, reported_for
from tocsin.context.metrics import Metrics
from tocsin.context.recent_samples import RecentStrip
from tocsin.context.series import SPANS, series_id, series_text
from tocsin.context.watch_memory import WatchMemory
from tocsin.storage import SeriesPeak, Store

log = structlog.get_logger()

PLOTS = 3  # the worst at the root and two effects; the console has the rest
LEAD = 3.0  # how much of the time before the anomaly is shown, in lengths of the anomaly
SHORTEST = 120.0  # seconds shown at the least
TICKETS_READ = 200  # the newest, for the coins that customers name
LONGEST_NAME = 80  # letters of a plot's file name


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketParts:
    """The input of engineering tickets. watches, sources: by name. public_url ends without a slash.

    share_who_write: of the customers whom an incident hurts; None = not known.
    """

    store: Store
    graph: ComponentGraph
    watches: Mapping[str, Watch]
    sources: Mapping[str, Source]
    memory: WatchMemory
    metrics: Metrics
    public_url: str
    page_url: str
    share_who_write: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A signal with the samples around it, as known until then.

    strip: None = not in memory. peak: the worst sample so far, also one that memory has lost; None = no sample was
    outside its band. is_own: whether strip and peak are of the series that the signal names.
    """

    signal: Signal
    watch: Watch
    strip: RecentStrip | None
    peak: Peak | None
    is_own: bool
    until: datetime

    @property
    def series(self) -> str:
        """The labels in words; "" of a watch's only series."""
        return series_text(self.signal.labels) if self.signal.labels else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTicket:
    """An engineering ticket with its present content, and the samples that its title, body and plots tell.

    excess: signal key -> how far the signal's sample is outside its band, in the watch's unit.
    """

    ticket: EngineeringTicket
    peaks: tuple[SeriesPeak, ...]
    excess: Mapping[str, float]


def ticket_of(parts: TicketParts, update: IncidentUpdate) -> MeasuredTicket:
    """The engineering ticket of an incident as it is now: the samples go on without an update.

    A sample that an earlier writing of the ticket gave, and that is worse than all that memory holds, stays.
    """
    incident = update.incident
    known = {(one.key, one.series): one.peak for one in parts.store.engineering_tickets.peaks(incident.id)}
    seen = [_seen(parts, signal, update.at, known) for signal in incident.signals if _is_of_watch(parts, signal)]
    drawn = _plots(parts, incident, seen)
    linked = parts.store.tickets.linked_counts([incident.id]).get(incident.id, 0)
    context = TicketContext(
        graph=parts.graph,
        page_url=f"{parts.page_url}incidents/{incident.id}.html" if incident.disclosed_at else "",
        console_url=f"{parts.public_url}/console/incidents/{incident.id}",
        linked_customers=linked,
        share_who_write=parts.share_who_write,
        readings={one.signal.key: _reading(parts, one, drawn.get(one.signal.key, ())) for one in seen},
        plots=tuple(picture for pictures in drawn.values() for picture in pictures),
        changes=reported_for(parts.store, incident),
        similar=_similar(parts, incident),
        people=_people(parts, update),
        named=_named(parts, incident) if linked else (),
    )
    peaks = tuple(
        SeriesPeak(key=one.signal.key, series=series_id(one.signal.labels), peak=one.peak)
        for one in seen
        if one.peak and one.is_own
    )
    excess = {one.signal.key: worst.outside(one.watch, one.peak) for one in seen if one.peak}
    return MeasuredTicket(ticket=engineering_ticket(update, context), peaks=peaks, excess=excess)


def _similar(parts: TicketParts, incident: Incident) -> tuple[SimilarIncident, ...]:
    """The latest earlier incidents with one of its faults, of the last 90 days."""
    earlier = parts.store.incidents.earlier_like(incident)
    return tuple(
        similar_of(parts.store.incidents.timeline(one.id), f"{parts.public_url}/console/incidents/{one.id}")
        for one in earlier
        if incident.started_at - one.started_at <= LOOKS_BACK
    )


def _people(parts: TicketParts, update: IncidentUpdate) -> tuple[str, ...]:
    """Who acted on it up to this line, in order."""
    lines = parts.store.incidents.timeline(update.incident.id)
    authors = (line.author for line in lines if line.seq <= update.seq and line.author != "tocsin")
    return tuple(dict.fromkeys(authors))


def _named(parts: TicketParts, incident: Incident) -> tuple[NamedAsset, ...]:
    linked = parts.store.tickets.linked(incident.id, None, TICKETS_READ).items
    return named_beyond(map(arrival_of, linked), incident, parts.graph)


def _is_of_watch(parts: TicketParts, signal: Signal) -> bool:
    return signal.source is SignalSource.WATCH and signal.name in parts.watches


def _seen(parts: TicketParts, signal: Signal, at: datetime, known: Mapping[tuple[str, str], Peak]) -> _Seen:
    watch, recent = parts.watches[signal.name], parts.memory.recent(signal.name)
    strip = recent.strip(signal.labels)
    if strip is None and not signal.labels:  # it names no series: its component's worst
        strip = recent.worst(lambda labels: component_of(watch, labels) == signal.component)
        return _measured(watch, signal, strip, at, is_own=False)
    return _measured(watch, signal, strip, at, is_own=True, before=known.get((signal.key, series_id(signal.labels))))


def _measured(
    watch: Watch, signal: Signal, strip: RecentStrip | None, at: datetime, *, is_own: bool, before: Peak | None = None
) -> _Seen:
    """before: the worst sample of an earlier writing, if any."""
    if strip is None:
        return _Seen(signal=signal, watch=watch, strip=None, peak=before, is_own=is_own, until=at)
    until = max(at, datetime.fromtimestamp(float(strip.times[-1]), UTC))  # the samples go on without an update
    start, end = signal.started_at.timestamp(), (signal.ended_at or until).timestamp()
    now = peak_of(watch, strip.times, strip.values, strip.low, strip.high, start=start, end=end)
    peak = worst.worse(watch, before, now)
    shown = _with_peak(_cut(strip, signal, until), peak)
    return _Seen(signal=signal, watch=watch, strip=shown, peak=peak, is_own=is_own, until=until)


def _with_peak(strip: RecentStrip, peak: Peak | None) -> RecentStrip:
    """With the sample that its picture marks in front, alone, where that is older than all of it."""
    if peak is None or peak.at.timestamp() >= strip.times[0]:
        return strip
    at = peak.at.timestamp()
    alone = {"values": peak.value, "low": peak.low, "high": peak.high}
    return RecentStrip(
        times=np.concatenate([[at, (at + strip.times[0]) / 2], strip.times]),
        **{
            name: np.concatenate([[alone.get(name, np.nan), np.nan], getattr(strip, name)])
            for name in ("values", "expected", "low", "high", "scores")
        },
    )


def _cut(strip: RecentStrip, signal: Signal, at: datetime) -> RecentStrip:
    """What is worth a picture: the anomaly, and the time before it."""
    keep = strip.times >= _shown_from(signal, at).timestamp()
    if keep.sum() < 2:  # an old incident, or one from before a restart: what there is
        return strip
    return strip.of(keep)


def _shown_from(signal: Signal, at: datetime) -> datetime:
    lasted = ((signal.ended_at or at) - signal.started_at).total_seconds()
    return signal.started_at - timedelta(seconds=max(SHORTEST, LEAD * lasted))


def _reading(parts: TicketParts, seen: _Seen, pictures: tuple[Plot, ...]) -> SeriesReading:
    signal, watch, peak, until = seen.signal, seen.watch, seen.peak, seen.until
    source = parts.sources.get(watch.source)
    start = datetime.fromtimestamp(float(seen.strip.times[0]), UTC) if seen.strip else _shown_from(signal, until)
    query = narrowed(watch.query, signal.labels, as_promql=True) if signal.labels else watch.query
    return SeriesReading(
        series=seen.series,
        observed=worst.observed(watch, peak) if peak else "",
        expected=worst.expected(watch, peak) if peak else "",
        at=peak.at if peak else None,
        page_url=f"{parts.public_url}/console/watches/{quote(watch.name)}?{_series_page(signal, until - start)}",
        query_url=source.graph_url(query, start, signal.ended_at or until) if isinstance(source, Prometheus) else "",
        plot=pictures[0].name if pictures else "",
    )


def _series_page(signal: Signal, age: timedelta) -> str:
    """The series over the shortest span that reaches back so far."""
    span = next((name for name, length in SPANS.items() if length >= age), list(SPANS)[-1])
    return f"series={series_id(signal.labels)}&span={span}"


def _plots(parts: TicketParts, incident: Incident, seen: list[_Seen]) -> dict[str, tuple[Plot, ...]]:
    """By signal, each series once: at the root first, then what the title says, what lasts, the worst."""
    drawn: dict[str, tuple[Plot, ...]] = {}
    names: set[str] = set()
    for one in sorted(seen, key=lambda one: _rank(one.signal, incident)):
        name = _file_name(one)
        if one.strip is None or name in names or len(drawn) == PLOTS:
            continue
        try:
            drawn[one.signal.key] = _pictures(parts, one, name)
            names.add(name)
        except Exception:  # whatever is wrong with a picture, the ticket must not wait for it
            parts.metrics.tick_failures.labels("plot").inc()
            log.exception("plot not drawn", watch=one.watch.name)
    return drawn


def _rank(signal: Signal, incident: Incident) -> tuple[bool, bool, bool, float, str]:
    elsewhere, another = signal.component != incident.component, signal.kind is not incident.kind
    return elsewhere, another, signal.ended_at is not None, -(signal.score or 0.0), signal.key


def _file_name(seen: _Seen) -> str:
    """withdrawal-time-asset-btc-network-bitcoin: the watch and the series, as any file system takes them."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{seen.watch.name} {seen.series}".lower()).strip("-")
    return (
        words if len(words) <= LONGEST_NAME else f"{words[:LONGEST_NAME].rstrip('-')}-{series_id(seen.signal.labels)}"
    )


def _finding(seen: _Seen) -> str:
    """What the picture shows: the marked sample, or else why the model spoke."""
    if seen.peak is None:
        return dict(seen.signal.facts).get("reason", seen.signal.title)
    return worst.finding(seen.watch, seen.peak)


def _pictures(parts: TicketParts, seen: _Seen, name: str) -> tuple[Plot, Plot]:
    """As SVG, light or dark as its reader's screen is, and as light pixels for what shows no SVG."""
    signal, watch, strip, peak = seen.signal, seen.watch, seen.strip, seen.peak
    assert strip is not None  # noqa: S101  # asked by who calls
    finding = _finding(seen)
    svg = plot(
        PlotData(
            title=finding,
            series=f"{watch.name}: {series_text(signal.labels)}",
            adapts=True,
            peak=(peak.at, peak.value) if peak else None,
            unit=watch.unit,
            times=strip.times,
            values=strip.values,
            expected=strip.expected,
            low=strip.low,
            high=strip.high,
            started_at=signal.started_at,
            ended_at=signal.ended_at,
            marks=change_marks(parts.store, parts.graph, signal.component, strip.times),
        )
    )
    return (
        Plot(name=f"{name}.svg", media_type="image/svg+xml", content=svg.encode(), finding=finding),
        Plot(name=f"{name}.png", media_type="image/png", content=to_png(svg), finding=finding),
    )
