"""What a series costs in one evaluation: the engine beside pandas' rolling z-score, in the same run.

python -m benchmarks.bench_engine [--series 10000] [--columns 60]
"""

import argparse
import time
from datetime import timedelta

import numpy as np
import orjson
import pandas as pd

from benchmarks.aims import found
from benchmarks.bench_scale import bytes_of
from detectors import score_series
from detectors.column import Columns
from detectors.engine import learn, settled
from detectors.frame import Frame, Labels
from detectors.observe import look
from detectors.scores import blank
from detectors.sources.answer import Envelope, answer_of
from detectors.sources.events import of_answer
from detectors.sources.grid import frame_of
from detectors.state import DAY, State
from detectors.watch import Query, Watch

START, EVERY = 1.7e9, 300.0
DAYS = 5  # from the fourth on series are held against each other too
PIECE = 96  # columns of the past learnt at once
WINDOW = 288
PANDAS_SERIES = 200
SMALL = (1, 10, 40)
LONE = 36_000
WATCH = Watch(name="bench", query=Query(metric="m"), component="bench", every=timedelta(seconds=EVERY))


def main() -> None:
    """Measure CPU time, not the wall's: other processes share the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=60)
    told = parser.parse_args()
    print(f"engine, {told.series:,} series after {DAYS} days, a column a call, decisions included")
    state = learnt(told.series)
    ours = engine(state, told.columns)
    theirs = pandas(told.columns)
    whole, decoded = from_bytes(state)
    found("CPU a series and evaluation", ours, "us", at_most=0.5)
    found("state", bytes_of(state) / told.series, "B/series", at_most=20_480)
    found(f"pandas rolling z over {WINDOW} samples", theirs, "us")
    found("  the engine's share of it", ours / theirs, "x", at_most=0.02)
    found("from the bytes of a Prometheus answer to scores", whole, "us", at_most=2)
    found("  against decoding its JSON alone", whole / decoded, "x")
    history, by_column = one_series(LONE)
    found(f"score_series over {LONE:,} samples at a minute: CPU a sample", history, "us")
    found("  column by column: so many times as much", by_column / history, "x", at_least=10)
    for series in SMALL:
        found(f"a watch of {series} series: CPU an evaluation", engine(learnt(series), 240) * series, "us")


def keys_of(series: int) -> tuple[Labels, ...]:
    return tuple((("series", f"{row:06}"),) for row in range(series))


def learnt(series: int) -> State:
    """The state of a watch whose series are all old enough for whatever the engine does."""
    rng, state, columns = np.random.default_rng(1), State.empty(WATCH), round(DAYS * DAY / EVERY)
    for first in range(0, columns, PIECE):
        times = np.asarray(START + EVERY * np.arange(first, min(first + PIECE, columns)), np.float64)
        values = rng.normal(10.0, 1.0, (series, len(times)))
        state = learn(WATCH, state, Frame(keys=keys_of(series), times=times, values=values))
    return settled(WATCH, state)


def engine(state: State, columns: int) -> float:
    """Microseconds a series-step of live evaluations."""
    rng, keys, spent = np.random.default_rng(2), keys_of(len(state.keys)), 0.0
    for _ in range(columns):
        values = rng.normal(10.0, 1.0, (len(keys), 1))
        frame = Frame(keys=keys, times=np.array([state.watermark_s + EVERY]), values=values)
        begun = time.process_time()
        state = look(WATCH, state, frame).state
        spent += time.process_time() - begun
    return spent / len(keys) / columns * 1e6


def one_series(samples: int) -> tuple[float, float]:
    """Microseconds a sample of one series' history at once, and of its first tenth column by column."""
    times, values = START + 60.0 * np.arange(samples), np.random.default_rng(5).normal(10.0, 1.0, samples)
    begun = time.process_time()
    score_series(times, values)
    at_once = (time.process_time() - begun) / samples
    watch = Watch(name="bench", query=Query(metric="m"), component="bench", absent_after=None)
    columns = Columns(watch, State.empty(watch).joined(watch, keys_of(1)))
    first = times[: samples // 10]
    scores = blank(columns.draft.before, first)
    begun = time.process_time()
    for column, now in enumerate(first.tolist()):
        columns.take(now, values[column : column + 1], scores, column)
    return at_once * 1e6, (time.process_time() - begun) / len(first) * 1e6


def from_bytes(state: State, columns: int = 24) -> tuple[float, float]:
    """Microseconds a series from an answer's bytes to scores and decisions, and those of decoding the JSON alone."""
    rng, spent, floor = np.random.default_rng(3), 0.0, 0.0
    envelope: Envelope | None = None
    for column in range(columns + 1):
        at = round(state.watermark_s + EVERY)
        values = rng.normal(10.0, 1.0, len(state.keys)).tolist()
        result = [
            {"metric": dict(key), "values": [[at, repr(value)]]} for key, value in zip(state.keys, values, strict=True)
        ]
        body = orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})
        instants = np.array([at * 1000], np.int64)
        begun = time.process_time()
        answer = answer_of(body, instants, envelope)
        envelope = answer.envelope
        reading = of_answer(WATCH.query, answer.keys, answer.values, answer.there)
        state = look(WATCH, state, frame_of(reading, instants)).state
        middle = time.process_time()
        orjson.loads(body)
        if column:  # labels are read at the first answer alone
            spent, floor = spent + middle - begun, floor + time.process_time() - middle
    return spent / len(state.keys) / columns * 1e6, floor / len(state.keys) / columns * 1e6


def pandas(columns: int) -> float:
    """Microseconds a series-step of the last of a rolling window's z-scores, asked anew at each evaluation."""
    rng = np.random.default_rng(1)
    table = [pd.Series(rng.normal(size=WINDOW)) for _ in range(PANDAS_SERIES)]
    start = time.process_time()
    for _ in range(max(1, columns // 20)):
        for series in table:
            rolling = series.rolling(WINDOW)
            (series.iloc[-1] - rolling.mean().iloc[-1]) / rolling.std().iloc[-1]
    return (time.process_time() - start) / PANDAS_SERIES / max(1, columns // 20) * 1e6


if __name__ == "__main__":
    main()
