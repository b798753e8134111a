"""Mail leaves: claimed from the outbox, handed over, marked. A kill in between repeats at most the batch in flight."""

from datetime import datetime, timedelta

import structlog

from incidents.delivery import Backoff
from tocsin.services import Services

log = structlog.get_logger()

BATCH = 100
BACKOFF = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
GIVE_UP = 40  # about nine hours of trying; a mail server that is down longer needs a human, who sees the count


def send_due(services: Services, now: datetime) -> int:
    """Sends what is due; how many were accepted."""
    sent = 0
    while claimed := services.store.due_mail(now, BATCH):
        outcomes = services.mailer.send([c.mail for c in claimed])
        accepted = [c.id for c, o in zip(claimed, outcomes, strict=True) if o.accepted]
        services.store.mail_sent(accepted, now)
        services.vitals.mails.labels("sent").inc(len(accepted))
        sent += len(accepted)
        for one, outcome in zip(claimed, outcomes, strict=True):
            if outcome.error is None:
                continue
            attempts = one.attempts + 1
            final = not outcome.error.retry or attempts >= GIVE_UP
            services.store.mail_failed(
                one.id, str(outcome.error), None if final else BACKOFF.next_at(attempts, now), now
            )
            services.vitals.mails.labels("given up" if final else "failed").inc()
            log.warning("mail not sent", mail=one.id, final=final, error=str(outcome.error))
    services.vitals.mail_waiting.set(services.store.mail_counts().waiting)
    return sent
