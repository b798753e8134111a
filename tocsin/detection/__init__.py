"""Observe: one watch's samples become scores, anomalies and recorded signals; what engineers are shown of a watch.

Belongs here: reading a source for a watch, warm starts, checkpoints, a watch's health and its budget. Not here: what
becomes of a signal (`response`), and how scores are computed (the package `detectors`).
"""
