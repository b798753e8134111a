"""Declares the configuration's keys except sources, watches and the page: type, range, default, meaning, example.

Each class is at once what the file may say and the settings that the service is built from.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr

from detectors.watch import Watch
from incidents.component import Component
from incidents.intake.alerts import AlertRule
from tocsin.config.examples import COMPONENTS, SOURCES, WATCHES
from tocsin.config.keys import Keys, Text, domain_of
from tocsin.config.scalars import (
    BaseUrl,
    DatabaseUrl,
    Duration,
    Email,
    FilePath,
    HolidayCountry,
    HttpUrl,
    KnownDays,
    LabelName,
    Listen,
    LongerThanNothing,
    Name,
    Network,
    Variable,
    Zone,
)
from tocsin.config.schema_helpdesks import HelpdeskSettings
from tocsin.config.schema_mail import InboundSettings
from tocsin.config.schema_oncall import OncallSettings
from tocsin.config.schema_page import PageSettings
from tocsin.config.schema_sources import SourceSettings
from tocsin.config.schema_trackers import TrackerSettings
from tocsin.config.schema_watches import AlertRuleKeys, ComponentKeys, WatchKeys
from tocsin.config.secret import Secret, secret_at


class SiteSettings(Keys):
    """The exchange, as the public knows it."""

    name: Text = Field(examples=["Example Exchange"])
    """The exchange's name, as pages and mails call it."""
    public_url: BaseUrl = Field(default="http://127.0.0.1:8080", examples=["http://127.0.0.1:8080"])
    """Where browsers reach Tocsin; the links in tickets and mails begin with it."""
    time_zone: Zone = Field(default="UTC", examples=["UTC"])
    """In which days and daily patterns begin."""
    holidays: tuple[HolidayCountry, ...] = Field(default=(), examples=[["DE", "US-NY"]])
    """Countries, or parts of them, whose public holidays are no days to learn from: volumes may be lower then."""
    known_days: KnownDays = Field(default=(), examples=[{"2026-11-27": "Black Friday", "12-24": "Christmas Eve"}])
    """Other days like no other, by date or by day of every year, each with its name."""
    support_email: Email | None = Field(default=None, examples=["support@example.com"])
    """Where customers' answers to mails go, unless to the sender."""
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], ...] = Field(
        default=("en",), min_length=1, examples=[["en"]]
    )
    """Of the public words; the first is the default."""


class IncidentSettings(Keys):
    """When signals become an incident, and when it ends."""

    cause_wait: Duration = Field(default=timedelta(seconds=5), examples=["5s"])
    """How long a signal waits for its cause before it opens an incident of its own."""
    recovery_hold: Duration = Field(default=timedelta(minutes=2), examples=["2m"])
    """How long all must be well before an incident resolves itself."""
    reopen_within: Duration = Field(default=timedelta(hours=2), examples=["2h"])
    """A fault that is back within this time reopens its incident."""


class AlertSettings(Keys):
    """Alerts of other systems that are sent to Tocsin."""

    drop_labels: tuple[LabelName, ...] = ("replica", "prometheus_replica")
    """Labels in which two senders of one and the same alert differ: they do not tell alerts apart."""
    rules: tuple[Annotated[AlertRule, domain_of(AlertRuleKeys)], ...] = Field(
        default=(),
        examples=[
            [
                {"match": {"alertname": "Watchdog"}, "ignore": True},
                {"match": {"service": "withdrawals"}, "component": "withdrawals/{asset}/{network}", "kind": "delay"},
            ]
        ],
    )
    """Which component an alert is about: the first rule that fits. An alert that fits none is never published."""
    resolve_after: LongerThanNothing = timedelta(minutes=5)
    """How long an alert of a Prometheus or of amtool lasts that does not say until when."""
    repeat_within: LongerThanNothing = timedelta(hours=5)
    """How long an alert of an Alertmanager or a CloudEvent lasts unrepeated; above the repeat_interval."""


class SmtpSettings(Keys):
    """A mail server."""

    host: Text = Field(examples=["mail.internal"])
    """The server's name or address."""
    port: int = Field(default=587, ge=1, le=65535)
    """The server's port."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """starttls = encrypted after the greeting, tls = from the first byte, none = not at all."""
    user: Text | None = Field(default=None, examples=["tocsin"])
    """Who signs in; null = without signing in."""
    password_env: Variable | None = Field(default=None, examples=["SMTP_PASSWORD"])
    """The variable that holds the user's password."""
    password_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/smtp-password"])
    """The file that holds the user's password."""

    @property
    def password(self) -> Secret | None:
        """Where the password is."""
        return secret_at(self.password_env, self.password_file)


