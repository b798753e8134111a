"""Grafana's adaptive bands (grafana/promql-anomaly-detection, rules/adaptive.yml), as published, over arrays.

Samples of 0 or less are not selected. Middle: the mean of an hour. Short-term band: 2 times the mean over 26 h of the
hour's deviation where that is more than half of the mean; margin: half of the mean; long-term bands: mean and 2
deviations of the hour around this time a day and a week ago. The outermost count; what is beyond them for five minutes
fires. Evaluated once a minute.
"""

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats

HOUR = 60
MULTIPLIER = 2.0
MARGIN = 0.5
COVAR = 0.5
SPARSE = 5 / 60
SHORT_TERM = 26 * HOUR
LEAD = SHORT_TERM + HOUR
OFFSETS = (23 * HOUR + 30, 167 * HOUR + 30)
HOLD = 5


class Bands:
    """The bands of one watch's series: values (S, T), one sample a minute; `above`: which side is bad.

    sparse: whether series of few events are left out, as the recipe does for requests.
    """

    def __init__(self, values: Floats, *, above: bool, sparse: bool) -> None:
        self.above = above
        self.sparse = sparse
        self.values = values
        self.side = 1.0 if above else -1.0
        mean, deviation = _moments(self._selected(values), HOUR)
        self.past = mean + self.side * MULTIPLIER * deviation

    def away(self, begin: int, end: int, instead: Floats | None = None) -> Floats:
        """(S, end - begin) how many half-bands each sample is from the middle on the bad side: more than 1 is outside.

        instead: (S, end - begin) samples in place of those that were given, of an hour at most. NaN where no sample.
        """
        lead = begin - LEAD
        values = self.values[:, lead:end].copy()
        if instead is not None:
            values[:, begin - lead :] = instead
        selected = self._selected(values)
        mean, deviation = _moments(selected, HOUR)
        short, _ = _moments(np.where(deviation > COVAR * mean, deviation, np.nan), SHORT_TERM)
        half = np.fmax(MULTIPLIER * short, MARGIN * mean)[:, begin - lead :]
        middle = mean[:, begin - lead :]
        edge = self.side * middle + half
        for offset in OFFSETS:
            edge = np.fmax(edge, self.side * self.past[:, begin - offset : end - offset])
        if not self.above:
            edge = np.minimum(edge, 0.0)
        width = edge - self.side * middle
        away: Floats = self.side * (selected[:, begin - lead :] - middle) / np.where(width > 0, width, np.nan)
        return away

    def _selected(self, values: Floats) -> Floats:
        selected = np.where(values > 0, values, np.nan)
        if not self.sparse:
            return selected
        hour, _ = _moments(values, HOUR)
        return np.where(hour < SPARSE, np.nan, selected)


def firing(away: Floats, multiplier: float = 1.0) -> NDArray[np.bool_]:
    """(S, T) whether an alert fires: outside for five minutes in a row; `multiplier` stretches the whole band."""
    outside = np.nan_to_num(away, nan=0.0) > multiplier
    lasting = outside.copy()
    for minutes in range(1, HOLD + 1):
        lasting[:, minutes:] &= outside[:, :-minutes]
        lasting[:, :minutes] = False
    return lasting


def _moments(values: Floats, window: int) -> tuple[Floats, Floats]:
    """(S, T) mean and standard deviation over the last `window` samples, of those that are there."""
    known = np.isfinite(values)
    centre = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
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
