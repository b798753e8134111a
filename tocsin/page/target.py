"""One place that the page goes to: always the newest edition, in its own time, so that none waits for another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from incidents.delivery import Backoff
from statuspage.publishers.publisher import Published, Publisher, PublishError

BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(seconds=15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All files of the page as of one making."""

    made_at: datetime
    files: Mapping[str, bytes]


class PageTarget:
    """A publisher with what it was last offered. `offer` may be called by any thread, `publish` by one at a time."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._lock = Lock()
        self._offered: Edition | None = None
        self._shown: Edition | None = None
        self._failures = 0
        self._again_at: datetime | None = None
        self._problem = ""

    @property
    def name(self) -> str:
        """Its publisher's."""
        return self._publisher.name

    @property
    def shown_at(self) -> datetime | None:
        """When the edition that it shows was made; None before the first of this process."""
        return self._shown.made_at if self._shown else None

    @property
    def problem(self) -> str:
        """Why it doesn't show the newest edition; "" while it does, or is about to."""
        return self._problem

    def offer(self, edition: Edition) -> None:
        """The newest edition; one that was not published yet is skipped."""
        with self._lock:
            self._offered = edition

    def publish(self, now: datetime) -> Published | None:
        """Publishes what was offered last; None where it shows that, or it is too early to try again.

        Raises PublishError, at growing intervals.
        """
        with self._lock:
            edition = self._offered
        if edition is None or edition is self._shown or (self._again_at is not None and now < self._again_at):
            return None
        try:
            done = self._publisher.publish(edition.files)
        except PublishError as error:
            self._failures += 1
            self._again_at = BACKOFF.next_at(self._failures, now)
            self._problem = str(error)
            raise
        self._shown, self._failures, self._again_at, self._problem = edition, 0, None, ""
        return done
