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
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Frame, Labels
from detectors.observe import look
from detectors.sources.answer import Envelope, answer_of
from detectors.sources.events import of_answer
from detectors.sources.grid import frame_of
from detectors.state import State
from detectors.watch import Query, Watch

WARM_COLUMNS = 288
WINDOW = 288
PANDAS_SERIES = 200


def main() -> None:
    """Measure CPU time, not the wall's: other processes share the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=60)
    told = parser.parse_args()
    print(f"engine, {told.series:,} series, a column a call")
    ours, size = engine(told.series, told.columns)
    theirs = pandas(told.columns)
    whole, decoded = from_bytes(told.series)
    found("CPU a series and evaluation", ours, "us", at_most=0.5)
    found("state", size, "B/series", at_most=20_480)
    found(f"pandas rolling z over {WINDOW} samples", theirs, "us")
    found("  the engine's share of it", ours / theirs, "x", at_most=0.02)
    found("from the bytes of a Prometheus answer to scores", whole, "us", at_most=2)
    found("  against decoding its JSON alone", whole / decoded, "x")


def engine(series: int, columns: int) -> tuple[float, float]:
    """Microseconds a series-step of live evaluations, and bytes of arrays a series."""
    watch = Watch(name="bench", query=Query(metric="m"), component="bench", every=timedelta(minutes=5))
    keys: tuple[Labels, ...] = tuple((("series", str(i)),) for i in range(series))
    rng = np.random.default_rng(1)
    times = 1.7e9 + 300.0 * np.arange(WARM_COLUMNS + columns)
    state = State.empty(watch)
    spent = 0.0
    for column, now in enumerate(times.tolist()):
        frame = Frame(keys=keys, times=np.array([now]), values=rng.normal(10.0, 1.0, (series, 1)))
        start = time.process_time()
        state, scores = step(watch, state, frame)
        state, _ = decide(watch, state, scores)
        if column >= WARM_COLUMNS:
            spent += time.process_time() - start
    size = bytes_of(state)
    return spent / series / columns * 1e6, size / series


def from_bytes(series: int, columns: int = 12) -> tuple[float, float]:
    """Microseconds a series from an answer's bytes to scores and decisions, and those of decoding the JSON alone."""
    watch = Watch(name="bench", query=Query(metric="m"), component="bench", every=timedelta(minutes=5))
    rng, state, spent, floor = np.random.default_rng(1), State.empty(watch), 0.0, 0.0
    envelope: Envelope | None = None
    for column in range(3 * columns):
        at = 1_700_000_100 + 300 * column
        result = [
            {"metric": {"series": f"{row:06}"}, "values": [[at, repr(value)]]}
            for row, value in enumerate(rng.normal(10.0, 1.0, series).tolist())
        ]
        body = orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})
        instants = np.array([at * 1000], np.int64)
        begun = time.process_time()
        answer = answer_of(body, instants, envelope)
        envelope = answer.envelope
        state = look(watch, state, frame_of(of_answer(watch.query, answer.keys, answer.values), instants)).state
        middle = time.process_time()
        orjson.loads(body)
        if column >= 2 * columns:
            spent, floor = spent + middle - begun, floor + time.process_time() - middle
    return spent / series / columns * 1e6, floor / series / columns * 1e6


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
