"""Dashboards for Grafana, alert rules and recording rules for Prometheus, over Tocsin's own metrics.

Needs the extra `grafana`. Each panel, rule and alert is declared once, as data; the SDK makes Grafana's JSON of it.
"""

from dataclasses import dataclass

from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import AnnotationQuery as AnnotationModel
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DataSourceRef

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
OWN = 'instance=~"$instance"'
"""What `OWN` stands for in a panel's expression: the processes that the reader chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: PromQL expressions with their legends, under a title that names the unit.

    unit: Grafana's name of it. is_number: one large number, now, in place of a line.
    """

    title: str
    means: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaBoard:
    """One dashboard. page: the path of ours that it links to."""

    key: str
    title: str
    means: str
    page: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRule:
    """A recording rule."""

    record: str
    expr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAlert:
    """An alert about Tocsin itself. wait: for how long it must hold, as Prometheus writes it."""

    name: str
    expr: str
    wait: str
    severity: str
    summary: str
    action: str


RULES = (
    RecordingRule(
        record="loop:tocsin_tick_seconds:p95_5m",
        expr="histogram_quantile(0.95, sum by (instance, loop, le) (rate(tocsin_tick_seconds_bucket[5m])))",
    ),
    RecordingRule(
        record="watch:tocsin_watch_evaluated:age_seconds",
        expr="time() - max by (instance, watch) (tocsin_watch_evaluated_timestamp_seconds)",
    ),
    RecordingRule(
        record="instance:tocsin_page_published:age_seconds",
        expr="time() - max by (instance) (tocsin_page_published_timestamp_seconds)",
    ),
)

ALERTS = (
    OwnAlert(
        name="TocsinIsGone",
        expr="absent(tocsin_lease_held)",
        wait="2m",
        severity="critical",
        summary="Prometheus has no sample of Tocsin.",
        action="Start it, or mend the scrape job: nobody watches the exchange.",
    ),
    OwnAlert(
        name="TocsinNobodyDecides",
        expr="sum(tocsin_lease_held) < 1",
        wait="2m",
        severity="critical",
        summary="No process holds the lease, so no incident is opened.",
        action="Look at the log of each process, and at the database.",
    ),
    OwnAlert(
        name="TocsinWatchIsNotEvaluated",
        expr="watch:tocsin_watch_evaluated:age_seconds > 600",
        wait="1m",
        severity="warning",
        summary="Watch {{ $labels.watch }} was last evaluated {{ $value | humanizeDuration }} ago.",
        action="Look at the watch's page in the console: its source may not answer.",
    ),
    OwnAlert(
        name="TocsinLoopFails",
        expr="sum by (instance, loop) (increase(tocsin_tick_failures_total[10m])) > 3",
        wait="0m",
        severity="warning",
        summary="Loop {{ $labels.loop }} ended in an error again and again.",
        action="The log names the error.",
    ),
    OwnAlert(
        name="TocsinPageIsOld",
        expr="instance:tocsin_page_published:age_seconds > 600",
        wait="1m",
        severity="warning",
        summary="The public page was last made {{ $value | humanizeDuration }} ago.",
        action="Look at Delivery in the console, and at the log.",
    ),
    OwnAlert(
        name="TocsinDeliveryWaits",
        expr="max by (instance, channel) (tocsin_delivery_oldest_seconds) > 900",
        wait="1m",
        severity="warning",
        summary="Channel {{ $labels.channel }} has not delivered for {{ $value | humanizeDuration }}.",
        action="Look at Delivery in the console: the receiver may be down.",
    ),
    OwnAlert(
        name="TocsinDeliveryGaveUp",
        expr="max by (instance, channel) (tocsin_delivery_dead) > 0",
        wait="0m",
        severity="warning",
        summary="Channel {{ $labels.channel }} gave up on {{ $value }} deliveries.",
        action="Mend the receiver, then send them again under Delivery in the console.",
    ),
    OwnAlert(
        name="TocsinWatchOverspends",
        expr="max by (instance, watch) (tocsin_watch_false_openings) > max by (instance, watch) (tocsin_watch_budget)",
        wait="0m",
        severity="info",
        summary="Watch {{ $labels.watch }} opened more false incidents in 30 days than it may.",
        action="Look at the watch's page in the console, and at the proposal under Operations figures.",
    ),
)

