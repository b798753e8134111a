"""The only constructor of adapters: a configuration becomes services, and a reload becomes other services."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from detectors.sources.embedded import Embedded
from detectors.sources.login import Login
from detectors.sources.prometheus import Prometheus
from detectors.sources.prometheus_api import PrometheusApi
from detectors.sources.replay import Replay
from detectors.sources.scrape import Outcome, Scraper, Target
from detectors.sources.scrape_store import ScrapeStore
from detectors.sources.source import Source, SourceError
from incidents.component import ComponentGraph
from incidents.delivery import Sink
from incidents.incident import IncidentUpdate
from incidents.notifiers.guarded import GuardedCaller
from incidents.notifiers.webhook import WebhookSink
from incidents.settings import Settings
from statuspage.picture import picture
from statuspage.publishers.directory import DirectoryPublisher
from statuspage.publishers.publisher import Publisher
from statuspage.publishers.s3 import Bucket, S3Publisher
from statuspage.render import Renderer
from statuspage.site import Site
from statuspage.theme import Theme
from tickets.account_http import HttpAccount
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mailer, Sender
from tickets.mail.smtp import Security, SmtpServer, SmtpTransport
from tocsin.config import (
    AccessSettings,
    Config,
    ConfigError,
    DirectoryTarget,
    PrometheusSettings,
    ReplaySettings,
    S3Target,
    ScrapeSettings,
    ScrapeTarget,
    Secret,
    SmtpSettings,
    ThemeSettings,
    load,
)
from tocsin.engineering import ticket_of
from tocsin.pagetarget import PageTarget
from tocsin.services import Runtime, Services
from tocsin.sinks import Customers, Tracker
from tocsin.storage import Cipher, Store, WrongKey, load_cipher, migrate, open_store
from tocsin.vitals import Vitals

log = structlog.get_logger()

KEY_FILE = "key"
SAMPLES = "samples.db"
MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What outlives a reload. since: when this installation began; the page claims nothing before."""

    store: Store
    cipher: Cipher
    vitals: Vitals
    since: datetime
    clock: Callable[[], datetime]
    samples: ScrapeStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Other services, or the problems for which the old ones stay."""

    services: Services
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraping:
    """One scrape as a job of the schedule."""

    name: str
    every: timedelta
    work: Callable[[], None]


def wall_clock() -> datetime:
    """The present, in UTC; the only clock of the service but for a replay's."""
    return datetime.now(UTC)


def database_url(config: Config) -> str:
    """The database's URL with its password in it; for the driver alone, never for a message."""
    settings = config.database
    if settings.password is None:
        return settings.url
    parts = urlsplit(settings.url)
    user = f"{parts.username or ''}:{quote(settings.password.reveal(), safe='')}"
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{place}").geturl()


def cipher_of(config: Config) -> Cipher:
    """The installation's key: of the environment, or the file made at the first start."""
    config.data.mkdir(parents=True, exist_ok=True)
    return load_cipher(config.data / KEY_FILE)


def keep(config: Config, clock: Callable[[], datetime] = wall_clock) -> Kept:
    """Opens the database, migrated to this release. Raises WrongKey, StorageError."""
    key = config.data / KEY_FILE
    was_there = key.exists()
    cipher = cipher_of(config)
    url = database_url(config)
    migrate(url)
    try:
        store = open_store(url, cipher)
    except WrongKey as error:
        if was_there or not key.exists():
            raise
        key.unlink()  # made a moment ago, and good for nothing
        raise WrongKey(f"{key} is missing, and only it opens the database: put it back from your backup") from error
    return Kept(
        store=store,
        cipher=cipher,
        vitals=Vitals(),
        since=store.began_at(clock()),
        clock=clock,
        samples=_samples(config),
    )


def _samples(config: Config) -> ScrapeStore:
    keeps = [s.keep for s in config.sources if isinstance(s, ScrapeSettings)]
    return ScrapeStore(config.data / SAMPLES, retention=max(keeps, default=timedelta(days=30)))


