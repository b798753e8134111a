"""Small pictures with a state and its word."""

from xml.dom.minidom import parseString

import pytest

from incidents.component import Component, ComponentStatus
from statuspage.render import render
from statuspage.site import Site
from tests.statuspage.examples import BTC_OUT, SITE, incident, page

S = ComponentStatus


@pytest.mark.parametrize(
    ("status", "word"),
    [(S.DEGRADED, "Degraded"), (S.PARTIAL_OUTAGE, "Partial outage"), (S.MAJOR_OUTAGE, "Major outage")],
)
def test_a_badge_says_the_state_of_its_component_in_words(status: ComponentStatus, word: str) -> None:
    badge = render(page([incident(statuses=((BTC_OUT, status),))]))[f"badges/{SITE.component_id(BTC_OUT)}.svg"]
    svg = parseString(badge).documentElement
    assert svg is not None
    assert svg.getAttribute("aria-label") == f"Withdrawals – Bitcoin: {word}"
    assert svg.getElementsByTagName("text")[1].firstChild.data == word  # type: ignore[union-attr] # a text node


def test_the_page_has_a_badge_of_its_own_in_its_language() -> None:
    site = Site(title="Beispiel", url=SITE.url, since=SITE.since, language="de")
    assert "Beispiel: In Betrieb" in render(page(site=site))["badges/status.svg"].decode()


@pytest.mark.parametrize("character", ["\uffff", "\ufffe", "\ud800", "\x00", "\x0b", "\x1b"])
def test_what_xml_forbids_leaves_a_badge_well_formed(character: str) -> None:
    files = render(page(components=[Component(name="c", title=f"A{character}B")]))
    svg = parseString(files[f"badges/{SITE.component_id('c')}.svg"]).documentElement
    assert svg is not None
    assert svg.getAttribute("aria-label").replace(" ", "") == "AB:Operational"


def test_a_hostile_name_stays_a_name() -> None:
    title = '"/><script>alert(1)</script>\x00' * 9
    files = render(page(components=[Component(name="c", title=title)]))
    badge = parseString(files[f"badges/{SITE.component_id('c')}.svg"])
    assert badge.getElementsByTagName("script") == []
