"""How a watch's series are named, on pages and in addresses."""

from datetime import timedelta

from detectors.frame import Labels
from incidents.signal import short_id

SPANS = {"1h": timedelta(hours=1), "6h": timedelta(hours=6), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
"""The spans that a series' page shows, by their name in its address."""


def series_id(labels: Labels) -> str:
    """What names a series in an address."""
    return short_id("\n".join(f"{name}={value}" for name, value in labels))


def series_text(labels: Labels) -> str:
    """The labels as people read them: "asset=BTC, network=bitcoin"."""
    return ", ".join(f"{name}={value}" for name, value in labels) or "the only series"
