"""Subscribers' webhooks: each in order, several at once, none of them for longer than it deserves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from incidents.delivery import Backoff, DeliveryError
from incidents.notifiers.guarded import GoneError, GuardedCaller
from statuspage.subscriptions.letter import stopped
from statuspage.subscriptions.subscription import Stop, Subscription
from tickets.mail.message import Mail
from tocsin.storage import Call
from tocsin.subscriptions.signup import links_of, mail_of
from tocsin.subscriptions.subscriptions import Subscriptions

log = structlog.get_logger()

TOGETHER = 8
BACKOFF = Backoff(first=timedelta(seconds=10), longest=timedelta(hours=1))
GIVE_UP = 15  # failures in a row: about seven hours of trying


def call_due(services: Subscriptions, now: datetime) -> int:
    """Calls whoever is due; how many accepted."""
    caller = services.caller
    if caller is None:
        return 0
    done = 0
    while calls := services.store.subscribers.due_calls(now):
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="call") as pool:
            outcomes = list(pool.map(lambda call: _call(caller, call), calls))
        for call, error in zip(calls, outcomes, strict=True):
            if error is None:
                services.store.subscribers.call_done(call.id)
                services.metrics.calls.labels("accepted").inc()
                done += 1
            else:
                _failed(services, call, error, now)
        accepted = [c.subscription.id for c, error in zip(calls, outcomes, strict=True) if error is None]
        services.store.subscriptions.clear_failures(accepted)
    return done


def _call(caller: GuardedCaller, call: Call) -> DeliveryError | None:
    one = call.subscription
    try:
        caller.post(one.url, key=call.key, secret=one.secret, payload=call.body.encode())
    except DeliveryError as error:
        return error
    return None


def _failed(services: Subscriptions, call: Call, error: DeliveryError, now: datetime) -> None:
    one = call.subscription
    failures = services.store.subscriptions.count_failure(one.id)
    if isinstance(error, GoneError) or failures >= GIVE_UP:
        stop = Stop.GONE if isinstance(error, GoneError) else Stop.FAILING
        services.store.subscriptions.stop(one.id, stop, notice_of(services, one, now), now)
        services.metrics.calls.labels("given up").inc()
        log.warning("webhook of a subscriber switched off", subscription=one.id, why=stop.value)
        return
    # What is refused for good is tried again all the same: a receiver is mended more often than it is moved.
    wait = BACKOFF.next_at(max(1, failures), now)
    services.store.subscribers.call_failed(call.id, max(wait, now + error.retry_after) if error.retry_after else wait)
    services.metrics.calls.labels("failed").inc()


def notice_of(services: Subscriptions, one: Subscription, now: datetime) -> Mail:
    """Tells whoever has the webhook that it was switched off."""
    host = urlsplit(one.url).hostname or ""
    letter = stopped(one.language, services.disclosure.name, host, links_of(services, one))
    return mail_of(services, one, letter, f"stopped:{one.id}:{now.timestamp()}")
