"""The samples of one metric as a replay holds them."""

from dataclasses import dataclass
from datetime import timedelta

from detectors.frame import Floats, Labels
from detectors.sources.grid import Instants


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The samples of one metric: series (S,), and of each its times (ms, ascending) and values.

    lookback: how long a value counts: five minutes, or the spacing of the samples where that is longer.
    """

    keys: tuple[Labels, ...]
    series: tuple[tuple[Instants, Floats], ...]
    lookback: timedelta
