"""A backtest tells what the running service would have told: the same samples through both."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidents.incident import Incident
from tests.backtest.past import LENGTH, START, WARM, write
from tests.web.running import StillRuntime
from tocsin import pipeline
from tocsin.app import build, keep, past_sources
from tocsin.backtest.report import Report
from tocsin.backtest.run import Progress, backtest
from tocsin.backtest.setup import setup_of, span_of
from tocsin.config import load

END = START + LENGTH - WARM


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("past")
    write(made)
    return made


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return ran(folder)


def ran(folder: Path, progress: Callable[[Progress], None] | None = None) -> Report:
    config = load(folder / "tocsin.yaml")
    with past_sources(config) as sources:
        return backtest(setup_of(config), sources, span_of(config, sources, END), progress)


class Replayed(StillRuntime):
    """The service's own loops, driven by the test's clock; nothing is saved between."""

    def checkpointed_at(self, watch: str) -> datetime:
        return datetime.max.replace(tzinfo=UTC)


def live(folder: Path) -> list[Incident]:
    """What the service opens: every watch at its time, placed at once and after the wait for a cause."""
    config = load(folder / "tocsin.yaml")
    kept = keep(config)
    runtime = Replayed(kept, lambda own: build(config, kept, own))
    for watch in config.watches:
        runtime.states[watch.name] = pipeline.restored(runtime.services, watch, START)
    for now in minutes(START, END):
        for watch in config.watches:
            if now.timestamp() % watch.every.total_seconds() == 0:
                pipeline.observe(runtime, watch, now)
        for wait in (0, 1, 5, 6) if runtime.woken else (0,):
            pipeline.place(runtime, now + timedelta(seconds=wait))
        runtime.woken.clear()
    found = list(reversed(kept.store.incidents(limit=100).items))
    kept.store.close()
    kept.samples.close()
    return found


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += timedelta(minutes=1)


def test_the_service_and_the_backtest_open_the_same_incidents(folder: Path, report: Report) -> None:
    served = live(folder)
    assert [one.incident for one in report.incidents] == served
    assert len(served) == 3