class MailSettings(Keys):
    """Mail to customers."""

    sender: Email = Field(
        default="Support <support@localhost.localdomain>",
        alias="from",
        examples=["Example Exchange Support <support@example.com>"],
    )
    """Who mails are from: an address, or a name with one."""
    smtp: SmtpSettings | None = Field(
        default=None,
        examples=[{"host": "mail.internal", "user": "tocsin", "password_file": "/etc/tocsin/smtp-password"}],
    )
    """null = into the local mailbox, which the page /mailbox shows."""
    inbound: InboundSettings | None = Field(
        default=None,
        examples=[{"host": "mail.internal", "user": "support", "password_file": "/etc/tocsin/imap-password"}],
    )
    """The mailbox of site.support_email, else of `from`, where answers arrive. null = none is read or promised."""


class AccountSettings(Keys):
    """The exchange's API that answers for a customer's orders, deposits and withdrawals."""

    url: BaseUrl = Field(examples=["https://accounts.internal"])
    """Where it answers."""
    token_env: Variable | None = Field(default=None, examples=["TOCSIN_ACCOUNT_TOKEN"])
    """The variable that holds a token, sent with each request."""
    token_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/account-token"])
    """The file that holds a token, sent with each request."""

    @property
    def token(self) -> Secret | None:
        """Where the token is."""
        return secret_at(self.token_env, self.token_file)


class IdentitySettings(Keys):
    """How the exchange proves to the desk which of its customers writes: it signs tokens (JSON Web Tokens, HS256)."""

    secret_env: Variable | None = Field(default=None, examples=["TOCSIN_IDENTITY_SECRET"])
    """The variable that holds the shared key, at least 32 characters."""
    secret_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/identity-secret"])
    """The file that holds the shared key, at least 32 characters."""

    @property
    def secret(self) -> Secret | None:
        """Where the key is."""
        return secret_at(self.secret_env, self.secret_file)


class BandSettings(Keys):
    """What becomes of a ticket that may be about an incident, by the share of such tickets that is to be about it."""

    attach: float = Field(default=0.99, gt=0, le=1, examples=[0.99])
    """Of the tickets that are linked by themselves: 0.99 = one in a hundred may be linked wrongly."""
    ask: float = Field(default=0.85, gt=0, le=1, examples=[0.85])
    """Of the tickets whose customer is asked whether it is about the incident."""
    suggest: float = Field(default=0.35, gt=0, le=1, examples=[0.35])
    """Of the tickets of which an agent is shown the incident."""


class DeskSettings(Keys):
    """Customers' tickets."""

    prefix: str = Field(default="TOC", pattern=r"^[A-Z][A-Z0-9]{0,7}$", examples=["TOC"])
    """Of ticket numbers: TOC-78342."""
    bands: BandSettings = Field(default=BandSettings(), examples=[{"attach": 0.99, "ask": 0.85}])
    """How sure a link must be, as the share of such links that is to be right; the probabilities follow from it."""
    embeddings: bool = Field(default=False, examples=[True])
    """Whether tickets are read by their meaning too (the `text` extra): surer, about 30 ms a ticket and 80 MB more."""
    account: AccountSettings | None = Field(
        default=None, examples=[{"url": "https://accounts.internal", "token_env": "TOCSIN_ACCOUNT_TOKEN"}]
    )
    """Where a customer's own transactions are asked for; null = nowhere."""
    identity: IdentitySettings | None = Field(default=None, examples=[{"secret_env": "TOCSIN_IDENTITY_SECRET"}])
    """How the exchange proves whose a ticket is; null = by a machine's token alone."""
    unproven_mails: int = Field(default=5, ge=1, le=1000, examples=[5])
    """How many tickets an hour are confirmed by mail to one address that nobody proved to have."""
    customer_tickets: int = Field(default=30, ge=1, le=10_000, examples=[30])
    """How many tickets an hour are taken of one customer of whom it is proven who it is."""
    copied_tickets: int = Field(default=100, ge=1, le=100_000, examples=[100])
    """How many tickets an hour are taken of one text from senders whom nobody proved."""
    network_tickets: int = Field(default=300, ge=1, le=100_000, examples=[300])
    """How many tickets an hour are taken of senders whom nobody proved in one network (/24, or /64 in IPv6)."""
    share_who_write: float | None = Field(default=None, gt=0, le=1, examples=[0.05])
    """Share of the customers hurt by an incident who write: tickets estimate by it how many are; null = unknown."""


