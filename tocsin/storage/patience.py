"""How long calls of the database wait for other writers: half a minute for a loop, two seconds in all for a request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOOP_S = 30.0
REQUEST_S = 2.0


class Patience:
    """The seconds that the calls made under it may still spend waiting, in all."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Takes off the time that passes within."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left = max(0.0, self.left - (time.monotonic() - began))


_OF_CALLER: ContextVar[Patience | None] = ContextVar("patience", default=None)


def patience() -> Patience:
    """The caller's; who set none has that of a loop."""
    return _OF_CALLER.get() or Patience(LOOP_S)


def is_hurried() -> bool:
    """Whether the caller has less patience than a loop."""
    return _OF_CALLER.get() is not None


@contextmanager
def hurried(seconds: float | None = None) -> Iterator[None]:
    """Lets the calls within wait for so many seconds in all, REQUEST_S unless it is said.

    What the caller has left already stays its limit. It holds in the threads that the caller's context is given to.
    """
    seconds, before = REQUEST_S if seconds is None else seconds, _OF_CALLER.get()
    token = _OF_CALLER.set(before if before is not None and before.left < seconds else Patience(seconds))
    try:
        yield
    finally:
        _OF_CALLER.reset(token)
