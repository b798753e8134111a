"""Take: what other systems report is accepted durably, and becomes signals.

Belongs here: accepting foreign alerts, back-pressure, following each alert to its end. Not here: reading the foreign
formats (`incidents.intake`), HTTP (`web`), and which incident a signal belongs to (`response`).
"""