class HeartbeatSettings(Keys):
    """An address that is called while all is well, so that somebody else notices our death."""

    url: HttpUrl = Field(examples=["https://watchdog.example.com/tocsin"])
    """What is called."""
    every: LongerThanNothing = Field(default=timedelta(minutes=1), examples=["1m"])
    """How often."""


class SubscriptionSettings(Keys):
    """Subscriptions of the public page: by mail, and by webhooks where they are allowed."""

    webhooks: bool = Field(default=False, examples=[True])
    """Let people subscribe webhooks, which are signed and must answer a challenge first."""
    private_hooks: bool = False
    """Let webhooks lead to private and loopback addresses, also over http: for a page that only your own people see."""
    gather: Duration = Field(default=timedelta(seconds=30), examples=["30s"])
    """What happens to an incident within this time is sent in one message."""
    confirm_within: LongerThanNothing = Field(default=timedelta(days=2), examples=["2d"])
    """How long the link that confirms a sign-up is good."""
    remember: Duration = Field(default=timedelta(days=30), examples=["30d"])
    """How long the keyed hash of an address that left is kept, so that nobody has it written to again and again."""
    bounces: int = Field(default=3, ge=1)
    """After so many refusals for good in a row an address is given up."""
    per_address: int = Field(default=3, ge=1)
    """Mails about signing up that one address gets in a day, at most."""
    per_network: int = Field(default=20, ge=1)
    """Sign-ups in an hour from one address of the internet (IPv6: one /64 network)."""


class RetentionSettings(Keys):
    """How long what is over is kept; it is deleted in small steps. null = for ever."""

    archive: FilePath | None = Field(default=None, examples=["/srv/tocsin-archive"])
    """The folder to which all but idempotency keys is written before it is deleted; null = it is only deleted."""
    signals: LongerThanNothing | None = Field(default=timedelta(days=30), examples=["30d"])
    """Signals that ended, and alerts: incidents keep their own evidence."""
    sent_mail: LongerThanNothing | None = Field(default=timedelta(days=180), examples=["180d"])
    """Mails that left or were given up. Mails of tickets stay as long as their ticket unless there is an archive."""
    mailbox: LongerThanNothing | None = Field(default=timedelta(days=30), examples=["30d"])
    """Mails in the local mailbox, where no mail server is configured."""
    idempotency_keys: LongerThanNothing | None = Field(default=timedelta(days=30), examples=["30d"])
    """Keys by which a ticket that is sent twice is known."""
    changes: LongerThanNothing | None = Field(default=timedelta(days=400), examples=["400d"])
    """Changes of the exchange that were reported."""
    tickets: LongerThanNothing | None = Field(default=timedelta(days=2557), examples=["2557d"])
    """Tickets that are over, with their messages, files and mails, since their last change: seven years."""
    audit: LongerThanNothing | None = Field(default=timedelta(days=2557), examples=["2557d"])
    """Entries of the audit trail: seven years; what stays is still checked as one chain."""


