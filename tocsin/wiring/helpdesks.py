"""Builds the helpdesks of other companies from the configuration."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import datetime, timedelta

from tickets.helpdesk import Helpdesk, ProvenBy
from tickets.helpdesks.zendesk import Zendesk
from tickets.rest import RestClient, basic
from tocsin.config import Config, HelpdeskKeys, HelpdeskSettings
from tocsin.desk.helpdesk_intake import ConnectedHelpdesk

DEADLINE = timedelta(seconds=20)  # of one request; an export of some hundred tickets takes its time


def helpdesks_of(config: Config, now: Callable[[], datetime], opened: ExitStack) -> tuple[ConnectedHelpdesk, ...]:
    """The configured helpdesks; `opened` closes them. Raises LookupError or OSError where a secret is gone."""
    return tuple(
        ConnectedHelpdesk(
            helpdesk=opened.enter_context(closing(_helpdesk(settings, now))),
            forms=settings.forms,
            proves=ProvenBy(settings.proves),
            every=settings.poll,
        )
        for settings in config.helpdesks
    )


def _helpdesk(settings: HelpdeskSettings, now: Callable[[], datetime]) -> Helpdesk:
    token = settings.token.reveal()
    return Zendesk(
        name=settings.name,
        url=settings.url,
        rest=RestClient(
            f"helpdesk {settings.name}",
            settings.url,
            headers=basic(f"{settings.user}/token", token),
            clock=now,
            allow_private=True,
            deadline=DEADLINE,
        ),
        clock=now,
        fields=_fields(settings),
        secret=_webhook_secret(settings),
        waiting=settings.waiting,
        updates_per_minute=settings.updates_per_minute,
    )


def _webhook_secret(settings: HelpdeskKeys) -> str:
    return settings.webhook_secret.reveal() if settings.webhook_secret else ""


def _fields(settings: HelpdeskKeys) -> dict[str, str]:
    return dict(settings.fields)
