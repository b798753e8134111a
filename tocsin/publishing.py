"""The public page: rendered from what is disclosed when something changed, and at its heartbeat when nothing did."""

from collections.abc import Iterable
from datetime import datetime

import structlog

from incidents.component import Component
from statuspage import uptime
from statuspage.page import Page, build
from statuspage.publishers.directory import Published
from statuspage.render import Renderer
from statuspage.site import Site
from tocsin.publicwords import disclosure_site
from tocsin.services import Runtime, Services
from tocsin.watchview import is_late

log = structlog.get_logger()


def publish(runtime: Runtime, renderer: Renderer, site: Site, now: datetime) -> Published:
    """Builds and writes the page. Raises PublishError where the folder can't be written; the old page then stays."""
    services = runtime.services
    with services.vitals.page_seconds.time():
        page = page_of(services, site, unverified(runtime, now), now)
        done = services.publisher.publish(renderer.render(page))
    services.vitals.page_published.set(now.timestamp())
    if len(done.written) > 2:  # more than the heartbeat
        log.info("page published", written=len(done.written), incidents=len(page.open_incidents))
    return done


def page_of(services: Services, site: Site, unverified_since: dict[str, datetime], now: datetime) -> Page:
    """The page as of now, with every incident that was ever disclosed: a permalink is for good."""
    days = services.config.page.history_days
    told = disclosure_site(services)
    incidents = services.archive.disclosed(services.store, services.graph, told, (site.language,))[site.language]
    public = [c for c in services.config.components if c.public]
    stretches = [s for i in incidents for s in uptime.incident_stretches(i)]
    history = uptime.history([c.name for c in public], stretches, since=site.since, now=now, count=days)
    return build(incidents, services.config.components, (), unverified_since, history, site=site, now=now)


def unverified(runtime: Runtime, now: datetime) -> dict[str, datetime]:
    """Public components that nobody can see now, and since when: every watch that looks at them is blind."""
    services = runtime.services
    seen: dict[str, list[datetime | None]] = {}
    for watch in services.config.watches:
        state = runtime.states.get(watch.name)
        at = state.watermark if state else None
        blind = at is None or is_late(watch, at, now)
        for name in set(state.components) if state else ():
            seen.setdefault(name, []).append(at if blind else None)
    return {name: max(ats) for name in _public(services.config.components) if (ats := _all_blind(seen.get(name, [])))}


def _public(components: Iterable[Component]) -> list[str]:
    return [c.name for c in components if c.public]


def _all_blind(looks: list[datetime | None]) -> list[datetime]:
    """When each look at it ended, if all of them ended; [] if one still sees it, or nobody is known to look."""
    ended = [at for at in looks if at is not None]
    return ended if looks and len(ended) == len(looks) else []
