"""Builds an incident's engineering ticket with the facts of the running application: plots, links, counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from detectors.plot import PlotData, plot, to_png
from detectors.sources.prometheus import Prometheus
from detectors.sources.source import Source
from detectors.watch import Watch, component_of
from incidents.component import ComponentGraph
from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal, SignalSource
from tickets.engineering import EngineeringTicket, Plot, TicketContext, engineering_ticket
from tocsin.context.metrics import Metrics
from tocsin.context.recent_samples import Strip
from tocsin.context.watch_memory import WatchMemory
from tocsin.storage import Store

log = structlog.get_logger()

PLOTS = 3  # the worst at the root and two effects; the console has the rest
LEAD = 3.0  # how much of the time before the anomaly is shown, in lengths of the anomaly
SHORTEST = 120.0  # seconds shown at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketParts:
    """The input of engineering tickets. watches, sources: by name. public_url ends without a slash."""

    store: Store
    graph: ComponentGraph
    watches: Mapping[str, Watch]
    sources: Mapping[str, Source]
    memory: WatchMemory
    metrics: Metrics
    public_url: str
    page_url: str


def ticket_of(parts: TicketParts, update: IncidentUpdate) -> EngineeringTicket:
    """The engineering ticket of an incident, with its present content."""
    incident = update.incident
    context = TicketContext(
        graph=parts.graph,
        page_url=f"{parts.page_url}incidents/{incident.id}.html" if incident.disclosed_at else "",
        console_url=f"{parts.public_url}/console/incidents/{incident.id}",
        linked_customers=parts.store.tickets.linked_counts([incident.id]).get(incident.id, 0),
        query_urls=_query_urls(parts, incident),
        plots=_plots(parts, incident, update.at),
    )
    return engineering_ticket(update, context)


def _query_urls(parts: TicketParts, incident: Incident) -> dict[str, str]:
    urls = {}
    for signal in incident.signals:
        watch = parts.watches.get(signal.name)
        source = parts.sources.get(watch.source) if watch else None
        if watch is not None and isinstance(source, Prometheus):
            urls[signal.key] = source.graph_url(watch.query, signal.seen_at)
    return urls


def _plots(parts: TicketParts, incident: Incident, at: datetime) -> tuple[Plot, ...]:
    """Of the signals at the root first, then the worst."""
    watches = parts.watches
    ours = [s for s in incident.signals if s.source is SignalSource.WATCH and s.name in watches]
    ours.sort(key=lambda s: (s.component != incident.component, -(s.score or 0.0), s.key))
    found: list[Plot] = []
    for signal in ours[:PLOTS]:
        strip = _strip(parts.memory, watches[signal.name], signal.component)
        if strip is None:
            continue
        try:
            found.extend(_pictures(signal, watches[signal.name], _cut(strip, signal, at), len(found) // 2 + 1))
        except Exception:  # whatever is wrong with a picture, the ticket must not wait for it
            parts.metrics.tick_failures.labels("plot").inc()
            log.exception("plot not drawn", watch=signal.name)
    return tuple(found)


def _strip(memory: WatchMemory, watch: Watch, component: str) -> Strip | None:
    """The recent past of the component's worst series."""
    return memory.recent(watch.name).worst(lambda labels: component_of(watch, labels) == component)


def _cut(strip: Strip, signal: Signal, at: datetime) -> Strip:
    """What is worth a picture: the anomaly, and the time before it."""
    start, end = signal.started_at.timestamp(), (signal.ended_at or at).timestamp()
    first = start - max(SHORTEST, LEAD * (end - start))
    keep = strip.times >= first
    if keep.sum() < 2:  # an old incident, or one from before a restart: what there is
        return strip
    return strip.of(keep)


def _pictures(signal: Signal, watch: Watch, strip: Strip, number: int) -> tuple[Plot, Plot]:
    finding = dict(signal.facts).get("reason", signal.title)
    svg = plot(
        PlotData(
            title=finding,
            unit=watch.unit,
            times=strip.times,
            values=strip.values,
            expected=strip.expected,
            low=strip.low,
            high=strip.high,
            started_at=signal.started_at,
            ended_at=signal.ended_at,
        )
    )
    name = f"plot-{number}"
    return (
        Plot(name=f"{name}.svg", media_type="image/svg+xml", content=svg.encode(), finding=finding),
        Plot(name=f"{name}.png", media_type="image/png", content=to_png(svg), finding=finding),
    )
