"""Writes that arrive together commit together: one transaction, and one wait for the disk, serves them all."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from tocsin.storage.errors import StorageError
from tocsin.storage.patience import hurried, patience

Order = TypeVar("Order")
Answer = TypeVar("Answer")
MOST = 50
"""Orders of one transaction."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Order, Answer]):
    order: Order
    answer: Answer | None = None
    error: Exception | None = None
    is_done: bool = False


class CommitTogether(Generic[Order, Answer]):
    """Gathers the orders of many threads while one of them commits; the next of them commits all that waits.

    write: commits orders, all or none, and gives an answer to each in its place.
    """

    def __init__(self, write: Callable[[Sequence[Order]], Sequence[Answer]]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._waiting: list[_Waiting[Order, Answer]] = []
        self._is_committing = False

    def add(self, order: Order) -> Answer:
        """The order's answer, once it is committed. Raises what its own writing raised.

        An error of the database is everybody's who was written with it. Any other is one order's: each is then written
        by itself. Who waits for its turn longer than it may gets StorageError, and is not written.
        """
        mine = _Waiting[Order, Answer](order)
        with self._changed:
            self._waiting.append(mine)
        while batch := self._next_batch(mine):
            self._lead(batch)
        if mine.error is not None:
            raise mine.error
        return cast("Answer", mine.answer)  # who is done without an error has an answer

    def _next_batch(self, mine: _Waiting[Order, Answer]) -> Sequence[_Waiting[Order, Answer]]:
        """What this thread is to commit; () once its own order is done, whoever commits then."""
        with self._changed:
            mine_to_wait = patience()
            with mine_to_wait.spent():
                self._changed.wait_for(lambda: mine.is_done or not self._is_committing, mine_to_wait.left)
            if not mine.is_done and self._is_committing and mine in self._waiting:
                self._waiting.remove(mine)
                raise StorageError("the writes before this one take too long; nothing of it was stored")
            self._changed.wait_for(lambda: mine.is_done or not self._is_committing)  # its commit is under way
            if mine.is_done:
                return ()
            self._is_committing = True
            batch = self._waiting[:MOST]
            del self._waiting[:MOST]
            return batch

    def _lead(self, batch: Sequence[_Waiting[Order, Answer]]) -> None:
        try:
            with hurried():  # whoever leads: requests wait for this commit
                self._commit(batch)
        finally:  # also where this thread is being ended: nobody waits for ever
            with self._changed:
                for one in batch:
                    if not one.is_done:
                        one.is_done, one.error = True, StorageError("the write was cut short: nothing of it was stored")
                self._is_committing = False
                self._changed.notify_all()

    def _commit(self, batch: Sequence[_Waiting[Order, Answer]]) -> None:
        try:
            answers = self._write([one.order for one in batch])
        except StorageError as error:
            for one in batch:
                one.is_done, one.error = True, error
        except Exception as error:  # noqa: BLE001 - raised where it belongs, to whoever gave the order
            if len(batch) == 1:
                batch[0].is_done, batch[0].error = True, error
                return
            for one in batch:
                self._commit([one])
        else:
            for one, answer in zip(batch, answers, strict=True):
                one.is_done, one.answer = True, answer
