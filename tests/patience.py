"""How long a test waits for what must come: so long that only what never comes ends it, on however busy a machine."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 900.0
LOOK_S = 0.02

T = TypeVar("T")


def until(holds: Callable[[], T], what: str = "") -> T:
    """Looks again and again until it holds; what `holds` returned then."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what or holds}"
        time.sleep(LOOK_S)
    return found
