"""A configuration becomes services, and a reload becomes other services."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from functools import cache

from detectors.sources.source import Source, SourceError
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from incidents.intake.alerts import AlertRules
from incidents.notifiers.guarded import GuardedCaller
from incidents.public import DisclosureSettings
from incidents.settings import Settings
from tickets.account_http import HttpAccount
from tickets.admission import AdmissionLimits
from tickets.embedder import E5Embedder
from tickets.identity import KEY_MIN
from tickets.linking import BY_MEANING, BY_WORDS, Targets
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer, Security
from tickets.mail.smtp import SmtpServer, SmtpTransport
from tickets.reader import Reader
from tocsin.config import BandSettings, Config, ConfigError, IdentitySettings, PushSettings, SmtpSettings, load
from tocsin.context.loops import Wake
from tocsin.context.public_text import PublicText
from tocsin.context.word_check import WordCheck
from tocsin.delivery.helpdesk_queue import HelpdeskChannel
from tocsin.desk.arrivals import TicketArrivals
from tocsin.desk.desk import Desk
from tocsin.desk.helpdesk_intake import HelpdeskIntake
from tocsin.desk.incident_broadcast import IncidentBroadcast
from tocsin.desk.known_incidents import KnownIncidents
from tocsin.desk.learning import Learning
from tocsin.desk.ticket_sweep import TicketSweep
from tocsin.detection.observe import Observer
from tocsin.intake.intake import Intake
from tocsin.intake.samples import SampleIntake
from tocsin.kpi.reports import ReportSettings
from tocsin.page.publisher import PagePublisher
from tocsin.response.builtin_tracker import Tracker
from tocsin.response.engineering_ticket import TicketParts
from tocsin.response.measured_tickets import MeasuredTickets
from tocsin.response.response import Response
from tocsin.subscriptions.subscriptions import SubscriptionServices
from tocsin.wiring.channels import channels_of
from tocsin.wiring.helpdesks import helpdesks_of
from tocsin.wiring.installation import Kept
from tocsin.wiring.mail_in import mail_in_of, sender_of
from tocsin.wiring.oncall import oncall_of, oncall_queues_of
from tocsin.wiring.page import publisher_of
from tocsin.wiring.retention import retention_of
from tocsin.wiring.services import Services
from tocsin.wiring.sources import clock_of, scrapes_of, source_problems, sources_of
from tocsin.wiring.trackers import trackers_of

MAILBOX = "mailbox"


class Refused(Exception):
    """A configuration that cannot be used; problems: why, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def build(config: Config, kept: Kept, *, wake: Wake, may_decide: Callable[[], bool]) -> Services:
    """The services of a configuration. Raises ValueError, LookupError or OSError where a secret or a file is gone.

    wake: asks the process's loops for a run. may_decide: whether this process holds the lease.
    """
    config = shadowed(config)
    graph, words = ComponentGraph(config.components), WordCheck(config, kept.store, kept.memory)
    disclosure = DisclosureSettings(name=config.site.name, may_say=words.may_say)
    publisher = publisher_of(config, kept, graph, disclosure, words)
    with ExitStack() as opened:
        sources = sources_of(config, kept.samples, opened, kept.budget)
        now, pace = clock_of(config, sources, kept.clock)
        mailbox, mailer = _mail(config, now)
        desk = _desk(config, kept, PublicText(store=kept.store, graph=graph, site=disclosure), opened)
        measured = MeasuredTickets(_ticket_parts(config, kept, graph, sources), now)
        tracker, customers = Tracker(measured, now), IncidentBroadcast(desk, wake, now)
        response = Response(
            store=kept.store,
            graph=graph,
            settings=settings_of(config),
            site=disclosure,
            language=publisher.site.language,
            words=words,
            metrics=kept.metrics,
            wake=wake,
            may_decide=may_decide,
        )
        trackers = trackers_of(config, measured, response, now, opened)
        sinks: tuple[Sink, ...] = (tracker, TicketSweep(desk, wake, now), customers, *trackers.sinks)
        subscriptions = _subscriptions(config, kept, graph, publisher, now)
        helpdesks = helpdesks_of(config, now, opened)
        oncall = oncall_of(config, kept, graph)
        return Services(
            config=config,
            store=kept.store,
            metrics=kept.metrics,
            graph=graph,
            memory=kept.memory,
            sources=sources,
            scrapes=scrapes_of(config, kept, now, opened),
            scraped=kept.scraped,
            tidied=(kept.samples, mailbox) if mailbox else (kept.samples,),
            observer=Observer(sources=sources, store=kept.store, metrics=kept.metrics, memory=kept.memory, wake=wake),
            intake=Intake(
                store=kept.store,
                graph=graph,
                rules=rules_of(config),
                metrics=kept.metrics,
                wake=wake,
                may_decide=may_decide,
                listening_since=now(),
            ),
            sample_intake=_sample_intake(config, kept),
            response=response,
            desk=desk,
            helpdesks=tuple(HelpdeskIntake(desk, one, wake) for one in helpdesks),
            sinks=sinks,
            channels=channels_of(
                kept.store,
                sinks,
                mailer,
                subscriptions,
                publisher.targets,
                helpdesks=[HelpdeskChannel(kept.store, one.helpdesk, config.site.public_url) for one in helpdesks],
                oncall=oncall_queues_of(oncall, mailer, now) if oncall else (),
                items=trackers.items,
                gather={tracker.name: tracker.gather for tracker in config.trackers},
            ),
            refreshed=(tracker, customers, *trackers.sinks),
            inboxes=(*trackers.inboxes, *mail_in_of(config, desk, wake)),
            subscriptions=subscriptions,
            oncall=oncall,
            reports=ReportSettings(
                store=kept.store,
                watches=config.watches,
                exchange=config.site.name,
                public_url=config.site.public_url,
            ),
            publisher=publisher,
            retention=retention_of(config),
            mailer=mailer,
            mailbox=mailbox,
            secret=desk.secret,
            now=now,
            pace=pace,
            opened=opened.pop_all(),
        )


