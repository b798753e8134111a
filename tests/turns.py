"""Lets a test have the machine to itself: the other workers' tests wait until it has ended."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Waits until the caller may run: together with others, or alone. folder: the same for all who share a machine.

    Turns are taken in the order in which they are asked for, so whoever wants to be alone waits only for what runs
    already. A process that dies gives its turn back.
    """
    with (folder / "gate").open("a") as gate, (folder / "room").open("a") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # closing is not enough: a child forked meanwhile has it open too
