"""The running application's life: it waits for the lease, warms its watches, runs, reloads and stops."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor as Pool
from contextlib import contextmanager, suppress

import structlog

from detectors.state import State
from detectors.watch import Watch
from tocsin.config import Config
from tocsin.context.clock_jumps import ClockJump
from tocsin.context.loops import Loop
from tocsin.detection.observe import checkpoint, restored
from tocsin.page.own_downtime import note_absence
from tocsin.process.schedule import Schedule
from tocsin.process.work import Work, start_sinks
from tocsin.process.worker import tick
from tocsin.process.workers import Workers
from tocsin.storage import Lease, LeaseLost, as_leader
from tocsin.wiring.build import Refused, build, rebuild
from tocsin.wiring.installation import Kept
from tocsin.wiring.services import Current, Services

log = structlog.get_logger()

TRY_LEASE = 1.0  # seconds between tries to take over from a process that died
WARMING = 32  # watches warmed at a time: one that waits for a source that hangs must not keep all others waiting


class Application:
    """What the web sees of the running process, and its start, reload and stop."""

    def __init__(self, config: Config, kept: Kept, lease: Lease) -> None:
        self.kept = kept
        self._lease = lease
        self._workers = Workers(kept.metrics)
        self._schedule = Schedule(kept.metrics)
        self._current = Current(build(config, kept, wake=self._workers.wake, may_decide=lease.is_held))
        self._work = Work(self._current, self._workers.wake)
        self._warm = threading.Event()
        self._stands_by = False
        self._beginning = threading.Thread(name="begin")
        self._stopping = threading.Event()
        self._leading = threading.Thread(target=self._lead, name="lease", daemon=True)
        self._reloading = threading.Lock()

    # What the web asks

    @property
    def services(self) -> Services:
        """The services as of the last good configuration."""
        return self._current.services

    @contextmanager
    def using(self) -> Iterator[Services]:
        """The same, open until the context ends."""
        with self._current.using() as services:
            yield services

    def wake(self, *loops: Loop) -> None:
        """Asks loops for a run as soon as possible."""
        self._workers.wake(*loops)

    def not_ready(self) -> str:
        """What is not ready yet, in words; "" when all is."""
        if self._stands_by:
            return ""
        if not self._warm.is_set():
            return "this process warms its watches from history"
        if self._work.page_stands:
            return ""
        return self.services.publisher.leak_check.blocked or "the public page is not written yet"

    @property
    def stands_by(self) -> bool:
        """Whether another process leads: this one answers the web, and takes over when that one is gone."""
        return self._stands_by

    @property
    def clock_jump(self) -> ClockJump | None:
        """How the computer's clock was set in the last hour; None where it was not."""
        return self._schedule.clock.recent

    @property
    def is_stopping(self) -> bool:
        """Whether the process ends: what lasts as long as its reader likes must end now."""
        return self._stopping.is_set()

    # Its life

    def start(self) -> None:
        """Begins to try for the lease; whoever holds it runs the schedule."""
        self._leading.start()

    def will_stop(self) -> None:
        """Ends what lasts as long as its reader likes, before the web server waits for its last answers."""
        self._stopping.set()

    def stop(self) -> None:
        """Ends every loop between two pieces of work, saves every watch's state, and gives up the lease."""
        self._stopping.set()
        self._schedule.stop()
        self._workers.stop()
        services = self.services
        if self._warm.is_set():
            with as_leader(), suppress(LeaseLost):
                for watch in services.config.watches:
                    checkpoint(services.observer, watch, services.now())
        services.close()
        self._lease.release()

    def reload(self) -> tuple[str, ...]:
        """Reads the configuration again; the problems where it was refused, and then the old one stays."""
        with self._reloading:
            before = self.services.config
            try:
                services = rebuild(before, self.kept, wake=self._workers.wake, may_decide=self._lease.is_held)
            except Refused as refused:
                self.kept.metrics.reloads.labels("refused").inc()
                log.error("configuration refused, the old one stays", problems=refused.problems)
                return refused.problems
            self._current.replace(services)
            self._adopt(before, services)
            self.kept.metrics.reloads.labels("loaded").inc()
            log.info("configuration loaded", watches=len(services.config.watches))
        return ()

    def wake_reload(self) -> None:
        """Reloads soon, in a thread of its own: a signal's handler must not wait."""
        threading.Thread(target=tick, args=("reload", self.reload, self.kept.metrics), name="reload").start()

    def _adopt(self, old: Config, services: Services) -> None:
        before = {w.name: w for w in old.watches}
        changed = [w for w in services.config.watches if before.get(w.name) != w]
        for watch in changed:
            services.memory.forget_samples(watch.name)
        for name in before.keys() - {w.name for w in services.config.watches}:
            services.memory.forget(name)
            services.metrics.forget_watch(name)
        if self._warm.is_set():
            self._warm_up(services, changed)
            self._run(services)
            self.wake(Loop.SPARKLINES)

    def _lead(self) -> None:
        """Takes or confirms the lease each second, to the end; what cannot be done now is tried again then."""
        while True:
            tick("lease", self._keep_the_lease, self.kept.metrics)
            if self._stopping.wait(TRY_LEASE):
                return

    def _keep_the_lease(self) -> None:
        leads = False
        try:
            leads = self._lease.hold()
            self._stands_by = not leads
        finally:
            self.kept.metrics.leader.set(leads)
            if not leads and self._warm.is_set():
                self._stand_by()
        if leads and not self._warm.is_set() and not self._beginning.is_alive():
            self._beginning = threading.Thread(
                target=tick, args=("begin", self._begin_if_leading, self.kept.metrics), name="begin", daemon=True
            )
            self._beginning.start()

    def _begin_if_leading(self) -> None:
        with as_leader(), self._reloading, self._current.using() as services:
            self._begin(services)

    def _stand_by(self) -> None:
        """Ends every loop: another process leads, or nobody knows."""
        log.warning("the lease is lost, this process stands by")
        self._warm.clear()
        self._schedule.run(())
        self._workers.run(())

    def _begin(self, services: Services) -> None:
        config, store = services.config, services.store
        self._schedule.add(self._work.scrapes(services))
        store.alerts.try_again()
        note_absence(store, config.components, config.page.heartbeat, services.now())
        for channel in services.channels:
            channel.free()
        self._warm_up(services, config.watches)
        self._run(services)
        self._warm.set()
        log.info("ready", watches=len(config.watches))

    def _run(self, services: Services) -> None:
        start_sinks(services)
        self._schedule.run(self._work.jobs(services))
        self._workers.run(self._work.duties(services))

    def _warm_up(self, services: Services, watches: Sequence[Watch]) -> None:
        def warm(watch: Watch) -> tuple[str, State]:
            return watch.name, restored(services.observer, watch, services.now())

        with Pool(min(WARMING, max(1, len(watches)))) as pool:
            services.memory.states.update(pool.map(warm, watches))
