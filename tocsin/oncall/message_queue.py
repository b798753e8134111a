"""The channels to people on call: one each for mail, webhooks and Apprise, so that one that hangs delays no other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from incidents.delivery import DeliveryError, Failure, Policy
from incidents.incident import Incident
from incidents.notifiers.apprise_notifier import AppriseNotifier
from incidents.notifiers.guarded import GuardedCaller
from incidents.oncall.notice import OncallMessage
from incidents.oncall.policy import ContactChannel
from tickets.mail.message import Mailer
from tocsin.oncall.oncall import Contact, Oncall
from tocsin.oncall.texts import OncallText, mail_of, payload_of, text_of
from tocsin.storage import AuditEntry, Backlog, DeadLetter
from tocsin.storage.oncall_queue import QueuedMessage

log = structlog.get_logger()

POLICY = Policy(
    first=timedelta(seconds=2),
    longest=timedelta(minutes=1),
    give_up_after=60,  # about an hour: the next step of the escalation does not wait for it
    retries_refusals=True,  # somebody may mend the receiver, and nobody else is notified meanwhile
)
MAILS, CALLS = 8, 128
"""Messages that are claimed together, and so may be repeated by a kill; a call's key tells its repeat."""
AT_ONCE = 16
"""Calls side by side: one that hangs keeps none of those that were claimed with it waiting."""
Send = Callable[[str, Contact, OncallMessage, Sequence[Incident], OncallText], None]
"""Hands a message, about these incidents, to its person under a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OncallQueue:
    """Messages to people on call by one channel. sender: opens what they are sent by."""

    oncall: Oncall
    channel: ContactChannel
    sender: Callable[[], AbstractContextManager[Send]]
    clock: Callable[[], datetime]
    policy: Policy = POLICY

    @property
    def name(self) -> str:
        """After its channel."""
        return f"oncall:{self.channel}"

    @property
    def together(self) -> int:
        """Mails over one connection; the others side by side, as one receiver may hang."""
        return 1 if self.channel is ContactChannel.MAIL else AT_ONCE

    def due(self, now: datetime) -> Sequence[QueuedMessage]:
        """A batch; a kill repeats at most these, with the same keys."""
        limit = MAILS if self.channel is ContactChannel.MAIL else CALLS
        return self.oncall.store.oncall_queues.due(self.channel, now, limit)

    @contextmanager
    def sending(self) -> Iterator[Callable[[QueuedMessage], None]]:
        """Each as it is to be read now."""
        with self.sender() as send:
            yield lambda one: self._send(send, one)

    def _send(self, send: Send, one: QueuedMessage) -> None:
        message = one.opened()
        contact = self.oncall.people.get(message.person)
        if contact is None or self.channel not in contact.channels:
            raise DeliveryError(
                f"{message.person} is not reached by {self.channel} any more (oncall.people)", retry=False
            )
        incidents = self.oncall.store.incidents.several(message.incidents)
        said = text_of(self.oncall, message, incidents, self.clock())
        if said.problem:
            self.oncall.metrics.oncall_text_failures.inc()
            self.oncall.store.oncall_queues.note_problem(message.id, said.problem)
            log.warning("the configured text could not be made, the usual one leaves", error=said.problem)
        send(one.key, contact, message, incidents, said)

    def settle(
        self, accepted: Sequence[QueuedMessage], failed: Sequence[tuple[QueuedMessage, Failure]], now: datetime
    ) -> None:
        """Records each message's outcome."""
        if accepted:
            self.oncall.store.oncall_queues.accepted(self.channel, [one.message_id for one in accepted], now)
        for one, failure in failed:
            self.oncall.store.oncall_queues.failed(one, failure, now)

    def backlog(self) -> Backlog:
        """How it stands."""
        return self.oncall.store.oncall_queues.backlog(self.channel)

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Messages that are tried no more."""
        return self.oncall.store.oncall_queues.given_up(self.channel, limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a message that was given up due again, as if it had never failed. Raises NotFound."""
        self.oncall.store.oncall_queues.again(self.channel, letter_id, now, audit)

    def free(self) -> None:
        """Releases the claims of a process that died."""
        self.oncall.store.oncall_queues.free_claims(self.channel)


def mail_sender(oncall: Oncall, mailer: Mailer) -> Callable[[], AbstractContextManager[Send]]:
    """Sends by mail, all over one connection."""

    @contextmanager
    def sending() -> Iterator[Send]:
        with mailer.sending() as post:
            yield lambda _key, contact, message, _incidents, said: post(mail_of(oncall, message, said, contact.mail))

    return sending


def apprise_sender(notifier: AppriseNotifier) -> Callable[[], AbstractContextManager[Send]]:
    """Sends to each of a person's addresses of Apprise."""

    @contextmanager
    def sending() -> Iterator[Send]:
        yield lambda _key, contact, _message, _incidents, said: notifier.send(
            contact.apprise, subject=said.subject, text=said.text
        )

    return sending


def webhook_sender(oncall: Oncall, caller: GuardedCaller) -> Callable[[], AbstractContextManager[Send]]:
    """Sends by signed webhooks, each call over a connection of its own."""

    def send(
        key: str, contact: Contact, message: OncallMessage, incidents: Sequence[Incident], said: OncallText
    ) -> None:
        payload = payload_of(oncall, message, incidents, said)
        caller.post(contact.webhook, key=key, secret=contact.webhook_secret, payload=payload)

    return lambda: nullcontext(send)