def rebuild(old: Config, kept: Kept, *, wake: Wake, may_decide: Callable[[], bool]) -> Services:
    """The services of the configuration file as it is now. Raises Refused where it cannot be used."""
    try:
        config = load(old.path)
        problems = _needs_restart(old, config) or source_problems(config)
        if problems:
            raise Refused(problems)
        return build(config, kept, wake=wake, may_decide=may_decide)
    except ConfigError as error:
        raise Refused(tuple(map(str, error.problems))) from error
    except (SourceError, ValueError, LookupError, OSError) as error:
        raise Refused((f"{old.path.name}: {error}",)) from error


def _needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    names = ("data", "database", "database_password", "listen")
    changed = [name for name in names if getattr(old, name) != getattr(new, name)]
    return tuple(f"{name} has changed: that takes a restart" for name in changed)


def shadowed(config: Config) -> Config:
    """The configuration with every watch in shadow, where the whole installation is configured as shadow."""
    if not config.shadow:
        return config
    return config.model_copy(update={"watches": tuple(replace(w, shadow=True) for w in config.watches)})


def settings_of(config: Config) -> Settings:
    """The settings of correlation, as configured."""
    i = config.incidents
    return Settings(cause_wait=i.cause_wait, recovery_hold=i.recovery_hold, reopen_within=i.reopen_within)


def rules_of(config: Config) -> AlertRules:
    """How foreign alerts become signals, as configured."""
    alerts = config.alerts
    return AlertRules(rules=alerts.rules, drop_labels=frozenset(alerts.drop_labels), shadow=config.shadow)


def _sample_intake(config: Config, kept: Kept) -> SampleIntake | None:
    if not any(isinstance(settings, PushSettings) for settings in config.sources.values()):
        return None
    return SampleIntake(samples=kept.samples, metrics=kept.metrics)


