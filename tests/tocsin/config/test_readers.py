"""Every key of the configuration has a reader: what can be written in the file does something."""

import ast

import pytest
from pydantic import Field

from detectors.watch import Query, Watch
from incidents.component import Component, Disclosure, OwnWords
from incidents.intake.alerts import AlertRule
from tests.tocsin.config.declarations import every_keys
from tests.tocsin.config.readers import readers, sources
from tocsin.config.keys import Keys
from tocsin.config.schema import Config, DeskSettings, SiteSettings
from tocsin.config.schema_helpdesks import (
    FreshdeskSettings,
    JiraServiceManagementSettings,
    ZammadSettings,
    ZendeskSettings,
)
from tocsin.config.schema_sources import PrometheusSettings, PushSettings, ReplaySettings, ScrapeSettings
from tocsin.config.schema_trackers import (
    GitHubSettings,
    GitLabSettings,
    JiraSettings,
    ServiceNowSettings,
    WebhookSettings,
)
from tocsin.config.schema_watches import AlertRuleKeys, ComponentKeys, DisclosureKeys, OwnWordsKeys, WatchKeys

DOMAIN: dict[type[Keys], tuple[type, ...]] = {
    AlertRuleKeys: (AlertRule,),
    ComponentKeys: (Component,),
    DisclosureKeys: (Disclosure,),
    OwnWordsKeys: (OwnWords,),
    WatchKeys: (Watch, Query),
}
READ_BY_LOADING = {
    (ScrapeSettings, "kind"): "says which keys its mapping has",
    (PrometheusSettings, "kind"): "says which keys its mapping has",
    (PushSettings, "kind"): "says which keys its mapping has",
    (ReplaySettings, "kind"): "says which keys its mapping has",
    (WebhookSettings, "kind"): "says which keys its mapping has",
    (GitHubSettings, "kind"): "says which keys its mapping has",
    (GitLabSettings, "kind"): "says which keys its mapping has",
    (JiraSettings, "kind"): "says which keys its mapping has",
    (ServiceNowSettings, "kind"): "says which keys its mapping has",
    (ZendeskSettings, "kind"): "says which keys its mapping has",
    (ZammadSettings, "kind"): "says which keys its mapping has",
    (FreshdeskSettings, "kind"): "says which keys its mapping has",
    (JiraServiceManagementSettings, "kind"): "says which keys its mapping has",
    (SiteSettings, "time_zone"): "becomes the time zone of every watch",
    (SiteSettings, "holidays"): "becomes the calendar of every watch",
    (SiteSettings, "known_days"): "becomes the calendar of every watch",
    (ComponentKeys, "rows"): "fills the placeholders of its entry",
}


def unread(keys: tuple[type[Keys], ...], modules: list[ast.Module]) -> set[str]:
    """The keys that nothing outside the configuration reads, as Class.key."""
    found = readers(tuple({cls for one in keys for cls in classes_of(one)}), modules)
    return {
        f"{one.__name__}.{name}"
        for one in keys
        for name in one.model_fields
        if (one, name) not in READ_BY_LOADING and not any((cls, name) in found for cls in classes_of(one))
    }


def classes_of(keys: type[Keys]) -> tuple[type, ...]:
    """The classes whose attributes hold the keys' values in the program."""
    return DOMAIN.get(keys) or tuple(cls for cls in keys.__mro__ if issubclass(cls, Keys) and cls is not Keys)


def test_every_key_has_a_reader() -> None:
    assert sorted(unread(every_keys(Config), list(sources()))) == []


class WithDeadKey(DeskSettings):
    """The desk, with a key that nobody reads."""

    forgotten: bool = Field(default=False)
    """It does nothing."""


READS = """
def greeting(config: {annotation}) -> str:
    desk = config
    numbers = [other.forgotten for other in ()]
    more = f"{{config.identity}}{{config.unproven_mails}}{{config.customer_tickets}}{{config.copied_tickets}}"
    more += f"{{config.network_tickets}}{{config.share_who_write}}{{config.views_need_trail}}"
    return f"{{desk.prefix}}{{config.bands}}{{config.embeddings}}{{config.account}}{{more}}"
"""


@pytest.mark.parametrize(
    ("line", "dead"),
    [("", {"WithDeadKey.forgotten"}), ("    print(desk.forgotten)\n", set())],
    ids=["nobody reads it", "somebody does"],
)
def test_a_key_without_a_reader_is_found(line: str, dead: set[str]) -> None:
    code = READS.format(annotation="WithDeadKey").replace("    numbers", f"{line}    numbers")
    assert unread((WithDeadKey,), [ast.parse(code)]) == dead
