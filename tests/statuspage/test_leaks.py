"""What is not for the public is found before it goes out, however it is written and wherever it stands."""

from dataclasses import replace

import pytest

from incidents.component import Component
from incidents.public import Phase
from statuspage.leaks import Leak, Leaks
from statuspage.maintenance import PublicMaintenance
from statuspage.page import Page
from statuspage.phrases import LANGUAGES
from statuspage.render import render
from tests.statuspage.examples import BTC_IN, COMPONENTS, NOW, SITE, incident, maintenance, minutes, page, update

QUERY = 'sum(rate(wd_failed_total{host="db-07"}[5m])) > 3'
INTERNAL = {
    "component name": [c.name for c in COMPONENTS],
    "watch name": ["wd-latency-p95"],
    "query": [QUERY],
    "label value": ["db-07.internal", "eu", "btc"],
    "person": ["Mara Engineer"],
}


def full(*, message: str = "", title: str = "Bitcoin withdrawals are delayed", body: str = "", part: str = "") -> Page:
    told = [update(1, NOW - minutes(20), Phase.INVESTIGATING, message=message, body=body)]
    parts = (*COMPONENTS, Component(name="x/y", title=part or "More", group="Trading"))
    return page([incident(title=title, updates=told)], components=parts, planned=[maintenance()])


def test_a_page_of_public_words_may_go_out() -> None:
    assert Leaks(INTERNAL).find(render(full())) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_has_a_word_that_is_kept_in(language: str) -> None:
    site = replace(SITE, language=language)
    made = page([incident()], planned=[maintenance()], unverified={BTC_IN: NOW - minutes(5)}, site=site)
    assert Leaks(INTERNAL).find(render(made)) == ()


@pytest.mark.parametrize(
    ("made", "kind", "word", "path"),
    [
        (full(message="It is db-07.internal again"), "label value", "db-07.internal", "index.html"),
        (full(message="it is **DB-07.Internal**"), "label value", "db-07.internal", "feed.json"),
        (full(message="d**b-07.inter**nal"), "label value", "db-07.internal", "index.html"),
        (full(body=f"because {QUERY}"), "query", QUERY.casefold(), "index.html"),
        (full(body=f"because {QUERY}"), "query", QUERY.casefold(), "api/v2/summary.json"),
        (full(title="wd-latency-p95 fires"), "watch name", "wd-latency-p95", "feed.atom"),
        (full(message="ask mara engineer"), "person", "mara engineer", "incidents/i00000000001.html"),
        (full(part="treasury/cold-signer"), "component name", "treasury/cold-signer", "index.html"),
    ],
)
def test_a_word_that_is_kept_in_is_found(made: Page, kind: str, word: str, path: str) -> None:
    assert Leak(path=path, word=word, kind=kind) in Leaks(INTERNAL).find(render(made))


def test_it_is_found_in_a_calendar_across_its_folded_lines() -> None:
    planned: PublicMaintenance = replace(maintenance(), title=f"{'x' * 60} db-07.internal, matching/engine-7")
    found = Leaks(INTERNAL).find({"maintenance.ics": render(page(planned=[planned]))["maintenance.ics"]})
    assert [leak.word for leak in found] == ["db-07.internal", "matching/engine-7"]


def test_what_readers_may_see_and_what_is_too_short_to_tell_is_let_through() -> None:
    made = render(full(message="The eu zone, btc, and tron."))
    assert Leaks({"label value": ["eu", "btc", "tron"]}, public=["USDT on Tron"]).find(made) == ()
    assert [leak.word for leak in Leaks({"label value": ["tron"]}).find(made)][:1] == ["tron"]


def test_part_of_a_longer_word_is_no_leak() -> None:
    made = render(full(message="withdrawals of bitcoin"))
    assert Leaks({"label value": ["withdr", "bitc", "coin"]}).find(made) == ()


def test_the_pages_own_words_and_what_no_reader_sees_are_no_leak() -> None:
    words = ["pending", "completed", "operational", "monitoring", "withdrawals", "https", "class", "summary"]
    made = render(full(message="See <https://example.com/>."))
    assert Leaks({"label value": words}, public=[SITE.url, "Bitcoin withdrawals"]).find(made) == ()


def test_where_a_link_leads_is_read() -> None:
    made = render(full(message="[here](https://db-07.internal/x)"))
    assert "index.html" in {leak.path for leak in Leaks(INTERNAL).find(made)}


def test_a_leak_says_what_to_do() -> None:
    (found, *_) = Leaks(INTERNAL).find(render(full(message="db-07.internal")))
    assert str(found).endswith("holds the label value 'db-07.internal'; take it out of the public words")


def test_without_words_to_keep_in_nothing_is_looked_for() -> None:
    assert Leaks({}).find(render(full(message="db-07.internal"))) == ()
