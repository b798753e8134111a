"""Whether the promise holds: false openings of made-up series without a fault, against the budget.

Nine kinds of series, each series a watch of its own with one false opening in 30 days as its budget, six weeks:
from a cold start, counted from the third day on, or after a past that warmed the model. 1.00 is the budget. An
excursion that comes back within the window of reopening is no opening of its own (benchmarks/reopening.py).

python -m benchmarks.bench_promise [--series 1000] [--spacings 60 300 3600] [--days 42] [--pasts 0 14 28] [--fine 1000]
"""

import argparse
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise, product

import numpy as np

from benchmarks.aims import found
from benchmarks.reopening import openings
from detectors.anomaly import Anomaly
from detectors.column import Columns
from detectors.decide import decide
from detectors.frame import Floats, Frame, Labels
from detectors.history import warm
from detectors.scores import Scores, blank
from detectors.state import DAY, State
from detectors.watch import Query, Watch

START = 1.7672256e9
COUNTED_FROM = 3.0
CHUNK = 2_016
FINE = 300.0
"""Seconds from which on a spacing is no fine one: a minute's takes five times as many columns."""
MEAN, WORST = 1.5, 3.0
"""What the promise allows: of all kinds together, and of each; 1 is the budget."""
Draw = Callable[[np.random.Generator, int, Floats], Floats]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--spacings", type=float, nargs="+", default=[300.0, 3_600.0, 60.0])
    parser.add_argument("--days", type=float, default=42.0)
    parser.add_argument("--pasts", type=float, nargs="+", default=[0.0, 14.0], help="days that warm the model; 0: none")
    parser.add_argument("--fine", type=int, default=200, help="series at less than five minutes, at most")
    told = parser.parse_args()
    for every, past in product(told.spacings, told.pasts):
        series = min(told.series, told.fine) if every < FINE else told.series
        found_rates = rates(series // len(KINDS), every, told.days, past)
        start = f"after {past:g} days of history" if past else "from a cold start"
        mean = float(np.mean(list(found_rates.values())))
        found(f"false openings in 30 days, {every / 60:.0f} min, {start}: mean", mean, "", at_most=MEAN)
        for kind, rate in found_rates.items():
            found(f"  {kind}", rate, "", at_most=WORST)


def rates(each: int, every: float, days: float, past: float = 0.0) -> dict[str, float]:
    """Openings a series in 30 days, of each kind, in `days` after `past` days of history."""
    times: Floats = START + every * np.arange(round((past + days) * DAY / every), dtype=np.float64)
    rng = np.random.default_rng(3)
    values = np.concatenate([draw(rng, each, times) for draw in KINDS.values()])
    names = [f"{kind}-{i}" for kind in KINDS for i in range(each)]
    keys: tuple[Labels, ...] = tuple((("series", name),) for name in names)
    watch = Watch(
        name="promise",
        query=Query(metric="m"),
        component="{series}",
        every=timedelta(seconds=every),
        budget=float(len(names)),
        absent_after=None,
    )
    before = int(np.count_nonzero(times < START + past * DAY))
    frames = [
        Frame(keys=keys, times=times[begin:end], values=values[:, begin:end])
        for begin, end in pairwise([*range(0, before, CHUNK), *range(before, len(times), CHUNK), len(times)])
    ]
    state, said = State.empty(watch), list[Anomaly]()
    if past:
        state = warm(watch, [frame for frame in frames if frame.times[-1] < times[before]])
    for frame in frames:
        if frame.times[0] >= times[before]:
            state, scores = alone(watch, state, frame)
            state, told = decide(watch, state, scores)
            said += told
    skipped = 0.0 if past else COUNTED_FROM
    since = times[before] + skipped * DAY
    counted = [one.component.split("-")[0] for one in openings(said) if one.started_at.timestamp() >= since]
    return {kind: counted.count(kind) / each / (days - skipped) * 30.0 for kind in KINDS}


def alone(watch: Watch, state: State, frame: Frame) -> tuple[State, Scores]:
    """As `step`, where each series is a watch of its own: nothing is pooled, and the budget is each one's whole."""
    columns = Columns(watch, state.joined(watch, frame.keys), pools=False)
    columns.refresh()
    scores = blank(columns.state(), frame.times)
    for column, now in enumerate(frame.times.tolist()):
        columns.take(now, frame.values[:, column], scores, column)
    return columns.state(), scores


def _gauss(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    return rng.normal(10.0, 1.0, (series, len(times)))


def _lognormal(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    return rng.lognormal(0.0, 0.7, (series, len(times)))


def _few(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    return rng.poisson(3.0, (series, len(times))).astype(np.float64)


def _many(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    return rng.poisson(3_000.0, (series, len(times))).astype(np.float64)


def _bursty(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    """Noise, and in one sample of fifty a burst of two to ten times as much."""
    burst = rng.random((series, len(times))) < 0.02
    return rng.lognormal(0.0, 0.2, burst.shape) * np.where(burst, rng.uniform(2.0, 10.0, burst.shape), 1.0)


def _seasonal(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    """A day's wave, and a weekend at two thirds."""
    wave = 100.0 + 40.0 * np.sin(2 * np.pi * (times / DAY + rng.random((series, 1))))
    weekend = np.where((times // DAY + 3) % 7 >= 5, 2 / 3, 1.0)
    return wave * weekend + rng.normal(0.0, 5.0, (series, len(times)))


def _walk(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    """A walk that is drawn back within a day, on a slow trend."""
    hours = (times[1] - times[0]) / 3_600.0
    pull, now = np.exp(-hours / 24.0), np.zeros(series)
    walk = np.empty((series, len(times)))
    for column in range(len(times)):
        now = pull * now + np.sqrt(1 - pull**2) * rng.normal(size=series)
        walk[:, column] = now
    drawn: Floats = 50.0 + 3.0 * walk + 5.0 * (times - times[0]) / (42 * DAY) + rng.normal(0.0, 0.5, walk.shape)
    return drawn


def _batch(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    """Off, but for a job of an hour every eight hours."""
    phase = (times + rng.uniform(0, DAY, (series, 1))) % (8 * 3_600.0)
    return np.where(phase < 3_600.0, rng.normal(80.0, 4.0, phase.shape), np.abs(rng.normal(2.0, 0.5, phase.shape)))


def _nights(rng: np.random.Generator, series: int, times: Floats) -> Floats:
    """A quiet exchange: samples from seven to eleven at night alone."""
    hour = times % DAY / 3_600.0
    return np.where((hour >= 7.0) & (hour < 23.0), rng.normal(30.0, 2.0, (series, len(times))), np.nan)


KINDS: dict[str, Draw] = {
    "gauss": _gauss,
    "lognormal": _lognormal,
    "poisson 3": _few,
    "poisson 3000": _many,
    "bursty": _bursty,
    "seasonal": _seasonal,
    "walk": _walk,
    "batch": _batch,
    "nights": _nights,
}

if __name__ == "__main__":
    main()
