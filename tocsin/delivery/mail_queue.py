"""Mail leaves: claimed from the outbox, handed over, marked. A kill in between repeats at most the batch in flight."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from incidents.delivery import Backoff
from statuspage.subscriptions.subscription import Stop
from tickets.mail.message import Outcome
from tocsin.delivery.delivery import Delivery
from tocsin.storage import OutboxMail

log = structlog.get_logger()

BATCH = 100
BACKOFF = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
OURS = 10  # of a batch as large as this, more than half refused means that something is wrong with us
GIVE_UP = 40  # about nine hours of trying; a mail server that is down longer needs a human, who sees the count


def send_due(services: Delivery, now: datetime, *, bulk: bool = False) -> int:
    """Sends what is due, to single people or, with `bulk`, to very many; how many were accepted."""
    sent = 0
    while claimed := services.store.mail.due(now, BATCH, bulk=bulk):
        outcomes = services.mailer.send([c.mail for c in claimed])
        accepted = [c.id for c, o in zip(claimed, outcomes, strict=True) if o.accepted]
        services.store.mail.sent(accepted, now)
        services.metrics.mails.labels("sent").inc(len(accepted))
        sent += len(accepted)
        for one, outcome in zip(claimed, outcomes, strict=True):
            if outcome.error is None:
                continue
            attempts = one.attempts + 1
            final = not outcome.error.retry or attempts >= GIVE_UP
            services.store.mail.failed(
                one.id, str(outcome.error), None if final else BACKOFF.next_at(attempts, now), now
            )
            services.metrics.mails.labels("given up" if final else "failed").inc()
            log.warning("mail not sent", mail=one.id, final=final, error=str(outcome.error))
        _count_bounces(services, claimed, outcomes, now)
    services.metrics.mail_waiting.set(services.store.mail.counts().waiting)
    return sent


def _count_bounces(
    services: Delivery, claimed: Sequence[OutboxMail], outcomes: Sequence[Outcome], now: datetime
) -> None:
    """A subscriber's address that is refused for good again and again is written to no more."""
    ours = [(c.mail.subscription_id, o) for c, o in zip(claimed, outcomes, strict=True) if c.mail.subscription_id]
    if services.bounces is None or not ours:
        return
    services.store.subscriptions.clear_failures([one for one, outcome in ours if one and outcome.accepted])
    bounced = [one for one, outcome in ours if one and outcome.bounced]
    if len(claimed) >= OURS and 2 * len(bounced) > len(claimed):
        log.error("most addresses were refused for good: the mail server may refuse us; no subscriber is given up")
        return
    for one in bounced:
        if services.store.subscriptions.count_failure(one) >= services.bounces:
            services.store.subscriptions.stop(one, Stop.BOUNCED, None, now)
            services.metrics.mails.labels("bounced out").inc()
            log.warning("subscription switched off, its address refuses mail for good", subscription=one)
