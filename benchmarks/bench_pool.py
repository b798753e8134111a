"""What evidence pooled over the series of a watch finds: made-up watches with faults that many series share.

Beside it, on the same samples, the same engine without pooling and Grafana's adaptive bands, as published and with the
multiplier of the whole band (a grid) at which they have at most one false incident a month. A fault is found if
anything of the watch opens within it; false incidents are counted a watch, openings within an hour as one.

python -m benchmarks.bench_pool [--quick] [--kinds counts] [--series 10 40 200] [--rates 0.1 1 100] [--seeds 1]
    [--nulls 30 [--every 5]] [--only pooled ...] [--json FILE] [--show FILE ...]

`--nulls`: no faults, so many days of each watch read every so many minutes, and the engine alone: false incidents.
`--show`: tables of runs kept by `--json`, added up.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.bands import Bands, firing
from benchmarks.watches import DAY, MINUTE, MINUTES, RATES, SHARES, SIZES, Fault, Kind, Made, make
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
HISTORY = 14
"""Days that a watch is warmed from, and the spacing of their samples in minutes."""
HISTORY_EVERY = 5
FAULTS = 4
BETWEEN = 0.55
"""Days between two faults: each comes at another time of day."""
MULTIPLIERS = (1.0, 1.5, 2.0, 3.0)
MONTH = 30.0
POOLED, ALONE, BANDS = "pooled", "each for itself", "bands x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault of one watch, and the minutes until each contestant's first opening: inf = none."""

    kind: str
    size: float
    part: float
    rate: float
    series: int
    seed: int
    delays: dict[str, float] = field(default_factory=dict)
    named: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Of those that name components: how many opened and were the fault's, opened, were the fault's."""


@dataclass(slots=True)
class Run:
    """What was found: cases; false incidents of each contestant by kind; the days they were counted in."""

    cases: list[Case] = field(default_factory=list)
    false: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    days: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kinds", type=Kind, nargs="+", default=list(Kind))
    parser.add_argument("--series", type=int, nargs="+", default=[10, 40, 200])
    parser.add_argument("--rates", type=float, nargs="+", default=list(RATES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--nulls", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[POOLED, ALONE, BANDS])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", type=Path, nargs="+")
    told = parser.parse_args()
    if told.show:
        _print(_added(told.show))
        return
    if told.quick:
        told.series, told.rates = [40], [1.0]
    run = Run()
    for seed in told.seeds:
        for kind in told.kinds:
            for rate in told.rates:
                for series in told.series:
                    days = HISTORY + (told.nulls or FAULTS * BETWEEN + 1.0 / 24.0)
                    made = make(kind, series=series, rate=rate, days=days, seed=seed)
                    _contest(made, rate, told.every if told.nulls else 0, told.only, run)
                    if told.json:
                        told.json.write_text(_text(run))
    _print(run)


def _contest(made: Made, rate: float, nulls: int, only: list[str], run: Run) -> None:
    """One watch; nulls: minutes between its samples where it has no faults, else 0."""
    begin = HISTORY * PER_DAY
    faults = [len(made.times)] if nulls else [begin + round((i + 1) * BETWEEN * PER_DAY) for i in range(FAULTS)]
    grid = (
        []
        if nulls
        else [(made.fault(s, p, at, max(MINUTES)), p) for at in faults for s in SIZES[made.kind] for p in SHARES]
    )
    frames = [made.read(fault.begin, fault.begin + fault.minutes, fault) for fault, _ in grid]
    cases = [
        Case(kind=made.kind, size=fault.size, part=part, rate=rate, series=len(made.keys), seed=made.seed)
        for fault, part in grid
    ]
    given = [(fault, frame, case) for (fault, _), frame, case in zip(grid, frames, cases, strict=True)]
    past = made.read(0, begin, every=HISTORY_EVERY)
    days = (faults[-1] - begin) / PER_DAY
    for name in (POOLED, ALONE):
        if name in only:
            with _pooling(name == POOLED):
                run.false[f"{name} {made.kind}"] += _engine(made, past, faults, given, name=name, every=nulls or 1)
            run.days[f"{name} {made.kind}"] += days
    if BANDS in only and not nulls:
        for name, false in _bands(made, begin, faults[-1], given).items():
            run.false[f"{name} {made.kind}"] += false
            run.days[f"{name} {made.kind}"] += days
    run.cases += cases


@contextmanager
def _pooling(pools: bool) -> Iterator[None]:
    """The same engine; without pooling no watch has series enough for it."""
    share.LEAST = LEAST if pools else 10**9
    try:
        yield
    finally:
        share.LEAST = LEAST


def _engine(
    made: Made, past: Frame, faults: list[int], given: list[tuple[Fault, Frame, Case]], *, name: str, every: int
) -> int:
    """Writes the delays into the cases; how many false incidents there were beside the faults."""
    state, begin = history.warm(made.watch, [past]), HISTORY * PER_DAY
    opened: list[float] = []
    for at in faults:
        state, told = _run(made, state, made.read(begin, at, every=every))
        opened += [anomaly.detected_at.timestamp() for anomaly in told if anomaly.ended_at is None]
        begin = at
        for fault, frame, case in given:
            if fault.begin == at:
                _, told = _run(made, state, frame)
                case.delays[name], case.named[name] = _found(made, fault, told)
    return _incidents(opened)


def _run(made: Made, state: State, frame: Frame) -> tuple[State, tuple[Anomaly, ...]]:
    state, scores = step(made.watch, state, frame)
    return decide(made.watch, state, scores)


def _found(made: Made, fault: Fault, told: Iterable[Anomaly]) -> tuple[float, tuple[int, int, int]]:
    since = made.times[fault.begin]
    after = [anomaly for anomaly in told if anomaly.detected_at.timestamp() >= since]
    names = {anomaly.component for anomaly in after}
    broken = {dict(made.keys[row])["component"] for row in fault.rows.tolist()}
    first = min((anomaly.detected_at.timestamp() - since for anomaly in after), default=np.inf)
    return first / MINUTE + 1.0, (len(names & broken), len(names), len(broken) if names else 0)


def _bands(made: Made, begin: int, end: int, given: list[tuple[Fault, Frame, Case]]) -> dict[str, int]:
    bands = Bands(
        made.read(0, len(made.times)).values,
        above=made.watch.bad is Direction.ABOVE,
        sparse=made.kind is Kind.COUNTS,
    )
    whole = bands.away(begin, end)
    false = {}
    for multiplier in MULTIPLIERS:
        rises = _rises(firing(whole, multiplier))
        false[f"{BANDS}{multiplier:g}"] = _incidents(made.times[begin:end][rises].tolist())
    for fault, frame, case in given:
        away = bands.away(fault.begin, fault.begin + fault.minutes, frame.values)
        for multiplier in MULTIPLIERS:
            fires = np.flatnonzero(_rises(firing(away, multiplier)))
            case.delays[f"{BANDS}{multiplier:g}"] = float(fires[0]) + 1.0 if len(fires) else np.inf
    return false


def _rises(fires: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(T,) where any series begins to fire."""
    began = fires.copy()
    began[:, 1:] &= ~fires[:, :-1]
    return np.asarray(began.any(axis=0))


