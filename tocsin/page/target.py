"""The channel to one target of the page: it always publishes the newest edition and skips older ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from incidents.delivery import DeliveryError, Failure, Policy
from statuspage.publishers.publisher import Published, Publisher, PublishError
from tocsin.storage import AuditEntry, Backlog, DeadLetter, NotFound

POLICY = Policy(
    first=timedelta(seconds=1),
    longest=timedelta(seconds=15),
    give_up_after=None,  # there is always a newer edition
    retries_refusals=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """All files of the page as of one rendering. change: the newest of incidents' timelines that it may show."""

    made_at: datetime
    files: Mapping[str, bytes]
    change: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An edition that waits for one target. attempts: failures in a row, of any edition."""

    edition: Edition
    attempts: int

    @property
    def key(self) -> str:
        """When it was made."""
        return self.edition.made_at.isoformat()


class PageTarget:
    """A target and the edition last offered to it, in memory; after a kill a new edition is rendered.

    `offer` may be called by any thread, the channel by one at a time.
    """

    together = 1

    def __init__(self, publisher: Publisher, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.published: Published | None = None
        self._publisher = publisher
        self._lock = Lock()
        self._offered: Edition | None = None
        self._shown: Edition | None = None
        self._failures = 0
        self._again_at: datetime | None = None
        self._problem = ""

    @property
    def name(self) -> str:
        """The channel's name."""
        return f"page:{self.place}"

    @property
    def place(self) -> str:
        """Its publisher's name."""
        return self._publisher.name

    @property
    def shown_at(self) -> datetime | None:
        """When the edition that it shows was made; None before the first of this process."""
        return self._shown.made_at if self._shown else None

    @property
    def shown_change(self) -> int:
        """The newest change of incidents that it shows; 0 before the first edition of this process."""
        return self._shown.change if self._shown else 0

    @property
    def problem(self) -> str:
        """Why the target does not show the newest edition; "" while it does, or is about to."""
        return self._problem

    def offer(self, edition: Edition) -> None:
        """Offers the newest edition; an older one that was not published yet is skipped."""
        with self._lock:
            self._offered = edition

    def due(self, now: datetime) -> Sequence[Offered]:
        """The newest edition, where the target does not show it and may be tried again."""
        with self._lock:
            edition = self._offered
        if edition is None or edition is self._shown or (self._again_at is not None and now < self._again_at):
            return ()
        return (Offered(edition=edition, attempts=self._failures),)

    @contextmanager
    def sending(self) -> Iterator[Callable[[Offered], None]]:
        """Publishes an edition."""
        yield self._publish

    def _publish(self, offered: Offered) -> None:
        try:
            self.published = self._publisher.publish(offered.edition.files)
        except PublishError as error:
            raise DeliveryError(str(error), retry=True) from error

    def settle(self, accepted: Sequence[Offered], failed: Sequence[tuple[Offered, Failure]], now: datetime) -> None:  # noqa: ARG002 - as every channel
        """Records which edition the target shows now."""
        for one in accepted:
            self._shown, self._failures, self._again_at, self._problem = one.edition, 0, None, ""
        for one, failure in failed:
            self._failures, self._again_at, self._problem = one.attempts + 1, failure.next_at, failure.error

    def backlog(self) -> Backlog:
        """One edition waits, or none."""
        with self._lock:
            edition = self._offered
        if edition is None or edition is self._shown:
            return Backlog()
        return Backlog(waiting=1, failing=int(self._failures > 0), oldest_at=edition.made_at)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:  # noqa: ARG002 - as every channel
        """Always empty: a newer edition replaces one that failed."""
        return ()

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:  # noqa: ARG002 - as every channel
        """Raises NotFound."""
        raise NotFound("edition that was given up", letter_id)

    def free(self) -> None:
        """Does nothing: no claim outlives the process."""
