"""What evidence pooled over the series of a watch finds: made-up watches with faults that many series share.

Beside it, on the same samples, the same engine without pooling and Grafana's adaptive bands, as published and with the
multiplier of the whole band (a grid) at which they have at most one false incident a month. A fault is found if
anything of the watch opens within it; false incidents are counted a watch, openings within an hour as one.

python -m benchmarks.bench_pool [--quick] [--series 10 100] [--rates 0.1 1 100] [--history 14] [--days 7]
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.bands import Bands, firing
from benchmarks.watches import DAY, MINUTE, MINUTES, RATES, SHARES, SIZES, Kind, Made, make
from detectors import history, share
from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.engine import step
from detectors.frame import Frame
from detectors.share import LEAST
from detectors.state import State
from detectors.watch import Direction

PER_DAY = round(DAY / MINUTE)
TOGETHER = 3_600.0
BETWEEN = 1.05
"""Days between two faults: each comes at another time of day."""
HISTORY_EVERY = 5
MULTIPLIERS = (1.0, 1.5, 2.0, 2.25, 2.5, 3.0, 4.0, 6.0, 10.0)
MONTH = 30.0
Case = tuple[Kind, float, float, float]


@dataclass(slots=True)
class Found:
    """Of one contestant: minutes from a fault's start to the first opening, inf = none; false incidents; days."""

    delays: dict[Case, list[float]] = field(default_factory=lambda: defaultdict(list))
    false: int = 0
    days: float = 0.0

    def recall(self, kind: Kind, size: float, part: float, minutes: float) -> float:
        """Of all rates."""
        delays = [d for (k, s, p, _), each in self.delays.items() if (k, s, p) == (kind, size, part) for d in each]
        return float(np.mean(np.array(delays) <= minutes))

    def delay(self, kind: Kind, size: float, part: float) -> float:
        """The median of those found."""
        delays = [d for (k, s, p, _), each in self.delays.items() if (k, s, p) == (kind, size, part) for d in each]
        known = [d for d in delays if np.isfinite(d)]
        return float(np.median(known)) if known else np.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--series", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--rates", type=float, nargs="+", default=list(RATES))
    parser.add_argument("--history", type=int, default=14)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    if told.quick:
        told.series, told.rates, told.history, told.days = [40], [0.1, 1.0], 14, 5
    found: dict[str, Found] = defaultdict(Found)
    for kind in Kind:
        for rate in told.rates:
            for series in told.series:
                made = make(kind, series=series, rate=rate, days=told.history + told.days, seed=told.seed)
                _contest(made, rate, told.history, found)
    _print(found, [name for name in found if not name.startswith("bands x")])


def _contest(made: Made, rate: float, past: int, found: dict[str, Found]) -> None:
    begin, end = past * PER_DAY, len(made.times)
    faults = (begin + np.arange(0.6, (end - begin) / PER_DAY - 0.1, BETWEEN) * PER_DAY).astype(int).tolist()
    _engine(made, rate, faults, begin, found["pooled"])
    with _unpooled():
        _engine(made, rate, faults, begin, found["each for itself"])
    _bands(made, rate, faults, begin, found)


@contextmanager
def _unpooled() -> Iterator[None]:
    """The same engine, in which no watch has series enough to pool."""
    share.LEAST = 10**9
    try:
        yield
    finally:
        share.LEAST = LEAST


def _engine(made: Made, rate: float, faults: list[int], begin: int, found: Found) -> None:
    watch = made.watch
    state = history.warm(watch, [made.read(0, begin, every=HISTORY_EVERY)])
    opened: list[float] = []
    for at in faults:
        state, told = _run(made, state, made.read(begin, at))
        opened += [anomaly.detected_at.timestamp() for anomaly in told if anomaly.ended_at is None]
        found.days += (at - begin) / PER_DAY
        begin = at
        for size in SIZES[made.kind]:
            for part in SHARES:
                fault = made.fault(size, part, at, max(MINUTES))
                _, told = _run(made, state, made.read(at, at + max(MINUTES), fault))
                since = made.times[at]
                delays = [anomaly.detected_at.timestamp() - since for anomaly in told]
                first = min((d for d in delays if d >= 0), default=np.inf)
                found.delays[made.kind, size, part, rate].append(first / MINUTE + 1.0)
    found.false += _incidents(opened)


def _run(made: Made, state: State, frame: Frame) -> tuple[State, tuple[Anomaly, ...]]:
    state, scores = step(made.watch, state, frame)
    return decide(made.watch, state, scores)


def _bands(made: Made, rate: float, faults: list[int], begin: int, found: dict[str, Found]) -> None:
    values = made.read(0, len(made.times)).values
    above = made.watch.bad is Direction.ABOVE
    bands = Bands(values, above=above, sparse=made.kind is Kind.COUNTS)
    whole = bands.away(begin, faults[-1])
    for multiplier in MULTIPLIERS:
        of = found[f"bands x{multiplier:g}"]
        rises = _rises(firing(whole, multiplier))
        of.false += _incidents(made.times[begin : faults[-1]][rises].tolist())
        of.days += (faults[-1] - begin) / PER_DAY
    for at in faults:
        for size in SIZES[made.kind]:
            for part in SHARES:
                fault = made.fault(size, part, at, max(MINUTES))
                away = bands.away(at, at + max(MINUTES), made.read(at, at + max(MINUTES), fault).values)
                for multiplier in MULTIPLIERS:
                    fires = np.flatnonzero(_rises(firing(away, multiplier)))
                    first = float(fires[0]) + 1.0 if len(fires) else np.inf
                    found[f"bands x{multiplier:g}"].delays[made.kind, size, part, rate].append(first)


def _rises(fires: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(T,) where any series begins to fire."""
    began = fires.copy()
    began[:, 1:] &= ~fires[:, :-1]
    return np.asarray(began.any(axis=0))


def _incidents(opened: list[float]) -> int:
    """Openings that are nearer than an hour are one incident."""
    times = np.sort(opened)
    return int(np.count_nonzero(np.diff(times) > TOGETHER)) + 1 if len(times) else 0


def _print(found: dict[str, Found], names: list[str]) -> None:
    within = [m for m in MULTIPLIERS if _monthly(found[f"bands x{m:g}"]) <= 1.0]
    tuned = min(within, default=max(MULTIPLIERS))
    names = [*names, "bands x1", f"bands x{tuned:g}"]
    for name in names:
        of = found[name]
        print(f"{name}: {of.false} false incidents in {of.days:.0f} days, {_monthly(of):.2f} in 30 days a watch")
    print(f"recall within 10/30/60 min, all rates and sizes of watch; median delay in min: {', '.join(names)}")
    for kind in Kind:
        for size in SIZES[kind]:
            for part in SHARES:
                cells = [_cell(found[name], kind, size, part) for name in names]
                print(f"| {kind} {size:g} | {part:.0%} | " + " | ".join(cells) + " |", flush=True)


def _monthly(of: Found) -> float:
    return of.false / of.days * MONTH


def _cell(of: Found, kind: Kind, size: float, part: float) -> str:
    recalls = "/".join(f"{of.recall(kind, size, part, minutes):.2f}" for minutes in MINUTES)
    return f"{recalls} {of.delay(kind, size, part):.0f}"


if __name__ == "__main__":
    main()
