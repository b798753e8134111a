"""The configuration file's shape: every key, its type, its range and its default."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from detectors.watch import Direction, FailureKind, Read
from incidents.component import DisclosureMode, Unapproved
from tocsin.config.base import Body, Text
from tocsin.config.scalars import (
    DatabaseUrl,
    Duration,
    Email,
    HttpUrl,
    LabelText,
    Listen,
    LongerThanNothing,
    Zone,
)
from tocsin.config.schema_page import PageTargetBody, ThemeBody

METRIC = r"^[a-zA-Z_:][a-zA-Z0-9_:]*$"
LABEL = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"
TEMPLATE = r"^[A-Za-z0-9{][A-Za-z0-9._/{}-]*$"

LabelName = Annotated[str, Field(pattern=LABEL)]
Labels = dict[LabelName, LabelText]


class SiteBody(Body):
    """The exchange, as the public knows it."""

    name: Text
    """The exchange's name, as pages and mails call it."""
    public_url: HttpUrl = "http://127.0.0.1:8080"
    """Where browsers reach Tocsin; the links in tickets and mails begin with it."""
    time_zone: Zone = "UTC"
    """In which days and daily patterns begin."""
    support_email: Email | None = None
    """Shown where a customer may want to write instead."""
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]] = Field(
        default=["en"], min_length=1
    )
    """Of the public words; the first is the default."""


class BasicBody(Body):
    """HTTP basic authentication."""

    user: Text
    password_env: Text | None = None
    password_file: Text | None = None


class AccessBody(Body):
    """How Tocsin shows who it is at an address, and whom it trusts there; files are PEM."""

    bearer_token_env: Text | None = None
    bearer_token_file: Text | None = None
    basic: BasicBody | None = None
    ca_file: Text | None = None
    """Certificates to trust instead of the system's."""
    cert_file: Text | None = None
    """Our own certificate, where the server asks for one."""
    key_file: Text | None = None
    """Its private key, unencrypted; null = in cert_file."""


class TargetBody(AccessBody):
    """One address to scrape."""

    url: HttpUrl
    every: LongerThanNothing = timedelta(seconds=15)
    labels: Labels = {}
    """Added to every sample of this target."""


class ScrapeBody(Body):
    """Tocsin scrapes for itself and keeps a small store; no Prometheus needed."""

    kind: Literal["scrape"]
    targets: list[TargetBody] = Field(min_length=1)
    keep: LongerThanNothing = timedelta(days=30)
    """How long samples are kept."""


class PrometheusBody(AccessBody):
    """A Prometheus, or whatever answers its HTTP API."""

    kind: Literal["prometheus"]
    url: HttpUrl
    timeout: LongerThanNothing = timedelta(seconds=10)
    at_once: int = Field(default=16, ge=1, le=256)
    """Queries under way at one time; more wait for their turn."""


class ReplayBody(Body):
    """Past samples from files (CSV, Parquet, OpenMetrics text), as if they came now."""

    kind: Literal["replay"]
    files: dict[Text, Text] = Field(min_length=1)
    """The metric (or a whole PromQL expression) and the file that has it: .csv, .parquet, .om."""
    warm: Duration = timedelta(0)
    """How much of the files' beginning is the past that warms the watches; the replay starts after it."""
    speed: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """60 = an hour passes in a minute."""


SourceBody = Annotated[ScrapeBody | PrometheusBody | ReplayBody, Field(discriminator="kind")]


class DisclosureBody(Body):
    """Who decides that the public is told, and after how long."""

    mode: DisclosureMode = DisclosureMode.APPROVE
    after: Duration = timedelta(minutes=5)
    """The wait of auto, the deadline of approve."""
    then: Unapproved = Unapproved.PUBLISH
    """What approve does at its deadline: publish "investigating", or escalate to the engineers and publish nothing."""


class OwnWordsBody(Body):
    """Sentences for the public in place of the usual ones."""

    text: Text
    """Plain text: what is wrong, and what it means for customers. The next update's time is added."""
    language: Literal["ar", "de", "en", "es", "fa", "ja", "tr", "zh"] = "en"
    kind: FailureKind | None = None
    """null = for every kind of failure."""
    phase: Literal["investigating", "identified", "monitoring", "resolved", "retracted"] | None = None
    """null = while the incident lasts."""


