"""The past from CSV files, as if it happened again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import labels_of
from detectors.sources.replay import Replay
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch

START = datetime(2026, 5, 1, tzinfo=UTC)


def watch(**query: object) -> Watch:
    return Watch(name="it", query=Query(**query), component="exchange")  # type: ignore[arg-type]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "samples.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_row_a_sample_with_labels(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "time,asset,value",
        "2026-05-01T00:00:00Z,BTC,5",
        "2026-05-01T02:01:00+02:00,BTC,6",  # another zone
        "2026-05-01 00:01:00,ETH,",  # no sample
        "2026-05-01T00:02:00,ETH,1e3",
    )
    frame = Replay({"delay": path}).read(watch(metric="delay", by=("asset",)), START, START + timedelta(minutes=2))
    assert frame.keys == (labels_of({"asset": "BTC"}), labels_of({"asset": "ETH"}))
    np.testing.assert_array_equal(frame.values, [[6.0, 6.0], [np.nan, 1000.0]])


def test_a_column_a_series(tmp_path: Path) -> None:
    path = written(tmp_path, "BTC,timestamp,ETH", "1,1777593600,2", "3,1777593660,4")
    frame = Replay({"delay": path}).read(watch(metric="delay", by=("column",)), None, START + timedelta(minutes=1))
    assert frame.keys == (labels_of({"column": "BTC"}), labels_of({"column": "ETH"}))
    assert frame.values.tolist() == [[3.0], [4.0]]


def test_its_clock_is_what_was_asked_for(tmp_path: Path) -> None:
    rows = [f"{(START + timedelta(minutes=at)).isoformat()},{at}" for at in range(10)]
    replay = Replay({"delay": written(tmp_path, "time,value", *reversed(rows))})
    seen = replay.read(watch(metric="delay"), START, START + timedelta(minutes=4, seconds=30))
    assert seen.values.tolist() == [[1.0, 2.0, 3.0, 4.0]]
    assert replay.span() == (START.timestamp(), START.timestamp() + 540)
    assert replay.probe() == "replay of delay from 2026-05-01T00:00:00Z to 2026-05-01T00:09:00Z."


def test_raw_counters_have_rates(tmp_path: Path) -> None:
    rows = [f"{START.timestamp() + 60 * at:.0f},{at * 30}" for at in range(20)]
    replay = Replay({"orders_total": written(tmp_path, "time,value", *rows)})
    frame = replay.read(watch(metric="orders_total", read=Read.RATE), None, START + timedelta(minutes=15))
    np.testing.assert_allclose(frame.values, [[0.5]])


def test_hourly_values_count_for_an_hour(tmp_path: Path) -> None:
    path = written(tmp_path, "time,value", *(f"{START.timestamp() + 3600 * at:.0f},{at}" for at in range(3)))
    frame = Replay({"delay": path}).read(watch(metric="delay"), START, START + timedelta(hours=2))
    assert frame.values.shape == (1, 120)
    assert not np.isnan(frame.values).any()


def test_an_expression_is_answered_with_its_recording(tmp_path: Path) -> None:
    path = written(tmp_path, "time,asset,value", f"{START.timestamp()},BTC,7")
    replay = Replay({"max by (asset) (delay)": path})
    frame = replay.read(watch(promql="max by (asset) (delay)"), None, START)
    assert (frame.keys, frame.values.tolist()) == ((labels_of({"asset": "BTC"}),), [[7.0]])
    assert replay.problems(watch(promql="up")) == (
        "no file is given for up; there are files for max by (asset) (delay)",
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["time,value", "2026-05-01,1", "yesterday,2"], "line 3, column time: 'yesterday' is not a time"),
        (["time,value", "5,1", "6,many", "7,few"], "line 3, column value: 'many' is not a number (and 1 more)"),
        (["time,value", "5,1", "6,1,2"], "line 3"),
        (["time,value", "5,1", "", "7,2"], "line 3, column time: '' is not a time in epoch seconds"),
        (["when,value", "5,1"], "line 1: the columns are when, value; one must be named time"),
        (["time,a,value", "5,x,1", "5,x,2"], "series {'a': 'x'} has two values at 1970-01-01T00:00:05Z"),
        ([""], "not a CSV file"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, lines: list[str], message: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(SourceError) as told:
        Replay({"delay": path})
    assert message in str(told.value)
    assert str(path) in str(told.value)
    assert not told.value.retry


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        Replay({"delay": tmp_path / "none.csv"})
