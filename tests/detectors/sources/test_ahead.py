import threading
from collections.abc import Iterator

import pytest

from detectors.sources.ahead import ahead
from tests.patience import PATIENCE_S


def test_pieces_come_in_order() -> None:
    assert list(ahead(iter(range(1, 6)))) == [1, 2, 3, 4, 5]


def test_nothing_is_nothing() -> None:
    assert list(ahead(iter(()))) == []


def test_the_next_piece_is_made_while_the_last_one_is_worked_on() -> None:
    made = [threading.Event() for _ in range(3)]

    def pieces() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    found = ahead(pieces())
    assert next(found) == 0
    assert made[1].wait(PATIENCE_S)
    assert not made[2].is_set()
    assert list(found) == [1, 2]


def test_an_error_is_raised_after_the_pieces_before_it() -> None:
    def pieces() -> Iterator[int]:
        yield 1
        raise OSError("the wire is cut")

    found = ahead(pieces())
    assert next(found) == 1
    with pytest.raises(OSError, match="the wire is cut"):
        next(found)


def test_who_stops_early_waits_for_no_source_that_hangs() -> None:
    over = threading.Event()

    def pieces() -> Iterator[int]:
        yield 1
        over.wait(PATIENCE_S)

    found = ahead(pieces())
    assert next(found) == 1
    found.close()  # type: ignore[attr-defined]  # a generator, declared as an iterator
    hanging = [thread for thread in threading.enumerate() if thread.name == "ahead"]
    assert hanging
    over.set()
    for thread in hanging:
        thread.join(PATIENCE_S)
