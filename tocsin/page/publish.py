"""The public page: rendered from what is disclosed when something changed, and at its heartbeat when nothing did."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from detectors.engine import can_score
from detectors.watch import FailureKind, Watch
from incidents.component import Component, ComponentStatus
from statuspage import uptime
from statuspage.modes import current, mode_stretches
from statuspage.page import Page, build
from statuspage.publishers.publisher import Published, PublishError
from statuspage.spark import Spark
from tocsin.context.metrics import Metrics
from tocsin.context.public_text import disclosure_site
from tocsin.context.services import Runtime, Services
from tocsin.delivery.channel import deliver_due
from tocsin.detection.watch_health import heard_at, is_blind
from tocsin.page.disclosed_incidents import DisclosedIncidents
from tocsin.page.internal_terms import Inside
from tocsin.page.publisher import Publisher, PublishingRuntime
from tocsin.page.target import Edition, PageTarget

log = structlog.get_logger()


def publish(runtime: PublishingRuntime, now: datetime) -> Published:
    """Makes the page and publishes it everywhere, one place after the other; what it did in the first.

    Raises PageBlocked, and PublishError where a place can't be written; the old page then stays.
    """
    publisher = runtime.publisher
    edition = make(runtime, now)
    for target in publisher.targets:
        target.offer(edition)
        publish_to(runtime.services.metrics, publisher, target, now)
    problem = next((target.problem for target in publisher.targets if target.problem), "")
    if problem:
        raise PublishError(problem)
    return publisher.targets[0].published or Published(written=(), unchanged=len(edition.files), removed=())


def make(runtime: PublishingRuntime, now: datetime) -> Edition:
    """The page as of now, let through by the leak check. Raises PageBlocked."""
    services, publisher = runtime.services, runtime.publisher
    with services.metrics.page_seconds.time():
        unseen = unverified(runtime, now)
        services.store.maintenance.note_unverified(unseen, now)
        services.store.maintenance.alive(now)
        page, *others = pages_of(services, publisher.disclosed, unseen, now, runtime.sparklines)
        files = publisher.renderer.render(page, others)
        publisher.leak_check.check(files, inside_of(runtime))
    return Edition(made_at=now, files=files)


def publish_to(metrics: Metrics, publisher: Publisher, target: PageTarget, now: datetime) -> None:
    """Brings the newest edition to one place, where it has not that already; a failure is counted, kept and shown."""
    with metrics.target_seconds.labels(target.place).time():
        done = deliver_due(target, metrics, now)
    if not done or target.shown_at is None:
        return
    metrics.target_published.labels(target.place).set(target.shown_at.timestamp())
    if target is publisher.targets[0]:
        metrics.page_published.set(target.shown_at.timestamp())
    log.info("page published", target=target.place, written=len(target.published.written) if target.published else 0)


def inside_of(runtime: Runtime) -> Inside:
    """What the leak check takes its words from, as of now."""
    services = runtime.services
    return Inside(
        config=services.config,
        people=services.store.people.users(),
        series=tuple((name, state.keys) for name, state in sorted(runtime.states.items())),
        alerts=tuple(sorted({(s.name, i.reference) for i in services.store.incidents.active() for s in i.signals})),
    )


def pages_of(
    services: Services,
    archive: DisclosedIncidents,
    unverified_since: dict[str, datetime],
    now: datetime,
    sparks: Mapping[str, Spark],
) -> tuple[Page, ...]:
    """The page as of now in each of its languages, with every incident ever disclosed: a permalink is for good."""
    config, site, days = services.config, services.site, services.config.page.history_days
    languages = tuple(one.language for one in site.trees)
    told = archive.disclosed(services.store, services.graph, disclosure_site(services), languages)
    counted = uptime.recent(told[site.language], now=now, count=days)
    work = tuple(one.told for one in services.store.maintenance.all())
    changes = services.store.maintenance.mode_changes()
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
        for name, start, end in services.store.maintenance.unverified_stretches(since)
    ]


def unverified(runtime: Runtime, now: datetime) -> dict[str, datetime]:
    """Public components that nobody can see now, and since when.

    Nobody sees a component when every watch that looks at it is blind, or when its own samples have fallen silent.
    """
    services = runtime.services
    since = {name: max(ats) for name, looks in _looks(runtime, now).items() if (ats := _all_blind(looks))}
    for incident in services.store.incidents.active():
        for signal in incident.signals:
            if signal.kind is FailureKind.SILENCE and signal.ended_at is None:
                since[signal.component] = min(since.get(signal.component, signal.started_at), signal.started_at)
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
