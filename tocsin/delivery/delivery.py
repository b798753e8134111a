"""What updates and mails leave the house with."""

from dataclasses import dataclass

from tickets.mail.message import Mailer
from tocsin.context.metrics import Metrics
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The way out of one configuration.

    bounces: refusals for good in a row after which a subscriber's address is given up; None = there are no subscribers.
    """

    store: Store
    metrics: Metrics
    mailer: Mailer
    bounces: int | None
