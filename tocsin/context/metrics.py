"""Tocsin's own Prometheus metrics."""

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    Summary,
)

from incidents.incident import UpdateKind
from incidents.signal import SignalSource
from statuspage.subscriptions.subscription import SubscriptionKind
from tickets.admission import Excess
from tickets.mail.incoming import MailOutcome
from tickets.ticket import Form, TicketStatus

WRITES, READS = "writes", "reads"
"""Kinds of requests, as the metrics name them."""


class Metrics:
    """All of Tocsin's own metrics, in their own registry. The configuration bounds the labels, never the traffic."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.tick_seconds = Histogram(
            "tocsin_tick_seconds", "Duration of one run of a loop.", ["loop"], registry=self.registry
        )
        self.tick_failures = Counter(
            "tocsin_tick_failures_total", "Runs of a loop that ended in an error.", ["loop"], registry=self.registry
        )
        self._add_watches()
        self._add_incidents()
        self._add_page()
        self._add_delivery()
        self._add_process()
        self._begin_at_zero()

    def _add_watches(self) -> None:
        self.watch_evaluated = Gauge(
            "tocsin_watch_evaluated_timestamp_seconds",
            "When a watch was last scored.",
            ["watch"],
            registry=self.registry,
        )
        self.pushed_samples = Counter(
            "tocsin_pushed_samples_total",
            "Samples that others pushed, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.watch_series = Gauge("tocsin_watch_series", "Series of a watch.", ["watch"], registry=self.registry)
        self.watch_failures = Counter(
            "tocsin_watch_failures_total",
            "Evaluations that got no samples from the source.",
            ["watch"],
            registry=self.registry,
        )
        self.watch_seconds = Summary(
            "tocsin_watch_evaluation_seconds",
            "From a watch's question to its signals.",
            ["watch"],
            registry=self.registry,
        )
        self.watch_silent = Gauge(
            "tocsin_watch_silent_series",
            "Series of a watch without samples for longer than is usual.",
            ["watch"],
            registry=self.registry,
        )
        self.watch_budget = Gauge(
            "tocsin_watch_budget",
            "False incidents that a watch may open in 30 days.",
            ["watch"],
            registry=self.registry,
        )
        self.watch_openings = Gauge(
            "tocsin_watch_openings",
            "Incidents opened in the last 30 days with the watch among their evidence.",
            ["watch"],
            registry=self.registry,
        )
        self.watch_false_openings = Gauge(
            "tocsin_watch_false_openings",
            "Of those, the ones that a human called a false alarm: the budget spent.",
            ["watch"],
            registry=self.registry,
        )

    def _add_incidents(self) -> None:
        self.signals = Counter("tocsin_signals_total", "Signals recorded.", ["source"], registry=self.registry)
        self.alerts = Counter("tocsin_alerts_total", "Alerts of others that were accepted.", registry=self.registry)
        self.alerts_waiting = Gauge(
            "tocsin_alerts_waiting", "Accepted alerts that are no signals yet.", registry=self.registry
        )
        self.alerts_failed = Gauge(
            "tocsin_alerts_failed", "Accepted alerts that no signal could be made of.", registry=self.registry
        )
        self.alerts_delay = Histogram(
            "tocsin_alerts_delay_seconds",
            "From accepting alerts to their signals; of each batch the oldest.",
            registry=self.registry,
        )
        self.oncall_unreached = Counter(
            "tocsin_oncall_unreached_total",
            "Steps of escalations that reached nobody, as nobody was on call.",
            registry=self.registry,
        )
        self.oncall_text_failures = Counter(
            "tocsin_oncall_text_failures_total",
            "Notifications whose configured text could not be made; the usual one left.",
            registry=self.registry,
        )
        self.incidents_active = Gauge("tocsin_incidents_active", "Incidents that are open.", registry=self.registry)
        self.updates = Counter(
            "tocsin_incident_updates_total", "Timeline lines written.", ["kind"], registry=self.registry
        )

    def _add_page(self) -> None:
        self.page_published = Gauge(
            "tocsin_page_published_timestamp_seconds",
            "When the page at /status/ was made.",
            registry=self.registry,
        )
        self.page_seconds = Histogram(
            "tocsin_page_publish_seconds",
            "Building and checking the page.",
            registry=self.registry,
        )
        self.page_blocked = Gauge(
            "tocsin_page_blocked", "1 while the leak check blocks the page.", registry=self.registry
        )
        self.words_waiting = Gauge(
            "tocsin_public_words_waiting",
            "Messages for the public that wait because they hold an internal word; their templates stand in for them.",
            registry=self.registry,
        )
        self.target_seconds = Histogram(
            "tocsin_page_target_seconds", "Writing the page to one place.", ["target"], registry=self.registry
        )
        self.target_published = Gauge(
            "tocsin_page_target_published_timestamp_seconds",
            "When the edition that a place shows was made.",
            ["target"],
            registry=self.registry,
        )

    def _add_delivery(self) -> None:
        self.deliveries = Counter(
            "tocsin_deliveries_total",
            "Deliveries by channel and what became of each: accepted, failed (tried again), given up.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.delivery_waiting = Gauge(
            "tocsin_delivery_waiting", "What is not delivered yet.", ["channel"], registry=self.registry
        )
        self.delivery_dead = Gauge(
            "tocsin_delivery_dead", "What was given up and not tried again since.", ["channel"], registry=self.registry
        )
        self.delivery_oldest = Gauge(
            "tocsin_delivery_oldest_seconds",
            "How long the oldest of what is not delivered has waited; 0 where nothing waits.",
            ["channel"],
            registry=self.registry,
        )
        self.delivery_resting = Gauge(
            "tocsin_delivery_resting",
            "1 while a receiver that was not reached, or asked for time, is left alone by all that wait for it.",
            ["channel"],
            registry=self.registry,
        )
        self.subscriptions = Gauge(
            "tocsin_subscriptions", "Subscriptions of the public page.", ["kind", "status"], registry=self.registry
        )
        self.subscribers_notified = Counter(
            "tocsin_subscribers_notified_total", "Messages queued for subscribers.", ["kind"], registry=self.registry
        )
        self.limited_tickets = Counter(
            "tocsin_tickets_limited_total",
            "Tickets not taken for now: too many of one customer, or copies of one text from unproven senders.",
            ["excess"],
            registry=self.registry,
        )
        self.inbound_mails = Counter(
            "tocsin_inbound_mails_total",
            "Mails that came in, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.recent_links = Gauge(
            "tocsin_links_recent",
            "Of the last 100 links that agents judged: how many are judged, right, and expected to be right.",
            ["kind"],
            registry=self.registry,
        )
        self.tickets = Counter(
            "tocsin_tickets_total",
            "Tickets received, by what became of them and by the customer's topic.",
            ["fate", "topic"],
            registry=self.registry,
        )

    def _add_process(self) -> None:
        self.scrapes = Counter(
            "tocsin_scrapes_total", "Scrapes of the embedded source.", ["target", "outcome"], registry=self.registry
        )
        self.outside_calls = Counter(
            "tocsin_outside_calls_total",
            "Calls of foreign services by what became of each: answered, silent, refused (not made).",
            ["to", "outcome"],
            registry=self.registry,
        )
        self.outside_open = Gauge(
            "tocsin_outside_left_alone",
            "1 while a foreign service that did not answer several times in a row is left alone.",
            ["to"],
            registry=self.registry,
        )
        self.unrecorded_views = Counter(
            "tocsin_views_unrecorded_total",
            "Looks at tickets that a full disk kept out of the audit trail.",
            registry=self.registry,
        )
        self.answer_bytes = Gauge(
            "tocsin_source_answer_bytes",
            "Memory that answers of sources take just now; all together may take 256 MiB.",
            registry=self.registry,
        )
        self.clock_jumps = Counter(
            "tocsin_clock_jumps_total",
            "Times that the computer's clock was set by more than a few seconds: back or forward.",
            ["direction"],
            registry=self.registry,
        )
        self.refused_requests = Counter(
            "tocsin_requests_refused_total",
            "Requests that were answered 503 as too many of their kind were under way.",
            ["kind"],
            registry=self.registry,
        )
        self.leader = Gauge("tocsin_lease_held", "1 while this process holds the lease.", registry=self.registry)
        self.reloads = Counter(
            "tocsin_reloads_total", "Reloads of the configuration.", ["outcome"], registry=self.registry
        )

    def _begin_at_zero(self) -> None:
        """The counters whose labels are known: one that begins at 1 has not increased, to who asks for its rate."""
        known: tuple[tuple[Counter, Iterable[str]], ...] = (
            (self.updates, UpdateKind),
            (self.signals, SignalSource),
            (self.pushed_samples, ("stored", "repeated", "ahead", "refused")),
            (self.reloads, ("loaded", "refused")),
            (self.refused_requests, (WRITES, READS)),
            (self.limited_tickets, Excess),
            (self.clock_jumps, ("back", "forward")),
            (self.inbound_mails, (*(outcome.name.lower() for outcome in MailOutcome), "failed")),
            (self.subscribers_notified, SubscriptionKind),
        )
        for counter, labels in known:
            for label in labels:
                counter.labels(label)
        for fate in (TicketStatus.NEW, TicketStatus.AWAITING_INCIDENT):
            for topic in Form:
                self.tickets.labels(fate, topic.slug)

    def forget_watch(self, name: str) -> None:
        """Deletes the metrics of a watch that is no longer configured."""
        of_watch = (
            self.watch_evaluated,
            self.watch_series,
            self.watch_failures,
            self.watch_seconds,
            self.watch_silent,
            self.watch_budget,
            self.watch_openings,
            self.watch_false_openings,
        )
        for metric in of_watch:
            metric.remove_by_labels({"watch": name})
