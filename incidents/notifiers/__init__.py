"""Adapters that deliver incident updates to other systems over the network."""
