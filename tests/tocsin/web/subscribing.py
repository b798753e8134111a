"""A Tocsin that takes subscriptions, and how people come to have one: by its forms and the links of its mails."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from statuspage.subscriptions.subscription import Subscription
from tests.tocsin.web.running import CONFIG, Running, running
from tickets.mail.mailbox import DeliveredMail
from tocsin.delivery.channel import deliver_due
from tocsin.storage import Purpose
from tocsin.subscriptions.notify import SINK, SubscriberChannel
from tocsin.subscriptions.webhook_queue import webhook_queue

OPEN = "subscriptions: {webhooks: true, private_hooks: true, gather: 30s, per_network: 1000}\n"
SUBSCRIBED = CONFIG + OPEN
ADA = "ada@example.com"
BTC = "withdrawals/BTC/bitcoin"


@contextmanager
def taking_subscriptions(folder: Path) -> Iterator[Running]:
    """A Tocsin of one test that people may subscribe to, and that tells them what happens from now on."""
    made = running(folder, SUBSCRIBED)
    start(made)
    yield made
    made.close()


def post(tocsin: Running) -> None:
    """Mail leaves, to single people and to very many."""
    for bulk in (False, True):
        tocsin.deliver("mail:bulk" if bulk else "mail")


def mails(tocsin: Running, to: str = ADA) -> Sequence[DeliveredMail]:
    """What somebody has got, newest first."""
    post(tocsin)
    box = tocsin.services.mailbox
    assert box is not None
    found = [box.read(one.id) for one in box.list(limit=100, to=to).mails]
    return [one for one in found if one is not None]


def link(one: DeliveredMail, purpose: Purpose) -> str:
    """Where a mail's link leads, as a path."""
    found = re.search(rf"/subscribe/{purpose}/[\w-]+", one.text)
    assert found is not None, one.text
    return found.group()


def ask(tocsin: Running, email: str = ADA, **values: str | list[str]) -> int:
    """Sends the form; the answer's status."""
    sent = {"email": email, "scope": "all", "language": "en", **values}
    return tocsin.client().post("/subscribe", data=sent).status_code


def subscribed(tocsin: Running, email: str = ADA, **values: str | list[str]) -> Subscription:
    """By the form, the mail and its link."""
    assert ask(tocsin, email, **values) == 200
    path = link(mails(tocsin, email)[0], Purpose.CONFIRM)
    assert tocsin.client().post(path).status_code == 200
    found = tocsin.services.store.subscriptions.of_token(path.rpartition("/")[2], Purpose.CONFIRM)
    assert found is not None
    tocsin.clock.pass_(seconds=1)
    return found


def start(tocsin: Running) -> None:
    """From now on subscribers are notified."""
    tocsin.services.store.sinks.start(SINK, tocsin.clock())


def tell(tocsin: Running) -> int:
    """Tells what is due, as the loops do; how many messages."""
    channel = SubscriberChannel(tocsin.subscriptions)
    deliver_due(channel, tocsin.services.metrics, tocsin.clock())
    post(tocsin)
    return channel.queued


def call(tocsin: Running) -> int:
    """Calls whatever webhook is due, as the loop does; how many accepted."""
    return deliver_due(webhook_queue(tocsin.subscriptions), tocsin.services.metrics, tocsin.clock())


def component_id(tocsin: Running, name: str = BTC) -> str:
    return tocsin.services.site.component_id(name)
