"""Every channel of an installation: all that leaves the house, by one of these."""

from typing import Any

from incidents.delivery import Sink
from tocsin.context.services import Services
from tocsin.delivery.channel import Channel
from tocsin.delivery.mail_queue import MailQueue
from tocsin.delivery.updates import Updates
from tocsin.page.publisher import Publisher
from tocsin.subscriptions.notify import Subscribers
from tocsin.subscriptions.webhook_queue import webhook_queue


def channels_of(services: Services, publisher: Publisher) -> tuple[Channel[Any], ...]:
    """All of them, in the order in which the console shows them."""
    updates = [updates_of(services, sink) for sink in services.sinks]
    found: list[Channel[Any]] = [*updates, mail_of(services), mail_of(services, bulk=True)]
    if services.config.subscriptions:
        found += [Subscribers(services), webhook_queue(services)]
    return (*found, *publisher.targets)


def updates_of(services: Services, sink: Sink) -> Updates:
    """The updates to one sink."""
    return Updates(sink=sink, sinks=services.store.sinks, undelivered=services.store.undelivered)


def mail_of(services: Services, *, bulk: bool = False) -> MailQueue:
    """The queue of mail to single people, or with `bulk` that to very many."""
    settings = services.config.subscriptions
    return MailQueue(
        mails=services.store.mail,
        subscriptions=services.store.subscriptions,
        mailer=services.mailer,
        bounces=settings.bounces if settings else None,
        bulk=bulk,
    )
