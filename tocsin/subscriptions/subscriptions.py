"""The objects that signing up, notifying and unsubscribing need."""

from dataclasses import dataclass

from incidents.component import ComponentGraph
from incidents.notifiers.guarded import GuardedCaller
from incidents.public import DisclosureSettings
from statuspage.site import Site
from tocsin.config import SubscriptionSettings
from tocsin.context.metrics import Metrics
from tocsin.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionServices:
    """The subscriptions of one configuration that accepts them.

    disclosure: how incidents become public. site: the page, in its first language. caller: calls webhooks;
    None = nobody may subscribe one. public_url ends without a slash.
    """

    store: Store
    graph: ComponentGraph
    disclosure: DisclosureSettings
    site: Site
    public_url: str
    settings: SubscriptionSettings
    caller: GuardedCaller | None
    metrics: Metrics
