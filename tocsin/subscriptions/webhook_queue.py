"""The channel of subscribers' webhooks: each in order, several at once, each with a limit of time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from incidents.delivery import Failure, GoneError, Policy
from incidents.notifiers.guarded import GuardedCaller
from statuspage.subscriptions.mail_text import stopped
from statuspage.subscriptions.subscription import Stop, Subscription
from tickets.mail.message import Mail
from tocsin.storage import AuditEntry, Backlog, Call, DeadLetter
from tocsin.storage.subscribers import Subscribers
from tocsin.storage.subscriptions import Subscriptions
from tocsin.subscriptions.signup import links_of, mail_of
from tocsin.subscriptions.subscriptions import SubscriptionServices

log = structlog.get_logger()

POLICY = Policy(
    first=timedelta(seconds=10),
    longest=timedelta(hours=1),
    give_up_after=15,  # about five hours of trying
    retries_refusals=True,  # a receiver is mended more often than it is moved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookQueue:
    """Calls of subscribers' webhooks. notice: makes the mail to the owner of a webhook that was switched off."""

    calls: Subscribers
    subscriptions: Subscriptions
    caller: GuardedCaller | None
    notice: Callable[[Subscription, datetime], Mail]
    policy: Policy = POLICY
    together: int = 8
    name: str = "webhooks"

    def due(self, now: datetime) -> Sequence[Call]:
        """The oldest waiting call of each webhook; () where webhooks are switched off."""
        return self.calls.due_calls(now) if self.caller else ()

    @contextmanager
    def sending(self) -> Iterator[Callable[[Call], None]]:
        """Sends each call over a connection of its own."""
        yield self._call

    def _call(self, call: Call) -> None:
        one = self.subscriptions.get(call.subscription_id)
        if one is not None and self.caller is not None:  # None: its owner left in this moment, and nothing waits
            self.caller.post(one.url, key=call.key, secret=one.secret, payload=call.body.encode())

    def settle(self, accepted: Sequence[Call], failed: Sequence[tuple[Call, Failure]], now: datetime) -> None:
        """Deletes accepted calls; a webhook that is given up is switched off, and its owner gets a mail."""
        for call in accepted:
            self.calls.call_done(call.id)
        for call, failure in failed:
            if failure.next_at is not None:
                self.calls.call_failed(call.id, failure.error, failure.next_at)
            else:
                self._switch_off(call, failure, now)

    def _switch_off(self, call: Call, failure: Failure, now: datetime) -> None:
        one = self.subscriptions.get(call.subscription_id)
        if one is None:
            return
        stop = Stop.GONE if isinstance(failure.cause, GoneError) else Stop.FAILING
        self.calls.give_up_calls(call, failure, stop, self.notice(one, now), now)
        log.warning("webhook of a subscriber switched off", subscription=one.id, why=stop.value)

    def backlog(self) -> Backlog:
        """How it stands."""
        return self.calls.calls_backlog()

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Calls that are tried no more."""
        return self.calls.given_up_calls(limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """The webhook is switched on again, and gets all that was given up. Raises NotFound."""
        self.calls.call_again(letter_id, now, audit)

    def free(self) -> None:
        """Releases the claims of a process that died."""
        self.calls.free_calls()


def webhook_queue(services: SubscriptionServices) -> WebhookQueue:
    """The channel of an installation."""
    return WebhookQueue(
        calls=services.store.subscribers,
        subscriptions=services.store.subscriptions,
        caller=services.caller,
        notice=lambda one, now: notice_of(services, one, now),
    )


def notice_of(services: SubscriptionServices, one: Subscription, now: datetime) -> Mail:
    """The mail that tells the owner of a webhook that it was switched off."""
    host = urlsplit(one.url).hostname or ""
    letter = stopped(one.language, services.site.title, host, links_of(services, one))
    return mail_of(services, one, letter, f"stopped:{one.id}:{now.timestamp()}")
