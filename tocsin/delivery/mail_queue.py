"""The two mail channels: personal mail and mass mail, so that a mass mail never delays a personal one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from incidents.delivery import Failure, NotTriedError, Policy
from statuspage.subscriptions.subscription import Stop
from tickets.mail.message import BouncedError, Mailer, UnreachedError
from tocsin.storage import AuditEntry, Backlog, DeadLetter, OutboxMail, StorageError
from tocsin.storage.outbox import Outbox
from tocsin.storage.subscriptions import Subscriptions

log = structlog.get_logger()

BATCH = 100
SUSPICIOUS = 10  # of a batch as large as this, more than half refused means that something is wrong with us
MARK_EVERY_S = 0.5
"""So soon what the server accepted is marked as sent, also while it keeps us waiting at the next mail."""
REST_MAX = timedelta(minutes=1)
POLICY = Policy(
    first=timedelta(seconds=5),
    longest=timedelta(minutes=15),
    give_up_after=40,  # about six hours of trying
    retries_refusals=False,  # an address that does not exist will not tomorrow
)


@dataclass(slots=True, kw_only=True)
class MailQueue:
    """Mail from the outbox. bounces: permanent refusals in a row that end a subscription; None = no subscriptions.

    A server that was not reached is left alone by all of the queue until `rests_until`: each time in a row for twice as
    long, a minute at most. unreached: how many times in a row that was.
    """

    mails: Outbox
    subscriptions: Subscriptions
    mailer: Mailer
    bounces: int | None = None
    bulk: bool = False
    policy: Policy = POLICY
    together: int = 1
    rests_until: datetime | None = None
    unreached: int = 0
    _now: datetime | None = field(init=False, default=None)

    @property
    def name(self) -> str:
        """By whom it is for."""
        return "mail:bulk" if self.bulk else "mail"

    def due(self, now: datetime) -> Sequence[OutboxMail]:
        """A batch; a kill repeats the one mail in flight and what was accepted in the last half second.

        A repeat has the same Message-ID.
        """
        if self.rests_until is not None and timedelta(0) < self.rests_until - now <= REST_MAX:
            return ()
        self._now = now
        return self.mails.due(now, BATCH, bulk=self.bulk)

    @contextmanager
    def sending(self) -> Iterator[Callable[[OutboxMail], None]]:
        """All over one connection; what is accepted is marked as sent meanwhile."""
        with self.mailer.sending() as send, _marking(self._mark) as mark:

            def send_one(one: OutboxMail) -> None:
                try:
                    send(one.mail)
                except UnreachedError as error:
                    raise NotTriedError(str(error), retry=error.retry) from error
                mark(one.id)

            yield send_one

    def _mark(self, ids: Sequence[int]) -> None:
        if self._now is not None:
            with suppress(StorageError):  # the end of the batch marks them once more
                self.mails.sent(ids, self._now)

    def settle(
        self, accepted: Sequence[OutboxMail], failed: Sequence[tuple[OutboxMail, Failure]], now: datetime
    ) -> None:
        """Records each mail's outcome, and disables subscriptions whose address refuses mail repeatedly."""
        self.mails.sent([one.id for one in accepted], now)
        self._rest(failed, now)
        for one, failure in failed:
            self.mails.failed(one.id, failure, now)
        if self.bounces is not None:
            self.subscriptions.clear_failures([one.subscription_id for one in accepted if one.subscription_id])
            self._count_bounces(len(accepted) + len(failed), failed, self.bounces, now)

    def _rest(self, failed: Sequence[tuple[OutboxMail, Failure]], now: datetime) -> None:
        untried = [failure.cause for _, failure in failed if not failure.is_tried]
        self.unreached = self.unreached + 1 if untried else 0
        if not untried:
            self.rests_until = None
            return
        wait = self.policy.first * (1 << min(self.unreached - 1, 30)) if untried[0].retry else REST_MAX
        self.rests_until = now + min(REST_MAX, wait)

    def _count_bounces(
        self, batch: int, failed: Sequence[tuple[OutboxMail, Failure]], bounces: int, now: datetime
    ) -> None:
        bounced = [m.subscription_id for m, f in failed if m.subscription_id and isinstance(f.cause, BouncedError)]
        if batch >= SUSPICIOUS and 2 * len(bounced) > batch:
            log.error("most addresses were refused for good: the mail server may refuse us; no subscriber is given up")
            return
        for one in bounced:
            if self.subscriptions.count_failure(one) >= bounces:
                self.subscriptions.stop(one, Stop.BOUNCED, now)
                log.warning("subscription switched off, its address refuses mail for good", subscription=one)

    def backlog(self) -> Backlog:
        """How many mails wait, fail and were given up."""
        return replace(self.mails.backlog(bulk=self.bulk), rests_until=self.rests_until)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Mails that were given up."""
        return self.mails.given_up(limit, bulk=self.bulk)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a mail that was given up due again, as if it had never failed. Raises NotFound."""
        self.mails.again(letter_id, now, audit)
        self.rests_until = None

    def free(self) -> None:
        """Releases the claims of a process that died."""
        self.mails.free_claims(bulk=self.bulk)


@contextmanager
def _marking(mark: Callable[[Sequence[int]], None]) -> Iterator[Callable[[int], None]]:
    """Gives a function that notes one mail as accepted; a thread marks what was noted every half second."""
    noted: list[int] = []
    over = threading.Event()

    def work() -> None:
        done = 0
        while not over.wait(MARK_EVERY_S):
            if ids := noted[done:]:
                mark(ids)
                done += len(ids)

    thread = threading.Thread(target=work, name="mark", daemon=True)
    thread.start()
    try:
        yield noted.append
    finally:
        over.set()
        thread.join()
