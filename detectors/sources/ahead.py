"""Fetches the next piece in a thread while the caller works on the last one."""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Piece = TypeVar("Piece")
Outcome = tuple[Piece | None, BaseException | None]


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, in order; one more than the caller holds is made meanwhile, in a thread.

    What making one raises is raised where it would have been returned. Nobody waits for a piece that is no longer
    wanted: who is interrupted, or stops early, goes on at once, even where a source hangs.
    """
    coming = _asked(pieces)
    while True:
        piece, problem = coming.get()
        if problem is not None:
            raise problem
        if piece is None:
            return
        coming = _asked(pieces)
        yield piece


def _asked(pieces: Iterator[Piece]) -> SimpleQueue[Outcome[Piece]]:
    """Where the next piece will be put, None after the last."""
    answer = SimpleQueue[Outcome[Piece]]()

    def ask() -> None:
        try:
            answer.put((next(pieces, None), None))
        except BaseException as problem:  # noqa: BLE001  # raised again by who waits
            answer.put((None, problem))

    Thread(target=ask, name="ahead", daemon=True).start()
    return answer
