"""The notifications of one story: its views and mail texts, made once per language."""

from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from statuspage.site import Site
from statuspage.subscriptions.mail_text import News, news
from statuspage.subscriptions.notification import Entry, NotificationDecision, Story, decide
from statuspage.subscriptions.payload import news_payload
from statuspage.subscriptions.subscription import Subscription, SubscriptionKind
from statuspage.view import EventView, IncidentView, UpdateView
from tickets.mail.compose import message_id
from tickets.mail.message import Mail
from tocsin.context.public_text import mail_domain
from tocsin.storage import Notification
from tocsin.subscriptions.signup import links_of, mail_of
from tocsin.subscriptions.subscriptions import SubscriptionServices


@dataclass(slots=True, kw_only=True)
class StoryMessages:
    """Makes the notifications of one story. see: renders the story for the page of one language."""

    subscriptions: SubscriptionServices
    story: Story
    see: Callable[[Site], EventView]
    _views: dict[str, EventView] = field(default_factory=dict)
    _news_by_entries: dict[tuple[str, tuple[Entry, ...]], News] = field(default_factory=dict)

    def to(self, one: Subscription, last: int) -> Notification | None:
        """The notification of one subscriber who was last notified of the entry `last`; None = nothing is new."""
        if one.confirmed_at is None:
            return None
        decision = decide(self.story, one.choice, since=one.confirmed_at, notified_seq=last)
        if not decision.entries:
            return None
        site = site_in(self.subscriptions, one.language)
        seq = decision.entries[-1].seq
        if one.kind is SubscriptionKind.WEBHOOK:
            view, entries = self._shown(site, decision)
            body = orjson.dumps(news_payload(view, entries, site, decision.reason)).decode()
            return Notification(subscription_id=one.id, seq=seq, body=body, key=f"{self.story.id}-{seq}-{one.id[:12]}")
        return Notification(subscription_id=one.id, seq=seq, mail=self._mail(one, site, decision))

    def _mail(self, one: Subscription, site: Site, decision: NotificationDecision) -> Mail:
        """The first mail of a story begins a thread of one subscriber's own; later ones refer to it."""
        thread = message_id(f"subscription:{one.id}:{self.story.id}", mail_domain(self.subscriptions.public_url))
        return mail_of(
            self.subscriptions,
            one,
            self._news(site, decision).to(links_of(self.subscriptions, one)),
            f"{one.id}:{self.story.id}:{decision.entries[-1].seq}",
            own_id=thread if decision.first else "",
            references=() if decision.first else (thread,),
            bulk=True,
        )

    def _news(self, site: Site, decision: NotificationDecision) -> News:
        known = self._news_by_entries.get((site.language, decision.entries))
        if known is None:
            view, entries = self._shown(site, decision)
            sign = view.sign if isinstance(view, IncidentView) else "maintenance"
            known = news(view, entries, site, sign)
            self._news_by_entries[site.language, decision.entries] = known
        return known

    def _shown(self, site: Site, decision: NotificationDecision) -> tuple[EventView, list[UpdateView]]:
        """The view, and of its entries those to tell, newest first."""
        if site.language not in self._views:
            self._views[site.language] = self.see(site)
        view = self._views[site.language]
        updates = {update.id: update for update in view.updates}
        return view, [updates[one] for one in dict.fromkeys(e.update for e in reversed(decision.entries))]


def site_in(subscriptions: SubscriptionServices, language: str) -> Site:
    """The page in a language; in its first one where there is no such tree."""
    site = subscriptions.site
    return site.in_language(language) if language in site.languages else site
