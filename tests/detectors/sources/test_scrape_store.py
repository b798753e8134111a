"""What the store keeps: through compaction, a kill, retention, and histories that come at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, labels_of
from detectors.sources.embedded import Embedded
from detectors.sources.evaluate import STALE, STALE_BITS, Samples
from detectors.sources.head import PageSample
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch

AT = datetime(2026, 5, 1, tzinfo=UTC)
MS = int(AT.timestamp() * 1000)
FOREVER = 2**60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "samples.db"


@pytest.fixture
def store(path: Path) -> Iterator[ScrapeStore]:
    store = ScrapeStore(path)
    yield store
    store.close()


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def readings(**values: float) -> list[PageSample]:
    return [
        PageSample(metric="queue", labels=labels_of({"asset": name}), value=value) for name, value in values.items()
    ]


def shown(samples: Samples) -> dict[str, list[tuple[float, float | str]]]:
    """The samples of each series as (seconds after AT, value or "end")."""
    found = {}
    for row, key in enumerate(samples.keys):
        part = slice(samples.starts[row], samples.starts[row + 1])
        values = samples.values[part]
        ends = values.view(np.uint64) == STALE_BITS
        found[dict(key).get("asset", "")] = [
            ((int(time) - MS) / 1000, "end" if end else float(value))
            for time, value, end in zip(samples.times[part], values, ends, strict=True)
        ]
    return found


def everything(store: ScrapeStore, metric: str = "queue") -> dict[str, list[tuple[float, float | str]]]:
    return shown(store.select(metric, (), -FOREVER, FOREVER))


def test_series_come_go_and_come_back(store: ScrapeStore) -> None:
    store.append("t", AT, readings(BTC=1, ETH=2))
    store.append("t", after(15), readings(BTC=3))
    store.append("t", after(30), readings(BTC=4, DOGE=5))
    store.append("t", after(45), readings(ETH=6))
    assert everything(store) == {
        "BTC": [(0, 1), (15, 3), (30, 4), (45, "end")],
        "ETH": [(0, 2), (15, "end"), (45, 6)],
        "DOGE": [(30, 5), (45, "end")],
    }
    assert shown(store.select("queue", (("asset", "BTC"),), MS + 15_000, MS + 30_000)) == {"BTC": [(15, 3), (30, 4)]}


def test_targets_do_not_end_each_others_series(store: ScrapeStore) -> None:
    store.append("one", AT, readings(BTC=1))
    store.append("two", after(1), readings(ETH=1))
    store.append("one", after(15), readings(BTC=2))
    assert everything(store) == {"BTC": [(0, 1), (15, 2)], "ETH": [(1, 1)]}


def test_compaction_changes_no_sample(store: ScrapeStore, path: Path) -> None:
    chance = np.random.default_rng(3)
    for turn in range(1500):
        there = {f"A{number}": chance.normal() for number in range(8) if chance.uniform() > 0.2}
        steady = {"BTC": float(turn), "price": round(chance.normal(100), 2)}
        stamped = PageSample(metric="queue", labels=labels_of({"asset": "own"}), value=1.5, stamp=MS + turn // 3 * 7000)
        store.append("t", after(15 * turn), [*readings(**there, **steady), stamped])
    before = everything(store)
    assert len(before["BTC"]) == 1500
    assert len(before["own"]) == 500
    store.tidy(after(15 * 1500))
    (rows,) = store._reader.execute("SELECT count(*) FROM scrapes").fetchone()
    assert rows == 80  # twenty minutes
    assert everything(store) == before
    store.append("t", after(15 * 1500), readings(BTC=1500))
    assert everything(store)["BTC"] == [*before["BTC"], (15 * 1500, 1500)]
    fresh = ScrapeStore(path)
    assert everything(fresh) == everything(store)
    fresh.close()


def test_few_young_scrapes_are_not_compacted(store: ScrapeStore) -> None:
    for turn in range(200):
        store.append("t", after(15 * turn), readings(BTC=turn))
    store.tidy(after(3000))
    assert store._reader.execute("SELECT count(*) FROM scrapes").fetchone() == (200,)


def test_another_process_sees_what_is_written(store: ScrapeStore, path: Path) -> None:
    other = ScrapeStore(path)
    for turn in range(3):
        store.append("t", after(15 * turn), readings(BTC=turn))
        assert everything(other)["BTC"][-1] == (15 * turn, turn)
    other.close()


def test_a_reader_sees_what_is_written_and_writes_nothing(store: ScrapeStore, path: Path) -> None:
    store.append("job", after(0), readings(queue=1.0))
    reader = ScrapeStore(path, read_only=True)
    store.append("job", after(15), readings(queue=2.0))
    assert everything(reader) == everything(store)
    with pytest.raises(SourceError, match="readonly"):
        reader.append("job", after(30), readings(queue=3.0))
    reader.close()


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        ScrapeStore(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_restart_ends_the_series_that_went_meanwhile(store: ScrapeStore, path: Path) -> None:
    store.append("t", AT, readings(BTC=1, ETH=1))
    again = ScrapeStore(path)
    again.append("t", after(15), readings(BTC=2))
    assert everything(store) == {"BTC": [(0, 1), (15, 2)], "ETH": [(0, 1), (15, "end")]}
    again.close()


def test_what_is_too_old_goes_and_a_name_may_come_back(path: Path) -> None:
    store = ScrapeStore(path, retention=timedelta(days=7))
    hours = np.arange(24.0 * 14)
    store.load_history([history("old", hours[:24]), history("queue", hours), history("queue", hours[:24], asset="ETH")])
    store.tidy(after(14 * 86_400))
    assert set(store.metrics()) == {"queue"}
    kept = everything(store)
    assert set(kept) == {"BTC"}
    store.append("t", after(14 * 86_400), readings(BTC=1, ETH=2))
    assert everything(store)["ETH"] == [(14 * 86_400, 2)]
    store.close()


def history(metric: str, hours: Floats, asset: str = "BTC") -> RawHistory:
    times = np.asarray(AT.timestamp() + hours * 3600.0, np.float64)
    return RawHistory(metric=metric, keys=(labels_of({"asset": asset}),), times=times, values=hours[None])


def test_a_history_is_loaded_around_what_was_scraped(store: ScrapeStore) -> None:
    store.append("t", after(1800), readings(BTC=17))
    values = np.array([[1.0, np.nan, 3.0], [4.0, STALE, np.nan]])
    times = np.array([AT.timestamp(), AT.timestamp() + 60, AT.timestamp() + 3600])
    keys = labels_of({"asset": "BTC"}), labels_of({"asset": "ETH"})
    store.load_history([RawHistory(metric="queue", keys=keys, times=times, values=values)])
    store.load_history([RawHistory(metric="queue", keys=keys[:1], times=times[:1], values=values[:1, :1] + 8)])
    assert everything(store) == {"BTC": [(0, 1), (1800, 17), (3600, 3)], "ETH": [(0, 4), (60, "end")]}


@pytest.mark.parametrize(
    ("times", "shape", "message"),
    [([2.0, 1.0], (1, 2), "times must ascend"), ([1.0, 2.0], (2, 2), "values are")],
)
def test_a_history_that_does_not_fit_is_refused_whole(
    store: ScrapeStore, times: list[float], shape: tuple[int, int], message: str
) -> None:
    wrong = RawHistory(metric="wrong", keys=((),), times=np.array(times), values=np.zeros(shape))
    with pytest.raises(ValueError, match=message):
        store.load_history([history("queue", np.arange(3.0)), wrong])
    assert everything(store) == {}
    store.load_history([history("queue", np.arange(3.0))])
    assert len(everything(store)["BTC"]) == 3


def test_samples_survive_a_kill(path: Path) -> None:
    writes = (
        "import sys; from pathlib import Path; from datetime import *\n"
        "from detectors.sources.head import PageSample; from detectors.sources.scrape_store import ScrapeStore\n"
        "store = ScrapeStore(Path(sys.argv[1])); at = datetime(2026, 5, 1, tzinfo=UTC)\n"
        "for turn in range(1_000_000):\n"
        "    store.append('t', at + timedelta(seconds=turn), [PageSample(metric='queue', labels=(), value=turn)])\n"
        "    print(turn, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", writes, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 50:
            os.kill(process.pid, signal.SIGKILL)
            break
    said = [int(line) for line in process.stdout.read().split("\n")[:-1] if line]
    process.stdout.close()
    process.wait()
    store = ScrapeStore(path)
    kept = everything(store)[""]
    assert [value for _, value in kept] == list(range(len(kept)))
    assert len(kept) > max(said, default=50)
    store.append("t", after(len(kept)), [PageSample(metric="queue", labels=(), value=-1.0)])
    store.close()


def test_a_file_of_another_kind_is_reported(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(SourceError, match=r"samples\.db .*cannot be opened"):
        ScrapeStore(path)


def test_a_file_of_a_later_version_is_reported(path: Path) -> None:
    store = ScrapeStore(path)
    store._writer.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(SourceError, match="is of version 99, this program reads version 1"):
        ScrapeStore(path)


@pytest.mark.parametrize(
    ("back", "kept"),
    [
        (timedelta(milliseconds=1), False),
        (timedelta(seconds=1), False),
        (timedelta(minutes=10), False),
        (timedelta(hours=1), False),
        (timedelta(hours=7), False),
        (timedelta(days=400), True),
    ],
    ids=str,
)
def test_a_counter_goes_on_after_the_clock_was_set_back(store: ScrapeStore, back: timedelta, kept: bool) -> None:
    """Eight hours, then the clock is set back, and two more hours: what was ahead is not read as if it were news."""
    minutes = [PageSample(metric="orders_total", labels=(("asset", "BTC"),), value=60.0 * turn) for turn in range(601)]
    for turn in range(481):
        store.append("t", after(60 * turn), [minutes[turn]])
        if turn % 60 == 0:
            store.tidy(after(60 * turn))
    found = [store.append("t", after(60 * turn) - back, [minutes[turn]]) for turn in range(480, 601)]
    assert [each.set_back for each in found] == [back, *[timedelta(0)] * 120]
    end = after(60 * 600) - back
    store.tidy(end)
    samples = store.select("orders_total", (), 0, 2**62)
    assert (np.diff(samples.times) > 0).all()
    assert (len(samples.times) >= 481) is (back < timedelta(hours=2) or kept)
    query = Query(metric="orders_total", read=Read.RATE)
    asked = Watch(name="it", query=query, component="x", every=timedelta(seconds=60))
    live = Embedded(store).read(asked, end - timedelta(minutes=100), end)
    np.testing.assert_allclose(live.values, 1.0, rtol=1e-9)
    again = ScrapeStore(store.path, read_only=True)
    np.testing.assert_array_equal(again.select("orders_total", (), 0, 2**62).values, samples.values)
    again.close()


def test_of_another_target_nothing_is_lost_when_a_clock_is_set_back(store: ScrapeStore) -> None:
    store.append("one", AT, readings(BTC=1))
    store.append("two", after(60), readings(ETH=2))
    store.append("one", after(-600), readings(BTC=3))
    assert store.select("queue", (("asset", "ETH"),), 0, 2**62).values.tolist() == [2.0]
    assert store.select("queue", (("asset", "BTC"),), 0, 2**62).values.tolist() == [3.0]
