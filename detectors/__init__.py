"""Finds what deviates from its own past: samples become scores, scores become anomalies."""

from detectors.array import find_anomalies, judge_series, score_series

__all__ = ["find_anomalies", "judge_series", "score_series"]
