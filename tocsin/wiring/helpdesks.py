"""Builds the helpdesks of other companies from the configuration."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import datetime, timedelta

from tickets.helpdesk import Helpdesk, ProvenBy
from tickets.helpdesks.freshdesk import Freshdesk
from tickets.helpdesks.jira_service_management import JiraServiceManagement
from tickets.helpdesks.zammad import Zammad
from tickets.helpdesks.zendesk import Zendesk
from tickets.rest import RestClient, basic
from tocsin.config import (
    Config,
    FreshdeskSettings,
    HelpdeskKeys,
    HelpdeskSettings,
    JiraServiceManagementSettings,
    ZammadSettings,
    ZendeskSettings,
)
from tocsin.context.metrics import Metrics
from tocsin.desk.helpdesk_intake import ConnectedHelpdesk
from tocsin.wiring.outside import counted

DEADLINE = timedelta(seconds=20)  # of one request; an export of some hundred tickets takes its time


def helpdesks_of(
    config: Config, now: Callable[[], datetime], metrics: Metrics, opened: ExitStack
) -> tuple[ConnectedHelpdesk, ...]:
    """The configured helpdesks; `opened` closes them. Raises LookupError or OSError where a secret is gone."""
    return tuple(
        ConnectedHelpdesk(
            helpdesk=opened.enter_context(closing(_helpdesk(settings, now, metrics))),
            forms=settings.forms,
            proves=ProvenBy(settings.proves),
            every=settings.poll,
        )
        for settings in config.helpdesks
    )


def _helpdesk(settings: HelpdeskSettings, now: Callable[[], datetime], metrics: Metrics) -> Helpdesk:
    match settings:
        case ZendeskSettings():
            return _zendesk(settings, now, metrics)
        case ZammadSettings():
            return _zammad(settings, now, metrics)
        case JiraServiceManagementSettings():
            return _jira(settings, now, metrics)
        case FreshdeskSettings():
            return _freshdesk(settings, now, metrics)


def _zendesk(settings: ZendeskSettings, now: Callable[[], datetime], metrics: Metrics) -> Zendesk:
    return Zendesk(
        name=settings.name,
        url=settings.url,
        rest=_rest(settings, basic(f"{settings.user}/token", settings.token.reveal()), now, metrics),
        clock=now,
        fields=settings.fields,
        secret=_webhook_secret(settings),
        waiting=settings.waiting,
        updates_per_minute=settings.updates_per_minute,
    )


def _zammad(settings: ZammadSettings, now: Callable[[], datetime], metrics: Metrics) -> Zammad:
    return Zammad(
        name=settings.name,
        url=settings.url,
        rest=_rest(settings, {"authorization": f"Token token={settings.token.reveal()}"}, now, metrics),
        clock=now,
        fields=settings.fields,
        secret=_webhook_secret(settings),
        group=settings.group,
        waiting=settings.waiting,
        article=settings.article,
        updates_per_minute=settings.updates_per_minute,
    )


def _jira(
    settings: JiraServiceManagementSettings, now: Callable[[], datetime], metrics: Metrics
) -> JiraServiceManagement:
    return JiraServiceManagement(
        name=settings.name,
        url=settings.url,
        rest=_rest(settings, basic(settings.user, settings.token.reveal()), now, metrics),
        clock=now,
        fields=settings.fields,
        project=settings.project,
        secret=_webhook_secret(settings),
        issue_type=settings.issue_type,
        link_type=settings.link_type,
        open_status=settings.open_status,
        waiting=settings.waiting,
        solved=settings.solved,
        closed=settings.closed,
        updates_per_minute=settings.updates_per_minute,
    )


def _freshdesk(settings: FreshdeskSettings, now: Callable[[], datetime], metrics: Metrics) -> Freshdesk:
    return Freshdesk(
        name=settings.name,
        url=settings.url,
        rest=_rest(settings, basic(settings.token.reveal(), "X"), now, metrics),
        clock=now,
        fields=settings.fields,
        requester=settings.requester,
        secret=_webhook_secret(settings),
        waiting=settings.waiting,
        updates_per_minute=settings.updates_per_minute,
    )


def _webhook_secret(settings: HelpdeskKeys) -> str:
    return settings.webhook_secret.reveal() if settings.webhook_secret else ""


def _rest(
    settings: HelpdeskKeys, headers: Mapping[str, str], now: Callable[[], datetime], metrics: Metrics
) -> RestClient:
    made = RestClient(
        f"helpdesk {settings.name}", settings.url, headers=headers, clock=now, allow_private=True, deadline=DEADLINE
    )
    return counted(made, metrics)