OPERATIONS = GrafanaBoard(
    key="tocsin-operations",
    title="Tocsin: operations",
    means="Incidents, signals, and what left the house.",
    page="/dashboards/operations",
    panels=(
        Panel(
            title="Open incidents",
            means="Incidents that are open now.",
            unit="short",
            queries=(("max(tocsin_incidents_active{OWN})", "open"),),
            is_number=True,
        ),
        Panel(
            title="Incidents opened in the span",
            means="Timeline lines of the kind opened; 0 where none was written since the process began.",
            unit="short",
            queries=(
                (
                    'sum(increase(tocsin_incident_updates_total{kind="opened",OWN}[$__range])) or vector(0)',
                    "opened",
                ),
            ),
            is_number=True,
        ),
        Panel(
            title="Signals an hour, by source",
            means="Signals recorded; 0 where none was recorded yet.",
            unit="short",
            queries=(("sum by (source) (increase(tocsin_signals_total{OWN}[1h])) or vector(0)", "{{source}}"),),
        ),
        Panel(
            title="Timeline lines an hour, by kind",
            means="What happened in incidents; 0 where nothing did.",
            unit="short",
            queries=(
                (
                    "sum by (kind) (increase(tocsin_incident_updates_total{OWN}[1h])) or vector(0)",
                    "{{kind}}",
                ),
            ),
        ),
        Panel(
            title="Age of the public page",
            means="Since the page was last made.",
            unit="s",
            queries=(("time() - max(tocsin_page_published_timestamp_seconds{OWN})", "age"),),
        ),
        Panel(
            title="Waiting deliveries, by channel",
            means="What is not delivered yet.",
            unit="short",
            queries=(("sum by (channel) (tocsin_delivery_waiting{OWN})", "{{channel}}"),),
        ),
    ),
)

SUPPORT = GrafanaBoard(
    key="tocsin-support",
    title="Tocsin: support",
    means="Customers' tickets as they come, and what is mailed to them.",
    page="/dashboards/support",
    panels=(
        Panel(
            title="Tickets an hour, by what became of them",
            means="Tickets received, by their first status; 0 where none came since the process began.",
            unit="short",
            queries=(("sum by (fate) (increase(tocsin_tickets_total{OWN}[1h])) or vector(0)", "{{fate}}"),),
        ),
        Panel(
            title="Share of tickets linked at once, 1 h",
            means="Tickets that Tocsin linked to an incident when they came, of all that came within an hour.",
            unit="percentunit",
            queries=(
                (
                    (
                        '(sum(increase(tocsin_tickets_total{fate="awaiting_incident",OWN}[1h])) or vector(0)) '
                        "/ (sum(increase(tocsin_tickets_total{OWN}[1h])) > 0)"
                    ),
                    "linked",
                ),
            ),
        ),
        Panel(
            title="Mails that wait",
            means="Mails to customers that are not sent yet.",
            unit="short",
            queries=(('sum by (channel) (tocsin_delivery_waiting{channel=~"mail.*",OWN})', "{{channel}}"),),
        ),
        Panel(
            title="The oldest mail that waits",
            means="How long it has waited.",
            unit="s",
            queries=(
                (
                    'max by (channel) (tocsin_delivery_oldest_seconds{channel=~"mail.*",OWN})',
                    "{{channel}}",
                ),
            ),
        ),
    ),
)

DETECTION = GrafanaBoard(
    key="tocsin-detection",
    title="Tocsin: detection",
    means="What each watch looks at, how long it takes, and what it spends of its budget.",
    page="/console/watches",
    panels=(
        Panel(
            title="Since the last evaluation, by watch",
            means="A watch whose line climbs is not evaluated.",
            unit="s",
            queries=(
                (
                    'time() - max by (watch) (tocsin_watch_evaluated_timestamp_seconds{watch=~"$watch",OWN})',
                    "{{watch}}",
                ),
            ),
        ),
        Panel(
            title="Mean time of an evaluation, by watch",
            means="From a watch's question to its signals, over 5 minutes.",
            unit="s",
            queries=(
                (
                    (
                        'sum by (watch) (rate(tocsin_watch_evaluation_seconds_sum{watch=~"$watch",OWN}[5m])) '
                        '/ sum by (watch) (rate(tocsin_watch_evaluation_seconds_count{watch=~"$watch",OWN}[5m]))'
                    ),
                    "{{watch}}",
                ),
            ),
        ),
        Panel(
            title="Series, by watch",
            means="How many series a watch looks at.",
            unit="short",
            queries=(('max by (watch) (tocsin_watch_series{watch=~"$watch",OWN})', "{{watch}}"),),
        ),
        Panel(
            title="Silent series, by watch",
            means="Series without samples for longer than is usual.",
            unit="short",
            queries=(('max by (watch) (tocsin_watch_silent_series{watch=~"$watch",OWN})', "{{watch}}"),),
        ),
        Panel(
            title="Budget spent in 30 days, by watch",
            means="Incidents that a human called a false alarm, of how many the watch may open.",
            unit="percentunit",
            queries=(
                (
                    (
                        'max by (watch) (tocsin_watch_false_openings{watch=~"$watch",OWN}) '
                        '/ max by (watch) (tocsin_watch_budget{watch=~"$watch",OWN})'
                    ),
                    "{{watch}}",
                ),
            ),
        ),
        Panel(
            title="Evaluations without samples an hour, by watch",
            means="The source gave none; 0 where that never happened.",
            unit="short",
            queries=(
                (
                    'sum by (watch) (increase(tocsin_watch_failures_total{watch=~"$watch",OWN}[1h])) or vector(0)',
                    "{{watch}}",
                ),
            ),
        ),
    ),
)

