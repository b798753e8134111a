"""A backtest tells what the running service would have reported: the same samples through both."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detectors.sources.source import SourceError
from incidents.incident import Incident
from tests.tocsin.backtest.examples import END as LAST
from tests.tocsin.backtest.examples import EVERY, HURTS, MEANS, SPAN, WITHDRAWALS, Memory, ran, setup
from tests.tocsin.backtest.examples import START as FIRST
from tests.tocsin.backtest.past import LENGTH, START, WARM, write
from tests.tocsin.web.running import StillRuntime
from tocsin.backtest.report import Report, ReportSpan
from tocsin.backtest.run import Progress, backtest, only
from tocsin.backtest.setup import setup_of, span_of
from tocsin.config import load
from tocsin.detection.observe import observe, restored
from tocsin.response.place import place
from tocsin.wiring.installation import keep
from tocsin.wiring.sources import past_sources

END = START + LENGTH - WARM


@pytest.fixture(scope="module")
def report() -> Report:
    return ran()


def live(folder: Path) -> list[Incident]:
    """What the service opens: every watch at its time, placed at once and after the wait for a cause."""
    config = load(folder / "tocsin.yaml")
    kept = keep(config)
    runtime = StillRuntime(config, kept)
    services, memory = runtime.services, kept.memory
    for watch in config.watches:
        memory.states[watch.name] = restored(services.observer, watch, START)
        memory.checkpointed_at[watch.name] = datetime.max.replace(tzinfo=UTC)  # nothing is saved between
    for now in minutes(START, END):
        for watch in config.watches:
            if now.timestamp() % watch.every.total_seconds() == 0:
                observe(services.observer, watch, now)
        for wait in (0, 1, 5, 6) if runtime.woken else (0,):
            place(services.response, now + timedelta(seconds=wait))
        runtime.woken.clear()
    found = list(reversed(kept.store.incidents.page(limit=100).items))
    kept.store.close()
    kept.samples.close()
    return found


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += timedelta(minutes=1)


def test_the_service_and_the_backtest_open_the_same_incidents(tmp_path: Path) -> None:
    config = load(write(tmp_path))
    with past_sources(config) as sources:
        report = backtest(setup_of(config), sources, span_of(config, sources, END, start=START, end=END))
    assert not config.data.exists()
    served = live(tmp_path)
    assert [one.incident for one in report.incidents] == served
    assert [len(one.signals) for one in served] == [3, 1, 1]
    assert [one.reopened for one in report.incidents] == [1, 0, 0]


def test_an_incident_has_its_watches_its_stretches_and_its_whole_timeline(report: Report) -> None:
    first, *_ = report.incidents
    assert [line.seq for line in first.timeline] == list(range(1, len(first.timeline) + 1))
    (evidence,) = first.evidence
    assert evidence.watch is WITHDRAWALS
    assert evidence.stretch.anomaly.started_at == first.incident.started_at
    assert evidence.ended_at == first.incident.recovered_at
    assert first.reason.startswith("withdrawals/BTC (withdrawal-time) deviates since")


def test_what_lasts_to_the_end_stays_open_and_counts_until_then(report: Report) -> None:
    last = report.incidents[-1]
    assert last.ended_at is None
    assert last.length(SPAN.end) == SPAN.end - last.incident.started_at
    assert last.incident.shadow


def test_the_warm_up_is_read_and_not_reported() -> None:
    early = replace(HURTS[0], after=timedelta(hours=-30))
    source = Memory(means=MEANS, hurts=[early])
    report = backtest(setup(WITHDRAWALS), {"default": source}, SPAN)
    assert report.incidents == ()
    assert source.asked[0] == (FIRST - WITHDRAWALS.history, FIRST)
    (result,) = report.watches
    assert result.warmed_from == FIRST - timedelta(days=3) + EVERY
    assert result.judging_since == FIRST + EVERY
    assert result.allowed(SPAN) == pytest.approx(0.03, abs=0.001)


def test_without_a_past_a_watch_judges_once_it_has_learnt(report: Report) -> None:
    young = ReportSpan(start=FIRST - timedelta(days=3), end=LAST)
    (result,) = ran(WITHDRAWALS, hurts=(), span=young).watches
    assert result.warmed_from is None
    assert result.judging_since is not None
    assert timedelta(hours=1) <= result.judging_since - young.start <= timedelta(hours=8)
    assert result.series_weeks == pytest.approx(2 * 12 / 7, abs=0.01)


def test_what_each_watch_opened_and_joined_is_counted(report: Report) -> None:
    opened = {result.watch.name: (result.opened, result.joined) for result in report.watches}
    assert opened == {"withdrawal-time": (3, 0), "deposit-time": (1, 0), "queue": (1, 0)}


def test_the_progress_only_grows_and_ends_at_the_whole() -> None:
    came: list[Progress] = []
    backtest(setup(), {"default": Memory(means=MEANS)}, SPAN, came.append)
    shares = [one.share for one in came]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert list(dict.fromkeys(one.watch for one in came)) == ["withdrawal-time", "deposit-time", "queue"]


def test_a_source_that_fails_in_the_middle_is_reported_with_watch_and_span() -> None:
    source = Memory(means=MEANS, fails_at=FIRST + timedelta(days=6))
    with pytest.raises(SourceError) as failed:
        backtest(setup(WITHDRAWALS), {"default": source}, SPAN)
    assert str(failed.value) == (
        "backtest of watch withdrawal-time, 2026-03-10 08:00 to 2026-03-14 00:00 UTC: the disk is on fire"
    )


def test_a_watch_that_is_not_there_is_refused_with_those_that_are() -> None:
    assert [watch.name for watch in only(setup(), ["queue"]).watches] == ["queue"]
    with pytest.raises(LookupError, match="no watch named quee; there are withdrawal-time, deposit-time, queue"):
        only(setup(), ["quee"])


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it begins"):
        ReportSpan(start=LAST, end=FIRST)
