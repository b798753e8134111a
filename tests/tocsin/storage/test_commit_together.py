"""Orders of many threads: who comes while another commits waits, and is committed with all that waits."""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.patience import PATIENCE_S
from tocsin.storage import StorageError
from tocsin.storage.commit_together import MOST, CommitTogether


class Slow:
    """A database that commits once it is let go; batches: what it committed, in order."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.began, self.let_go = threading.Event(), threading.Event()
        self.together = CommitTogether[int, int](self.write)

    def write(self, orders: Sequence[int]) -> Sequence[int]:
        self.began.set()
        self.let_go.wait()
        if 13 in orders and 666 in orders:
            raise StorageError("the disk is full")
        if 13 in orders:
            raise ValueError("13 is wrong")
        self.batches.append(list(orders))
        return [10 * one for one in orders]

    def all_at_once(self, first: int, others: Sequence[int]) -> list[Future[int]]:
        """The first alone, and all others while it commits."""
        with ThreadPoolExecutor(1 + len(others)) as pool:
            futures = [pool.submit(self.together.add, first)]
            self.began.wait()
            futures += [pool.submit(self.together.add, one) for one in others]
            wait_for(self.together, len(others))
            self.let_go.set()
        return futures


def wait_for(together: CommitTogether[int, int], waiting: int) -> None:
    while len(together._waiting) < waiting:
        time.sleep(0.001)


def test_what_comes_while_another_commits_is_committed_together() -> None:
    slow = Slow()
    answers = [future.result() for future in slow.all_at_once(1, [2, 3, 4, 5])]
    assert answers == [10, 20, 30, 40, 50]
    assert [sorted(batch) for batch in slow.batches] == [[1], [2, 3, 4, 5]]


def test_who_is_done_waits_for_no_later_commit() -> None:
    gates = {1: threading.Event(), 2: threading.Event(), 99: threading.Event()}
    began: queue.Queue[Sequence[int]] = queue.Queue()

    def write(orders: Sequence[int]) -> Sequence[int]:
        began.put(orders)
        for one in gates.keys() & set(orders):
            gates[one].wait()
        return orders

    together = CommitTogether[int, int](write)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(together.add, 1)]
        began.get()
        done += [pool.submit(together.add, one) for one in (2, 3)]
        wait_for(together, 2)
        gates[1].set()
        assert sorted(began.get()) == [2, 3]
        late = pool.submit(together.add, 99)
        wait_for(together, 1)
        gates[2].set()
        assert list(began.get()) == [99]
        assert [future.result(PATIENCE_S) for future in done] == [1, 2, 3]
        gates[99].set()
        assert late.result() == 99


def test_a_batch_has_an_end_and_nobody_is_left() -> None:
    slow, others = Slow(), range(1000, 1000 + MOST + 7)
    assert len([future.result() for future in slow.all_at_once(1, others)]) == 1 + len(others)
    assert [len(batch) for batch in slow.batches] == [1, MOST, 7]


def test_a_wrong_order_is_refused_alone() -> None:
    slow = Slow()
    one, two, wrong, three = slow.all_at_once(1, [2, 13, 3])
    assert [future.result() for future in (one, two, three)] == [10, 20, 30]
    with pytest.raises(ValueError, match="13 is wrong"):
        wrong.result()


def test_an_error_of_the_database_is_everybodys_who_was_written_with_it() -> None:
    one, *others = Slow().all_at_once(1, [2, 13, 666])
    assert one.result() == 10
    for future in others:
        with pytest.raises(StorageError, match="disk is full"):
            future.result()


def test_who_is_ended_while_writing_leaves_nobody_waiting() -> None:
    def ended(orders: Sequence[int]) -> Sequence[int]:
        raise KeyboardInterrupt

    together = CommitTogether[int, int](ended)
    with pytest.raises(KeyboardInterrupt):
        together.add(1)
    assert together._waiting == []
