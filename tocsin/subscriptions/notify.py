"""The channel that notifies subscribers of what the page shows: each entry once to each who chose it, after the page
shows it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial

import structlog

from incidents.delivery import Failure, Policy
from incidents.disclosure import public_incident
from incidents.incident import IncidentUpdate
from statuspage.maintenance import PublicMaintenance, publishable
from statuspage.page import Views, listed_on, maintenance_view
from statuspage.phrases import phrases_of
from statuspage.site import Site
from statuspage.subscriptions.notification import leaves_at
from statuspage.subscriptions.story import incident_story, work_story
from statuspage.subscriptions.subscription import SubscriptionKind
from statuspage.view import IncidentView, MaintenanceView
from tocsin.storage import AuditEntry, Backlog, DeadLetter, Trouble, WaitingUpdate
from tocsin.subscriptions.messages import StoryMessages
from tocsin.subscriptions.subscriptions import SubscriptionServices

log = structlog.get_logger()

SINK = "page subscribers"
"""The name of the cursor up to which all subscribers were notified; no tracker can have this name."""

MAINTENANCE = "notices"
"""The same, for planned work."""

BATCH = 200
"""Subscribers notified in one transaction: a fraction of a second, so that no other write waits for long."""

STORIES = 200
"""Incidents with news that are looked at in one run."""

POLICY = Policy(
    first=timedelta(seconds=1),
    longest=timedelta(minutes=5),
    give_up_after=300,  # most of a day
    retries_refusals=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotification:
    """A story with an entry that some subscribers were not notified of.

    entry: up to where this tells it, of an incident; None = planned work, up to `seq`. tell: queues the messages, and
    returns how many those were.
    """

    story_id: str
    seq: int
    attempts: int
    tell: Callable[[], int]
    entry: WaitingUpdate | None = None

    @property
    def key(self) -> str:
        """Story and entry."""
        return f"{self.story_id}:{self.seq}"


class SubscriberChannel:
    """All stories of the page to all who subscribed to it. queued: messages queued by this object."""

    name = "subscribers"
    policy = POLICY
    together = 1

    def __init__(self, services: SubscriptionServices) -> None:
        self.queued = 0
        self._services = services
        self._store = services.store

    def due(self, now: datetime) -> Sequence[DueNotification]:
        """The stories whose news has waited long enough to be sent together, incidents first."""
        waiting = self._store.sinks.due(SINK, now, STORIES)
        return [news for one in waiting if (news := self._incident(one, now))] + self._planned_work(now)

    def _incident(self, one: WaitingUpdate, now: datetime) -> DueNotification | None:
        """What is new of an incident; None while it gathers. One that can't be made into news fails when it is sent."""
        try:
            timeline = self._store.incidents.timeline(one.incident_id)
            seq, tell = timeline[-1].seq, self._telling_of(timeline, one.seq - 1, now)
        except Exception as error:  # noqa: BLE001 - costs this story alone: raised again where it is sent, and counted
            seq, tell = one.seq, partial(_raise, error)
        if tell is None:
            return None
        return DueNotification(story_id=one.incident_id, seq=seq, attempts=one.attempts, tell=tell, entry=one)

    def _telling_of(self, timeline: Sequence[IncidentUpdate], through: int, now: datetime) -> Callable[[], int] | None:
        services = self._services
        view = _incident_view(services, timeline, services.site)
        if view is None:
            return _nothing
        story = incident_story(timeline, view, groups_of(services))
        at = leaves_at(story, through, services.settings.gather)
        if at is None:
            return _nothing
        messages = StoryMessages(subscriptions=services, story=story, see=partial(_seen, services, timeline))
        return None if at > now else partial(self._tell_all, messages, now)

    def _planned_work(self, now: datetime) -> list[DueNotification]:
        """What is new of planned work: looked at where some has changed since everybody was notified, or failed."""
        change = self._store.maintenance.latest_change()
        failed = {one.subject: one for one in self._store.undelivered.of(SINK)}
        is_quiet = change == self._store.subscribers.notified_through(MAINTENANCE)
        if is_quiet and not any(one.next_at for one in failed.values()):
            return []
        looks = [self._work(work.public, failed.get(work.public.id), now) for work in self._store.maintenance.all()]
        if all(look is _DONE for look in looks):
            self._store.subscribers.note_notified_through(MAINTENANCE, change)
        return [look for look in looks if isinstance(look, DueNotification)]

    def _work(self, work: PublicMaintenance, trouble: Trouble | None, now: datetime) -> "DueNotification | _Look":
        """What is new of one planned work, and else whether it has to be looked at again."""
        services, tries_again = self._services, trouble is not None and trouble.next_at is not None
        if trouble is not None and trouble.next_at is not None and trouble.next_at > now:
            return _Look.LATER
        attempts = trouble.attempts if trouble and tries_again else 0
        try:
            story = work_story(_work_view(services, work, services.site), groups_of(services))
            through = 0 if tries_again else self._store.subscribers.notified_through(work.id)
            messages = StoryMessages(subscriptions=services, story=story, see=partial(_work_view, services, work))
            at = leaves_at(story, through, services.settings.gather)
            seq, tell = story.entries[-1].seq, partial(self._tell_all, messages, now)
        except Exception as error:  # noqa: BLE001 - costs this work alone, as above
            at, seq, tell = now, trouble.seq if trouble else 0, partial(_raise, error)
        if at is None:
            return _DONE
        return _Look.LATER if at > now else DueNotification(story_id=work.id, seq=seq, attempts=attempts, tell=tell)

    @contextmanager
    def sending(self) -> Iterator[Callable[[DueNotification], None]]:
        """Queues the messages of one story, in batches of subscribers."""
        yield self._tell

    def _tell(self, news: DueNotification) -> None:
        self.queued += news.tell()

    def _tell_all(self, messages: StoryMessages, now: datetime) -> int:
        """Passes over subscribers who were notified already, so that it can run again after a kill or a failure."""
        queued, after, story = 0, "", messages.story
        while some := self._store.subscribers.page(after, BATCH):
            after = some[-1].id
            last = self._store.subscribers.last_notified(story.id, [one.id for one in some])
            notifications = [n for one in some if (n := messages.to(one, last.get(one.id, 0))) is not None]
            queued += self._store.subscribers.queue(story.id, notifications, now)
            for kind in SubscriptionKind:
                self._services.metrics.subscribers_notified.labels(kind).inc(
                    sum(bool(n.body) == (kind is SubscriptionKind.WEBHOOK) for n in notifications)
                )
        log.info("subscribers notified", story=story.id, messages=queued)
        return queued

    def settle(
        self, accepted: Sequence[DueNotification], failed: Sequence[tuple[DueNotification, Failure]], now: datetime
    ) -> None:
        """Moves the cursor of each story behind the entries that were notified or given up."""
        for news in accepted:
            self._notified(news, now)
        for news, failure in failed:
            if news.entry is None:
                self._store.undelivered.failed(SINK, news.story_id, news.seq, failure, now)
                if failure.next_at is None:
                    self._store.subscribers.note_notified_through(news.story_id, news.seq)
            else:
                entry = news.entry if news.entry.again else replace(news.entry, seq=news.seq)
                self._store.sinks.failed(SINK, entry, failure, now)

    def _notified(self, news: DueNotification, now: datetime) -> None:
        if news.entry is None:
            self._store.subscribers.note_notified_through(news.story_id, news.seq)
        else:
            self._store.sinks.notified(SINK, news.story_id, news.seq, now)
        self._store.undelivered.delivered(SINK, news.story_id)

    def backlog(self) -> Backlog:
        """How it stands, incidents and what failed of planned work."""
        state = self._store.sinks.state(SINK)
        return state.backlog if state else Backlog()

    def given_up(self, limit: int) -> Sequence[DeadLetter]:
        """Stories whose notification was given up."""
        return self._store.undelivered.given_up(SINK, limit)

    def again(self, letter_id: str, now: datetime, audit: AuditEntry) -> None:
        """Makes a story that was given up due again, as if it had never failed. Raises NotFound."""
        self._store.undelivered.again(SINK, letter_id, now, audit)

    def free(self) -> None:
        """Does nothing: only the holder of the lease notifies, so nothing is claimed."""


