"""How like two components' names are, where no configuration says what they have to do with each other."""

import re

_PARTS = re.compile(r"[a-z]{2,}|\d+(?:\.\d+){3}", re.IGNORECASE)
"""The words of a name, and IPv4 addresses; single letters, numbers and the digits of a pod's hash say nothing."""


def is_like(one: str, other: str) -> bool:
    """Whether the names begin alike: `web-7f9c-x2` and `web-1b2d-k9`, `10.0.0.7:9100` and `10.0.0.7:9187`."""
    return bool(own := _first(one)) and own == _first(other)


def _first(name: str) -> str:
    found = _PARTS.search(name)
    return found.group().lower() if found else ""
