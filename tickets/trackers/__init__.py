"""Adapters to the engineering trackers of other companies."""
