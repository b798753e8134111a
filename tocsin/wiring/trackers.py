"""Builds the engineering trackers that a configuration names."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime

from incidents.incident import Severity
from incidents.notifiers.webhook import WebhookSink
from tickets.rest import RestClient
from tickets.trackers import github, gitlab, jira, servicenow
from tickets.trackers.foreign import Filing, ForeignTracker
from tickets.trackers.github import GitHub
from tickets.trackers.gitlab import GitLab
from tickets.trackers.jira import Jira
from tickets.trackers.servicenow import ServiceNow
from tocsin.config import Config
from tocsin.config.schema_trackers import (
    ForeignTrackerSettings,
    GitHubSettings,
    GitLabSettings,
    JiraSettings,
    ServiceNowSettings,
    WebhookSettings,
)
from tocsin.response.action_tickets import ActionTickets
from tocsin.response.foreign_tracker import ForeignTrackerSink
from tocsin.response.measured_tickets import MeasuredTickets
from tocsin.response.response import Response
from tocsin.response.tracker_inbox import TrackerInbox
from tocsin.response.webhook_tracker import WebhookTracker
from tocsin.wiring.outside import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Trackers:
    """The configured trackers: what updates are delivered to, where news is asked for, who keeps action items."""

    sinks: tuple[WebhookTracker | ForeignTrackerSink, ...]
    inboxes: tuple[TrackerInbox, ...]
    items: tuple[ActionTickets, ...]


def trackers_of(
    config: Config, tickets: MeasuredTickets, response: Response, now: Callable[[], datetime], opened: ExitStack
) -> Trackers:
    """All of them, in the file's order; `opened` closes their connections.

    Raises ValueError, LookupError or OSError where a secret or an address cannot be used.
    """
    sinks: list[WebhookTracker | ForeignTrackerSink] = []
    inboxes, items = [], []
    parts = tickets.parts
    for settings in config.trackers:
        if isinstance(settings, WebhookSettings):
            made = WebhookSink(name=settings.name, url=settings.url, secret=settings.secret.reveal(), clock=now)
            sinks.append(WebhookTracker(tickets, opened.enter_context(closing(made)), now))
        else:
            rest, tracker = _foreign(settings, now)
            opened.enter_context(closing(counted(rest, response.metrics)))
            sink = ForeignTrackerSink(tickets, tracker, now)
            sinks.append(sink)
            inboxes.append(TrackerInbox(response, sink, tracker, every=settings.poll))
            items.append(
                ActionTickets(parts.store, parts.graph, tracker, public_url=parts.public_url, turn=sink.turn, now=now)
            )
    return Trackers(sinks=tuple(sinks), inboxes=tuple(inboxes), items=tuple(items))


def _foreign(settings: ForeignTrackerSettings, now: Callable[[], datetime]) -> tuple[RestClient, ForeignTracker]:
    token = settings.token.reveal()
    match settings:
        case GitHubSettings():
            return _github(settings, token, now)
        case GitLabSettings():
            return _gitlab(settings, token, now)
        case JiraSettings():
            return _jira(settings, token, now)
        case ServiceNowSettings():
            return _servicenow(settings, token, now)
        case _:
            raise ValueError(f"tracker {settings.name}: {type(settings).__name__} has no adapter")


def _github(settings: GitHubSettings, token: str, now: Callable[[], datetime]) -> tuple[RestClient, ForeignTracker]:
    rest, filing = github.connect(settings.name, token, now, settings.url), _filing(settings, settings.labels)
    return rest, GitHub(settings.name, rest, repository=settings.repository, filing=filing)


def _gitlab(settings: GitLabSettings, token: str, now: Callable[[], datetime]) -> tuple[RestClient, ForeignTracker]:
    rest, filing = gitlab.connect(settings.name, token, now, settings.url), _filing(settings, settings.labels)
    return rest, GitLab(settings.name, rest, project=settings.project, filing=filing)


def _jira(settings: JiraSettings, token: str, now: Callable[[], datetime]) -> tuple[RestClient, ForeignTracker]:
    rest = jira.connect(settings.name, token, now, settings.url, settings.user or "")
    return rest, Jira(
        settings.name,
        rest,
        url=settings.url,
        project=settings.project,
        issue_type=settings.issue_type,
        cloud=settings.cloud,
        close_as=settings.close_as or "",
        reopen_as=settings.reopen_as or "",
        clock=now,
        filing=_filing(settings, settings.labels),
    )


def _servicenow(
    settings: ServiceNowSettings, token: str, now: Callable[[], datetime]
) -> tuple[RestClient, ForeignTracker]:
    rest = servicenow.connect(settings.name, token, now, settings.url, settings.user or "")
    return rest, ServiceNow(
        settings.name,
        rest,
        url=settings.url,
        table=settings.table,
        group=settings.group or "",
        close_code=settings.close_code,
        clock=now,
        filing=_filing(settings),
    )


def _filing(settings: ForeignTrackerSettings, labels: tuple[str, ...] = ()) -> Filing:
    words = settings.severities
    return Filing(
        labels=labels,
        severities={
            Severity.CRITICAL: words.critical or "",
            Severity.MAJOR: words.major or "",
            Severity.MINOR: words.minor or "",
        },
        assignee=settings.assignee or "",
        by_team=settings.teams,
    )
