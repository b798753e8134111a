"""The declarations of the keys and the domain's types that they become."""

from dataclasses import MISSING, fields

import pytest

from detectors.watch import Query, Watch
from incidents.component import Component, Disclosure, OwnWords
from tocsin.config.keys import DomainKeys
from tocsin.config.schema_watches import ComponentKeys, DisclosureKeys, OwnWordsKeys, WatchKeys

SAME = {
    "Disclosure": (DisclosureKeys, (Disclosure,), {}, {}),
    "OwnWords": (OwnWordsKeys, (OwnWords,), {}, {"phase": "null in the file, empty in the domain"}),
    "Component": (ComponentKeys, (Component,), {}, {"rows": "expanded before"}),
    "Watch": (
        WatchKeys,
        (Watch, Query),
        {
            "query": "made of keys",
            "time_zone": "the site's",
            "calendar": "the site's",
            "planned": "announced, not written",
        },
        {},
    ),
}


@pytest.mark.parametrize(("keys", "types", "not_keys", "own"), SAME.values(), ids=SAME)
def test_the_domains_types_have_the_keys_names_and_defaults(
    keys: type[DomainKeys], types: tuple[type, ...], not_keys: dict[str, str], own: dict[str, str]
) -> None:
    found = {f.name: f for cls in types for f in fields(cls)}
    assert found.keys() - not_keys == keys.model_fields.keys() - {"rows"}
    for name, its in found.items():
        if name in not_keys or name in own:
            continue
        default = its.default_factory() if its.default_factory is not MISSING else its.default
        declared = keys.model_fields[name]
        assert (default is MISSING) == declared.is_required(), name
        if default is not MISSING:
            assert declared.default == default, name
