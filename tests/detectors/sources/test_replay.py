"""The past from CSV files, as if it happened again."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from detectors.frame import labels_of
from detectors.sources.replay import Replay
from detectors.sources.source import SourceError
from detectors.watch import Query, Read, Watch
from tests.require import require

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


PAGE = """\
# TYPE orders counter
orders_total{venue="a"} 0 1777593600
orders_total{venue="a"} 30 1777593660
orders_total{venue="a"} 60 1777593720
orders_total{venue="b \\"x\\""} 5 1777593600.5 # {trace="t"} 1
# TYPE depth gauge
depth 7 1777593600
depth NaN 1777593660
# EOF
"""


def test_open_metrics_text_holds_any_metrics(tmp_path: Path) -> None:
    path = tmp_path / "past.om"
    path.write_text(PAGE)
    replay = Replay({"orders_total": path, "depth": path})
    asked = watch(metric="orders_total", read=Read.RATE, by=("venue",))
    frame = replay.read(asked, None, START + timedelta(minutes=2))
    assert frame.keys == (labels_of({"venue": "a"}),)
    np.testing.assert_allclose(frame.values, [[60 / 300]])  # a counter that began at 0 is not extrapolated
    assert replay.read(watch(metric="depth"), None, START).values.tolist() == [[7.0]]
    assert replay.span() == (START.timestamp(), START.timestamp() + 120)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PAGE.replace("# EOF\n", ""), "does not end with # EOF: is it cut short?"),
        (PAGE.replace("depth 7 1777593600", "depth seven 1777593600"), "line 7: 'depth seven 1777593600'"),
        (PAGE.replace("depth 7 1777593600", "depth 7"), "expected a series, a value and a timestamp"),
        (PAGE.replace("depth", "height"), "has no samples of depth; it has height, orders_total"),
        ("# EOF\n", "has no samples of depth; it has nothing"),
    ],
)
def test_bad_open_metrics_text_is_reported(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "past.om"
    path.write_text(text)
    with pytest.raises(SourceError, match=re.escape(message)):
        Replay({"depth": path})


def written_parquet(folder: Path, table: pd.DataFrame) -> Path:
    require("module:pyarrow")
    path = folder / "past.parquet"
    table.to_parquet(path, index=False)
    return path


MOMENTS = pd.date_range(START, periods=3, freq="min")
FORMS: dict[str, pd.DataFrame] = {
    "aware times": pd.DataFrame({"time": MOMENTS, "asset": ["BTC"] * 3, "value": [1.0, 2.0, 3.0]}),
    "naive times": pd.DataFrame({"time": MOMENTS.tz_localize(None), "asset": ["BTC"] * 3, "value": [1, 2, 3]}),
    "epoch seconds": pd.DataFrame(
        {"timestamp": [START.timestamp() + 60 * at for at in range(3)], "asset": ["BTC"] * 3, "value": [1, 2, 3]}
    ),
    "epoch milliseconds": pd.DataFrame(
        {
            "timestamp": [int(START.timestamp() * 1000) + 60_000 * at for at in range(3)],
            "asset": pd.Categorical(["BTC"] * 3),
            "value": [1, 2, 3],
        }
    ),
    "text": pd.DataFrame(
        {"time": [f"2026-05-01T00:0{at}:00Z" for at in range(3)], "asset": ["BTC"] * 3, "value": [1.0, 2.0, 3.0]}
    ),
    "with gaps": pd.DataFrame(
        {
            "time": [*MOMENTS, MOMENTS[1]],
            "asset": ["BTC"] * 3 + ["ETH"],
            "value": [1.0, 2.0, 3.0, None],
        }
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_parquet_holds_what_csv_does(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.sources.replay_files.BATCH", 2)  # a series goes on in the next batch
    path = written_parquet(tmp_path, FORMS[form])
    frame = Replay({"delay": path}).read(watch(metric="delay", by=("asset",)), START, START + timedelta(minutes=2))
    assert frame.keys == (labels_of({"asset": "BTC"}),)
    assert frame.values.tolist() == [[2.0, 3.0]]


def test_parquet_may_have_a_column_a_series_and_empty_labels(tmp_path: Path) -> None:
    wide = written_parquet(tmp_path, pd.DataFrame({"time": MOMENTS, "BTC": [1.0, 2, 3], "ETH": [4.0, None, 6]}))
    frame = Replay({"delay": wide}).read(watch(metric="delay", by=("column",)), None, START)
    assert frame.values.tolist() == [[1.0], [4.0]]
    bare = written_parquet(tmp_path, pd.DataFrame({"time": MOMENTS[:1], "asset": [None], "value": [7.0]}))
    assert Replay({"delay": bare}).read(watch(metric="delay", by=("asset",)), None, START).keys == ((),)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"when": MOMENTS, "value": [1, 2, 3]}), "the columns are when, value; one must be named time"),
        (pd.DataFrame({"time": MOMENTS, "value": ["a", "b", "c"]}), "column value holds what are no numbers"),
        (pd.DataFrame({"time": [MOMENTS[0], pd.NaT], "value": [1, 2]}), "column time has empty times"),
    ],
)
def test_bad_parquet_is_reported(tmp_path: Path, table: pd.DataFrame, message: str) -> None:
    path = written_parquet(tmp_path, table)
    with pytest.raises(SourceError, match=message):
        Replay({"delay": path})


def test_what_is_no_parquet_is_reported(tmp_path: Path) -> None:
    require("module:pyarrow")
    path = tmp_path / "past.parquet"
    path.write_text("time,value")
    with pytest.raises(SourceError, match="not a Parquet file"):
        Replay({"delay": path})
    with pytest.raises(SourceError, match="there is no such file"):
        Replay({"delay": tmp_path / "none.parquet"})


def test_parquet_without_its_extra_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    with pytest.raises(SourceError, match=r"needs the extra `parquet`: pip install 'tocsin\[parquet\]'"):
        Replay({"delay": tmp_path / "past.parquet"})


@pytest.fixture
def piecemeal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of a CSV file at one time."""
    monkeypatch.setattr("detectors.sources.replay_files.FEWEST_ROWS", 2)
    monkeypatch.setattr("detectors.sources.replay_files.CELLS", 2)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        pytest.param("", 2.0, id="empty: the one before"),
        pytest.param("NaN", np.nan, id="NaN: no number"),
        pytest.param(" nan ", np.nan, id="between blanks"),
    ],
)
def test_an_empty_cell_is_no_sample_and_nan_is_one_without_a_number(
    tmp_path: Path, piecemeal: None, cell: str, read: float
) -> None:
    rows = [f"{START.timestamp() + 60 * at},{at + 0.5},{cell if at == 3 else at}" for at in (4, 5, 1, 2, 3)]
    path = written(tmp_path, "time,BTC,ETH", *rows)
    asked = watch(metric="delay", by=("column",))
    frame = Replay({"delay": path}).read(asked, START, START + timedelta(minutes=5))
    assert [dict(key)["column"] for key in frame.keys] == ["BTC", "ETH"]
    np.testing.assert_array_equal(frame.values, [[1.5, 2.5, 3.5, 4.5, 5.5], [1.0, 2.0, read, 4.0, 5.0]])
    assert (frame.idle is None) is bool(np.isfinite(read))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["time,BTC", *(f"{at},1" for at in range(4)), "4,many"], "line 6, column BTC: 'many' is not a number"),
        (["time,a,value", *(f"{at},x,1" for at in range(5)), "soon,x,1"], "line 7, column time: 'soon' is not a time"),
        (["time,BTC", *(f"{at},1" for at in range(5)), "2026-05-01,1"], "is not a time in epoch seconds, as the first"),
        (["time,BTC", *(f"{at},1" for at in range(4)), "4,1,2"], "line 6"),
    ],
)
def test_a_bad_line_of_a_later_piece_is_reported_with_its_number(
    tmp_path: Path, piecemeal: None, lines: list[str], message: str
) -> None:
    with pytest.raises(SourceError) as caught:
        Replay({"delay": written(tmp_path, *lines)})
    assert message in str(caught.value)


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
def test_a_bad_file_is_reported_with_its_line(tmp_path: Path, lines: list[str], message: str) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(SourceError) as caught:
        Replay({"delay": path})
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert not caught.value.retry


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        Replay({"delay": tmp_path / "none.csv"})


