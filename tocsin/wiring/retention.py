"""What is kept how long, as configured."""

from tocsin.config import Config
from tocsin.context.retention import RetentionPolicy
from tocsin.storage import Retained


def retention_of(config: Config) -> RetentionPolicy:
    """Mails of tickets leave before their ticket only into an archive."""
    settings = config.retention
    keep = {
        Retained.IDEMPOTENCY_KEYS: settings.idempotency_keys,
        Retained.SIGNALS: settings.signals,
        Retained.MAILS: settings.sent_mail,
        Retained.LOST_MAILS: settings.sent_mail,
        Retained.TICKET_MAILS: settings.sent_mail if settings.archive else None,
        Retained.CHANGES: settings.changes,
        Retained.TICKETS: settings.tickets,
        Retained.AUDIT: settings.audit,
    }
    return RetentionPolicy(
        keep={name: span for name, span in keep.items() if span is not None}, archive=settings.archive
    )
