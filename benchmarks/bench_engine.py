"""What a series costs in one evaluation: the engine beside pandas' rolling z-score, in the same run.

python -m benchmarks.bench_engine [--series 10000] [--columns 60]
"""

import argparse
import time
from datetime import timedelta

import numpy as np
import pandas as pd

from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Frame, Labels
from detectors.state import ROWS, SCALED, State
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
    ours, size = engine(told.series, told.columns)
    theirs = pandas(told.columns)
    print(
        f"engine: {ours:.3f} us a series and evaluation, one column a call, {told.series} series; {size:.0f} B a series"
    )
    print(f"pandas rolling z over {WINDOW} samples: {theirs:.1f} us; the engine's share: {ours / theirs:.4f}")


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
    size = sum(array.nbytes for array in (*state.profile, *state.seen, *state.ring))
    size += sum(getattr(state, name).nbytes for name in ROWS + SCALED)
    return spent / series / columns * 1e6, size / series


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
