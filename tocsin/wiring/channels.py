"""Builds every delivery channel of an installation."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from incidents.delivery import Sink
from tickets.mail.message import Mailer
from tocsin.delivery.channel import DeliveryChannel
from tocsin.delivery.helpdesk_queue import HelpdeskChannel
from tocsin.delivery.item_queue import ItemChannel, ItemTickets
from tocsin.delivery.mail_queue import MailQueue
from tocsin.delivery.updates import Updates
from tocsin.oncall.message_queue import OncallQueue
from tocsin.page.target import PageTarget
from tocsin.storage import Store
from tocsin.subscriptions.notify import SubscriberChannel
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.subscriptions.webhook_queue import webhook_queue

OWN_AT_ONCE = 50
"""Updates that a sink of our own is given in one go; it may be given each of them twice, as it changes nothing then."""


def channels_of(
    store: Store,
    sinks: Iterable[Sink],
    mailer: Mailer,
    subscriptions: SubscriptionServices | None,
    targets: Iterable[PageTarget],
    *,
    helpdesks: Iterable[HelpdeskChannel],
    oncall: Iterable[OncallQueue],
    items: Iterable[ItemTickets],
    gather: Mapping[str, timedelta],
) -> tuple[DeliveryChannel[Any], ...]:
    """All channels, in the order in which the console shows them.

    gather: sink -> how long evidence gathers for it; the sinks that are left out are our own.
    """
    updates = [updates_of(store, sink, gather.get(sink.name)) for sink in sinks]
    actions = [ItemChannel(tickets=one, items=store.action_items) for one in items]
    bounces = subscriptions.settings.bounces if subscriptions else None
    mails = [
        MailQueue(mails=store.mail, subscriptions=store.subscriptions, mailer=mailer, bounces=bounces, bulk=bulk)
        for bulk in (False, True)
    ]
    readers: list[DeliveryChannel[Any]] = []
    if subscriptions:
        readers = [SubscriberChannel(subscriptions), webhook_queue(subscriptions)]
    return (*updates, *actions, *oncall, *mails, *helpdesks, *readers, *targets)


def updates_of(store: Store, sink: Sink, gather: timedelta | None = timedelta(0)) -> Updates:
    """The channel that delivers incident updates to one sink, for which evidence gathers so long.

    gather: None = the sink is our own: nothing waits, and what a storm has piled up is written in few transactions.
    """
    at_once = OWN_AT_ONCE if gather is None else 1
    return Updates(sink=sink, sinks=store.sinks, undelivered=store.undelivered, gather=gather, at_once=at_once)
