"""The two mail channels: personal mail and mass mail, so that a mass mail never delays a personal one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from incidents.delivery import Failure, Policy
from statuspage.subscriptions.subscription import Stop
from tickets.mail.message import BouncedError, Mailer
from tocsin.storage import AuditEntry, Backlog, DeadLetter, OutboxMail
from tocsin.storage.outbox import Outbox
from tocsin.storage.subscriptions import Subscriptions

log = structlog.get_logger()

BATCH = 100
SUSPICIOUS = 10  # of a batch as large as this, more than half refused means that something is wrong with us
POLICY = Policy(
    first=timedelta(seconds=5),
    longest=timedelta(minutes=15),
    give_up_after=40,  # about six hours of trying
    retries_refusals=False,  # an address that does not exist will not tomorrow
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueue:
    """Mail from the outbox. bounces: permanent refusals in a row that end a subscription; None = no subscriptions."""

    mails: Outbox
    subscriptions: Subscriptions
    mailer: Mailer
    bounces: int | None = None
    bulk: bool = False
    policy: Policy = POLICY
    together: int = 1

    @property
    def name(self) -> str:
        """By whom it is for."""
        return "mail:bulk" if self.bulk else "mail"

    def due(self, now: datetime) -> Sequence[OutboxMail]:
        """A batch; a kill repeats at most this one, with the same Message-IDs."""
        return self.mails.due(now, BATCH, bulk=self.bulk)

    @contextmanager
    def sending(self) -> Iterator[Callable[[OutboxMail], None]]:
        """All over one connection."""
        with self.mailer.sending() as send:
            yield lambda one: send(one.mail)

    def settle(
        self, accepted: Sequence[OutboxMail], failed: Sequence[tuple[OutboxMail, Failure]], now: datetime
    ) -> None:
        """Records each mail's outcome, and disables subscriptions whose address refuses mail repeatedly."""
        self.mails.sent([one.id for one in accepted], now)
        for one, failure in failed:
            self.mails.failed(one.id, failure, now)
        if self.bounces is not None:
            self.subscriptions.clear_failures([one.subscription_id for one in accepted if one.subscription_id])
            self._count_bounces(len(accepted) + len(failed), failed, self.bounces, now)

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
        return self.mails.backlog(bulk=self.bulk)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Mails that were given up."""
        return self.mails.given_up(limit, bulk=self.bulk)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a mail that was given up due again, as if it had never failed. Raises NotFound."""
        self.mails.again(letter_id, now, audit)

    def free(self) -> None:
        """Releases the claims of a process that died."""
        self.mails.free_claims(bulk=self.bulk)
