"""Reads schedules of other systems: what each export says becomes configuration, and what cannot is named."""
