"""Every channel over a real store, with a receiver that the test decides about: what the contract is tried on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from incidents.delivery import DeliveryError, Policy
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import Action
from incidents.notifiers.guarded import GuardedCaller, WebhookAnswer
from incidents.oncall.notice import OncallMessage
from incidents.oncall.policy import ContactChannel
from incidents.oncall.storm import StormLimits
from statuspage.publishers.publisher import Published, PublishError
from statuspage.subscriptions.subscription import Choice, Subscription, SubscriptionKind, SubscriptionStatus
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import Running
from tickets.helpdesk import (
    ChangedTickets,
    HelpdeskChange,
    HelpdeskComment,
    HelpdeskTicket,
    IncidentRecord,
    one_by_one,
)
from tickets.mail.message import Mail
from tickets.ticket import Home, Ticket
from tocsin.delivery.channel import DeliveryChannel, deliver_due
from tocsin.delivery.helpdesk_queue import HelpdeskChannel
from tocsin.delivery.item_queue import ItemChannel
from tocsin.delivery.mail_queue import MailQueue
from tocsin.oncall.message_queue import OncallQueue
from tocsin.oncall.oncall import Contact, Oncall
from tocsin.oncall.texts import OncallText
from tocsin.page.target import Edition, PageTarget
from tocsin.response.after_actions import add_item
from tocsin.storage import Notification, TicketChange
from tocsin.subscriptions.notify import SINK, DueNotification, SubscriberChannel
from tocsin.subscriptions.webhook_queue import webhook_queue
from tocsin.wiring.channels import updates_of


@dataclass(kw_only=True)
class Receiver:
    """The other side. fails: what it raises at whatever carries that label. got: the labels that it accepted."""

    fails: dict[str, Exception] = field(default_factory=dict)
    got: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def take(self, label: str, key: str = "") -> None:
        self.keys.append(key)
        if label in self.fails:
            raise self.fails[label]
        self.got.append(label)


class Ground:
    """One channel. keeps_lanes: what is queued for one lane stays in order behind its first. merges: newest only.

    notes_itself: what was handed over is written down by the call that hands it over.
    """

    keeps_lanes = False
    merges = False
    notes_itself = False

    def __init__(self, tocsin: Running) -> None:
        self.tocsin = tocsin
        self.receiver = Receiver()
        self.begin()

    def begin(self) -> None:
        """What has to be there first."""

    def queue(self, label: str) -> None:
        """One more item; its label is a lane's letter and a number."""
        raise NotImplementedError

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        """As a process that has just begun has it."""
        raise NotImplementedError

    def policy(self, channel: Any, changes: Mapping[str, Any]) -> Policy:
        changed: Policy = replace(channel.policy, **changes)
        return changed

    def run(self, channel: DeliveryChannel[Any] | None = None, **later: float) -> int:
        return deliver_due(
            channel or self.channel(), self.tocsin.services.metrics, self.tocsin.clock() + timedelta(**later)
        )

    def count(self, outcome: str) -> float:
        labels = {"channel": self.channel().name, "outcome": outcome}
        return self.tocsin.services.metrics.registry.get_sample_value("tocsin_deliveries_total", labels) or 0.0

    def name_of(self) -> str:
        """The kind of its channel: "mail", "page" …"""
        return self.channel().name.partition(":")[0]

    def gauge(self, name: str) -> float | None:
        return self.tocsin.services.metrics.registry.get_sample_value(name, {"channel": self.channel().name})


