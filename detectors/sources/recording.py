"""Finds when a Prometheus itself was recording: a gap in its scrapes says nothing about what it watches.

Every scrape, a failed one too, writes a sample of `up`. Where none was written, nothing was scraped.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats, Frame, Idle
from detectors.sources.grid import Instants

NEWEST = "max(timestamp(up)) * 1000"
EVER = "max(count_over_time(up[1d]))"
SPANS = {"5m": 300.0, "1h": 3600.0}
"""Over which scrapes are counted to learn how often there are some; the second for who scrapes seldom."""
COUNTED = 4
"""Scrapes that tell how often there are some."""
ASKED_AGAIN_S = 300.0
UNKNOWN_ASKED_AGAIN_S = 60.0
SETTLED_MS = 60_000
"""After so long no scrape can still turn up at an instant."""
REMEMBERED = 100_000


class ScrapeRecord:
    """What is known of a server's scrapes. Safe to use from several threads.

    number: what an instant query answers now, None = nothing. row: what a query answers at evenly spaced instants,
    (T,), NaN = nothing. Both may raise SourceError.
    """

    def __init__(self, number: Callable[[str], float | None], row: Callable[[str, Instants], Floats]) -> None:
        self._number = number
        self._row = row
        self._lock = threading.Lock()
        self._newest: dict[int, float] = {}
        self._began = np.inf
        self._interval: float | None = None
        self._interval_before = 0.0
        self._asked_at = -np.inf

    def seen(self, frame: Frame, window: int, now: float, least: float = 0.0) -> Frame:
        """Without the columns of which the server cannot know; all of them where it records no scrapes at all.

        window: ms that the samples look back: where scrapes are missing at its beginning, a rate is too low.
        now: epoch seconds. least: ms for which scrapes may be missing at the least.
        """
        interval = self._learnt_interval(now)
        if interval is None or not len(frame.times):
            return frame
        # One scrape may be late, and its commit takes a moment.
        patience = max(2000.0 * interval + 1000.0, least)
        columns = np.round(frame.times * 1000.0).astype(np.int64)
        newest = self._newest_at(columns, now)
        # Who never scraped before may have been given a past, which is as good as scraped.
        given = np.isnan(newest) & np.isfinite(frame.values).any(axis=0)
        kept = (newest >= columns - patience) | given
        if window:
            before = self._newest_at(columns - window, now)
            kept &= (before >= columns - window - patience) | np.isnan(before)
        return frame if kept.all() else at_columns(frame, kept)

    def _learnt_interval(self, now: float) -> float | None:
        """Seconds from scrape to scrape; None where none are recorded, as when samples are pushed."""
        again = UNKNOWN_ASKED_AGAIN_S if self._interval is None else ASKED_AGAIN_S
        if now - self._asked_at >= again:
            self._asked_at = now
            counts = {span: self._number(f"max(count_over_time(up[{span}]))") or 0.0 for span in SPANS}
            found = next((SPANS[span] / count for span, count in counts.items() if count >= COUNTED), None)
            if found is not None:
                # Just after a pause there seem to be few: longer it is when it was so twice.
                longer_twice = min(found, self._interval_before)
                self._interval = found if self._interval is None else max(min(found, self._interval), longer_twice)
                self._interval_before = found
        return self._interval

    def _newest_at(self, instants: Instants, now: float) -> Floats:
        """The newest scrape before each instant (ms); -inf: there was one, but long ago; NaN: never."""
        with self._lock:
            held = [self._newest.get(instant) for instant in instants.tolist()]
        lacking = [at for at, value in enumerate(held) if value is None]
        if lacking:
            asked = slice(lacking[0], lacking[-1] + 1)
            held[asked] = self._asked(instants[asked], now).tolist()
        return np.asarray(held, dtype=np.float64)

    def _asked(self, instants: Instants, now: float) -> Floats:
        newest = self._row(NEWEST, instants)
        self._began = min(self._began, np.nanmin(newest, initial=np.inf))
        newest[np.isnan(newest) & (instants > self._began)] = -np.inf
        unknown = np.flatnonzero(np.isnan(newest))
        if len(unknown):
            ever = self._row(EVER, instants[unknown[-1:]])
            newest[unknown] = np.nan if np.isnan(ever[0]) else -np.inf
        settled = instants < now * 1000 - SETTLED_MS
        settled |= newest >= instants - 1000.0 * (self._interval or 0.0)
        with self._lock:
            if len(self._newest) > REMEMBERED:
                self._newest.clear()
            self._newest.update(zip(instants[settled].tolist(), newest[settled].tolist(), strict=True))
        return newest


def at_columns(frame: Frame, kept: NDArray[np.bool_]) -> Frame:
    """The frame at these columns alone, without series that have no number there."""
    values = frame.values[:, kept]
    rows = np.flatnonzero(np.isfinite(values).any(axis=1))
    return replace(
        frame,
        keys=tuple(frame.keys[row] for row in rows),
        times=frame.times[kept],
        values=values[rows],
        partial=None if frame.partial is None else frame.partial[kept],
        idle=None if frame.idle is None else Idle(keys=frame.idle.keys, at=frame.idle.at[:, kept]),
        events=None if frame.events is None else frame.events[rows][:, kept],
        buckets=None if frame.buckets is None else frame.buckets[rows][..., kept],
        bounds=None if frame.bounds is None else frame.bounds[rows][..., kept],
    )
