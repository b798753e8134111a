"""The Tocsin application: one sub-package ("room") per responsibility.

What decides without any I/O belongs in `detectors`, `incidents`, `statuspage` and `tickets`; this package connects
them to databases, networks, clocks and people. Rooms on one level import nothing of each other.
"""
