"""Adapters to the helpdesks of other companies."""
