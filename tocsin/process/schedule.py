"""The periodic jobs of the process: each at its own interval, each in a thread of its own."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tocsin.context.clock_jumps import ClockJumps
from tocsin.context.metrics import Metrics
from tocsin.context.repeats import Repeats
from tocsin.process.worker import tick

THREADS = 256  # more than jobs: one that waits for a source that hangs must not keep another from its thread
START = datetime(1970, 1, 1, tzinfo=UTC)  # of every interval, so that a restart changes no job's instants
LOOK_EVERY = 1.0  # seconds between two looks at the clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Periodic:
    """One job of the schedule. after: its place in the interval, so that samples are there before they are judged."""

    name: str
    every: timedelta
    work: Callable[[], None]
    after: timedelta = timedelta(0)


class FromStart(IntervalTrigger):  # type: ignore[misc] # APScheduler publishes no types
    """Fires at whole intervals since START, also after a run that was brought forward."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first instant at or after `now`, or after the previous one."""
        after = now if previous_fire_time is None else previous_fire_time + timedelta(milliseconds=1)
        instant: datetime | None = super().get_next_fire_time(None, after)
        return instant


class Schedule:
    """Runs periodic jobs; one that still runs when its time comes is not started a second time.

    A job's next run is a time of the wall's clock. When that is set back or forward, every job runs at once and then at
    its instants of the new time.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.clock = ClockJumps()
        self._metrics = metrics
        self._repeats = Repeats()
        self._stopping = threading.Event()
        self._minding = threading.Thread(target=self._mind_the_clock, name="clock", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def add(self, jobs: Sequence[Periodic]) -> None:
        """These too; a job of the same name is replaced."""
        if not self._scheduler.running:
            self._scheduler.start()
            self._minding.start()
        for job in jobs:
            self._scheduler.add_job(
                tick,
                FromStart(seconds=job.every.total_seconds(), start_date=START + job.after, timezone=UTC),
                args=(job.name.partition(":")[0], job.work, self._metrics, self._repeats),
                id=job.name,
                replace_existing=True,
            )

    def run(self, jobs: Sequence[Periodic]) -> None:
        """From now on these jobs and no others."""
        self.add(jobs)
        wanted = {job.name for job in jobs}
        for job in self._scheduler.get_jobs():
            if job.id not in wanted:
                job.remove()

    def stop(self) -> None:
        """Lets every job in progress end."""
        self._stopping.set()
        if self._minding.is_alive():
            self._minding.join()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _mind_the_clock(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            tick("clock", self._follow_the_clock, self._metrics, self._repeats)

    def _follow_the_clock(self) -> None:
        jump = self.clock.look()
        if jump is None:
            return
        back = jump.by < timedelta(0)
        self._metrics.clock_jumps.labels("back" if back else "forward").inc()
        log.warning("the clock was set, every job runs at once", by_s=round(jump.by.total_seconds(), 1))
        for job in self._scheduler.get_jobs():
            with suppress(JobLookupError):  # a reload has removed it meanwhile
                job.modify(next_run_time=jump.at)
