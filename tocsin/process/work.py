"""What the process does: the periodic jobs and the woken loops, each over the services as of the last good reload."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError
from statuspage.spark import STEP
from tocsin.context.loops import Loop, Wake
from tocsin.context.retention import let_go
from tocsin.delivery.channel import deliver_due, update_backlog
from tocsin.delivery.item_queue import ItemChannel
from tocsin.desk.bulk_actions import finish_cut_short
from tocsin.desk.still_broken import look_for_denied_ends
from tocsin.desk.ticket_bursts import look_for_bursts
from tocsin.detection.false_alarm_budget import update_metrics
from tocsin.detection.observe import observe
from tocsin.detection.watch_health import has_no_data
from tocsin.intake.intake import accepted_in_all, work_off
from tocsin.kpi.reports import mail_reports
from tocsin.oncall.escalations import work_escalations
from tocsin.page.publish import offer_if_due, publish_to
from tocsin.page.sparklines import sparklines_of
from tocsin.process import watchdog
from tocsin.process.page_first import PageFirst
from tocsin.process.schedule import Periodic
from tocsin.process.storm import STORM_EVERY, Storm
from tocsin.process.workers import Duty
from tocsin.response import place
from tocsin.storage import as_leader
from tocsin.subscriptions import notify
from tocsin.wiring.services import Current, Services

log = structlog.get_logger()

TIDY_EVERY = timedelta(minutes=10)
RETAIN_EVERY = timedelta(minutes=1)
VISITORS_KEPT = timedelta(days=400)  # for a figure of a year and of the one before its end
SPARKLINES_EVERY = STEP / 6  # so old is the newest value of a line at the most, beside its own spacing
REPORT_EVERY = timedelta(minutes=1)  # looked for; each is mailed once a day, week or month
LOOK_AT_TICKETS_EVERY = timedelta(seconds=30)
INDEX_EVERY = timedelta(seconds=2)  # so soon a message is found by its words
REMIND_EVERY = timedelta(seconds=15)
TELL_EVERY = timedelta(seconds=30)  # of the metrics that no evaluation moves by itself
PUBLIC = frozenset({"updates:customers", "updates:sweep", notify.SubscriberChannel.name})
"""The channels whose messages link to the page."""
REFRESH_EVERY = timedelta(seconds=15)  # an engineer who reads a ticket sees its count and plot move, not flicker


class Work:
    """The jobs and duties of a configuration. Each run asks `current` anew, and holds what it uses open until its end.

    A job of a watch, a sink, a place or a scrape finds its own by name; it does nothing once a reload has removed that.
    """

    def __init__(self, current: Current, wake: Wake) -> None:
        self._current = current
        self._wake = wake
        self._did: dict[str, datetime] = {}  # loop -> when it last did something
        self._storm = Storm()
        self._page_first = PageFirst()
        self.page_stands = False

    def scrapes(self, services: Services) -> list[Periodic]:
        """The scrapes alone: they begin before everything else, so that watches find samples."""
        return [Periodic(f"scrape:{s.name}", s.every, self._run(_scrape, s.name)) for s in services.scrapes]

    def jobs(self, services: Services) -> list[Periodic]:
        """All periodic jobs."""
        jobs = self.scrapes(services)
        for watch in services.config.watches:
            pace = watch.every / services.pace
            after = min(pace / 4, timedelta(seconds=0.3))
            jobs.append(Periodic(f"watch:{watch.name}", pace, self._run(_observe, watch.name), after))
        jobs.append(Periodic("tidy", TIDY_EVERY, self._run(_tidy)))
        jobs.append(Periodic("retention", RETAIN_EVERY, self._run(_let_go)))
        jobs.append(Periodic("remind", REMIND_EVERY, self._run(_remind)))
        jobs.append(Periodic("tickets", LOOK_AT_TICKETS_EVERY, self._run(self._look_at_tickets)))
        jobs.append(Periodic("search", INDEX_EVERY, self._run(_index)))
        jobs.append(Periodic("reports", REPORT_EVERY, self._run(self._report)))
        jobs.append(Periodic("metrics", TELL_EVERY, self._run(_update_metrics)))
        jobs += [Periodic(f"refresh:{s.name}", REFRESH_EVERY, self._run(_refresh, s.name)) for s in services.refreshed]
        jobs += [Periodic(f"news:{one.name}", one.every, self._run(_poll, one.name)) for one in services.inboxes]
        if services.config.heartbeat:
            jobs.append(Periodic("heartbeat", services.config.heartbeat.every, self._run(_beat)))
        return jobs

    def duties(self, services: Services) -> list[Duty]:
        """All woken loops."""
        duties = [
            Duty(loop=Loop.INTAKE, work=self._run(self._take)),
            Duty(loop=Loop.PLACE, work=self._run(self._place)),
            Duty(loop=Loop.PUBLISH, work=self._run(self._publish)),
            Duty(loop=Loop.MAIL, work=self._run(_deliver, "mail")),
            Duty(loop=Loop.MAIL, name="bulk", work=self._run(_deliver, "mail:bulk")),
            Duty(loop=Loop.SPARKLINES, work=self._run(_draw), every=SPARKLINES_EVERY.total_seconds()),
        ]
        duties += [
            Duty(loop=Loop.DELIVER, name=sink.name, work=self._run(self._tell, f"updates:{sink.name}"))
            for sink in services.sinks
        ]
        duties += [
            Duty(loop=Loop.DELIVER, name=channel.name, work=self._run(_deliver, channel.name))
            for channel in services.channels
            if isinstance(channel, ItemChannel)
        ]
        for helpdesk in services.helpdesks:
            name, channel = helpdesk.name, f"helpdesk:{helpdesk.name}"
            duties.append(Duty(loop=Loop.HELPDESK, name=name, work=self._run(_read_helpdesk, name)))
            duties.append(Duty(loop=Loop.MAIL, name=channel, work=self._run(_deliver, channel)))
        if services.oncall is not None:
            duties.append(Duty(loop=Loop.ONCALL, work=self._run(self._escalate)))
            names = [one.name for one in services.channels if one.name.startswith("oncall:")]
            duties += [Duty(loop=Loop.ONCALL, name=name, work=self._run(_deliver, name)) for name in names]
        if services.subscriptions:
            duties.append(Duty(loop=Loop.DELIVER, name=notify.SINK, work=self._run(self._tell_subscribers)))
            duties.append(Duty(loop=Loop.CALL, work=self._run(_deliver, "webhooks")))
        duties += [
            Duty(loop=Loop.TARGET, name=target.place, work=self._run(self._publish_to, target.name))
            for target in services.publisher.targets
        ]
        return duties

    def _run(self, work: Callable[..., object], *names: str) -> Callable[[], None]:
        def run() -> None:
            with as_leader(), self._current.using() as services:
                work(services, *names)

        return run

    def _take(self, services: Services) -> None:
        if not self._is_early("intake", services) and _leads(services):
            self._note("intake", services, did=work_off(services.intake, services.now()))

    def _place(self, services: Services) -> None:
        if _leads(services) and not self._is_early("place", services):
            now = services.now()
            place.advance_work(services.response, now)
            self._note("place", services, did=bool(place.place(services.response, now)))

    def _note(self, name: str, services: Services, *, did: bool) -> None:
        if did:
            self._did[name] = services.now()

    def _is_early(self, name: str, services: Services) -> bool:
        """Whether this turn is left out: what waits is done in the next one, together with what comes until then."""
        now = services.now()
        is_storm = self._storm.is_one(now, accepted_in_all(services.metrics))
        return is_storm and name in self._did and abs(now - self._did[name]) < STORM_EVERY

    def _publish(self, services: Services) -> None:
        """Makes the page when something changed or its heartbeat is due; each place takes it in its own time."""
        if offer_if_due(services.publisher, services.now()):
            self._wake(Loop.TARGET)
        services.publisher.renderer.compile()  # once, after the first edition: the next may tell of an incident

    def _publish_to(self, services: Services, name: str) -> None:
        target = next((t for t in services.publisher.targets if t.name == name), None)
        if target is not None:
            shown = target.shown_change
            publish_to(services.publisher, target, services.now())
            if target.shown_change > shown:
                self._wake(Loop.DELIVER)
        self.page_stands |= services.publisher.targets[0].shown_at is not None

    def _report(self, services: Services) -> None:
        if _leads(services) and mail_reports(services.reports, services.now()):
            self._wake(Loop.MAIL)

    def _escalate(self, services: Services) -> None:
        if services.oncall is not None and _leads(services) and work_escalations(services.oncall, services.now()):
            self._wake(Loop.ONCALL)

    def _look_at_tickets(self, services: Services) -> None:
        if not _leads(services):
            return
        if look_for_bursts(services.desk, services.now(), shadow=services.config.shadow):
            self._wake(Loop.PLACE)
        if look_for_denied_ends(services.desk, services.now()):
            self._wake(Loop.PLACE, Loop.PUBLISH, Loop.DELIVER)
        if finish_cut_short(services.desk, services.now()):
            self._wake(Loop.MAIL)

    def _tell(self, services: Services, name: str) -> int:
        """Delivers what is due by this channel; what goes to customers and readers, after the page shows it."""
        is_public = name in PUBLIC and _leads(services)
        if is_public and self._page_first.must_wait(services.publisher, services.now()):
            return 0
        if self._is_early(name, services):
            return 0
        accepted = _deliver(services, name)
        self._note(name, services, did=accepted > 0)
        return accepted

    def _tell_subscribers(self, services: Services) -> None:
        if self._tell(services, notify.SubscriberChannel.name):
            self._wake(Loop.MAIL, Loop.CALL)


def start_sinks(services: Services) -> None:
    """Gives each sink that is new its cursor: it gets the updates from now on."""
    names = [s.name for s in services.sinks]
    for name in [*names, notify.SINK] if services.subscriptions else names:
        services.store.sinks.start(name, services.now())


def _leads(services: Services) -> bool:
    return services.response.may_decide()


def _scrape(services: Services, name: str) -> None:
    for scrape in services.scrapes:
        if scrape.name == name:
            scrape.work()


def _observe(services: Services, name: str) -> None:
    for watch in services.config.watches:
        if watch.name == name:
            observe(services.observer, watch, services.now())


def _deliver(services: Services, name: str) -> int:
    """What is due by the channel of this name, where this process may: how many items were accepted."""
    channel = next((c for c in services.channels if c.name == name), None)
    if channel is None or not _leads(services):
        return 0
    return deliver_due(channel, services.metrics, services.now())


def _read_helpdesk(services: Services, name: str) -> None:
    for helpdesk in services.helpdesks:
        if helpdesk.name == name and _leads(services):
            helpdesk.run(services.now())


def _refresh(services: Services, name: str) -> None:
    for sink in services.refreshed:
        if sink.name == name and _leads(services):
            sink.refresh()


def _poll(services: Services, name: str) -> None:
    for inbox in services.inboxes:
        if inbox.name == name and _leads(services):
            try:
                inbox.poll(services.now())
            except DeliveryError as error:  # the next time asks for all since the last success
                services.metrics.tick_failures.labels("news").inc()
                log.warning("news not read", tracker=name, error=str(error))


def _draw(services: Services) -> None:
    services.publisher.sparklines.drawn = sparklines_of(services.config, services.sources, services.now())


def _remind(services: Services) -> None:
    if _leads(services):
        place.remind(services.response, services.now())


def _index(services: Services) -> None:
    while _leads(services) and services.store.search.index_due():
        pass


def _update_metrics(services: Services) -> None:
    update_metrics(services.metrics, services.config.watches, services.memory, services.store, services.now())
    for channel in services.channels:
        update_backlog(channel, services.metrics, services.now())


def _tidy(services: Services) -> None:
    for source in services.tidied:
        source.tidy(services.now())
    if not _leads(services):
        return
    while services.store.deflections.prune(services.now() - VISITORS_KEPT):
        pass
    if services.subscriptions:
        notify.tidy(services.subscriptions, services.now())


def _let_go(services: Services) -> None:
    if _leads(services):
        let_go(services.store.retention, services.retention, services.now())


def _beat(services: Services) -> None:
    settings = services.config.heartbeat
    if settings is not None and _all_well(services):
        watchdog.call(settings.url)


def _all_well(services: Services) -> bool:
    """Whether we would notice: the database answers and at least one watch in two sees something."""
    now = services.now()
    services.store.ping()
    watches = services.config.watches
    seeing = [w for w in watches if not has_no_data(w, services.memory.states.get(w.name), now)]
    return 2 * len(seeing) >= len(watches)
