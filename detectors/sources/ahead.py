"""What is fetched in pieces, the next one while the last one is worked on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, in order; one more than the caller holds is made meanwhile, in a thread.

    What making one raises is raised where it would have been returned.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as one:
        coming = one.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = one.submit(next, pieces, None)
            yield piece
