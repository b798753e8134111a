"""Which series the store knows: their names and labels in memory, and a choice among them by labels."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.frame import Labels
from detectors.sources.evaluate import Rows

Match = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Series of one metric: their ids in the store (S,) and their labels."""

    ids: Rows
    keys: tuple[Labels, ...]


class Catalogue:
    """The series of a store, as a reader last saw them. Not safe for several threads."""

    def __init__(self) -> None:
        self._series: dict[str, list[tuple[int, Labels]]] = {}
        self._newest = 0
        self._deletions = 0
        self._chosen: dict[tuple[str, Match], Chosen] = {}

    def refresh(self, database: sqlite3.Connection) -> None:
        """Take in the series that are new in the store; all of them anew after some were deleted."""
        (deletions,) = database.execute("SELECT value FROM facts WHERE name = 'deletions'").fetchone()
        if deletions != self._deletions:
            self.__init__()  # type: ignore[misc]  # as if it were new
            self._deletions = deletions
        for number, metric, labels in database.execute(
            "SELECT id, metric, labels FROM series WHERE id > ? ORDER BY id", (self._newest,)
        ):
            self._series.setdefault(metric, []).append((number, labels_from(labels)))
            self._newest = number
            self._chosen.clear()

    def choose(self, metric: str, match: Match) -> Chosen:
        """The metric's series that have all these labels; an empty value is a label that is not there, as in PromQL."""
        if (metric, match) not in self._chosen:
            found = [(number, key) for number, key in self._series.get(metric, ()) if _matches(key, match)]
            ids = np.array([number for number, _ in found], dtype=np.int64)
            self._chosen[metric, match] = Chosen(ids=ids, keys=tuple(key for _, key in found))
        return self._chosen[metric, match]

    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics."""
        return tuple(sorted(self._series))


def _matches(key: Labels, match: Match) -> bool:
    labels = dict(key)
    return all(labels.get(name, "") == value for name, value in match)


def labels_text(key: Labels) -> str:
    """Labels as the store keeps them."""
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))


def labels_from(text: str) -> Labels:
    """The labels of `labels_text`."""
    return tuple((name, value) for name, value in json.loads(text))


def interned(
    database: sqlite3.Connection, known: dict[tuple[str, Labels], int], series: Sequence[tuple[str, Labels]]
) -> list[int]:
    """The ids of these series, of new ones too; `known` is what was looked up before, and grows."""
    ids = []
    for metric, key in series:
        number = known.get((metric, key))
        if number is None:
            named = (metric, labels_text(key))
            database.execute("INSERT OR IGNORE INTO series (metric, labels) VALUES (?, ?)", named)
            found = database.execute("SELECT id FROM series WHERE metric = ? AND labels = ?", named).fetchone()
            number = known[metric, key] = int(found[0])
        ids.append(number)
    return ids