def build(config: Config, kept: Kept, runtime: Callable[[], Runtime]) -> Services:
    """The services of a configuration. Raises ValueError, LookupError or OSError where a secret or a file is gone."""
    sources = {s.name: _source(s, kept.samples) for s in config.sources}
    now, pace = _clock(config, sources, kept.clock)
    mailbox, mailer = _mail(config, now)
    site = _site(config, kept)
    return Services(
        config=shadowed(config),
        store=kept.store,
        vitals=kept.vitals,
        graph=ComponentGraph(config.components),
        settings=settings_of(config),
        sources=sources,
        sinks=_sinks(config, runtime, now),
        account=_account(config),
        mailer=mailer,
        mailbox=mailbox,
        targets=_page_targets(config),
        renderer=Renderer(site, key=_signing_key(kept.cipher), overrides=config.page.templates),
        site=site,
        page_directory=config.page.directory,
        secret=kept.cipher.derived("forms"),
        now=now,
        pace=pace,
        tidied=(kept.samples,),
        caller=_caller(config, now),
    )


def rebuild(kept: Kept, running: Services, runtime: Callable[[], Runtime]) -> Rebuilt:
    """The services of the configuration file as it now is; the running ones, and why, where it can't be used."""
    old = running.config
    try:
        config = load(old.path)
        fixed = _needs_restart(old, config)
        if fixed:
            return Rebuilt(services=running, problems=fixed)
        unanswered = source_problems(config)
        if unanswered:
            return Rebuilt(services=running, problems=unanswered)
        return Rebuilt(services=build(config, kept, runtime))
    except ConfigError as error:
        return Rebuilt(services=running, problems=tuple(map(str, error.problems)))
    except (SourceError, ValueError, LookupError, OSError) as error:
        return Rebuilt(services=running, problems=(f"{old.path.name}: {error}",))


def source_problems(config: Config) -> tuple[str, ...]:
    """Why a source can't answer a watch, for every watch; asks no source."""
    with TemporaryDirectory() as folder, closing(ScrapeStore(Path(folder) / SAMPLES)) as samples:
        sources = {s.name: _source(s, samples) for s in config.sources}
        return tuple(
            f"watch {watch.name}: {problem}"
            for watch in config.watches
            for problem in sources[watch.source].problems(watch)
        )


def _needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    names = ("data", "database", "host", "port")
    changed = [name for name in names if getattr(old, name) != getattr(new, name)]
    return tuple(f"{name} has changed: that takes a restart" for name in changed)


@contextmanager
def past_sources(config: Config) -> Iterator[Mapping[str, Source]]:
    """The sources alone, to read the past from: nothing of the installation is written. Raises SourceError."""
    with ExitStack() as opened:
        if any(isinstance(s, ScrapeSettings) for s in config.sources):
            samples = ScrapeStore(config.data / SAMPLES, read_only=True)
        else:
            samples = ScrapeStore(Path(opened.enter_context(TemporaryDirectory())) / SAMPLES)
        opened.enter_context(closing(samples))
        sources = {s.name: _source(s, samples) for s in config.sources}
        for source in sources.values():
            if isinstance(source, Prometheus):
                opened.enter_context(closing(source))
        yield sources


def shadowed(config: Config) -> Config:
    """The configuration with every watch in the shadow, where it says that all of it is."""
    if not config.shadow:
        return config
    return replace(config, watches=tuple(replace(w, shadow=True) for w in config.watches))


def settings_of(config: Config) -> Settings:
    """How signals become incidents."""
    i = config.incidents
    return Settings(cause_wait=i.cause_wait, recovery_hold=i.recovery_hold, reopen_within=i.reopen_within)


def _source(settings: ScrapeSettings | PrometheusSettings | ReplaySettings, samples: ScrapeStore) -> Source:
    match settings:
        case ScrapeSettings():
            return Embedded(samples, scraped_targets(settings))
        case PrometheusSettings():
            login = _login(settings.access)
            timeout = settings.timeout.total_seconds()
            return Prometheus(settings.url, login=login, timeout=timeout, at_once=settings.at_once)
        case ReplaySettings():
            return Replay(dict(settings.files))


def api_of(settings: PrometheusSettings) -> PrometheusApi:
    """What a prometheus source asks. Raises LookupError or OSError where a secret is gone."""
    return PrometheusApi(settings.url, login=_login(settings.access), timeout=settings.timeout.total_seconds())


def scraped_targets(settings: ScrapeSettings) -> tuple[Target, ...]:
    """What a scrape source scrapes. Raises LookupError or OSError where a secret is gone."""
    return tuple(_target(settings.name, target) for target in settings.targets)


def _target(job: str, target: ScrapeTarget) -> Target:
    labels = dict(target.labels)
    job = labels.pop("job", job)
    return Target(
        job=job,
        url=target.url,
        interval=target.every,
        timeout=min(target.every, timedelta(seconds=10)),
        labels=tuple(sorted(labels.items())),
        login=_login(target.access),
    )


