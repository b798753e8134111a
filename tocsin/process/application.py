"""The running application: the lease, the schedule of periodic jobs, and the loops that are woken."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor as Pool
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from detectors.state import State
from detectors.watch import Watch
from incidents.delivery import Sink
from statuspage.spark import STEP, Spark
from tocsin.config import Config
from tocsin.context.recent_samples import RecentSamples
from tocsin.context.services import BEGINNING, Evaluation, Services
from tocsin.delivery.channel import Channel, I, deliver_due, update_backlog
from tocsin.desk.incident_broadcast import Customers
from tocsin.detection.false_alarm_budget import update_metrics
from tocsin.detection.observe import checkpoint, observe, restored
from tocsin.detection.watch_health import is_blind
from tocsin.page.leak_check import PageBlocked
from tocsin.page.own_downtime import note_absence
from tocsin.page.publish import make, publish_to, unverified
from tocsin.page.publisher import Publisher
from tocsin.page.sparklines import sparklines_of
from tocsin.process import watchdog
from tocsin.process.worker import Worker, tick
from tocsin.response import place
from tocsin.response.builtin_tracker import Tracker
from tocsin.storage import Lease
from tocsin.subscriptions import notify
from tocsin.subscriptions.webhook_queue import webhook_queue
from tocsin.wiring.build import Rebuilt, build, rebuild
from tocsin.wiring.channels import channels_of, mail_of, updates_of
from tocsin.wiring.installation import Kept
from tocsin.wiring.page import publisher_of
from tocsin.wiring.sources import scrapers_of

log = structlog.get_logger()

TRY_LEASE = 1.0  # seconds between tries to take over from a process that died
TIDY_EVERY = timedelta(minutes=10)
SPARKLINES_EVERY = STEP / 6  # so old is the newest value of a line at the most, beside its own spacing
REMIND_EVERY = timedelta(seconds=15)
TELL_EVERY = timedelta(seconds=30)  # of the metrics that no evaluation moves by itself
REFRESH_EVERY = timedelta(seconds=15)  # an engineer who reads a ticket sees its count and plot move, not flicker
NEVER_MADE: tuple[tuple[int, int, frozenset[str]], datetime] = ((-1, -1, frozenset()), BEGINNING)
THREADS = 256  # more than jobs: one that waits for a source that hangs must not keep another from its thread
WARMING = 32  # watches warmed at a time; the same holds there, but a history takes memory


@dataclass(frozen=True, slots=True)
class Periodic:
    """One job of the schedule. after: its place in the interval, so that samples are there before they are judged."""

    name: str
    every: timedelta
    work: Callable[[], None]
    after: timedelta = timedelta(0)


class Application:
    """Implements `services.Runtime`: start, wait, stop. What its loops do is in the rooms of the stories."""

    def __init__(self, config: Config, kept: Kept, lease: Lease) -> None:
        self.kept = kept
        self.services: Services = build(config, kept, lambda: self)
        self.publisher: Publisher = publisher_of(config, kept, self.services.site)
        self.states: dict[str, State] = {}
        self.sparklines: dict[str, Spark] = {}
        self._lease = lease
        self._recents: dict[str, RecentSamples] = {}
        self._checkpoints: dict[str, datetime] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._workers: dict[str, Worker] = {}
        self._warm = threading.Event()
        self._stopping = threading.Event()
        self._made: tuple[tuple[int, int, frozenset[str]], datetime] = NEVER_MADE
        self._page_stands = False
        self._leading = threading.Thread(target=self._lead, name="lease", daemon=True)
        self._reloading = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    # What pipeline and web ask (services.Runtime)

    def wake(self, *loops: str) -> None:
        """Asks loops for a run as soon as possible; "deliver" means every sink."""
        for name in loops:
            for key, worker in list(self._workers.items()):
                if key == name or key.startswith(f"{name}:"):
                    worker.wake()

    def recent_of(self, watch: str) -> RecentSamples:
        """The last samples and bands of a watch."""
        return self._recents.setdefault(watch, RecentSamples())

    def checkpointed_at(self, watch: str) -> datetime:
        """When a watch's state was last saved."""
        return self._checkpoints.get(watch, BEGINNING)

    def mark_checkpoint(self, watch: str, now: datetime) -> None:
        """Notes that it was saved."""
        self._checkpoints[watch] = now

    def evaluation_of(self, watch: str) -> Evaluation | None:
        """How a watch's last evaluation went; None before the first."""
        return self._evaluations.get(watch)

    def mark_evaluation(self, watch: str, evaluation: Evaluation) -> None:
        """Notes how it went."""
        self._evaluations[watch] = evaluation

    def holds_lease(self) -> bool:
        """Whether this process may decide; asked again before every commit of a decision."""
        return self._lease.hold()

    def not_ready(self) -> str:
        """What is not ready yet, in words; "" when all is."""
        if not self._warm.is_set():
            return "this process waits for the lease, or warms its watches from history"
        return "" if self._page_stands else self.publisher.leak_check.held or "the public page is not written yet"

    def channels(self) -> tuple[Channel[Any], ...]:
        """Every way by which something leaves the house."""
        return channels_of(self.services, self.publisher)

    # Its life

    def start(self) -> None:
        """Begins to try for the lease; whoever holds it runs the schedule."""
        self._leading.start()

    def stop(self) -> None:
        """Ends every loop between two pieces of work, saves every watch's state, and gives up the lease."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        for worker in self._workers.values():
            worker.stop()
        if self._warm.is_set():
            now = self.services.now()
            for watch in self.services.config.watches:
                checkpoint(self, watch, now)
        self._lease.release()

    def reload(self) -> tuple[str, ...]:
        """Reads the configuration again; the problems where it was refused, and then the old one stays."""
        with self._reloading:
            rebuilt = rebuild(self.kept, self)
            if rebuilt.problems:
                self.services.metrics.reloads.labels("refused").inc()
                log.error("configuration refused, the old one stays", problems=rebuilt.problems)
                return rebuilt.problems
            self._adopt(rebuilt)
            self.services.metrics.reloads.labels("loaded").inc()
            log.info("configuration loaded", watches=len(self.services.config.watches))
        return ()

    def wake_reload(self) -> None:
        """Reloads soon, in a thread of its own: a signal's handler must not wait."""
        threading.Thread(target=tick, args=("reload", self.reload, self.services.metrics), name="reload").start()

    def _adopt(self, rebuilt: Rebuilt) -> None:
        before = {w.name: w for w in self.services.config.watches}
        self.services, self.publisher = rebuilt.services, rebuilt.publisher
        self._made = NEVER_MADE
        changed = [w for w in self.services.config.watches if before.get(w.name) != w]
        for watch in changed:
            self._recents.pop(watch.name, None)
        for name in before.keys() - {w.name for w in self.services.config.watches}:
            for held in (self.states, self._recents, self._evaluations, self._checkpoints):
                held.pop(name, None)
            self.services.metrics.forget_watch(name)
        if self._warm.is_set():
            self._warm_up(changed)
            self._schedule()
            self._start_workers()
            self.wake("sparklines")

    def _lead(self) -> None:
        """Tries until it leads; a beginning that fails is tried again, as nobody else can while we hold the lease."""
        while not self._warm.is_set():
            tick("warm", self._begin_if_leading, self.services.metrics)
            if not self._warm.is_set() and self._stopping.wait(TRY_LEASE):
                return

    def _begin_if_leading(self) -> None:
        if self._lease.hold():
            self.services.metrics.leader.set(1)
            self._begin()

    def _begin(self) -> None:
        self._start_scraping()
        note_absence(self.services, self.services.now())
        for channel in self.channels():
            channel.free()
        self._warm_up(self.services.config.watches)
        self._schedule()
        self._start_workers()
        self._warm.set()
        log.info("ready", watches=len(self.services.config.watches))

    def _warm_up(self, watches: Sequence[Watch]) -> None:
        def one(watch: Watch) -> tuple[str, State]:
            return watch.name, restored(self.services, watch, self.services.now())

        with Pool(min(WARMING, max(1, len(watches)))) as pool:
            self.states.update(pool.map(one, watches))

    def _start_scraping(self) -> None:
        if not self._scheduler.running:
            self._scheduler.start()
        self._put(
            [Periodic(f"scrape:{s.name}", s.every, s.work) for s in scrapers_of(self.services, self.kept.samples)]
        )

    def _schedule(self) -> None:
        services = self.services
        jobs = [Periodic(f"scrape:{s.name}", s.every, s.work) for s in scrapers_of(services, self.kept.samples)]
        for watch in services.config.watches:
            pace = watch.every / services.pace
            jobs.append(
                Periodic(f"watch:{watch.name}", pace, self._observing(watch), min(pace / 4, timedelta(seconds=0.3)))
            )
        jobs.append(Periodic("tidy", TIDY_EVERY, self._tidy))
        jobs.append(Periodic("remind", REMIND_EVERY, self._remind))
        jobs.append(Periodic("metrics", TELL_EVERY, self._update_metrics))
        ours = [s for s in services.sinks if isinstance(s, Tracker | Customers)]
        jobs += [Periodic(f"refresh:{s.name}", REFRESH_EVERY, s.refresh) for s in ours]
        if services.config.heartbeat:
            jobs.append(Periodic("heartbeat", services.config.heartbeat.every, self._beat))
        self._put(jobs)
        wanted = {j.name for j in jobs}
        for job in self._scheduler.get_jobs():
            if job.id not in wanted:
                job.remove()

    def _put(self, jobs: Sequence[Periodic]) -> None:
        metrics = self.services.metrics
        for job in jobs:
            self._scheduler.add_job(
                tick,
                IntervalTrigger(seconds=job.every.total_seconds(), start_date=BEGINNING + job.after, timezone=UTC),
                args=(job.name.partition(":")[0], job.work, metrics),
                id=job.name,
                replace_existing=True,
            )

    def _start_workers(self) -> None:
        services = self.services
        works: dict[str, tuple[Callable[[], None], float]] = {
            "place": (self._place, 1.0),
            "publish": (self._publish, 1.0),
            "mail": (self._mail, 1.0),
            "sparklines": (self._draw, SPARKLINES_EVERY.total_seconds()),
        }
        for sink in services.sinks:
            services.store.sinks.start(sink.name, services.now())
            works[f"deliver:{sink.name}"] = (self._delivering(sink.name), 1.0)
        if services.config.subscriptions:
            services.store.sinks.start(notify.SINK, services.now())
            works[f"deliver:{notify.SINK}"] = (self._tell_subscribers, 1.0)
            works["mail:bulk"] = (self._mail_bulk, 1.0)
            works["call"] = (self._call, 1.0)
        for target in self.publisher.targets:
            works[f"target:{target.place}"] = (self._publishing_to(target.name), 1.0)
        for name in self._workers.keys() - works.keys():
            self._workers.pop(name).stop()
        for name, (work, every) in works.items():
            if name not in self._workers:
                self._workers[name] = Worker(name, work, services.metrics, every=every)
                self._workers[name].start()

    # The loops

    def _observing(self, watch: Watch) -> Callable[[], None]:
        return lambda: observe(self, watch, self.services.now())

    def _place(self) -> None:
        if self.holds_lease():
            now = self.services.now()
            place.advance_work(self, now)
            place.place(self, now)

    def _delivering(self, name: str) -> Callable[[], None]:
        def work() -> None:
            sink: Sink | None = next((s for s in self.services.sinks if s.name == name), None)
            if sink is not None:
                self._deliver(updates_of(self.services, sink))

        return work

    def _deliver(self, channel: Channel[I]) -> int:
        """Delivers what is due, where this process may: how many were accepted."""
        return deliver_due(channel, self.services.metrics, self.services.now()) if self.holds_lease() else 0

    def _publish(self) -> None:
        """Makes the page when something changed or its heartbeat is due; each place takes it in its own time."""
        services, now = self.services, self.services.now()
        shown, at = self._made
        shows = (
            services.store.incidents.latest_change(),
            services.store.maintenance.latest_change(),
            frozenset(unverified(self, now)),
        )
        if shows == shown and now - at < services.config.page.heartbeat:
            return
        try:
            edition = make(self, now)
        except PageBlocked as held:
            services.metrics.page_held.set(1)
            log.error("the public page is held back", why=str(held), leaks=[str(leak) for leak in held.leaks])
        else:
            services.metrics.page_held.set(0)
            for target in self.publisher.targets:
                target.offer(edition)
            self.wake("target")
        self._made = (shows, now)

    def _publishing_to(self, name: str) -> Callable[[], None]:
        def work() -> None:
            services = self.services
            target = next((t for t in self.publisher.targets if t.name == name), None)
            if target is not None:
                publish_to(services.metrics, self.publisher, target, services.now())
            self._page_stands |= self.publisher.targets[0].shown_at is not None

        return work

    def _mail(self) -> None:
        self._deliver(mail_of(self.services))

    def _draw(self) -> None:
        self.sparklines = sparklines_of(self.services, self.services.now())

    def _remind(self) -> None:
        if self.holds_lease():
            place.remind(self, self.services.now())

    def _update_metrics(self) -> None:
        update_metrics(self, self.services.now())
        for channel in self.channels():
            update_backlog(channel, self.services.metrics, self.services.now())

    def _mail_bulk(self) -> None:
        self._deliver(mail_of(self.services, bulk=True))

    def _tell_subscribers(self) -> None:
        if self.services.config.subscriptions is None:
            return
        channel = notify.Subscribers(self.services)
        self._deliver(channel)
        if channel.queued:
            self.wake("mail", "call")

    def _call(self) -> None:
        self._deliver(webhook_queue(self.services))

    def _tidy(self) -> None:
        for source in self.services.tidied:
            source.tidy(self.services.now())
        if self.services.config.subscriptions and self.holds_lease():
            notify.tidy(self.services, self.services.now())

    def _beat(self) -> None:
        settings = self.services.config.heartbeat
        if settings is not None and self._all_well():
            watchdog.call(settings.url)

    def _all_well(self) -> bool:
        """Whether we would notice: the database answers and at least one watch in two sees something."""
        now = self.services.now()
        self.services.store.ping()
        watches = self.services.config.watches
        seeing = [w for w in watches if not is_blind(w, self.states.get(w.name), now)]
        return 2 * len(seeing) >= len(watches)
