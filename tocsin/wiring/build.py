"""A configuration becomes services, and a reload becomes other services."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from detectors.sources.source import SourceError
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from incidents.incident import IncidentUpdate
from incidents.notifiers.guarded import GuardedCaller
from incidents.notifiers.webhook import WebhookSink
from incidents.settings import Settings
from tickets.account_http import HttpAccount
from tickets.address import named_address
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer, Sender
from tickets.mail.smtp import Security, SmtpServer, SmtpTransport
from tocsin.config import Config, ConfigError, SmtpSettings, load
from tocsin.context.services import Runtime, Services
from tocsin.desk.incident_broadcast import Customers
from tocsin.page.publisher import Publisher, PublishingRuntime
from tocsin.response.builtin_tracker import Tracker
from tocsin.response.engineering_ticket import ticket_of
from tocsin.wiring.installation import Kept
from tocsin.wiring.page import publisher_of, site_of
from tocsin.wiring.sources import clock_of, source_of, source_problems

MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Other services, or the problems for which the old ones stay."""

    services: Services
    publisher: Publisher
    problems: tuple[str, ...] = ()


def build(config: Config, kept: Kept, runtime: Callable[[], Runtime]) -> Services:
    """The services of a configuration. Raises ValueError, LookupError or OSError where a secret or a file is gone."""
    sources = {s.name: source_of(s, kept.samples) for s in config.sources}
    now, pace = clock_of(config, sources, kept.clock)
    mailbox, mailer = _mail(config, now)
    return Services(
        config=shadowed(config),
        store=kept.store,
        metrics=kept.metrics,
        graph=ComponentGraph(config.components),
        settings=settings_of(config),
        sources=sources,
        sinks=_sinks(config, runtime, now),
        account=_account(config),
        mailer=mailer,
        mailbox=mailbox,
        site=site_of(config, kept),
        secret=kept.cipher.derived("forms"),
        now=now,
        pace=pace,
        tidied=(kept.samples,),
        caller=_caller(config, now),
    )


def rebuild(kept: Kept, running: PublishingRuntime) -> Rebuilt:
    """The services of the configuration file as it now is; the running ones, and why, where it can't be used."""
    old = running.services.config

    def refused(*problems: str) -> Rebuilt:
        return Rebuilt(services=running.services, publisher=running.publisher, problems=problems)

    try:
        config = load(old.path)
        fixed = _needs_restart(old, config)
        if fixed:
            return refused(*fixed)
        unanswered = source_problems(config)
        if unanswered:
            return refused(*unanswered)
        services = build(config, kept, lambda: running)
        return Rebuilt(services=services, publisher=publisher_of(config, kept, services.site))
    except ConfigError as error:
        return refused(*map(str, error.problems))
    except (SourceError, ValueError, LookupError, OSError) as error:
        return refused(f"{old.path.name}: {error}")


def _needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    names = ("data", "database", "host", "port")
    changed = [name for name in names if getattr(old, name) != getattr(new, name)]
    return tuple(f"{name} has changed: that takes a restart" for name in changed)


def shadowed(config: Config) -> Config:
    """The configuration with every watch in the shadow, where it says that all of it is."""
    if not config.shadow:
        return config
    return replace(config, watches=tuple(replace(w, shadow=True) for w in config.watches))


def settings_of(config: Config) -> Settings:
    """How signals become incidents."""
    i = config.incidents
    return Settings(cause_wait=i.cause_wait, recovery_hold=i.recovery_hold, reopen_within=i.reopen_within)


def _mail(config: Config, now: Callable[[], datetime]) -> tuple[Mailbox | None, Mailer]:
    name, address = named_address(config.mail.sender)
    _, reply_to = named_address(config.site.support_email) if config.site.support_email else ("", "")
    sender = Sender(address=address, name=name or config.site.name, reply_to=reply_to)
    if config.mail.smtp is None:
        mailbox = Mailbox(config.data / MAILBOX, sender, now)
        return mailbox, mailbox
    return None, SmtpTransport(_server(config.mail.smtp), sender, now)


def _server(smtp: SmtpSettings) -> SmtpServer:
    password = smtp.password.reveal() if smtp.password else ""
    return SmtpServer(host=smtp.host, port=smtp.port, security=Security(smtp.tls), user=smtp.user, password=password)


def _account(config: Config) -> HttpAccount | None:
    settings = config.desk.account
    if settings is None:
        return None
    return HttpAccount(settings.url, token=settings.token.reveal() if settings.token else "")


def _caller(config: Config, now: Callable[[], datetime]) -> GuardedCaller | None:
    settings = config.subscriptions
    if settings is None or not settings.webhooks:
        return None
    return GuardedCaller(clock=now, allow_private=settings.private_hooks)


def _sinks(config: Config, runtime: Callable[[], Runtime], now: Callable[[], datetime]) -> tuple[Sink, ...]:
    hooks = [
        WebhookSink(name=t.name, url=t.url, secret=t.secret.reveal(), clock=now, extra=_ticket_data(runtime))
        for t in config.trackers
    ]
    return (Tracker(runtime), Customers(runtime), *hooks)


def _ticket_data(runtime: Callable[[], Runtime]) -> Callable[[IncidentUpdate], Mapping[str, object]]:
    """The engineering ticket as a webhook carries it: pictures in base64, as JSON has no bytes."""

    def data(update: IncidentUpdate) -> Mapping[str, object]:
        ticket = ticket_of(runtime(), update)
        plots = [
            {"name": p.name, "media_type": p.media_type, "finding": p.finding, "base64": b64encode(p.content).decode()}
            for p in ticket.plots
        ]
        return {"ticket": {"title": ticket.title, "body": ticket.body, "digest": ticket.digest, "plots": plots}}

    return data
