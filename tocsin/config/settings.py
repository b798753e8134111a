"""What the application is built from: the configuration as values, paths absolute, secrets only by where they are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from detectors.watch import Watch
from incidents.component import Component

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is; never the secret itself, so that it is in no log and no traceback.

    variable: of the environment; file: absolute. One of the two.
    """

    variable: str | None = None
    file: Path | None = None

    def reveal(self, environ: Mapping[str, str] | None = None) -> str:
        """The secret as it is now, without a last line end; raises LookupError or OSError where it is gone."""
        if self.file is not None:
            return self.file.read_text(encoding="utf-8").rstrip("\r\n")
        found = (os.environ if environ is None else environ).get(self.variable or "")
        if not found:
            raise LookupError(f"the environment variable {self.variable} is not set")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The exchange as the public knows it. public_url ends without a slash; the first language is the default."""

    name: str
    public_url: str
    time_zone: str
    support_email: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """How we show who we are at an address; at most one of bearer and user. The files are PEM."""

    bearer: Secret | None = None
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeTarget:
    """One address to scrape; labels are added to each of its samples."""

    url: str
    every: timedelta
    labels: Pairs
    access: AccessSettings = field(default_factory=AccessSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeSettings:
    """The embedded source: what it scrapes, how long it keeps samples."""

    name: str
    targets: tuple[ScrapeTarget, ...]
    keep: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusSettings:
    """A Prometheus."""

    name: str
    url: str
    timeout: timedelta
    at_once: int
    access: AccessSettings = field(default_factory=AccessSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """Samples from CSV files, by metric; speed 60 = an hour in a minute; warm: what is past when it starts."""

    name: str
    files: tuple[tuple[str, Path], ...]
    warm: timedelta
    speed: float


SourceSettings = ScrapeSettings | PrometheusSettings | ReplaySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """url: without a password."""

    url: str
    password: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    """When signals become an incident, and when it ends."""

    cause_wait: timedelta
    recovery_hold: timedelta
    reopen_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SparklineSettings:
    """A watch whose figure the public sees, and what the public calls it."""

    watch: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryTarget:
    """One more folder that the page is published into."""

    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Target:
    """A bucket that the page is published into; endpoint "" = Amazon's, keys None = the machine's own ways."""

    bucket: str
    prefix: str
    region: str
    endpoint: str
    access_key: Secret | None
    secret_key: Secret | None
    session_token: Secret | None
    virtual_hosted: bool
    ca_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeSettings:
    """The page's look: (token, colour) light and dark, and where its pictures are."""

    light: Pairs
    dark: Pairs
    logo: Path | None
    favicon: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """The public page.

    directory: the one that the service itself shows. url: ends with a slash. home_url: "" = none.
    """

    directory: Path
    targets: tuple[DirectoryTarget | S3Target, ...]
    url: str
    home_url: str
    theme: ThemeSettings
    templates: Path | None
    may_say: tuple[str, ...]
    heartbeat: timedelta
    history_days: int
    sparklines: tuple[SparklineSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """A mail server. tls: "starttls", "tls" or "none"; user "" = without signing in."""

    host: str
    port: int
    tls: str
    user: str
    password: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Mail to customers; smtp None = into the local mailbox."""

    sender: str
    smtp: SmtpSettings | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """An engineering tracker behind a signed webhook."""

    name: str
    url: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """The exchange's API for a customer's orders, deposits and withdrawals."""

    url: str
    token: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Customers' tickets; link_above None = as calibrated."""

    prefix: str
    link_above: float | None
    account: AccountSettings | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSettings:
    """An address that is called while all is well."""

    url: str
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSettings:
    """Who may subscribe to the public page, and how they are told.

    gather: what happens within it is one message. remember: how long the keyed hash of an address that left is kept.
    bounces: refusals for good in a row after which an address is given up. per_address: sign-ups a day;
    per_network: an hour. private_hooks: webhooks may lead to this network's own addresses, and be http.
    """

    webhooks: bool
    private_hooks: bool
    gather: timedelta
    confirm_within: timedelta
    remember: timedelta
    bounces: int
    per_address: int
    per_network: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of it, paths absolute.

    path: the file. data: the folder of everything that Tocsin keeps. host, port: what it listens on.
    shadow: judge and record, tell nobody. subscriptions: None = nobody may subscribe.
    """

    path: Path
    site: Site
    data: Path
    database: DatabaseSettings
    host: str
    port: int
    shadow: bool
    sources: tuple[SourceSettings, ...]
    components: tuple[Component, ...]
    watches: tuple[Watch, ...]
    incidents: IncidentSettings
    page: PageSettings
    mail: MailSettings
    trackers: tuple[WebhookSettings, ...]
    desk: DeskSettings
    heartbeat: HeartbeatSettings | None
    subscriptions: SubscriptionSettings | None
