"""A few threads for the short questions that are asked before a request is let in: who it is, what changed."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from anyio.lowlevel import RunVar

from tocsin.storage import StorageError
from tocsin.storage.patience import REQUEST_S

THREADS = 4
_LIMITER: RunVar[CapacityLimiter] = RunVar("threads of short questions")

Given = ParamSpec("Given")
Found = TypeVar("Found")


async def look_up(ask: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `ask` finds, in one of these threads. Raises StorageError where none of them is free in time."""
    limiter = _limiter()
    try:
        with fail_after(REQUEST_S):
            return await to_thread.run_sync(lambda: ask(*given, **named), limiter=limiter)
    except TimeoutError as error:
        raise StorageError("the questions before this one take too long") from error


def _limiter() -> CapacityLimiter:
    """That of this event loop."""
    try:
        return _LIMITER.get()
    except LookupError:
        _LIMITER.set(limiter := CapacityLimiter(THREADS))
        return limiter