def _login(access: AccessSettings) -> Login:
    """Raises LookupError or OSError where a secret is gone."""
    return Login(
        bearer=access.bearer.reveal() if access.bearer else None,
        username=access.user or None,
        password=access.password.reveal() if access.password else "",
        ca=access.ca_file,
        certificate=access.cert_file,
        key=access.key_file,
    )


def scrapers_of(services: Services, kept: Kept) -> tuple[Scraping, ...]:
    """The scrapes that the configuration asks for."""
    jobs = []
    for settings in services.config.sources:
        if isinstance(settings, ScrapeSettings):
            for target in scraped_targets(settings):
                scraper = Scraper(target, kept.samples)
                name = f"{settings.name}:{scraper.target.url}"
                jobs.append(Scraping(name=name, every=scraper.target.interval, work=_scraping(scraper, services)))
    return tuple(jobs)


def _scraping(scraper: Scraper, services: Services) -> Callable[[], None]:
    counted = services.vitals.scrapes

    def work() -> None:
        scrape = scraper.scrape(services.now())
        counted.labels(scraper.target.instance, scrape.outcome.value).inc()
        if scrape.outcome is not Outcome.OK:
            log.warning("scrape failed", target=scraper.target.instance, why=scrape.why)

    return work


def _clock(
    config: Config, sources: Mapping[str, Source], clock: Callable[[], datetime]
) -> tuple[Callable[[], datetime], float]:
    """The clock of all decisions and its pace: the wall's, or with a replay the replay's own."""
    for settings in config.sources:
        source = sources[settings.name]
        if isinstance(settings, ReplaySettings) and isinstance(source, Replay):
            start = datetime.fromtimestamp(source.span()[0], UTC) + settings.warm
            return _quick(clock, start, settings.speed), settings.speed
    return clock, 1.0


def _quick(clock: Callable[[], datetime], start: datetime, speed: float) -> Callable[[], datetime]:
    """A clock that shows `start` now and runs `speed` times as fast as the wall's."""
    began = clock()
    return lambda: start + speed * (clock() - began)


def _mail(config: Config, now: Callable[[], datetime]) -> tuple[Mailbox | None, Mailer]:
    name, address = parseaddr(config.mail.sender)
    sender = Sender(address=address, name=name or config.site.name, reply_to=config.site.support_email)
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


def _site(config: Config, kept: Kept) -> Site:
    return Site(
        title=config.site.name,
        url=config.page.url,
        since=kept.since,
        heartbeat=config.page.heartbeat,
        language=config.site.languages[0],
        languages=tuple(dict.fromkeys(one for one in config.site.languages[1:] if one != config.site.languages[0])),
        home_url=config.page.home_url,
        support_url=f"{config.site.public_url}/support",
        subscribe_url=f"{config.site.public_url}/subscribe" if config.subscriptions else "",
        id_key=kept.cipher.derived("page"),
        theme=_theme(config.page.theme),
    )


def _theme(look: ThemeSettings) -> Theme:
    logo, favicon = (picture(path.read_bytes()) if path else None for path in (look.logo, look.favicon))
    return Theme(light=look.light, dark=look.dark, logo=logo, favicon=favicon)


def _page_targets(config: Config) -> tuple[PageTarget, ...]:
    """The folder that the service itself shows, then the further places."""
    publishers: list[Publisher] = [DirectoryPublisher(config.page.directory)]
    for target in config.page.targets:
        if isinstance(target, DirectoryTarget):
            publishers.append(DirectoryPublisher(target.directory))
        else:
            publishers.append(S3Publisher(_bucket(target)))
    return tuple(map(PageTarget, publishers))


def _bucket(target: S3Target) -> Bucket:
    def revealed(secret: Secret | None) -> str:
        return secret.reveal() if secret else ""

    return Bucket(
        name=target.bucket,
        prefix=target.prefix,
        region=target.region,
        endpoint=target.endpoint,
        access_key=revealed(target.access_key),
        secret_key=revealed(target.secret_key),
        session_token=revealed(target.session_token),
        virtual_hosted=target.virtual_hosted,
        certificates=target.ca_file.read_bytes() if target.ca_file else b"",
    )


def _signing_key(cipher: Cipher) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(cipher.derived("page signature"))