class _Look(Enum):
    """What there is to do about a planned work that is not news now."""

    DONE = auto()
    LATER = auto()


_DONE = _Look.DONE


def _raise(error: Exception) -> int:
    raise error


def _nothing() -> int:
    return 0


def tidy(services: SubscriptionServices, now: datetime) -> None:
    """Deletes expired subscription data and counts the subscriptions that are left."""
    settings = services.settings
    services.store.subscriptions.tidy(now, settings.confirm_within, settings.remember)
    services.metrics.subscriptions.clear()
    for (kind, status), many in services.store.subscriptions.counts().items():
        services.metrics.subscriptions.labels(kind, status).set(many)


def groups_of(services: SubscriptionServices) -> Mapping[str, str]:
    """The public id of each listed component's group, by component id."""
    site = services.site
    return {site.component_id(c.name): site.group_id(c.group) for c in services.graph if c.public and c.group}


def _incident_view(
    services: SubscriptionServices, timeline: Sequence[IncidentUpdate], site: Site
) -> IncidentView | None:
    """As the page of a language shows it; None while it does not."""
    active = services.store.incidents.active()
    public = public_incident(timeline, services.graph, site.language, services.disclosure, active)
    return Views().of([public], listed_on(site, services.graph)).incidents[0] if public else None


def _seen(services: SubscriptionServices, timeline: Sequence[IncidentUpdate], site: Site) -> IncidentView:
    view = _incident_view(services, timeline, site)
    assert view is not None  # noqa: S101  # what is disclosed in one language is disclosed in all
    return view


def _work_view(services: SubscriptionServices, work: PublicMaintenance, site: Site) -> MaintenanceView:
    planned = phrases_of(site.language).say("planned")
    return maintenance_view(publishable(work, services.disclosure.may_say, planned), listed_on(site, services.graph))
