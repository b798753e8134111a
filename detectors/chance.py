"""How far chance alone moves samples made of few events: counts, shares and quantiles, each by its own distribution.

Arrays are (S,) one a series, or (K, S) for the K scales; N rows are those whose own tail speaks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.draft import Column, Rows
from detectors.frame import Floats
from detectors.models import counts, level, ratio
from detectors.state import DAY, SCALES
from detectors.watch import Read, Watch

HOUR = SCALES[1]
MOSTLY = 0.5
"""From this share on, the tail of the count's distribution decides the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """spread: (K, S) with what chance adds. squared: (K, S) what teaches the spread beyond chance.

    sure: (K, S) how much a sample teaches beside a usual one, at most 1; None = as much.
    rows: (N,) those with a tail of their own; share: (K, N) how much it counts beside the distance in spreads.
    unit: (K, N) of one count, expected: (K, N) counts, clump: (K, N); of shares unit is 1, and clump their variance.
    """

    spread: Floats
    rows: NDArray[np.intp]
    share: Floats
    unit: Floats
    expected: Floats
    clump: Floats
    is_share: bool = False
    squared: Floats | None = None
    sure: Floats | None = None

    def deviations(self, samples: Floats, signed: Floats) -> Floats:
        """(K, N) the deviations in spreads; samples and signed: (K, N) the values and their distances in spreads."""
        count = np.maximum(samples / self.unit, 0.0)
        tail = ratio.deviations if self.is_share else counts.deviations
        own = tail(np.minimum(count, 1.0) if self.is_share else count, self.expected, self.clump)
        return self.share * own + (1.0 - self.share) * signed

    def edges(self, reach: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """(N,) the band of the sample itself; reach: (N,) in spreads, low and high: (N,) the band by the distance."""
        edges = ratio.edges if self.is_share else counts.edges
        below, above = edges(reach, self.expected[0], self.clump[0])
        share, unit = self.share[0], self.unit[0]
        return share * unit * below + (1.0 - share) * low, share * unit * above + (1.0 - share) * high


def weighed(column: Column, dt: Floats, share: Floats) -> Floats:
    """(S,) the weight of a sample in the hour's mean, by the events behind it; learns how many these usually are."""
    rows, events = column.rows, column.events
    if events is None:
        return share
    now = np.where(np.isnan(events), rows["events"], events)
    first = rows["count"] == 0
    usual = np.where(first, now, rows["events"])
    rows["events"] = usual + (now - usual) * level.weight(dt, rows["age"], DAY)
    rows["hour_events"] = rows["hour_events"] + np.where(first, 1.0, share) * (now - rows["hour_events"])
    weight = np.divide(share * now, rows["hour_events"], out=share.copy(), where=rows["hour_events"] > 0)
    return np.minimum(weight, 1.0)


def known_by(events: Floats, usual: Floats) -> Floats:
    """How much to trust a clock time's profile: where few events make a sample, few events made the profile."""
    worth: Floats = np.fmin(1.0, events / np.maximum(usual, 1.0))
    return worth


def chance(watch: Watch, column: Column, residual: Floats, spread: Floats, dt: Floats) -> Chance | None:
    """How far chance alone moves this column; None where no row has few events. spread: (K, S) without it."""
    rows = column.rows
    if column.events is not None:
        match watch.query.read:
            case Read.RATIO:
                return _share(watch, column, residual, dt)
            case Read.QUANTILE:
                return _quantile(column, residual, spread)
            case _:
                return None
    unit = counts.unit_of(watch.query)
    if unit is None:
        return None
    whole = None if watch.query.read is Read.RATE else rows["whole"]
    if whole is not None and not whole.any():
        return None
    few = counts.low(rows["level"][0], unit, whole)
    if not len(few):
        return None
    return _counts(watch, column, residual, dt, spread, few=few, unit=unit)


def _counts(
    watch: Watch, column: Column, residual: Floats, dt: Floats, spread: Floats, *, few: NDArray[np.intp], unit: float
) -> Chance:
    rows, hour, known = column.rows, _hour(watch, column, dt)[few], _known(column.rows, dt)[few]
    units = np.array([np.full(len(few), unit), unit / hour])
    clump = counts.clump(rows["var"][:, few], rows["level"][:, few], units)
    samples = np.array([column.x[few], rows["hour"][few]])
    # Where none was ever seen, one in all that was seen is as many as can be expected.
    least = 1.0 / np.array([known, np.maximum(known / hour, 1.0)])
    expected = np.maximum((samples - residual[:, few]) / units, least)
    return Chance(
        spread=spread,
        rows=few,
        share=counts.share(expected, clump),
        unit=units,
        expected=expected,
        clump=clump,
    )


def _share(watch: Watch, column: Column, residual: Floats, dt: Floats) -> Chance:
    rows = column.rows
    assert column.events is not None  # noqa: S101  # asked by who calls
    known = rows["events"] * _known(rows, dt)
    samples = np.array([column.x, rows["hour"]])
    expected = ratio.sure(samples - residual, known)
    hour = _hour(watch, column, dt)
    usual = np.array([rows["events"], rows["events"] * hour])
    events = np.array([column.events, rows["hour_events"] * hour])
    events = np.where(np.isnan(events), usual, events)
    by_chance = ratio.chance(expected, events)
    # The real floor of a share is chance: the smallest change ever seen says only how few the events were.
    beyond = np.maximum(rows["var"], (level.RELATIVE_FLOOR * rows["size"]) ** 2)
    variance = beyond + by_chance
    trials = expected * (1.0 - expected) / variance
    share = counts.share(np.minimum(expected, 1.0 - expected) * trials, np.ones_like(trials))
    share[:, (rows["level"][0] > 1.0) | (column.x > 1.0)] = 0.0
    few = np.flatnonzero((share > 0).any(axis=0))
    return Chance(
        spread=np.sqrt(variance),
        squared=residual**2 - by_chance,
        sure=np.minimum(1.0, (beyond + ratio.chance(expected, usual)) / variance),
        rows=few,
        share=share[:, few],
        unit=np.ones((len(SCALES), len(few))),
        expected=expected[:, few],
        clump=variance[:, few],
        is_share=True,
    )


def _quantile(column: Column, residual: Floats, spread: Floats) -> Chance:
    rows = column.rows
    assert column.events is not None  # noqa: S101  # asked by who calls
    events = np.array([column.events, rows["hour_events"]])
    wide = ratio.widening(rows["events"], np.where(np.isnan(events), rows["events"], events))
    nobody, nothing = np.zeros(0, np.intp), np.zeros((len(SCALES), 0))
    return Chance(
        spread=spread * wide,
        squared=(residual / wide) ** 2,
        sure=wide**-2,
        rows=nobody,
        share=nothing,
        unit=nothing,
        expected=nothing,
        clump=nothing,
    )


def _hour(watch: Watch, column: Column, dt: Floats) -> Floats:
    """(S,) how many independent samples the hour's mean is worth; windows that overlap say the same twice."""
    share = np.minimum(1.0, dt / np.minimum(column.rows["age"], HOUR))
    window = watch.query.window.total_seconds() if watch.query.read is not Read.VALUE else 0.0
    worth: Floats = np.maximum(1.0, (2.0 - share) / share * np.minimum(1.0, dt / window if window else 1.0))
    return worth


def _known(rows: Rows, dt: Floats) -> Floats:
    """(S,) samples that the level is known from."""
    return np.maximum(1.0, np.minimum(rows["age"], level.LEVEL_MEMORY) / np.maximum(dt, 1e-9))
