"""Renders and publishes the public page: after a change, and at its heartbeat when nothing changed."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from detectors.engine import can_score
from detectors.watch import FailureKind, Watch
from incidents.component import Component, ComponentStatus
from incidents.disclosure import unconfirmed
from incidents.incident import Status
from incidents.silence import find_silence
from incidents.suspicion import SHOWN_AFTERWARDS, Suspicion, follow, suspected
from statuspage import uptime
from statuspage.maintenance import publishable
from statuspage.modes import current, mode_stretches
from statuspage.page import Page, build
from statuspage.phrases import phrases_of
from statuspage.publishers.publisher import Published, PublishError
from tocsin.delivery.channel import deliver_due
from tocsin.detection.watch_health import has_no_data, last_sample_at
from tocsin.page.leak_check import PageBlocked
from tocsin.page.publisher import PagePublisher
from tocsin.page.target import Edition, PageTarget
from tocsin.page.waiting import words_waiting
from tocsin.response.place import planned_silences

log = structlog.get_logger()

RECENT = 20
"""Of the incidents that ended, those whose evidence may still last."""


def publish(publisher: PagePublisher, now: datetime) -> Published:
    """Makes the page and publishes it to every target in turn; returns what changed in the first.

    Raises PageBlocked, and PublishError where a place can't be written; the old page then stays.
    """
    edition = make(publisher, now)
    for target in publisher.targets:
        target.offer(edition)
        publish_to(publisher, target, now)
    problem = next((target.problem for target in publisher.targets if target.problem), "")
    if problem:
        raise PublishError(problem)
    return publisher.targets[0].published or Published(written=(), unchanged=len(edition.files), removed=())


def offer_if_due(publisher: PagePublisher, now: datetime) -> bool:
    """Makes the page and offers it to its targets after a change or at its heartbeat; returns whether it did."""
    store, last = publisher.store, publisher.last
    shows = (
        store.incidents.latest_change(),
        store.maintenance.latest_change(),
        frozenset(unverified(publisher, now)),
        bool(suspicions(publisher, now)),
    )
    if shows == last.shows and last.at is not None and abs(now - last.at) < publisher.config.page.heartbeat:
        return False
    is_offered = _offer(publisher, now)
    last.shows, last.at = (*shows[:3], False), now
    return is_offered


def _offer(publisher: PagePublisher, now: datetime) -> bool:
    try:
        edition = make(publisher, now)
    except PageBlocked as blocked:
        publisher.metrics.page_blocked.set(1)
        log.error("the public page is blocked", why=str(blocked), leaks=[str(leak) for leak in blocked.leaks])
        return False
    publisher.metrics.page_blocked.set(0)
    for target in publisher.targets:
        target.offer(edition)
    return True


def make(publisher: PagePublisher, now: datetime) -> Edition:
    """Renders the edition of now, without the words that wait, and checks it for leaks. Raises PageBlocked."""
    with publisher.metrics.page_seconds.time():
        change = publisher.store.incidents.latest_change()  # read first: what comes meanwhile asks for another edition
        leaks = publisher.words.refresh()
        unseen = unverified(publisher, now)
        publisher.store.maintenance.note_unverified(unseen, now)
        publisher.store.suspicions.keep(suspicions(publisher, now))
        publisher.store.maintenance.alive(now)
        page, *others = pages_of(publisher, unseen, now)
        files = publisher.renderer.render(page, others)
        _note_waiting(publisher, words_waiting(publisher))
        publisher.leak_check.check(files, leaks)
    return Edition(made_at=now, files=files, change=change)


def _note_waiting(publisher: PagePublisher, waiting: tuple[str, ...]) -> None:
    """Tells the engineers which messages wait, in the log once, in the console and as a metric while they do."""
    publisher.metrics.words_waiting.set(len(waiting))
    for why in set(waiting) - set(publisher.last.waiting):
        log.error("words for the public wait", why=why)
    publisher.last.waiting = waiting


def publish_to(publisher: PagePublisher, target: PageTarget, now: datetime) -> None:
    """Publishes the newest edition to one target if it has an older one; a failure is counted, kept and shown."""
    metrics = publisher.metrics
    with metrics.target_seconds.labels(target.place).time():
        done = deliver_due(target, metrics, now)
    if not done or target.shown_at is None:
        return
    metrics.target_published.labels(target.place).set(target.shown_at.timestamp())
    if target is publisher.targets[0]:
        metrics.page_published.set(target.shown_at.timestamp())
    written = len(target.published.written) if target.published else 0
    if written > 1 + len(publisher.site.trees):  # more than the heartbeat
        log.info("page published", target=target.place, written=written)


def is_behind(publisher: PagePublisher) -> bool:
    """Whether an incident changed since the edition that the first target shows."""
    return publisher.store.incidents.latest_change() > publisher.targets[0].shown_change


def pages_of(publisher: PagePublisher, unverified_since: dict[str, datetime], now: datetime) -> tuple[Page, ...]:
    """The page as of now in each of its languages, with every incident ever disclosed: a permalink is for good."""
    config, site, archive = publisher.config, publisher.site, publisher.disclosed
    days = config.page.history_days
    languages = tuple(one.language for one in site.trees)
    incidents = archive.disclosed(publisher.store, publisher.graph, publisher.disclosure, languages)
    counted = uptime.recent(incidents[site.language], now=now, count=days)
    work = tuple(one.public for one in publisher.store.maintenance.all())
    changes = publisher.store.maintenance.mode_changes()
    stretches = [
        *(s for i in counted for s in uptime.incident_stretches(i)),
        *(s for m in work for s in uptime.maintenance_stretches(m)),
        *mode_stretches(changes),
        *_unseen(publisher, now),
    ]
    public = [c.name for c in config.components if c.public]
    history = archive.history.of(public, stretches, since=site.since, now=now, count=days)
    return tuple(
        build(
            incidents[one.language],
            config.components,
            tuple(publishable(w, publisher.disclosure.may_say, phrases_of(one.language).say("planned")) for w in work),
            unverified_since,
            history,
            site=one,
            now=now,
            views=archive.views[one.language],
            modes=current(changes),
            sparklines=publisher.sparklines.drawn,
            suspicions=publisher.store.suspicions.since(now - SHOWN_AFTERWARDS),
        )
        for one in site.trees
    )


def _unseen(publisher: PagePublisher, now: datetime) -> list[uptime.Stretch]:
    """When nobody could verify which component, within the days that the page tells of."""
    since = now - timedelta(days=publisher.config.page.history_days)
    return [
        uptime.Stretch(component=name, status=ComponentStatus.UNKNOWN, start=start, end=end)
        for name, start, end in publisher.store.maintenance.unverified_stretches(since)
    ]


def unverified(publisher: PagePublisher, now: datetime) -> dict[str, datetime]:
    """Public components whose status cannot be verified now, each with since when.

    That is so when every watch of a component has no data, or when the component's own samples have stopped. A
    component that deviates before its incident is disclosed is unverified too (`disclosure.unconfirmed`).
    """
    since = {name: max(ats) for name, looks in _looks(publisher, now).items() if (ats := _all_without_data(looks))}
    ended = publisher.store.incidents.page(limit=RECENT, status=(Status.RESOLVED,)).items
    for incident in (*publisher.store.incidents.active(), *ended):
        silent = [(s.component, s.started_at) for s in incident.lasting if s.kind is FailureKind.SILENCE]
        for name, at in (*(silent if incident.is_active else ()), *unconfirmed(incident, publisher.graph)):
            since[name] = min(since.get(name, at), at)
    return {c.name: since[c.name] for c in publisher.config.components if c.public and c.name in since}


def suspicions(publisher: PagePublisher, now: datetime) -> tuple[Suspicion, ...]:
    """Which suspicions begin and which end now."""
    store = publisher.store
    known = store.suspicions.since(now - SHOWN_AFTERWARDS)
    waiting = store.signals.waiting()
    if waiting:  # as a rule none does, and this is asked at each look
        silences = (*store.silences.active(now), *planned_silences(store))
        waiting = tuple(s for s in waiting if find_silence(s, silences, now) is None)
    active = store.incidents.active()
    ended = store.incidents.page(limit=RECENT, status=(Status.RESOLVED, Status.RETRACTED)).items if known else ()
    found = suspected(waiting, active, publisher.graph)
    return follow(known, found, (*active, *ended), now)


def _looks(publisher: PagePublisher, now: datetime) -> dict[str, list[datetime | None]]:
    """For each component, each watch that looks at it: None while it sees, else up to when it saw."""
    looks: dict[str, list[datetime | None]] = {}
    for watch in publisher.config.watches:
        state = publisher.memory.states.get(watch.name)
        if state is None:
            continue
        at = (last_sample_at(state) if can_score(state) else None) or publisher.site.since
        unseen = has_no_data(watch, state, now)
        for name in set(state.components) or _fitting(watch, publisher.config.components):
            looks.setdefault(name, []).append(min(at, now) if unseen else None)
    return looks


def _fitting(watch: Watch, components: Iterable[Component]) -> list[str]:
    """Whom a watch would look at that has not found any series yet: every component that its words fit."""
    words = re.sub(r"\\\{\w+\\\}", ".+", re.escape(watch.component))
    return [c.name for c in components if re.fullmatch(words, c.name)]


def _all_without_data(looks: list[datetime | None]) -> list[datetime]:
    """When each look at it ended, if all of them ended; [] if one still sees it, or nobody is known to look."""
    ended = [at for at in looks if at is not None]
    return ended if looks and len(ended) == len(looks) else []