HEALTH = GrafanaBoard(
    key="tocsin-health",
    title="Tocsin: its own health",
    means="Whether Tocsin itself is well.",
    page="/console/delivery",
    panels=(
        Panel(
            title="Processes that hold the lease",
            means="Exactly one decides; 0 means that nobody does.",
            unit="short",
            queries=(("sum(tocsin_lease_held{OWN})", "held"),),
            is_number=True,
        ),
        Panel(
            title="Deliveries given up",
            means="And not tried again since.",
            unit="short",
            queries=(("sum(tocsin_delivery_dead{OWN})", "given up"),),
            is_number=True,
        ),
        Panel(
            title="95 % of runs within, by loop",
            means="Over 5 minutes.",
            unit="s",
            queries=(
                (
                    "histogram_quantile(0.95, sum by (loop, le) (rate(tocsin_tick_seconds_bucket{OWN}[5m])))",
                    "{{loop}}",
                ),
            ),
        ),
        Panel(
            title="Runs that failed an hour, by loop",
            means="They ended in an error; 0 where none did.",
            unit="short",
            queries=(("sum by (loop) (increase(tocsin_tick_failures_total{OWN}[1h])) or vector(0)", "{{loop}}"),),
        ),
        Panel(
            title="Memory of the process",
            means="Resident.",
            unit="bytes",
            queries=(("process_resident_memory_bytes{OWN} and on (instance) tocsin_lease_held", "{{instance}}"),),
        ),
        Panel(
            title="Processors used",
            means="Seconds of processor time a second, over 5 minutes.",
            unit="short",
            queries=(
                (
                    "rate(process_cpu_seconds_total{OWN}[5m]) and on (instance) tocsin_lease_held",
                    "{{instance}}",
                ),
            ),
        ),
    ),
)

BOARDS = (OPERATIONS, SUPPORT, DETECTION, HEALTH)
OPENED = 'sum(increase(tocsin_incident_updates_total{kind="opened"}[1m])) > 0'
"""Where an incident was opened: a line on every graph."""


def grafana_json(board: GrafanaBoard, url: str) -> str:
    """The dashboard as Grafana imports it. url: where Tocsin answers, for the links back."""
    made = (
        Dashboard(board.title)
        .uid(board.key)
        .description(board.means)
        .tags(["tocsin"])
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .link(DashboardLink("Open in Tocsin").type(DashboardLinkType.LINK).url(url + board.page))
        .link(DashboardLink("Other dashboards").type(DashboardLinkType.DASHBOARDS).tags(["tocsin"]).as_dropdown(True))
        .with_variable(DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_variable("instance", "Instance", "label_values(tocsin_lease_held, instance)"))
        .annotation(_Opened())
    )
    if board is DETECTION:
        made = made.with_variable(_variable("watch", "Watch", "label_values(tocsin_watch_series, watch)"))
    for panel in board.panels:
        made = made.with_panel(_panel(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(made.build())


def recording_rules() -> dict[str, object]:
    """A rule file of Prometheus."""
    rules = [{"record": rule.record, "expr": rule.expr} for rule in RULES]
    return {"groups": [{"name": "tocsin-recording", "interval": "30s", "rules": rules}]}


def alert_rules() -> dict[str, object]:
    """A rule file of Prometheus; it reads what the recording rules write."""
    rules = [
        {
            "alert": alert.name,
            "expr": alert.expr,
            "for": alert.wait,
            "labels": {"severity": alert.severity},
            "annotations": {"summary": alert.summary, "description": alert.action},
        }
        for alert in ALERTS
    ]
    return {"groups": [{"name": "tocsin-alerts", "rules": rules}]}


class _Opened(AnnotationQuery):
    """The SDK's builder has no word for an annotation's expression; its model has."""

    def build(self) -> AnnotationModel:
        """A line wherever an incident was opened."""
        return AnnotationModel(name="Incidents opened", datasource=SOURCE, icon_color="red", expr=OPENED)


def _chosen(expr: str) -> str:
    return expr.replace("OWN", OWN)


def _variable(name: str, label: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name).label(label).datasource(SOURCE).query(query).multi(True).include_all(True).all_value(".*")
    )


def _panel(panel: Panel) -> Stat | TimeSeries:
    if panel.is_number:
        number = (
            Stat().title(panel.title).description(panel.means).datasource(SOURCE).unit(panel.unit).span(6).height(5)
        )
        for expr, legend in panel.queries:
            number = number.with_target(Dataquery().expr(_chosen(expr)).legend_format(legend).instant())
        return number
    lines = TimeSeries().title(panel.title).description(panel.means).datasource(SOURCE).unit(panel.unit).min(0)
    legend_below = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    lines = lines.span(12).height(8).legend(legend_below.show_legend(True))
    for expr, legend in panel.queries:
        lines = lines.with_target(Dataquery().expr(_chosen(expr)).legend_format(legend).range())
    return lines
