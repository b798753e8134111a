"""What deviates from its own past: samples become scores, scores become anomalies."""

from detectors.array import find_anomalies, score_series

__all__ = ["find_anomalies", "score_series"]
