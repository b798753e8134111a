"""What the page remembers of disclosed incidents: all of them, for good, and read only where they changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from incidents.component import Component, ComponentGraph
from incidents.public import DisclosureSettings, Phase
from tests.tocsin.storage.examples import T0, at, incident, opened, resolved, signal
from tocsin.page.disclosed_incidents import DisclosedIncidents
from tocsin.storage import Store, migrate, open_store
from tocsin.storage.cipher import load_cipher

GRAPH = ComponentGraph([Component(name=name, title=f"Service {name}", group="") for name in "abc"])
SITE = DisclosureSettings(name="Example")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'tocsin.db'}"
    migrate(url)
    kept = open_store(url, load_cipher(tmp_path / "key"))
    yield kept
    kept.close()


def test_every_incident_ever_disclosed_is_reported_in_each_language(store: Store) -> None:
    store.incidents.open(opened(incident("hidden", signal("a"))), T0)
    store.incidents.open(opened(incident("reported", signal("b"), disclosed_at=T0)), T0)
    found = DisclosedIncidents().disclosed(store, GRAPH, SITE, ("en", "de"))
    assert {language: [i.id for i in ones] for language, ones in found.items()} == {
        "en": ["reported"],
        "de": ["reported"],
    }
    assert found["en"][0].title != found["de"][0].title


def test_what_did_not_change_is_the_same_object_and_what_did_is_reported_anew(store: Store) -> None:
    archive = DisclosedIncidents()
    for name in ("one", "two"):
        store.incidents.open(opened(incident(name, signal(name[0]), disclosed_at=T0)), T0)
    before = {i.id: i for i in archive.disclosed(store, GRAPH, SITE, ("en",))["en"]}
    store.incidents.change("one", lambda i: resolved(i, at(1)), at(1))
    after = {i.id: i for i in archive.disclosed(store, GRAPH, SITE, ("en",))["en"]}
    assert after["two"] is before["two"]
    assert (before["one"].phase, after["one"].phase) == (Phase.INVESTIGATING, Phase.RESOLVED)


def test_what_another_incident_touches_is_called_unaffected_no_longer_and_again_when_it_has_ended(store: Store) -> None:
    graph = ComponentGraph(
        Component(name=name, title=name, group="", direction=name) for name in ("withdrawal", "deposit", "trade")
    )
    archive = DisclosedIncidents()

    def said() -> str:
        return archive.disclosed(store, graph, SITE, ("en",))["en"][0].unaffected

    def began(name: str, **changes: object) -> None:
        one = incident(name, signal(name, name), component=name, components=(name,), **changes)
        store.incidents.open(opened(one), T0)

    began("withdrawal", disclosed_at=T0)
    assert said() == "We see no effect on deposits or trading."
    began("deposit")
    assert said() == "We see no effect on trading.", (
        "nobody outside knows of the other yet, and it is true all the same"
    )
    store.incidents.change("deposit", lambda i: resolved(i, at(1)), at(1))
    assert said() == "We see no effect on deposits or trading."


def test_one_disclosed_later_joins(store: Store) -> None:
    archive = DisclosedIncidents()
    store.incidents.open(opened(incident("late", signal("a"))), T0)
    assert archive.disclosed(store, GRAPH, SITE, ("en",))["en"] == ()
    store.incidents.change("late", lambda i: resolved(replace(i, disclosed_at=at(1)), at(1)), at(1))
    assert [i.id for i in archive.disclosed(store, GRAPH, SITE, ("en",))["en"]] == ["late"]