class Config(Keys):
    """Tocsin's configuration."""

    model_config = ConfigDict(title="Tocsin configuration")

    site: SiteSettings
    """The exchange, as the public knows it."""
    data: FilePath = Field(default="./tocsin-data", validate_default=True, examples=["./tocsin-data"])
    """The folder of the database, the key file, samples, the page and the mailbox: back it up."""
    database: DatabaseUrl | None = Field(default=None, examples=["postgresql://tocsin@db.internal/tocsin"])
    """null = SQLite in the data folder; or postgresql://user@host/name."""
    database_password_env: Variable | None = Field(default=None, examples=["TOCSIN_DATABASE_PASSWORD"])
    """The variable that holds the database's password."""
    database_password_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/database-password"])
    """The file that holds the database's password."""
    listen: Listen = Field(default="127.0.0.1:8080", examples=["127.0.0.1:8080"])
    """What the service listens on."""
    trusted_proxies: tuple[Network, ...] = Field(default=("127.0.0.1", "::1"), examples=[["127.0.0.1", "10.0.0.0/8"]])
    """Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as addresses or networks; read at the start."""
    shadow: bool = Field(default=False, examples=[False])
    """Judge and record everything, tell nobody: a good first week."""
    sources: dict[Name, SourceSettings] = Field(min_length=1, examples=SOURCES)
    """Where samples come from, by name. A watch asks the one named default unless it says otherwise."""
    components: tuple[Annotated[Component, domain_of(ComponentKeys)], ...] = Field(min_length=1, examples=COMPONENTS)
    """What the exchange is made of. A component's name is internal and never shown; title and group are public."""
    watches: tuple[Annotated[Watch, domain_of(WatchKeys)], ...] = Field(min_length=1, examples=WATCHES)
    """What is watched."""
    alerts: AlertSettings = AlertSettings()
    """Alerts of other systems that are sent to Tocsin."""
    incidents: IncidentSettings = IncidentSettings()
    """When signals become an incident, and when it ends."""
    page: PageSettings = PageSettings()
    """The public status page."""
    mail: MailSettings = MailSettings()
    """Mail to customers."""
    trackers: tuple[TrackerSettings, ...] = Field(
        default=(),
        examples=[
            [
                {
                    "kind": "webhook",
                    "name": "ops",
                    "url": "https://hooks.internal/tocsin",
                    "secret_env": "TOCSIN_OPS_SECRET",
                }
            ]
        ],
    )
    """Engineering trackers beside Tocsin's own."""
    helpdesks: tuple[HelpdeskSettings, ...] = Field(
        default=(),
        examples=[
            [
                {
                    "kind": "zendesk",
                    "name": "support",
                    "url": "https://example.zendesk.com",
                    "user": "tocsin@example.com",
                    "token_env": "ZENDESK_TOKEN",
                    "webhook_secret_env": "ZENDESK_WEBHOOK_SECRET",
                    "fields": {"form": "360001234566", "asset": "360001234567", "customer_id": "360001234568"},
                }
            ]
        ],
    )
    """Helpdesks of other companies where customers' tickets live."""
    desk: DeskSettings = DeskSettings()
    """Customers' tickets."""
    oncall: OncallSettings | None = Field(
        default=None,
        examples=[
            {
                "people": [{"name": "ann", "mail": "ann@example.com"}],
                "schedules": [
                    {
                        "name": "primary",
                        "zone": "Europe/Zurich",
                        "layers": [{"people": ["ann"], "starts": "2026-01-05 09:00"}],
                    }
                ],
                "policies": [{"name": "usual", "steps": [{"schedules": ["primary"]}]}],
                "routes": [{"policy": "usual", "severities": ["critical", "major"]}],
            }
        ],
    )
    """Who is notified of incidents until somebody acknowledges them; null = nobody is, the console shows them."""
    heartbeat: HeartbeatSettings | None = Field(
        default=None, examples=[{"url": "https://watchdog.example.com/tocsin", "every": "1m"}]
    )
    """Called while all is well, so that somebody else notices when Tocsin is not; null = nothing is called."""
    subscriptions: SubscriptionSettings | None = Field(default=None, examples=[{"webhooks": True, "gather": "30s"}])
    """Who reads the public page may subscribe to it; null = nobody may subscribe, and the page has no such link."""
    retention: RetentionSettings = RetentionSettings()
    """How long what is over is kept."""

    _path: Path = PrivateAttr(default=Path("tocsin.yaml"))

    def model_post_init(self, context: Any, /) -> None:
        """Remembers the file's place, which validation is given as its context."""
        if context is not None:
            self._path = context

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def host(self) -> str:
        """The name or address that the service listens on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port that the service listens on."""
        return int(self.listen.rpartition(":")[2])

    @property
    def database_url(self) -> str:
        """Where the database is, without a password."""
        return self.database or f"sqlite:///{self.data / 'tocsin.db'}"

    @property
    def database_password(self) -> Secret | None:
        """Where the database's password is."""
        return secret_at(self.database_password_env, self.database_password_file)

    @property
    def page_directory(self) -> Path:
        """The page's folder that the service itself shows."""
        return self.page.directory or self.data / "page"

    @property
    def page_url(self) -> str:
        """Where readers find the page; ends with a slash."""
        return self.page.url or f"{self.site.public_url}/status/"
