"""Holidays in a year of made-up traffic: what rings with a calendar and without, and which outages are found.

Each series is a watch of its own with one false opening in 30 days as its budget, bad below: customers by the hour of
the day, fewer at weekends, and on each holiday by a factor of its own (.3 to .8), at once at midnight or from the
morning on. In every second series two hours of each holiday's noon are an outage, to nothing.

python -m benchmarks.bench_days [--series 20] [--spacing 3600]
"""

import argparse
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from benchmarks.aims import found
from benchmarks.bench_promise import alone
from benchmarks.reopening import openings
from detectors.anomaly import Anomaly
from detectors.decide import decide
from detectors.frame import Floats, Frame, Labels
from detectors.known_day import NO_CALENDAR, Calendar
from detectors.state import DAY, State
from detectors.watch import Direction, FailureKind, Query, Read, Watch

YEAR = 2026
START = datetime(YEAR, 1, 1, tzinfo=UTC).timestamp()
LEARNT = 28.0
"""Days before anything is counted."""
CALENDAR = Calendar(countries=("DE-BY",), days=(("12-24", "Christmas Eve"), ("12-31", "New Year's Eve")))
NOON = 13.0
OUTAGE_HOURS = 2.0
NIGHT_HOURS = 6.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=20, help="of each kind")
    parser.add_argument("--spacing", type=float, default=3_600.0)
    parser.add_argument("--seed", type=int, default=11)
    told = parser.parse_args()
    times: Floats = START + told.spacing * np.arange(round(365 * DAY / told.spacing), dtype=np.float64)
    for kind in ("proportional", "chance", "own noise"):
        for at_once in (True, False):
            values = traffic(np.random.default_rng(told.seed), told.series, times, kind, at_once=at_once)
            for name, calendar in (("without a calendar", NO_CALENDAR), ("with", CALENDAR)):
                said = judged(times, values, told.spacing, calendar)
                figures(f"{kind} noise, {'at once' if at_once else 'from the morning on'}, {name}", said, told.series)


def holidays() -> list[float]:
    """The midnights of the year's known days that come after what is learnt first."""
    days = [date(YEAR, 1, 1) + timedelta(days=n) for n in range(365)]
    return [START + n * DAY for n, day in enumerate(days) if CALENDAR.name_of(day) and n > LEARNT]


def traffic(rng: np.random.Generator, series: int, times: Floats, kind: str, *, at_once: bool) -> Floats:
    """(series, T) customers, in every second series none in the outages."""
    usual = 100.0 + 50.0 * np.sin(2 * np.pi * ((times / DAY - 0.33) % 1.0))
    usual = usual * np.where((times // DAY + 3) % 7 >= 5, 0.8, 1.0) * np.ones((series, 1))
    for midnight in holidays():
        hour, factor = (times - midnight) / 3_600.0, rng.uniform(0.3, 0.8, (series, 1))
        share = (
            ((hour >= 0) & (hour < 24)) * 1.0 if at_once else np.clip(np.minimum((hour - 5) / 3, (27 - hour) / 4), 0, 1)
        )
        usual = usual * (1.0 - (1.0 - factor) * share)
        usual[1::2, (hour >= NOON) & (hour < NOON + OUTAGE_HOURS)] = 0.0
    match kind:
        case "proportional":
            values = usual * rng.lognormal(0.0, 0.08, usual.shape)
        case "chance":
            values = rng.poisson(usual).astype(np.float64)
        case _:
            values = np.where(usual > 0, usual + rng.normal(0.0, 5.0, usual.shape), 0.0)
    return np.asarray(values, np.float64)


def judged(times: Floats, values: Floats, spacing: float, calendar: Calendar) -> list[Anomaly]:
    """The openings of a year."""
    keys: tuple[Labels, ...] = tuple((("series", f"{row}"),) for row in range(len(values)))
    watch = Watch(
        name="customers",
        query=Query(metric="m", read=Read.VALUE),
        component="{series}",
        every=timedelta(seconds=spacing),
        budget=float(len(keys)),
        bad=Direction.BELOW,
        kind=FailureKind.HALT,
        absent_after=None,
    )
    watch = replace(watch, calendar=calendar)
    state, scores = alone(watch, State.empty(watch), Frame(keys=keys, times=times, values=values))
    return openings(decide(watch, state, scores)[1])


def figures(name: str, said: list[Anomaly], series: int) -> None:
    """False openings a series on the holidays and on all other days, and the outages found within their two hours."""
    days = holidays()
    hits, on_days, others = set(), 0, 0
    for one in said:
        at, row = one.started_at.timestamp(), int(one.component)
        day = next((day for day in days if day <= at < day + DAY + NIGHT_HOURS * 3_600.0), None)
        hour = 0.0 if day is None else (at - day) / 3_600.0
        if day is not None and row % 2 and NOON <= hour < NOON + OUTAGE_HOURS:
            hits.add((row, day))
        elif day is not None:
            on_days += row % 2 == 0
        elif at >= START + LEARNT * DAY:
            others += row % 2 == 0
    even, odd = (series + 1) // 2, series // 2
    print(f"{name}:")
    found("  false openings a series and year on holidays", on_days / even, "")
    found("  on all other days", others / even, "")
    found("  outages on holidays that are found", len(hits) / (odd * len(days)), "")


if __name__ == "__main__":
    main()
