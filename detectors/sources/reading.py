"""What a query in words has found: samples, and how many events stand behind each; the same from every source."""

from dataclasses import dataclass

from detectors.frame import Floats, Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Series (S,) with their values (S, T), NaN = none; events, buckets and ends as in a Frame."""

    keys: tuple[Labels, ...]
    values: Floats
    events: Floats | None = None
    buckets: Floats | None = None
    ends: tuple[float, ...] = ()