class ComponentBody(Body):
    """A part of the exchange; with `for`, one a row, its {placeholders} filled from the row."""

    rows: list[dict[LabelName, LabelText]] | None = Field(default=None, alias="for", min_length=1)
    """Rows of values for the {placeholders} in every other text of this entry."""
    name: str = Field(pattern=TEMPLATE)
    """Internal, a path such as withdrawals/BTC/bitcoin; never shown outside."""
    title: Text
    """The public name."""
    group: str = ""
    """The heading under which the page lists it."""
    public: bool = True
    asset: str = ""
    network: str = ""
    direction: str = Field(default="", pattern=r"^(deposit|withdrawal|trade|\{\w+\})?$")
    form: str = ""
    """The support form by which customers write about it: Withdrawal, Deposit …"""
    depends_on: list[str] = []
    """Names of the components that this one needs."""
    disclosure: DisclosureBody = DisclosureBody()
    words: list[OwnWordsBody] = []
    """Its own sentences for the public, where the usual ones do not fit."""
    team: str = ""


class WatchBody(Body):
    """What is watched: a metric in words, or PromQL; whose it is; what is bad about it."""

    name: str = Field(pattern=NAME)
    metric: Annotated[str, Field(pattern=METRIC)] | None = None
    """The metric's name; of a histogram its base name, without _bucket."""
    promql: Text | None = None
    """Instead of metric: what only a prometheus or a replay source can answer."""
    read: Read = Read.VALUE
    """shift = how far a histogram is from its usual shape; 1 is as far as chance alone would move it."""
    quantile: float | None = Field(default=None, gt=0, lt=1)
    at_least: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Events that the window of a ratio, quantile or shift must hold; of fewer nothing is said."""
    match: Labels = {}
    by: list[LabelName] = []
    """Labels kept; each combination of their values is a series."""
    window: LongerThanNothing = timedelta(minutes=5)
    of: Annotated[str, Field(pattern=METRIC)] | None = None
    """For ratio: the metric to divide by."""
    match_of: Labels = {}
    component: str = Field(pattern=TEMPLATE)
    """The component's name, with {label} where it depends on the series."""
    title: str = ""
    unit: str = ""
    bad: Direction = Direction.BOTH
    kind: FailureKind = FailureKind.OTHER
    every: LongerThanNothing = timedelta(seconds=60)
    hold: Duration = timedelta(0)
    recover: Duration = timedelta(minutes=5)
    absent_after: LongerThanNothing | None = timedelta(minutes=5)
    """null = silence is no anomaly."""
    budget: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """False incidents accepted in 30 days."""
    min_change: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    accept_after: LongerThanNothing = timedelta(hours=24)
    slo: float | None = Field(default=None, ge=50, lt=100, allow_inf_nan=False)
    """With read: ratio of bad events to all: the percentage that must be good, such as 99.9; null = no objective."""
    history: LongerThanNothing = timedelta(days=28)
    user_visible: bool = False
    shadow: bool = False
    source: str = "default"
    tags: Labels = {}


class IncidentsBody(Body):
    """When signals become an incident, and when it ends."""

    cause_wait: Duration = timedelta(seconds=5)
    """How long a signal waits for its cause before it opens an incident of its own."""
    recovery_hold: Duration = timedelta(minutes=2)
    """How long all must be well before an incident resolves itself."""
    reopen_within: Duration = timedelta(hours=2)
    """A fault that is back within this time reopens its incident."""


class SparklineBody(Body):
    """A watch's figure on the public page."""

    watch: Text
    title: Text
    """What the public reads: "Order latency"."""


