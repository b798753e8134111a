"""The product behind the interfaces that judge it, through the code that serves."""

import sys
from datetime import timedelta
from pathlib import Path

# Judges load this file by its path, from anywhere: the packages stand beside its folder.
sys.path.append(str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray

from benchmarks.cause_adapter import rank_causes
from benchmarks.group_adapter import group
from benchmarks.linking_adapter import human, learn, link, reset
from benchmarks.reopening import openings
from benchmarks.watch_adapter import score_watch
from detectors import judge_series

__all__ = ["group", "human", "learn", "link", "rank_causes", "reset", "score", "score_watch"]

QUIET = 0.999
"""The most that a sample gets where nobody is told anything: inside an incident that lasts, or comes back at once."""
AGAIN = timedelta(minutes=30)
"""A fault that returns later than this counts as told again, right or wrong: everybody hears of a reopening."""


def score(timestamps: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) one number a sample: 1.0 and above exactly where the engine would open an incident, or open it again."""
    scores, anomalies = judge_series(timestamps, values)
    opened = {anomaly.detected_at.timestamp() for anomaly in openings(anomalies, AGAIN)}
    opens = np.array([np.isfinite(s) and t in opened for t, s in zip(timestamps.tolist(), scores, strict=True)])
    return np.where(opens, np.maximum(scores, 1.0), np.minimum(scores, QUIET))