def _incidents(opened: list[float]) -> int:
    """Openings that are nearer than an hour are one incident."""
    times = np.sort(opened)
    return int(np.count_nonzero(np.diff(times) > TOGETHER)) + 1 if len(times) else 0


def _text(run: Run) -> str:
    cases = [asdict(case) for case in run.cases]
    return json.dumps({"cases": cases, "false": dict(run.false), "days": dict(run.days)})


def _added(files: list[Path]) -> Run:
    run = Run()
    for file in files:
        told = json.loads(file.read_text())
        run.cases += [Case(**case) for case in told["cases"]]
        for name, days in told["days"].items():
            run.false[name] += told["false"][name]
            run.days[name] += days
    return run


def _print(run: Run) -> None:
    monthly = {}
    for name in sorted({key.rsplit(" ", 1)[0] for key in run.days}):
        by_kind = {kind: (run.false[f"{name} {kind}"], run.days[f"{name} {kind}"]) for kind in Kind}
        false, days = (sum(pair[i] for pair in by_kind.values()) for i in (0, 1))
        monthly[name] = false / days * MONTH
        parts = ", ".join(f"{kind} {pair[0]:g}" for kind, pair in by_kind.items() if pair[1])
        print(
            f"{name}: {false} false incidents in {days:.0f} days of a watch ({parts}), {monthly[name]:.2f} in 30 days"
        )
    if not run.cases:
        return
    bands = sorted((name for name in monthly if name.startswith(BANDS)), key=lambda name: float(name[len(BANDS) :]))
    kept = [name for name in bands if monthly[name] <= 1.0][:1]
    names = [name for name in (POOLED, ALONE) if name in monthly] + list(dict.fromkeys(bands[:1] + kept))
    for name in names:
        _print_named(run, name)
    print(f"found within 10/30/60 min, in %; median delay of those found, min: {', '.join(names)}")
    _print_cells(run, names, by_rate=True)
    print("all rates; by the number of series")
    _print_cells(run, names, by_rate=False)


def _print_named(run: Run, name: str) -> None:
    right, opened, broken = np.array([case.named.get(name, (0, 0, 0)) for case in run.cases]).sum(axis=0)
    if opened:
        print(
            f"{name}: {right / opened:.0%} of the components named were the fault's, {right / broken:.0%} of its named"
        )


def _print_cells(run: Run, names: list[str], *, by_rate: bool) -> None:
    groups: dict[tuple[str, float, float, float], list[Case]] = defaultdict(list)
    for case in run.cases:
        groups[case.kind, case.size, case.part, case.rate if by_rate else case.series].append(case)
    for (kind, size, part, by), cases in sorted(
        groups.items(), key=lambda item: (item[0][0], item[0][3], item[0][1:3])
    ):
        cells = [_cell(np.array([case.delays[name] for case in cases])) for name in names]
        if len({cell.split(" ")[0] for cell in cells}) > 1 or not cells[0].startswith("100/"):
            where = f"{by:g}/s" if by_rate else f"{by:g}"
            print(f"| {kind} {size:g} | {where} | {part:.0%} | " + " | ".join(cells) + " |", flush=True)


def _cell(delays: NDArray[np.float64]) -> str:
    recalls = "/".join(f"{np.mean(delays <= minutes):.0%}"[:-1] for minutes in MINUTES)
    found = delays[np.isfinite(delays)]
    return f"{recalls} {np.median(found):.0f}" if len(found) else recalls


if __name__ == "__main__":
    main()
