"""The generated past is the past that the running exchange would have had."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.patience import PATIENCE_S
from tests.require import require
from tocsin.demo.history import RawChunk, history, last_values, load, save, write_openmetrics
from tocsin.demo.metrics import Page
from tocsin.demo.simulate import Simulation
from tocsin.demo.world import World, make_world

START = datetime(2026, 11, 18, 14, 0, tzinfo=UTC).timestamp()
MINUTES = 6


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(speed=20.0, seed=11)


@pytest.fixture(scope="module")
def live(world: World) -> tuple[np.ndarray, np.ndarray]:
    """What a few minutes of simulated time added to each series, and each series at every second."""
    simulation = Simulation(world, start=START)
    samples = []
    for second in range(MINUTES * 60):
        simulation.advance(START + second + 1)
        simulation.measure()
        samples.append(simulation.ledger.values.copy())
    return samples[-1], np.array(samples)


@pytest.fixture(scope="module")
def past(world: World) -> RawChunk:
    """The same minutes a few times over, each from its own random numbers: a mean with less noise."""
    runs = [next(history(world, START + 60, START + 60 * MINUTES + 1, seed=seed)) for seed in range(6)]
    return RawChunk(keys=runs[0].keys, times=runs[0].times, values=np.mean([run.values for run in runs], axis=0))


def rows(chunk: RawChunk, ending: str) -> list[int]:
    return [row for row, (name, _) in enumerate(chunk.keys) if name.endswith(ending)]


def test_counts_of_the_past_and_of_the_running_exchange_agree(
    live: tuple[np.ndarray, np.ndarray], past: RawChunk
) -> None:
    added, _ = live
    for row in [*rows(past, "_total"), *rows(past, "_seconds_count")]:
        expected = past.values[row, -1]
        assert abs(added[row] - expected) <= 5 * np.sqrt(expected) + 5, past.keys[row]


def test_durations_of_the_past_and_of_the_running_exchange_agree(
    live: tuple[np.ndarray, np.ndarray], past: RawChunk
) -> None:
    added, _ = live
    busy = 0
    for row in rows(past, "_seconds_count"):
        if added[row] < 400:
            continue
        busy += 1
        mean_live, mean_past = added[row + 1] / added[row], past.values[row + 1, -1] / past.values[row, -1]
        assert mean_live == pytest.approx(mean_past, rel=0.06), past.keys[row]
    assert busy > 5


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.99])
def test_quantiles_of_the_past_and_of_the_running_exchange_agree(
    live: tuple[np.ndarray, np.ndarray], past: RawChunk, quantile: float
) -> None:
    added, _ = live
    for count in rows(past, "_seconds_count"):
        if added[count] < 400:
            continue
        name = past.keys[count][0].removesuffix("_count") + "_bucket"
        first = count - 1
        while past.keys[first][0] == name:
            first -= 1
        shares_live = added[first + 1 : count] / added[count]
        shares_past = past.values[first + 1 : count, -1] / past.values[count, -1]
        bucket_live, bucket_past = np.searchsorted(shares_live, quantile), np.searchsorted(shares_past, quantile)
        assert abs(int(bucket_live) - int(bucket_past)) <= 1, past.keys[count]


def test_queues_of_the_past_and_of_the_running_exchange_agree(
    live: tuple[np.ndarray, np.ndarray], past: RawChunk
) -> None:
    means = live[1].mean(axis=0)
    compared = 0
    for row, (name, _labels) in enumerate(past.keys):
        expected = past.values[row].mean()
        if not name.startswith("exchange_pending") or expected < 8:
            continue
        compared += 1
        assert means[row] == pytest.approx(expected, rel=0.25), past.keys[row]
    assert compared > 5


def test_the_oldest_under_way_is_as_old_in_the_past_as_in_the_running_exchange(
    world: World, live: tuple[np.ndarray, np.ndarray]
) -> None:
    run = next(history(world, START, START + 60 * MINUTES, step=2.0))
    for name in ("exchange_oldest_pending_withdrawal_seconds", "exchange_oldest_unsigned_withdrawal_seconds"):
        row = run.keys.index((name, (("asset", "USDT"), ("network", "tron"))))
        assert np.median(live[1][:, row]) == pytest.approx(np.median(run.values[row]), rel=0.2)


def test_the_past_has_exactly_the_series_of_the_pages(world: World) -> None:
    simulation = Simulation(world, start=START)
    simulation.measure()
    shown = {
        (sample.name, tuple(sorted(sample.labels.items())))
        for page in ("core", "chain")
        for family in text_string_to_metric_families(Page(simulation.ledger, page).render().decode())
        for sample in family.samples
    }
    assert shown == set(next(history(world, START, START + 60)).keys)


def test_counters_never_fall_and_buckets_are_cumulative_over_days_and_chunks(world: World) -> None:
    chunks = list(history(world, START - 5 * 86_400, START))
    assert len(chunks) == 3
    values = np.concatenate([chunk.values for chunk in chunks], axis=1)
    keys = chunks[0].keys
    for row, (name, labels) in enumerate(keys):
        if name.endswith(("_total", "_count", "_sum", "_bucket")):
            assert (np.diff(values[row]) >= 0).all(), (name, labels)
        if ("le", "+Inf") in labels:
            assert (values[row] == values[row + 1]).all()
            assert (values[row] >= values[row - 1]).all()
        assert np.isfinite(values[row]).all()


def test_the_running_exchange_goes_on_where_the_past_ended(world: World, tmp_path: Path) -> None:
    ended = save(tmp_path / "past.npz", history(world, START - 3600, START))
    read = load(tmp_path / "past.npz")
    assert (last_values(read) == ended).all()
    simulation = Simulation(world, start=START)
    simulation.ledger.resume(ended)
    simulation.advance(START + 5)
    counting = [
        row for row, (name, _) in enumerate(read.keys) if name.endswith(("_total", "_count", "_bucket", "_sum"))
    ]
    assert (simulation.ledger.values[counting] >= ended[counting]).all()
    assert simulation.ledger.values[counting].sum() > ended[counting].sum()


def test_a_finer_past_goes_on_from_a_coarser_one(world: World) -> None:
    coarse = next(history(world, START - 3600, START))
    fine = next(history(world, START, START + 60, step=1.0, before=last_values(coarse)))
    row = rows(coarse, "_total")[0]
    assert fine.values[row, 0] >= coarse.values[row, -1]
    assert fine.values.shape[1] == 60


def test_the_same_seed_gives_the_same_past_and_another_one_another(world: World) -> None:
    first, again, other = (next(history(world, START, START + 600, seed=seed)) for seed in (1, 1, 2))
    assert (first.values == again.values).all()
    assert (first.values != other.values).any()


def test_an_empty_stretch_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="must end after its start"):
        next(history(world, START, START))


def test_low_volume_series_have_long_gaps_and_stay_whole_numbers(world: World) -> None:
    chunk = next(history(world, START - 86_400, START))
    row = chunk.keys.index(
        ("exchange_deposits_total", (("asset", "XMR"), ("network", "monero"), ("outcome", "credited")))
    )
    steps = np.diff(chunk.values[row])
    assert (steps == np.round(steps)).all()
    assert (steps == 0).mean() > 0.4
    assert steps.sum() > 100


def test_promtool_makes_blocks_of_the_openmetrics_file(world: World, tmp_path: Path) -> None:
    promtool = require("promtool")
    path = tmp_path / "past.om"
    write_openmetrics(path, world, START, START + 300)
    made = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", str(path), str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert list((tmp_path / "data").iterdir())