class PageBody(Body):
    """The public status page, a folder of files."""

    directory: Text | None = None
    """null = page in the data folder; the service itself shows this one under /status/."""
    targets: list[PageTargetBody] = []
    """Further places; one that is down or slow delays no other, and catches up."""
    url: HttpUrl | None = None
    """Where readers find the page, such as https://status.example.com; null = under /status/ of site.public_url."""
    home_url: HttpUrl | None = None
    """The exchange's own site; the page's header then links to it."""
    theme: ThemeBody = ThemeBody()
    templates: Text | None = None
    """A folder whose templates come before the shipped ones of the same name."""
    may_say: list[Text] = []
    """Words that readers may see although they look internal: the leak check lets them through."""
    heartbeat: LongerThanNothing = timedelta(seconds=60)
    """How often the page says that it is still alive."""
    history_days: int = Field(default=90, ge=1, le=3660)
    sparklines: list[SparklineBody] = []
    """Watches whose figures the public sees, each as a line of the last day beside its components."""


class SmtpBody(Body):
    """A mail server."""

    host: Text
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password_env: Text | None = None
    password_file: Text | None = None


class MailBody(Body):
    """Mail to customers."""

    sender: Email = Field(default="Support <support@localhost.localdomain>", alias="from")
    smtp: SmtpBody | None = None
    """null = into the local mailbox, which the page /mailbox shows."""


class WebhookBody(Body):
    """An engineering tracker behind a signed webhook."""

    kind: Literal["webhook"]
    name: str = Field(pattern=NAME)
    url: HttpUrl
    secret_env: Text | None = None
    secret_file: Text | None = None


class AccountBody(Body):
    """The exchange's API that answers for a customer's orders, deposits and withdrawals."""

    url: HttpUrl
    token_env: Text | None = None
    token_file: Text | None = None


class DeskBody(Body):
    """Customers' tickets."""

    prefix: str = Field(default="TOC", pattern=r"^[A-Z][A-Z0-9]{0,7}$")
    """Of ticket numbers: TOC-78342."""
    link_above: float | None = Field(default=None, gt=0, lt=1)
    """The probability from which a ticket is linked by itself; null = as calibrated."""
    account: AccountBody | None = None


class HeartbeatBody(Body):
    """An address that is called while all is well, so that somebody else notices our death."""

    url: HttpUrl
    every: LongerThanNothing = timedelta(seconds=60)


class SubscriptionsBody(Body):
    """Subscriptions of the public page: by mail, and by webhooks where they are allowed."""

    webhooks: bool = False
    """Let people subscribe webhooks, which are signed and must answer a challenge first."""
    private_hooks: bool = False
    """Let webhooks lead to private and loopback addresses, also over http: for a page that only your own people see."""
    gather: Duration = timedelta(seconds=30)
    """What happens to an incident within this time is told in one message."""
    confirm_within: LongerThanNothing = timedelta(hours=48)
    """How long the link that confirms a sign-up is good."""
    remember: Duration = timedelta(days=30)
    """How long the keyed hash of an address that left is kept, so that nobody has it written to again and again."""
    bounces: int = Field(default=3, ge=1)
    """After so many refusals for good in a row an address is given up."""
    per_address: int = Field(default=3, ge=1)
    """Mails about signing up that one address gets in a day, at most."""
    per_network: int = Field(default=20, ge=1)
    """Sign-ups in an hour from one address of the internet (IPv6: one /64 network)."""


class ConfigBody(Body):
    """Tocsin's configuration."""

    model_config = ConfigDict(title="Tocsin configuration")

    site: SiteBody
    data: Text = "./tocsin-data"
    """The folder of the database, the key file, samples, the page and the mailbox."""
    database: DatabaseUrl | None = None
    """null = SQLite in the data folder; or postgresql://user@host/name."""
    database_password_env: Text | None = None
    database_password_file: Text | None = None
    listen: Listen = "127.0.0.1:8080"
    shadow: bool = False
    """Judge and record everything, tell nobody."""
    sources: dict[Annotated[str, Field(pattern=NAME)], SourceBody] = Field(min_length=1)
    components: list[ComponentBody] = Field(min_length=1)
    watches: list[WatchBody] = Field(min_length=1)
    incidents: IncidentsBody = IncidentsBody()
    page: PageBody = PageBody()
    mail: MailBody = MailBody()
    trackers: list[WebhookBody] = []
    desk: DeskBody = DeskBody()
    heartbeat: HeartbeatBody | None = None
    subscriptions: SubscriptionsBody | None = None
    """null = nobody may subscribe, and the page has no such link."""