def _mail(config: Config, now: Callable[[], datetime]) -> tuple[Mailbox | None, Mailer]:
    sender = sender_of(config)
    if config.mail.smtp is None:
        mailbox = Mailbox(config.data / MAILBOX, sender, now, keep=config.retention.mailbox)
        return mailbox, mailbox
    return None, SmtpTransport(_server(config.mail.smtp), sender, now)


def _server(smtp: SmtpSettings) -> SmtpServer:
    password = smtp.password.reveal() if smtp.password else ""
    return SmtpServer(
        host=smtp.host, port=smtp.port, security=Security(smtp.tls), user=smtp.user or "", password=password
    )


def _desk(config: Config, kept: Kept, text: PublicText, opened: ExitStack) -> Desk:
    sender, inbound = sender_of(config), config.mail.inbound
    return Desk(
        store=kept.store,
        text=text,
        account=_account(config, opened, kept.clock),
        reader=_reader() if config.desk.embeddings else Reader(),
        learning=Learning(
            kept.store,
            BY_MEANING if config.desk.embeddings else BY_WORDS,
            _targets(config.desk.bands),
            kept.metrics,
        ),
        known=KnownIncidents(kept.store, text),
        arrivals=TicketArrivals(kept.store),
        metrics=kept.metrics,
        prefix=config.desk.prefix,
        identity_key=_identity_key(config.desk.identity),
        unproven_mails=config.desk.unproven_mails,
        limits=AdmissionLimits(
            customer=config.desk.customer_tickets,
            copies=config.desk.copied_tickets,
            network=config.desk.network_tickets,
        ),
        secret=kept.cipher.derived("forms"),
        public_url=config.site.public_url,
        page_url=config.page_url,
        reads_answers=inbound is not None,
        answers_to=sender.reply_to or sender.address,
        tags_answers=inbound is not None and inbound.tags,
        own_addresses=tuple(dict.fromkeys(filter(None, (sender.address, sender.reply_to)))),
        sender_name=sender.name,
    )


def _targets(settings: BandSettings) -> Targets:
    return Targets(attach=settings.attach, ask=settings.ask, suggest=settings.suggest)


def _identity_key(settings: IdentitySettings | None) -> bytes:
    secret = settings.secret if settings else None
    if secret is None:
        return b""
    key = secret.reveal().encode()
    if len(key) < KEY_MIN:
        raise ValueError(f"desk.identity: the key has {len(key)} bytes, must have at least {KEY_MIN}")
    return key


@cache
def _reader() -> Reader:
    """One for the process: a reload loads no second copy of the model. Raises MissingTextExtra."""
    return Reader(E5Embedder())


def _account(config: Config, opened: ExitStack, clock: Callable[[], datetime]) -> HttpAccount | None:
    settings = config.desk.account
    if settings is None:
        return None
    token = settings.token.reveal() if settings.token else ""
    return opened.enter_context(closing(HttpAccount(settings.url, token=token, clock=clock)))


def _subscriptions(
    config: Config, kept: Kept, graph: ComponentGraph, publisher: PagePublisher, now: Callable[[], datetime]
) -> SubscriptionServices | None:
    settings = config.subscriptions
    if settings is None:
        return None
    return SubscriptionServices(
        store=kept.store,
        graph=graph,
        disclosure=publisher.disclosure,
        site=publisher.site,
        public_url=config.site.public_url,
        settings=settings,
        caller=GuardedCaller(clock=now, allow_private=settings.private_hooks) if settings.webhooks else None,
        metrics=kept.metrics,
    )


def _ticket_parts(config: Config, kept: Kept, graph: ComponentGraph, sources: Mapping[str, Source]) -> TicketParts:
    return TicketParts(
        store=kept.store,
        graph=graph,
        watches={watch.name: watch for watch in config.watches},
        sources=sources,
        memory=kept.memory,
        metrics=kept.metrics,
        public_url=config.site.public_url,
        page_url=config.page_url,
        share_who_write=config.desk.share_who_write,
    )
