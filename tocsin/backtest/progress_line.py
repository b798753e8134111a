"""Shows the progress of a backtest on standard error: one moving line on a terminal, else a line per tenth."""

from collections.abc import Callable
from datetime import timedelta
from typing import TextIO

from tocsin.backtest.render import in_words
from tocsin.backtest.run import Progress

WIDTH = 100
OFTEN = 0.2
"""Seconds between two looks of a terminal's line."""


class ProgressLine:
    """A listener of `backtest`. clock: seconds that only grow. what: which configuration, before every line."""

    def __init__(self, out: TextIO, clock: Callable[[], float], what: str) -> None:
        self._out, self._clock, self._what = out, clock, what
        self._began = clock()
        self._shown_at = float("-inf")
        self._tenths = 0
        self._moves = out.isatty()

    def __call__(self, progress: Progress) -> None:
        """Tells it, where that is news to a reader."""
        line = self._line(progress)
        if self._moves:
            if self._clock() - self._shown_at >= OFTEN:
                self._shown_at = self._clock()
                self._out.write(f"\r{line[:WIDTH]:<{WIDTH}}")
                self._out.flush()
        elif int(10 * progress.share) > self._tenths:
            self._tenths = int(10 * progress.share)
            self._out.write(f"{line}\n")
            self._out.flush()

    def done(self) -> None:
        """Clears the moving line: what comes next stands alone."""
        if self._moves:
            self._out.write(f"\r{'':<{WIDTH}}\r")
            self._out.flush()

    def _line(self, progress: Progress) -> str:
        where = f"watch {progress.done + 1} of {progress.watches}, {progress.watch}, at {progress.at:%Y-%m-%d %H:%M}"
        return f"{self._what}: {progress.share:4.0%}, {where}{self._left(progress.share)}"

    def _left(self, share: float) -> str:
        gone = self._clock() - self._began
        if share < 0.02 or share >= 1.0:
            return ""
        return f", about {in_words(timedelta(seconds=gone / share - gone))} left"
