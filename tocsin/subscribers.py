"""Telling subscribers what the page shows: each entry once to each who chose it, queued in batches behind the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import structlog

from incidents.disclosure import public_incident
from incidents.incident import IncidentUpdate
from statuspage.page import Views, listed_on
from statuspage.site import Site
from statuspage.subscriptions.letter import News, news
from statuspage.subscriptions.payload import news_payload
from statuspage.subscriptions.story import incident_story
from statuspage.subscriptions.subscription import Kind, Subscription
from statuspage.subscriptions.telling import Entry, Story, Telling, decide, leaves_at
from statuspage.view import IncidentView, UpdateView
from tickets.mail.compose import message_id
from tickets.mail.message import Mail
from tocsin.publicwords import disclosure_site, mail_domain
from tocsin.services import Services
from tocsin.storage import Told
from tocsin.subscribing import links_of, mail_of, settings_of

log = structlog.get_logger()

SINK = "subscribers"
"""The name under which it is kept up to where all were told."""

BATCH = 200
"""Subscribers told in one transaction: a tenth of a second, so that no other write waits for long."""


def tell_due(services: Services, now: datetime) -> int:
    """Tells what is due of every incident; how many messages were queued."""
    waiting: dict[str, int] = {}
    for update in services.store.waiting_updates(SINK, now):
        waiting.setdefault(update.incident.id, update.seq)
    return sum(_tell(services, incident_id, first - 1, now) for incident_id, first in waiting.items())


def tidy(services: Services, now: datetime) -> None:
    """Forgets what need not be kept, and counts who is left."""
    settings = settings_of(services)
    services.store.tidy_subscriptions(now, settings.confirm_within, settings.remember)
    services.vitals.subscriptions.clear()
    for (kind, standing), many in services.store.subscription_counts().items():
        services.vitals.subscriptions.labels(kind, standing).set(many)


def _tell(services: Services, incident_id: str, through: int, now: datetime) -> int:
    timeline = services.store.timeline(incident_id)
    telling = _Telling(services=services, timeline=timeline)
    story = telling.story
    queued = 0
    if story is not None:
        at = leaves_at(story, through, settings_of(services).gather)
        if at is not None and at > now:
            return 0
        if at is not None:
            queued = _tell_all(services, telling, story, now)
    services.store.told(SINK, incident_id, timeline[-1].seq, now)
    return queued


def _tell_all(services: Services, telling: "_Telling", story: Story, now: datetime) -> int:
    queued, after = 0, ""
    while some := services.store.subscribers(after, BATCH):
        after = some[-1].id
        heard = services.store.heard(story.id, [one.id for one in some])
        told = [t for one in some if (t := telling.to(one, story, heard.get(one.id, 0))) is not None]
        queued += services.store.tell(story.id, told, now)
        for kind in Kind:
            services.vitals.subscribers_told.labels(kind).inc(sum(bool(t.body) == (kind is Kind.WEBHOOK) for t in told))
    log.info("subscribers told", incident=telling.timeline[-1].incident.reference, messages=queued)
    return queued


@dataclass(slots=True, kw_only=True)
class _Telling:
    """One incident as subscribers are told of it: its views and letters, made once a language."""

    services: Services
    timeline: Sequence[IncidentUpdate]
    views: dict[str, IncidentView | None] = field(default_factory=dict)
    letters: dict[tuple[str, tuple[Entry, ...]], News] = field(default_factory=dict)

    @property
    def story(self) -> Story | None:
        """None while the page does not show it."""
        site = self.services.site
        public = public_incident(self.timeline, self.services.graph, site.language, disclosure_site(self.services))
        view = self.view(site)
        if public is None or view is None:
            return None
        groups = {
            site.component_id(c.name): site.group_id(c.group) for c in self.services.graph if c.public and c.group
        }
        return incident_story(self.timeline, public, view, groups)

    def view(self, site: Site) -> IncidentView | None:
        """As the page of a language shows it."""
        if site.language not in self.views:
            graph = self.services.graph
            public = public_incident(self.timeline, graph, site.language, disclosure_site(self.services))
            seen = Views().of([public], listed_on(site, graph)).incidents if public else ()
            self.views[site.language] = seen[0] if seen else None
        return self.views[site.language]

    def to(self, one: Subscription, story: Story, heard: int) -> Told | None:
        """What one subscriber is told; None = nothing."""
        if one.confirmed_at is None:
            return None
        telling = decide(story, one.choice, since=one.confirmed_at, told=heard)
        if not telling.entries:
            return None
        site = site_in(self.services, one.language)
        seq = telling.entries[-1].seq
        if one.kind is Kind.WEBHOOK:
            body = orjson.dumps(self._payload(site, story, telling)).decode()
            return Told(subscription_id=one.id, seq=seq, body=body, key=f"{story.id}-{seq}-{one.id[:12]}")
        return Told(subscription_id=one.id, seq=seq, mail=self._mail(one, site, story, telling))

    def _mail(self, one: Subscription, site: Site, story: Story, telling: Telling) -> Mail:
        """The first mail of a story begins a thread of one subscriber's own; later ones refer to it."""
        thread = message_id(f"subscription:{one.id}:{story.id}", mail_domain(self.services))
        letter = self._news(site, story, telling).to(links_of(self.services, one))
        key = f"{one.id}:{story.id}:{telling.entries[-1].seq}"
        return mail_of(
            self.services,
            one,
            letter,
            key,
            own_id=thread if telling.first else "",
            references=() if telling.first else (thread,),
            bulk=True,
        )

    def _news(self, site: Site, story: Story, telling: Telling) -> News:
        known = self.letters.get((site.language, telling.entries))
        if known is None:
            view, entries = self._shown(site, story, telling)
            known = news(view, entries, site, view.sign)
            self.letters[site.language, telling.entries] = known
        return known

    def _payload(self, site: Site, story: Story, telling: Telling) -> Mapping[str, object]:
        view, entries = self._shown(site, story, telling)
        return news_payload(view, entries, site, telling.reason)

    def _shown(self, site: Site, story: Story, telling: Telling) -> tuple[IncidentView, list[UpdateView]]:
        """The view, and of its entries those to tell, newest first."""
        view = self.view(site)
        assert view is not None  # noqa: S101  # disclosed in one language is disclosed in all
        wanted = {e.seq for e in telling.entries}
        pairs = zip(reversed(story.entries), view.updates, strict=True)
        return view, [update for entry, update in pairs if entry.seq in wanted]


def site_in(services: Services, language: str) -> Site:
    """The page in a language; in its first one where there is no such tree."""
    site = services.site
    return site.in_language(language) if language in site.languages else site
