"""The one mail type: composed by `compose`, kept in the outbox, sent by `smtp` or put away by `mailbox`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person.

    key: idempotency, unique in the outbox: `incident:seq:customer`, `ticket:number:confirmation` …
    to: an address. message_id, references: with angle brackets; deterministic from the key.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    references: tuple[str, ...] = ()
    ticket_id: str | None = None
    incident_id: str | None = None
