"""Grafana's adaptive bands (grafana/promql-anomaly-detection, rules/adaptive.yml), as published, over arrays.

Samples of 0 or less are not selected. Middle: the mean of an hour. Short-term band: 2 times the mean over 26 h of the
hour's deviation where that is more than half of the mean; margin: half of the mean; long-term bands: mean and 2
deviations of the hour around this time a day and a week ago. The outermost count; what is beyond them for five minutes
fires. Evaluated once a minute; `multiplier` stretches the whole band around its middle.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

HOUR = 60
STDDEV_MULTIPLIER = 2.0
MARGIN_MULTIPLIER = 0.5
COVAR = 0.5
SPARSE = 5 / 60
SHORT_TERM = 26 * HOUR
OFFSETS = (23 * HOUR + 30, 167 * HOUR + 30)
FOR = 5


def beyond(values: Floats, *, above: bool, sparse: bool, since: int) -> Floats:
    """(S, T - since) how many half-bands each sample is away from the middle on the bad side: more than 1 is outside.

    values: (S, T) one sample a minute. sparse: whether series of few events are left out, as for requests.
    since: the columns before it are history alone. NaN where there is no band or no sample.
    """
    selected = np.where(values > 0, values, np.nan)
    mean, deviation = _moments(selected, HOUR)
    if sparse:
        all_of_it, _ = _moments(values, HOUR)
        selected = np.where(all_of_it < SPARSE, np.nan, selected)
        mean, deviation = _moments(selected, HOUR)
    filtered = np.where(deviation > COVAR * mean, deviation, np.nan)
    short, _ = _moments(filtered, SHORT_TERM)
    half = np.fmax(STDDEV_MULTIPLIER * short, MARGIN_MULTIPLIER * mean)
    edge = mean + half if above else mean - half
    for offset in OFFSETS:
        then = (mean + STDDEV_MULTIPLIER * deviation) if above else (mean - STDDEV_MULTIPLIER * deviation)
        past = np.full_like(edge, np.nan)
        past[:, offset:] = then[:, :-offset]
        edge = np.fmax(edge, past) if above else np.fmin(edge, past)
    if not above:
        edge = np.maximum(edge, 0.0)
    away: Floats = ((selected - mean) / np.where(edge == mean, np.nan, edge - mean))[:, since:]
    return away


def firing(away: Floats, multiplier: float = 1.0) -> NDArray[np.bool_]:
    """(S, T) whether an alert fires: outside for five minutes without a break."""
    outside = np.nan_to_num(away, nan=0.0) > multiplier
    total = np.cumsum(outside, axis=1)
    lasting = np.zeros_like(outside)
    lasting[:, FOR:] = (
        total[:, FOR:] - np.concatenate([np.zeros((len(total), 1)), total], axis=1)[:, : -FOR - 1] == FOR + 1
    )
    return lasting


def _moments(values: Floats, window: int) -> tuple[Floats, Floats]:
    """(S, T) mean and standard deviation over the last `window` samples, of those that are there."""
    known = np.isfinite(values)
    centre = np.nanmedian(values, axis=1, keepdims=True) if known.any() else 0.0
    held = np.where(known, values - centre, 0.0)
    count, total, square = (_sums(array, window) for array in (known.astype(np.float64), held, held**2))
    some = np.where(count > 0, count, np.nan)
    mean = total / some
    return mean + centre, np.sqrt(np.maximum(square / some - mean**2, 0.0))


def _sums(values: Floats, window: int) -> Floats:
    total = np.cumsum(values, axis=1)
    sums = total.copy()
    sums[:, window:] -= total[:, :-window]
    return sums