PAST = """\
# TYPE exchange_queue gauge
exchange_queue{asset="BTC",said="a \\"b\\" {c}, d"} 5 1777593600
exchange_queue{asset="BTC",said="a \\"b\\" {c}, d"} 1e-07 1777593660.5
exchange_queue{Asset="ETH"} 7 1777593600
# TYPE exchange_up gauge
exchange_up 1 1777593600
# TYPE other gauge
other 1 1777593600
# EOF
"""


def test_the_documented_way_from_an_older_promtool_keeps_every_sample(tmp_path: Path) -> None:
    promtool = require("promtool")
    (block,) = re.findall(
        r"```sh\n(promtool tsdb dump .*?)```", (Path(__file__).parents[3] / "docs/sources.md").read_text(), re.DOTALL
    )
    past, data = tmp_path / "past.openmetrics", tmp_path / "data"
    (data / "wal").mkdir(parents=True)
    past.write_text(PAST)
    made = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(past), str(data)]
    subprocess.run(made, check=True, capture_output=True)
    script = block.replace("promtool", promtool).replace("/var/lib/prometheus/metrics2", str(data))
    subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path, check=True, capture_output=True)
    written = tmp_path / "past.om"
    assert "other" not in written.read_text()
    begin = datetime.fromtimestamp(1777593600, UTC)
    second = timedelta(seconds=1)
    for metric, by, values in (
        ("exchange_queue", ("asset",), {(("asset", "BTC"),): 5.0, (): 7.0}),
        ("exchange_up", (), {(): 1.0}),
    ):
        (frame,) = Replay({metric: written}).history(watch(metric=metric, by=by), begin - second, begin, second)
        assert dict(zip(frame.keys, frame.values[:, -1].tolist(), strict=True)) == values
    assert Replay({"exchange_queue": written}).span()[1] == 1777593660.5
