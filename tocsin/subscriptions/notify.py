"""Telling subscribers what the page shows: each entry once to each who chose it, queued in batches behind the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog

from incidents.disclosure import public_incident
from incidents.incident import IncidentUpdate
from statuspage.maintenance import PublicMaintenance
from statuspage.page import Views, listed_on, maintenance_view
from statuspage.site import Site
from statuspage.subscriptions.story import incident_story, work_story
from statuspage.subscriptions.subscription import Kind
from statuspage.subscriptions.telling import leaves_at
from statuspage.view import IncidentView, MaintenanceView
from tocsin.subscriptions.messages import Teller
from tocsin.subscriptions.subscriptions import Subscriptions

log = structlog.get_logger()

SINK = "page subscribers"
"""The name under which it is kept up to where all were told; no tracker can have it."""

NOTICES = "notices"
"""The same, for planned work."""

BATCH = 200
"""Subscribers told in one transaction: a fraction of a second, so that no other write waits for long."""


def tell_due(services: Subscriptions, now: datetime) -> int:
    """Tells what is due of every incident and all planned work; how many messages were queued."""
    waiting: dict[str, int] = {}
    for update in services.store.sinks.waiting(SINK, now):
        waiting.setdefault(update.incident.id, update.seq)
    queued = sum(_tell_incident(services, one, first - 1, now) for one, first in waiting.items())
    return queued + _tell_work(services, now)


def tidy(services: Subscriptions, now: datetime) -> None:
    """Forgets what need not be kept, and counts who is left."""
    settings = services.settings
    services.store.subscriptions.tidy(now, settings.confirm_within, settings.remember)
    services.metrics.subscriptions.clear()
    for (kind, standing), many in services.store.subscriptions.counts().items():
        services.metrics.subscriptions.labels(kind, standing).set(many)


def _tell_incident(services: Subscriptions, incident_id: str, through: int, now: datetime) -> int:
    timeline = services.store.incidents.timeline(incident_id)
    view = _incident_view(services, timeline, services.site)
    queued = 0
    if view is not None:
        story = incident_story(timeline, view, groups_of(services))
        teller = Teller(subscriptions=services, story=story, see=partial(_seen, services, timeline))
        told = _tell(services, teller, through, now)
        if told is None:
            return 0
        queued = told
    services.store.sinks.told(SINK, incident_id, timeline[-1].seq, now)
    return queued


def _tell_work(services: Subscriptions, now: datetime) -> int:
    """Looks at planned work where anything of it has changed since everybody was told."""
    change = services.store.maintenance.latest_change()
    if change == services.store.subscribers.told_through(NOTICES):
        return 0
    queued, gathers = 0, False
    for work in services.store.maintenance.all():
        view = _work_view(services, work.told, services.site)
        story = work_story(view, groups_of(services))
        teller = Teller(subscriptions=services, story=story, see=partial(_work_view, services, work.told))
        told = _tell(services, teller, services.store.subscribers.told_through(story.id), now)
        if told is None:
            gathers = True
            continue
        services.store.subscribers.note_told_through(story.id, story.entries[-1].seq)
        queued += told
    if not gathers:
        services.store.subscribers.note_told_through(NOTICES, change)
    return queued


def _tell(services: Subscriptions, teller: Teller, through: int, now: datetime) -> int | None:
    """How many messages were queued for who has not heard it; None = it still gathers."""
    at = leaves_at(teller.story, through, services.settings.gather)
    if at is None:
        return 0
    return None if at > now else _tell_all(services, teller, now)


def _tell_all(services: Subscriptions, teller: Teller, now: datetime) -> int:
    queued, after, story = 0, "", teller.story
    while some := services.store.subscribers.page(after, BATCH):
        after = some[-1].id
        heard = services.store.subscribers.heard(story.id, [one.id for one in some])
        told = [t for one in some if (t := teller.to(one, heard.get(one.id, 0))) is not None]
        queued += services.store.subscribers.tell(story.id, told, now)
        for kind in Kind:
            services.metrics.subscribers_told.labels(kind).inc(
                sum(bool(t.body) == (kind is Kind.WEBHOOK) for t in told)
            )
    log.info("subscribers told", story=story.id, messages=queued)
    return queued


def groups_of(services: Subscriptions) -> Mapping[str, str]:
    """The public id of the group of each listed component, by the component's."""
    site = services.site
    return {site.component_id(c.name): site.group_id(c.group) for c in services.graph if c.public and c.group}


def _incident_view(services: Subscriptions, timeline: Sequence[IncidentUpdate], site: Site) -> IncidentView | None:
    """As the page of a language shows it; None while it does not."""
    public = public_incident(timeline, services.graph, site.language, services.disclosure)
    return Views().of([public], listed_on(site, services.graph)).incidents[0] if public else None


def _seen(services: Subscriptions, timeline: Sequence[IncidentUpdate], site: Site) -> IncidentView:
    view = _incident_view(services, timeline, site)
    assert view is not None  # noqa: S101  # what is disclosed in one language is disclosed in all
    return view


def _work_view(services: Subscriptions, work: PublicMaintenance, site: Site) -> MaintenanceView:
    return maintenance_view(work, listed_on(site, services.graph))
