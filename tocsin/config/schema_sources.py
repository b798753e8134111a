"""Declares the keys of the sources: where samples come from, and how Tocsin authenticates there."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tocsin.config.keys import Keys, Text
from tocsin.config.scalars import BaseUrl, Duration, FilePath, HttpUrl, Labels, LongerThanNothing, Variable
from tocsin.config.secret import Secret, secret_at


class BasicSettings(Keys):
    """HTTP basic authentication."""

    user: Text = Field(examples=["tocsin"])
    """The user's name."""
    password_env: Variable | None = Field(default=None, examples=["PROMETHEUS_PASSWORD"])
    """The variable that holds the password."""
    password_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/prometheus-password"])
    """The file that holds the password."""

    @property
    def password(self) -> Secret | None:
        """Where the password is."""
        return secret_at(self.password_env, self.password_file)


class AccessSettings(Keys):
    """How Tocsin shows who it is at an address, and whom it trusts there; files are PEM."""

    bearer_token_env: Variable | None = Field(default=None, examples=["PROMETHEUS_TOKEN"])
    """The variable that holds a token, sent with each request."""
    bearer_token_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/prometheus-token"])
    """The file that holds a token, sent with each request."""
    basic: BasicSettings | None = Field(
        default=None, examples=[{"user": "tocsin", "password_env": "PROMETHEUS_PASSWORD"}]
    )
    """A user and a password instead of a token."""
    ca_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/ca.pem"])
    """Certificates to trust instead of the system's."""
    cert_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/tocsin.pem"])
    """Our own certificate, where the server asks for one."""
    key_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/tocsin.key"])
    """Its private key, unencrypted; null = in cert_file."""

    @property
    def bearer(self) -> Secret | None:
        """Where the token is."""
        return secret_at(self.bearer_token_env, self.bearer_token_file)


class ScrapeTarget(AccessSettings):
    """One address to scrape."""

    url: HttpUrl = Field(examples=["http://127.0.0.1:9100/metrics"])
    """Where the metrics are."""
    every: LongerThanNothing = Field(default=timedelta(seconds=15), examples=["15s"])
    """How often it is scraped."""
    labels: Labels = Field(default=(), examples=[{"job": "exchange"}])
    """Added to every sample of this target; job is the source's name unless it is given here."""


class ScrapeSettings(Keys):
    """Tocsin scrapes for itself and keeps a small store; no Prometheus needed."""

    kind: Literal["scrape"]
    """Tocsin scrapes by itself."""
    keep: LongerThanNothing = Field(default=timedelta(days=30), examples=["30d"])
    """How long samples are kept."""
    targets: tuple[ScrapeTarget, ...] = Field(min_length=1, examples=[[{"url": "http://127.0.0.1:9100/metrics"}]])
    """What is scraped."""


class PushSettings(Keys):
    """Others push samples: a Prometheus by remote write, OpenTelemetry by OTLP over HTTP. Needs the extra `push`."""

    kind: Literal["push"]
    """Samples are pushed to Tocsin."""
    keep: LongerThanNothing = Field(default=timedelta(days=30), examples=["30d"])
    """How long samples are kept."""
    every: LongerThanNothing = Field(default=timedelta(minutes=1), examples=["15s"])
    """How far apart a series' samples are at the most; where nothing comes for twice that, nobody knows."""


class PrometheusSettings(AccessSettings):
    """A Prometheus, or whatever answers its HTTP API."""

    kind: Literal["prometheus"]
    """Tocsin asks a Prometheus."""
    url: BaseUrl = Field(examples=["https://prometheus.internal"])
    """Where it answers."""
    timeout: LongerThanNothing = Field(default=timedelta(seconds=10), examples=["10s"])
    """How long an answer may take."""
    at_once: int = Field(default=16, ge=1, le=256)
    """Queries under way at one time; more wait for their turn."""


class ReplaySettings(Keys):
    """Past samples from files (CSV, Parquet, OpenMetrics text), as if they came now."""

    kind: Literal["replay"]
    """Tocsin plays files."""
    files: dict[Text, FilePath] = Field(min_length=1, examples=[{"exchange_orders": "past.csv"}])
    """The metric (or a whole PromQL expression) and the file that has it: .csv, .parquet, .om."""
    warm: Duration = Field(default=timedelta(0), examples=["7d"])
    """How much of the files' beginning is the past that warms the watches; the replay starts after it."""
    speed: float = Field(default=1.0, gt=0, allow_inf_nan=False, examples=[60])
    """60 = an hour passes in a minute."""


SourceSettings = Annotated[
    ScrapeSettings | PushSettings | PrometheusSettings | ReplaySettings, Field(discriminator="kind")
]
