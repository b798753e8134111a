"""Incidents: correlation, severity, lifecycle, disclosure and delivery rules, as pure functions on frozen values.

Adapters in `notifiers` are the only I/O. Storage, schedule and web belong in `tocsin`.
"""
