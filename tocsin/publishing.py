"""The public page: rendered from what is disclosed when something changed, and at its heartbeat when nothing did."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from detectors.engine import can_score
from detectors.watch import FailureKind, Watch
from incidents.component import Component, ComponentStatus
from incidents.disclosure import unconfirmed
from incidents.incident import Status
from statuspage import uptime
from statuspage.modes import current, mode_stretches
from statuspage.page import Page, build
from statuspage.publishers.publisher import Published
from statuspage.render import Renderer
from statuspage.site import Site
from statuspage.spark import Spark
from tocsin.internalwords import Inside
from tocsin.pagetarget import Edition, PageTarget
from tocsin.publicwords import disclosure_site
from tocsin.services import Runtime, Services
from tocsin.watchview import heard_at, is_blind

log = structlog.get_logger()

RECENT = 20
"""Of the incidents that ended, those whose evidence may still last."""


def publish(runtime: Runtime, renderer: Renderer, site: Site, now: datetime) -> Published:
    """Makes the page and publishes it everywhere, one place after the other; what it did in the first.

    Raises PageHeld, and PublishError where a place can't be written; the old page then stays.
    """
    services = runtime.services
    edition = make(runtime, renderer, site, now)
    for target in services.targets:
        target.offer(edition)
    first, *_ = [publish_to(services, target, now) for target in services.targets]
    return first or Published(written=(), unchanged=len(edition.files), removed=())


def make(runtime: Runtime, renderer: Renderer, site: Site, now: datetime) -> Edition:
    """The page as of now, let through by the leak check. Raises PageHeld."""
    services = runtime.services
    with services.vitals.page_seconds.time():
        unseen = unverified(runtime, now)
        services.store.note_unverified(unseen, now)
        services.store.alive(now)
        page, *others = pages_of(services, site, unseen, now, runtime.sparks)
        files = renderer.render(page, others)
        services.leak_check.check(files, inside_of(runtime))
    return Edition(made_at=now, files=files)


def publish_to(services: Services, target: PageTarget, now: datetime) -> Published | None:
    """The newest edition in one place; None where it has that already. Raises PublishError."""
    with services.vitals.target_seconds.labels(target.name).time():
        done = target.publish(now)
    if done is None or target.shown_at is None:
        return None
    services.vitals.target_published.labels(target.name).set(target.shown_at.timestamp())
    if target is services.targets[0]:
        services.vitals.page_published.set(target.shown_at.timestamp())
    if len(done.written) > 1 + len(services.site.trees):  # more than the heartbeat
        log.info("page published", target=target.name, written=len(done.written))
    return done


def inside_of(runtime: Runtime) -> Inside:
    """What the leak check takes its words from, as of now."""
    services = runtime.services
    return Inside(
        config=services.config,
        people=services.store.users(),
        series=tuple((name, state.keys) for name, state in sorted(runtime.states.items())),
        alerts=tuple(sorted({(s.name, i.reference) for i in services.store.active_incidents() for s in i.signals})),
    )


def page_problems(services: Services) -> tuple[str, ...]:
    """Why the public page, or one of its places, does not show what is known; () while all of them do."""
    return tuple(problem for problem in (services.leak_check.held, *(t.problem for t in services.targets)) if problem)


def pages_of(
    services: Services,
    site: Site,
    unverified_since: dict[str, datetime],
    now: datetime,
    sparks: Mapping[str, Spark],
) -> tuple[Page, ...]:
    """The page as of now in each of its languages, with every incident ever disclosed: a permalink is for good."""
    config, archive, days = services.config, services.archive, services.config.page.history_days
    languages = tuple(one.language for one in site.trees)
    told = archive.disclosed(services.store, services.graph, disclosure_site(services), languages)
    counted = uptime.recent(told[site.language], now=now, count=days)
    work = tuple(one.told for one in services.store.all_work())
    changes = services.store.mode_changes()
    stretches = [
        *(s for i in counted for s in uptime.incident_stretches(i)),
        *(s for m in work for s in uptime.maintenance_stretches(m)),
        *mode_stretches(changes),
        *_unseen(services, now),
    ]
    public = [c.name for c in config.components if c.public]
    history = archive.history.of(public, stretches, since=site.since, now=now, count=days)
    return tuple(
        build(
            told[one.language],
            config.components,
            work,
            unverified_since,
            history,
            site=one,
            now=now,
            views=archive.views[one.language],
            modes=current(changes),
            sparks=sparks,
        )
        for one in site.trees
    )


def _unseen(services: Services, now: datetime) -> list[uptime.Stretch]:
    """When nobody could verify which component, within the days that the page tells of."""
    since = now - timedelta(days=services.config.page.history_days)
    return [
        uptime.Stretch(component=name, status=ComponentStatus.UNKNOWN, start=start, end=end)
        for name, start, end in services.store.unverified_stretches(since)
    ]


def unverified(runtime: Runtime, now: datetime) -> dict[str, datetime]:
    """Public components that nobody can see now, and since when.

    Nobody sees a component when every watch that looks at it is blind, or when its own samples have fallen silent. What
    deviates while the public waits to be told is unverified too: nobody may call it well (`disclosure.unconfirmed`).
    """
    services = runtime.services
    since = {name: max(ats) for name, looks in _looks(runtime, now).items() if (ats := _all_blind(looks))}
    ended = services.store.incidents(limit=RECENT, status=(Status.RESOLVED,)).items
    for incident in (*services.store.active_incidents(), *ended):
        silent = [(s.component, s.started_at) for s in incident.lasting if s.kind is FailureKind.SILENCE]
        for name, at in (*(silent if incident.is_active else ()), *unconfirmed(incident, services.graph)):
            since[name] = min(since.get(name, at), at)
    return {c.name: since[c.name] for c in services.config.components if c.public and c.name in since}


def _looks(runtime: Runtime, now: datetime) -> dict[str, list[datetime | None]]:
    """For each component, each watch that looks at it: None while it sees, else up to when it saw."""
    looks: dict[str, list[datetime | None]] = {}
    for watch in runtime.services.config.watches:
        state = runtime.states.get(watch.name)
        if state is None:
            continue
        at = (heard_at(state) if can_score(state) else None) or runtime.services.site.since
        blind = is_blind(watch, state, now)
        for name in set(state.components) or _fitting(watch, runtime.services.config.components):
            looks.setdefault(name, []).append(at if blind else None)
    return looks


def _fitting(watch: Watch, components: Iterable[Component]) -> list[str]:
    """Whom a watch would look at that has not found any series yet: every component that its words fit."""
    words = re.sub(r"\\\{\w+\\\}", ".+", re.escape(watch.component))
    return [c.name for c in components if re.fullmatch(words, c.name)]


def _all_blind(looks: list[datetime | None]) -> list[datetime]:
    """When each look at it ended, if all of them ended; [] if one still sees it, or nobody is known to look."""
    ended = [at for at in looks if at is not None]
    return ended if looks and len(ended) == len(looks) else []
