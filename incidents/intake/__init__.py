"""Turns observations into signals: one module per kind of observation."""
