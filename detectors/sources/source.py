"""The protocol of sources of samples: they read a watch's frames, and say what they cannot do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from detectors.frame import Frame
from detectors.watch import Watch


class SourceError(Exception):
    """A source could not answer; the message names the source, the watch and its query.

    retry: the same question may be answered later without anybody mending anything (a refused connection, a 503).
    """

    def __init__(self, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.retry = retry


class Source(Protocol):
    """Where samples come from. Its columns are multiples of the step since the epoch, so that reads join seamlessly.

    A frame holds only series with a number in it; what is not a number or not finite is NaN, and its series is idle
    there. Keys carry no `__name__`.
    """

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """The columns at multiples of `watch.every` with after < t <= until; without `after`, the newest alone.

        Raises SourceError.
        """

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """The columns at multiples of `step` with start < t <= end, oldest first, in frames that fit the memory.

        Each frame has the series of its own part. Raises SourceError.
        """

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """Why this source cannot answer the watch, a sentence each; without asking anybody."""

    def probe(self) -> str:
        """Whether it is there, in one sentence. Raises SourceError when it is not."""
