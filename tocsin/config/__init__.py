"""The one YAML file becomes settings: checked whole, every problem with its line and all at once.

Belongs here: reading, checking and describing the configuration. Not here: building anything from it (`wiring`).
"""

from tocsin.config.document import Problem
from tocsin.config.example import example
from tocsin.config.load import ConfigError, check, json_schema, json_schema_text, load, load_text
from tocsin.config.settings import (
    AccessSettings,
    AccountSettings,
    Config,
    DatabaseSettings,
    DeskSettings,
    DirectoryTarget,
    HeartbeatSettings,
    IncidentSettings,
    MailSettings,
    PageSettings,
    PrometheusSettings,
    ReplaySettings,
    S3Target,
    ScrapeSettings,
    ScrapeTarget,
    Secret,
    Site,
    SmtpSettings,
    SourceSettings,
    SparklineSettings,
    SubscriptionSettings,
    ThemeSettings,
    WebhookSettings,
)

__all__ = [
    "AccessSettings",
    "AccountSettings",
    "Config",
    "ConfigError",
    "DatabaseSettings",
    "DeskSettings",
    "DirectoryTarget",
    "HeartbeatSettings",
    "IncidentSettings",
    "MailSettings",
    "PageSettings",
    "Problem",
    "PrometheusSettings",
    "ReplaySettings",
    "S3Target",
    "ScrapeSettings",
    "ScrapeTarget",
    "Secret",
    "Site",
    "SmtpSettings",
    "SourceSettings",
    "SparklineSettings",
    "SubscriptionSettings",
    "ThemeSettings",
    "WebhookSettings",
    "check",
    "example",
    "json_schema",
    "json_schema_text",
    "load",
    "load_text",
]
