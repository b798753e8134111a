"""What agents taught about the links of tickets: read from the store, kept until there is more."""

from datetime import datetime

from tickets.linking import Learnt
from tocsin.storage import Store


class Learning:
    """The agents' answers for linking. Safe to share between threads and processes: every use asks the store's mark."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[tuple[int, int], datetime, Learnt] | None = None

    def since(self, at: datetime) -> Learnt:
        """What was answered since `at`, when the oldest incident began that a ticket may be linked to."""
        mark, kept = self._store.link_answers.mark(), self._kept
        if kept is not None and kept[:2] == (mark, at):
            return kept[2]
        learnt = Learnt(answers=self._store.link_answers.since(at))
        self._kept = (mark, at, learnt)
        return learnt
