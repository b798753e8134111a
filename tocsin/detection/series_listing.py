"""The series of a watch, the worst first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from detectors import outlook
from detectors.frame import Floats, Labels, Singles
from detectors.state import State
from detectors.watch import Watch
from tocsin.context.recent_samples import Latest, RecentSamples
from tocsin.context.series import series_id, series_text
from tocsin.storage import ListPage, page_of

OPEN = 1.0


class SeriesState(StrEnum):
    """How a series is doing, the worst first."""

    SILENT = "silent"
    DEVIATING = "deviating"
    LEARNING = "learning"
    IDLE = "no_observations"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """One series as it was last judged.

    id: names it in an address. text: its labels as people read them. row: its place in the watch's state.
    value, expected, low, high: of its last sample, in the watch's unit; NaN where unknown.
    score: 1 = as rare as the budget allows; NaN where unknown. last_sample_at: when its last sample came.
    """

    id: str
    labels: Labels
    text: str
    component: str
    row: int
    state: SeriesState
    value: float
    expected: float
    low: float
    high: float
    score: float
    last_sample_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every series of a watch, for one answer: what is asked of a few is worked out for those alone."""

    watch: Watch
    state: State
    latest: Latest
    place: dict[Labels, int]
    silent: NDArray[np.bool_]
    learning: NDArray[np.bool_]
    scores: Floats

    @classmethod
    def of(cls, watch: Watch, state: State, recent: RecentSamples) -> "Listing":
        """The series that the state knows, with what was last seen of each."""
        latest = recent.latest()
        place = {key: at for at, key in enumerate(latest.keys)}
        rows = np.array([place.get(key, -1) for key in state.keys], np.intp)
        scores = np.full(len(state.keys), np.nan)
        scores[rows >= 0] = np.where(latest.idle, np.nan, latest.scores)[rows[rows >= 0]]
        return cls(
            watch=watch,
            state=state,
            latest=latest,
            place=place,
            silent=outlook.silent(watch, state),
            learning=outlook.learning(state),
            scores=scores,
        )

    def found(self, words: str) -> list[int]:
        """Rows of the series whose labels or component hold every word."""
        wanted = words.casefold().split()
        if not wanted:
            return list(range(len(self.state.keys)))
        texts = (
            f"{series_text(key)} {component}".casefold()
            for key, component in zip(self.state.keys, self.state.components, strict=True)
        )
        return [row for row, text in enumerate(texts) if all(word in text for word in wanted)]

    def row_of(self, series: str) -> SeriesRow | None:
        """The series that an address names."""
        return next((self.row(row) for row, key in enumerate(self.state.keys) if series_id(key) == series), None)

    def _ranks(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What deviates comes first, then what is silent, then the others; among them, the higher score."""
        silent, score = self.silent[rows], self.scores[rows]
        rank = np.where(silent, 1, np.where(score >= OPEN, 0, 2))
        return rank, np.where(np.isnan(score), 10**9, np.round(-1e6 * np.nan_to_num(score))).astype(np.int64)

    def page(self, words: str, cursor: str | None, limit: int) -> ListPage[SeriesRow]:
        """The worst first. Raises BadCursor."""
        rows = np.array(self.found(words), np.intp)
        ranks, scores = (column.tolist() for column in self._ranks(rows))
        texts = [series_text(self.state.keys[row]) for row in rows.tolist()]
        ordered = sorted(zip(ranks, scores, texts, rows.tolist(), strict=True))
        page = page_of(ordered, lambda place: place[:3], cursor, limit)
        return ListPage(items=tuple(self.row(place[3]) for place in page.items), next_cursor=page.next_cursor)

    def worst(self) -> SeriesRow | None:
        """The first of the list."""
        if not self.state.keys:
            return None
        rank, score = self._ranks(np.arange(len(self.state.keys)))
        return self.row(int(np.lexsort((score, rank))[0]))

    def row(self, row: int) -> SeriesRow:
        """One of them."""
        labels, at = self.state.keys[row], self.place.get(self.state.keys[row])
        last = self.state.last[row]
        return SeriesRow(
            id=series_id(labels),
            labels=labels,
            text=series_text(labels),
            component=self.state.components[row],
            row=row,
            state=self._state(row),
            value=_at(self.latest.values, at),
            expected=_at(self.latest.expected, at),
            low=_at(self.latest.low, at),
            high=_at(self.latest.high, at),
            score=float(self.scores[row]),
            last_sample_at=None if np.isnan(last) else datetime.fromtimestamp(float(last), UTC),
        )

    def _state(self, row: int) -> SeriesState:
        if self.silent[row]:
            return SeriesState.SILENT
        if self.scores[row] >= OPEN:
            return SeriesState.DEVIATING
        if self.learning[row]:
            return SeriesState.LEARNING
        at = self.place.get(self.state.keys[row])
        is_idle = at is not None and bool(self.latest.idle[at])
        return SeriesState.IDLE if is_idle else SeriesState.NORMAL


def worst_of(watch: Watch, state: State, recent: RecentSamples) -> SeriesRow | None:
    """The series furthest outside its band; None where there is none."""
    return Listing.of(watch, state, recent).worst()


def _at(array: Singles, place: int | None) -> float:
    return float("nan") if place is None else float(array[place])
