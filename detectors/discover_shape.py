"""Decides which histograms get a watch of their whole distribution beside the one of a quantile.

A watch of a shape reads every bucket of every series at each evaluation, so it has to be worth that: there must be
enough buckets for a shape and enough events to tell it from chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_BUCKETS = 4
"""+Inf among them: of three, the shares below two bounds are all there is, and a quantile says as much."""
FEWEST_EVENTS = 50.0
"""In a window of the middle series: of 20, three in ten that fail at once are found with 14 buckets and not with 4."""
MOST_CELLS = 2_000
"""Series times buckets of one watch: what one answer of the server may carry at each evaluation."""
MOST_WATCHES = 4
"""Of shapes in one proposal; the first in order are those that customers feel first, then those of most events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramShape:
    """What a histogram looks like when it is summed by the labels kept.

    series: how many. buckets: how many each has, +Inf among them.
    events: in a window of the middle one of the series, at its busier of the last hour and the last day.
    """

    series: int
    buckets: int
    events: float


def why_no_shape(shape: HistogramShape) -> str:
    """Why a quantile alone is proposed of a histogram; "" = its shape is worth a watch, too."""
    if shape.buckets < FEWEST_BUCKETS:
        return f"too coarse for a shape (fewer than {FEWEST_BUCKETS} buckets)"
    if shape.series * shape.buckets > MOST_CELLS:
        return f"too large for a shape (over {MOST_CELLS:,} buckets in all series)"
    if not shape.events >= FEWEST_EVENTS:
        return f"too rare for a shape (fewer than {FEWEST_EVENTS:g} events in five minutes)"
    return ""


def first_of(ranked: Sequence[tuple[int, float, str]]) -> frozenset[str]:
    """The metrics whose shapes are proposed, out of (place of the area, events, metric)."""
    order = sorted(ranked, key=lambda each: (each[0], -each[1], each[2]))
    return frozenset(metric for _, _, metric in order[:MOST_WATCHES])