class UpdatesGround(Ground):
    keeps_lanes = True

    def begin(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.labels: dict[str, str] = {}
        self.tocsin.services.store.sinks.start("pager", self.tocsin.clock())

    name = "pager"

    def deliver(self, update: IncidentUpdate) -> None:
        self.receiver.take(self.labels[update.key], update.key)

    def send_test(self) -> str:
        return ""

    def queue(self, label: str) -> None:
        lane = label[0]
        if lane not in self.incidents:
            parts = {"a": ("withdrawals/BTC/bitcoin",), "b": ("trading",), "c": ("chain/bitcoin",)}[lane]
            self.incidents[lane] = self.tocsin.incident(f"Slow {lane}", disclosed=False, components=parts)
        else:
            self.tocsin.do(self.incidents[lane], Action.ADD_NOTE, text=label)
        newest = self.tocsin.services.store.incidents.timeline(self.incidents[lane].id)[-1]
        self.labels[newest.key] = label

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = updates_of(self.tocsin.services.store, self)
        return replace(made, policy=self.policy(made, policy))


class MailGround(Ground):
    bulk = False

    @contextmanager
    def sending(self) -> Iterator[Callable[[Mail], None]]:
        yield lambda one: self.receiver.take(one.key, one.message_id)

    def queue(self, label: str) -> None:
        self.tocsin.services.store.mail.enqueue([mail(label, bulk=self.bulk)], self.tocsin.clock())

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = self.tocsin.channel("mail:bulk" if self.bulk else "mail")
        assert isinstance(made, MailQueue)
        return replace(made, mailer=self, policy=self.policy(made, policy))


class BulkMailGround(MailGround):
    bulk = True


class WebhookGround(Ground):
    keeps_lanes = True

    def queue(self, label: str) -> None:
        store, now = self.tocsin.services.store, self.tocsin.clock()
        hook = Subscription(id=label[0], kind=SubscriptionKind.WEBHOOK, email="ada@example.com", url=f"https://{label[0]}.example/x",
                            secret="whsec_x", choice=Choice(), created_at=now)  # fmt: skip
        if store.subscriptions.sign_up(hook, mail(f"confirm {hook.id}"), now):
            store.subscriptions.change(hook.id, status=SubscriptionStatus.ACTIVE, confirmed_at=now)
        reported = Notification(subscription_id=hook.id, seq=int(label[1:]), body=f'"{label}"', key=label)
        assert store.subscribers.queue("story", [reported], now) == 1

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = webhook_queue(self.tocsin.subscriptions)
        return replace(made, caller=_Line(self.receiver, self.tocsin), policy=self.policy(made, policy))


class _Line(GuardedCaller):
    def __init__(self, receiver: Receiver, tocsin: Running) -> None:
        super().__init__(clock=tocsin.clock)
        self._receiver = receiver

    def post(self, url: str, *, key: str, secret: str, payload: Mapping[str, object] | bytes) -> WebhookAnswer:
        self._receiver.take(key, key)
        return WebhookAnswer(status=204, body=b"")


class OncallGround(Ground):
    def begin(self) -> None:
        services = self.tocsin.services
        self.oncall = Oncall(
            store=services.store,
            graph=services.graph,
            metrics=services.metrics,
            people={"ann": Contact(person="ann", mail="ann@example.com")},
            schedules={},
            policies={},
            routes=(),
            limits=StormLimits(),
            public_url="http://testserver",
            link_lasts=timedelta(days=1),
            secret=b"secret",
        )

    def queue(self, label: str) -> None:
        now = self.tocsin.clock()
        message = OncallMessage(id=label, person="ann", at=now, notices=(), incidents=())
        self.tocsin.services.store.oncall.send([(message, (ContactChannel.MAIL,))], now)

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        def send(
            key: str, contact: Contact, message: OncallMessage, incidents: Sequence[Incident], said: OncallText
        ) -> None:
            self.receiver.take(message.id, key)

        made = OncallQueue(
            oncall=self.oncall, channel=ContactChannel.MAIL, sender=lambda: nullcontext(send), clock=self.tocsin.clock
        )
        return replace(made, policy=self.policy(made, policy))


class HelpdeskGround(Ground):
    keeps_lanes = True
    name = "support"

    def begin(self) -> None:
        self.tickets: dict[str, Ticket] = {}

    def queue(self, label: str) -> None:
        lane = label[0]
        if lane not in self.tickets:
            home = Home(helpdesk=self.name, id=lane, url="https://there.example/1")
            self.tickets[lane] = self.tocsin.ticket(home=home)
        ticket, now = self.tickets[lane], self.tocsin.clock()
        answer = mail(label, ticket_id=ticket.id, helpdesk=self.name, text=f"Hello,\n\n{label}\n\nExample Exchange")
        change = TicketChange(ticket=ticket, mails=(answer,))
        self.tocsin.services.store.tickets.change(ticket.id, lambda _: change, now, None)

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = HelpdeskChannel(self.tocsin.services.store, _Helpdesk(self.receiver), "http://testserver")
        made.policy = self.policy(made, policy)
        return made


class _Helpdesk:
    """One that takes or refuses what the test says."""

    name = "support"

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def room(self, now: datetime) -> int:
        return 100

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        return one_by_one(changes, lambda change: self._receiver.take(change.text, change.mark))

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        raise NotImplementedError

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        raise NotImplementedError

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        raise NotImplementedError

    def record(self, incident: IncidentRecord) -> str:
        raise NotImplementedError

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:
        raise NotImplementedError

    def close(self) -> None:
        return


class ItemsGround(Ground):
    notes_itself = True
    name = "ops"

    def begin(self) -> None:
        self.incident = self.tocsin.incident(disclosed=False)

    def deliver(self, item_id: str) -> None:
        items, now = self.tocsin.services.store.action_items, self.tocsin.clock()
        label = items.get(item_id).title
        self.receiver.take(label, item_id)
        items.change(item_id, lambda one: replace(one, ticket_id=label, is_open_there=True), now)

    def queue(self, label: str) -> None:
        said = {"title": label, "tracker": self.name}
        response, now = self.tocsin.services.response, self.tocsin.clock()
        add_item(response, self.incident, said, trackers=(self.name,), key=label, by="mara", now=now)

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = ItemChannel(tickets=self, items=self.tocsin.services.store.action_items)
        return replace(made, policy=self.policy(made, policy))


class PageGround(Ground):
    merges = True
    name = "memory"

    def begin(self) -> None:
        self.target = PageTarget(self)
        self.offered: Edition | None = None

    def publish(self, files: Mapping[str, bytes]) -> Published:
        label = files["index.html"].decode()
        try:
            self.receiver.take(label, label)
        except DeliveryError as error:
            raise PublishError(str(error)) from error
        return Published(written=("index.html",), unchanged=0, removed=())

    def queue(self, label: str) -> None:
        self.offered = Edition(made_at=self.tocsin.clock(), files={"index.html": label.encode()})
        self.target.offer(self.offered)

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        self.target.policy = self.policy(self.target, policy)
        return self.target


class SubscribersGround(Ground):
    merges = True

    def begin(self) -> None:
        self.incidents: dict[str, Incident] = {}
        store, now = self.tocsin.services.store, self.tocsin.clock()
        store.sinks.start(SINK, now)
        reader = Subscription(id="r", email="ada@example.com", choice=Choice(), created_at=now)
        store.subscriptions.sign_up(reader, mail("confirm r"), now)
        store.subscriptions.change("r", status=SubscriptionStatus.ACTIVE, confirmed_at=now - timedelta(seconds=1))

    def queue(self, label: str) -> None:
        lane = label[0]
        if lane not in self.incidents:
            parts = {"a": ("withdrawals/BTC/bitcoin",), "b": ("trading",)}[lane]
            self.incidents[lane] = self.tocsin.incident(f"Slow {lane}", components=parts)
        else:
            self.tocsin.do(self.incidents[lane], Action.ADD_MESSAGE, text=label)
        self.newest = {**getattr(self, "newest", {}), self.incidents[lane].id: label}

    def channel(self, **policy: Any) -> DeliveryChannel[Any]:
        made = _Telling(self)
        made.policy = self.policy(made, policy)
        return made


class _Telling(SubscriberChannel):
    def __init__(self, ground: SubscribersGround) -> None:
        super().__init__(ground.tocsin.subscriptions)
        self._ground = ground

    def _tell(self, news: DueNotification) -> None:
        self._ground.receiver.take(self._ground.newest[news.story_id], news.key)
        super()._tell(news)


GROUNDS: dict[str, type[Ground]] = {
    "oncall": OncallGround,
    "updates": UpdatesGround,
    "mail": MailGround,
    "bulk mail": BulkMailGround,
    "webhooks": WebhookGround,
    "helpdesk": HelpdeskGround,
    "action items": ItemsGround,
    "page": PageGround,
    "subscribers": SubscribersGround,
}
