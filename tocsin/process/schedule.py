"""The periodic jobs of the process: each at its own interval, each in a thread of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tocsin.context.metrics import Metrics
from tocsin.process.worker import tick

THREADS = 256  # more than jobs: one that waits for a source that hangs must not keep another from its thread
START = datetime(1970, 1, 1, tzinfo=UTC)  # of every interval, so that a restart changes no job's instants


@dataclass(frozen=True, slots=True)
class Periodic:
    """One job of the schedule. after: its place in the interval, so that samples are there before they are judged."""

    name: str
    every: timedelta
    work: Callable[[], None]
    after: timedelta = timedelta(0)


class Schedule:
    """Runs periodic jobs; one that still runs when its time comes is not started a second time."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def add(self, jobs: Sequence[Periodic]) -> None:
        """These too; a job of the same name is replaced."""
        if not self._scheduler.running:
            self._scheduler.start()
        for job in jobs:
            self._scheduler.add_job(
                tick,
                IntervalTrigger(seconds=job.every.total_seconds(), start_date=START + job.after, timezone=UTC),
                args=(job.name.partition(":")[0], job.work, self._metrics),
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
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
