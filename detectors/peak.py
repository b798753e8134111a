"""The sample that says how bad an anomaly is: what a ticket's title, its summary and its plot all show."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.reason import expectation, noun, quantity
from detectors.watch import Direction, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """One sample, and what was expected of it then, in the watch's unit."""

    at: datetime
    value: float
    low: float
    high: float


def peak_of(
    watch: Watch, times: Floats, values: Floats, low: Floats, high: Floats, *, start: float, end: float
) -> Peak | None:
    """The sample from `start` to `end` that is furthest outside its band, on the side that is bad; the first of equals.

    times: (n,) epoch seconds. values, low, high: (n,), NaN = unknown. start, end: epoch seconds.
    None where every sample is within its band: then an anomaly rests on something else, such as the mean of an hour.
    """
    outside = np.where((times >= start) & (times <= end), _outside(watch.bad, values, low, high), np.nan)
    if not len(outside) or not np.fmax.reduce(outside, initial=0.0) > 0:
        return None
    place = int(np.nanargmax(outside))
    return Peak(
        at=datetime.fromtimestamp(float(times[place]), UTC),
        value=float(values[place]),
        low=float(low[place]),
        high=float(high[place]),
    )


def worse(watch: Watch, one: Peak | None, other: Peak | None) -> Peak | None:
    """Of two samples of one series the one that is further outside its band; the first where they are equal."""
    if one is None or other is None:
        return one or other
    return other if outside(watch, other) > outside(watch, one) else one


def outside(watch: Watch, peak: Peak) -> float:
    """How far the sample is outside its band, in the watch's unit; above 0."""
    return float(_outside(watch.bad, *(np.array([n]) for n in (peak.value, peak.low, peak.high)))[0])


def observed(watch: Watch, peak: Peak) -> str:
    """The sample in words: "493 s"."""
    return quantity(peak.value, watch.unit)


def expected(watch: Watch, peak: Peak) -> str:
    """What was expected of it in words: "at most 95 s"."""
    return expectation(watch, peak.low, peak.high)


def finding(watch: Watch, peak: Peak) -> str:
    """What a picture says that marks the sample: "p95 493 s at 14:10:05 UTC, expected at most 95 s"."""
    return f"{noun(watch)} {observed(watch, peak)} at {peak.at:%H:%M:%S} UTC, expected {expected(watch, peak)}"


def _outside(bad: Direction, values: Floats, low: Floats, high: Floats) -> NDArray[np.float64]:
    """How far each sample is outside the band, (n,): negative within it, NaN where unknown."""
    match bad:
        case Direction.ABOVE:
            return values - high
        case Direction.BELOW:
            return low - values
        case Direction.BOTH:
            return np.fmax(values - high, low - values)
