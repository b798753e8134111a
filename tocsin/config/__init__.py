"""Turns the one YAML file into settings; checks all of it and reports every problem with its line.

Belongs here: reading, checking and describing the configuration. Not here: building anything from it (`wiring`).
"""

from tocsin.config.document import Problem
from tocsin.config.example import example
from tocsin.config.load import ConfigError, check, json_schema, json_schema_text, load, load_text
from tocsin.config.schema import (
    AccountSettings,
    BandSettings,
    Config,
    DeskSettings,
    HeartbeatSettings,
    IdentitySettings,
    IncidentSettings,
    MailSettings,
    SiteSettings,
    SmtpSettings,
    SubscriptionSettings,
)
from tocsin.config.schema_helpdesks import (
    FreshdeskSettings,
    HelpdeskKeys,
    HelpdeskSettings,
    JiraServiceManagementSettings,
    ZammadSettings,
    ZendeskSettings,
)
from tocsin.config.schema_oncall import OncallSettings, PersonSettings
from tocsin.config.schema_page import PageSettings, S3Target, SparklineSettings, TargetSettings, ThemeSettings
from tocsin.config.schema_sources import (
    AccessSettings,
    BasicSettings,
    PrometheusSettings,
    PushSettings,
    ReplaySettings,
    ScrapeSettings,
    ScrapeTarget,
    SourceSettings,
)
from tocsin.config.secret import Secret

__all__ = [
    "AccessSettings",
    "AccountSettings",
    "BandSettings",
    "BasicSettings",
    "Config",
    "ConfigError",
    "DeskSettings",
    "FreshdeskSettings",
    "HeartbeatSettings",
    "HelpdeskKeys",
    "HelpdeskSettings",
    "IdentitySettings",
    "IncidentSettings",
    "JiraServiceManagementSettings",
    "MailSettings",
    "OncallSettings",
    "PageSettings",
    "PersonSettings",
    "Problem",
    "PrometheusSettings",
    "PushSettings",
    "ReplaySettings",
    "S3Target",
    "ScrapeSettings",
    "ScrapeTarget",
    "Secret",
    "SiteSettings",
    "SmtpSettings",
    "SourceSettings",
    "SparklineSettings",
    "SubscriptionSettings",
    "TargetSettings",
    "ThemeSettings",
    "ZammadSettings",
    "ZendeskSettings",
    "check",
    "example",
    "json_schema",
    "json_schema_text",
    "load",
    "load_text",
]
