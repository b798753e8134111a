"""The error budget of a watch with an objective: its samples are counted, and its windows scored."""

import numpy as np

from detectors.draft import Column
from detectors.frame import Floats
from detectors.models import burn
from detectors.watch import Watch


def spent(watch: Watch, column: Column, dt: Floats) -> tuple[Floats, Floats, Floats]:
    """Counts a column's events. Returns (S,) the windows' score, the burn rate that scores 1, the share of bad events.

    All three are of the pair of windows that spoke, the share of its long one. A sample without known events counts as
    its seconds.
    """
    assert watch.slo is not None  # noqa: S101  # asked by who calls
    allowed = 1.0 - watch.slo / 100.0
    rings = burn.rings(column.rows.own("burnt"))
    events = dt if column.events is None else np.where(np.isnan(column.events), 0.0, column.events)
    burn.counted(rings, column.now, np.clip(column.x, 0.0, 1.0) * events, events)
    rates = burn.rates(rings, column.now, column.rows["age"], allowed)
    score, pair = burn.score(rates)
    times = np.array([one.times for one in burn.PAIRS])[pair]
    long = np.array([one.long for one in burn.PAIRS])[pair]
    return score, times, allowed * rates[long, np.arange(len(pair))]
