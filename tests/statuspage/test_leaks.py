"""What is not for the public is found before it goes out, however it is written and wherever it stands."""

from dataclasses import replace

import pytest

from incidents.component import Component
from incidents.public import Phase
from statuspage.leaks import Internal, Leaks, NamePattern, is_telling
from statuspage.maintenance import PublicMaintenance
from statuspage.page import Page
from statuspage.phrases import LANGUAGES
from statuspage.render import render
from tests.statuspage.examples import BTC_IN, COMPONENTS, NOW, SITE, incident, maintenance, minutes, page, update

QUERY = 'sum(rate(wd_failed_total{host="db-07"}[5m])) > 3'


SIGNER = "treasury/cold-signer"


def internal(words: dict[str, list[str]]) -> list[Internal]:
    """By kind, as a test writes them."""
    return [Internal(word=word, kind=kind, source=f"a {kind} of ours") for kind, some in words.items() for word in some]


INTERNAL = internal(
    {
        "component name": [c.name for c in COMPONENTS],
        "watch name": ["wd-latency-p95"],
        "query": [QUERY],
        "label value": ["db-07.internal", "eu", "btc"],
        "person": ["Mara Engineer"],
    }
)


def full(*, message: str = "", title: str = "Bitcoin withdrawals are delayed", body: str = "", part: str = "") -> Page:
    published = [update(1, NOW - minutes(20), Phase.INVESTIGATING, message=message, body=body)]
    parts = (*COMPONENTS, Component(name="x/y", title=part or "More", group="Trading"))
    return page([incident(title=title, updates=published)], components=parts, planned=[maintenance()])


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
        (full(message="db-07.in\u200bternal"), "label value", "db-07.internal", "index.html"),
        (full(message="db-07.inter\u00adnal"), "label value", "db-07.internal", "index.html"),
        (full(message="db\u201107.internal"), "label value", "db-07.internal", "feed.json"),
        (full(message="\uff44\uff42-07.internal"), "label value", "db-07.internal", "feed.json"),
        (full(message="db-07&#46;internal"), "label value", "db-07.internal", "index.html"),
        (full(message="[it](https://x.example/?part=treasury%2Fcold-signer)"), "component name", SIGNER, "index.html"),
        (full(body=f"because {QUERY}"), "query", QUERY.casefold(), "index.html"),
        (full(body=f"because {QUERY}"), "query", QUERY.casefold(), "api/v2/summary.json"),
        (full(title="wd-latency-p95 fires"), "watch name", "wd-latency-p95", "feed.atom"),
        (full(message="ask mara engineer"), "person", "mara engineer", "incidents/i00000000001.html"),
        (full(part="treasury/cold-signer"), "component name", "treasury/cold-signer", "index.html"),
    ],
)
def test_a_word_that_is_kept_in_is_found(made: Page, kind: str, word: str, path: str) -> None:
    found = [leak for leak in Leaks(INTERNAL).find(render(made)) if leak.path == path]
    assert [(leak.word, leak.kind, leak.source) for leak in found] == [(word, kind, f"a {kind} of ours")]


def test_it_is_found_in_a_calendar_across_its_folded_lines() -> None:
    planned: PublicMaintenance = replace(maintenance(), title=f"{'x' * 60} db-07.internal, matching/engine-7")
    found = Leaks(INTERNAL).find({"maintenance.ics": render(page(planned=[planned]))["maintenance.ics"]})
    assert [leak.word for leak in found] == ["db-07.internal", "matching/engine-7"]


def test_what_readers_may_see_and_what_is_too_short_to_tell_is_let_through() -> None:
    made = render(full(message="The eu zone, btc, and tron."))
    assert Leaks(internal({"label value": ["eu", "btc", "tron"]}), public=["USDT on Tron"]).find(made) == ()
    assert [leak.word for leak in Leaks(internal({"label value": ["tron"]})).find(made)][:1] == ["tron"]


def test_part_of_a_longer_word_is_no_leak() -> None:
    made = render(full(message="withdrawals of bitcoin"))
    assert Leaks(internal({"label value": ["withdr", "bitc", "coin"]})).find(made) == ()


def test_the_pages_own_words_and_what_no_reader_sees_are_no_leak() -> None:
    words = ["pending", "completed", "operational", "monitoring", "withdrawals", "https", "class", "summary"]
    made = render(full(message="See <https://example.com/>."))
    assert Leaks(internal({"label value": words}), public=[SITE.url, "Bitcoin withdrawals"]).find(made) == ()


def test_where_a_link_leads_is_read() -> None:
    made = render(full(message="[here](https://db-07.internal/x)"))
    assert "index.html" in {leak.path for leak in Leaks(INTERNAL).find(made)}


def test_a_leak_says_what_to_do() -> None:
    (found, *_) = Leaks(INTERNAL).find(render(full(message="db-07.internal")))
    said = "holds the label value 'db-07.internal' (a label value of ours); take it out of the public words"
    assert str(found).endswith(said)


def test_without_words_to_keep_in_nothing_is_looked_for() -> None:
    assert Leaks([]).find(render(full(message="db-07.internal"))) == ()


@pytest.mark.parametrize(
    "word",
    [
        *("page", "api", "error", "withdraw", "mainnet", "5xx", "2026", "24/7", "erc20", "erc-20", "layer-2", "v2.1"),
        *("1.25", "post-only", "sign-in", "real-time", "p95", "gold", "eu-1", "and"),
    ],
)
def test_a_word_of_the_language_is_not_telling(word: str) -> None:
    assert not is_telling(word)


@pytest.mark.parametrize(
    "word",
    [
        *("kafka-07", "matching/engine", "wd_failed_total", "api.eu", "prod:9100", "10.3.4.5", "10.3.4.5:9100"),
        *("hot-wallet-signer", "ip-10-3-4-5", "node7f3a2b", "mara@example.com", "withdrawals/BTC"),
    ],
)
def test_what_machines_are_called_is_telling(word: str) -> None:
    assert is_telling(word)


TICKETS = NamePattern(pattern=r"toc-\d+", kind="ticket number", source="a customer's ticket")


@pytest.mark.parametrize(
    ("said", "word"),
    [("As published in TOC-78342.", "toc-78342"), ("stock-78342 and toc-x and toc-1a", None), ("(toc-1)", "toc-1")],
)
def test_a_shape_is_found_whatever_its_number(said: str, word: str | None) -> None:
    found = Leaks([], shapes=[TICKETS]).find(render(full(message=said)))
    assert {leak.word for leak in found} == ({word} if word else set())


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ("We thank Mara for her patience.", True),
        ("The engineer on call (Mara, again) looks.", True),
        ("Mara is a river.", False),
        ("It is done. Mara is a river.", False),
        ("a mara of a day", False),
        ("Maradona scored, Maras too.", False),
    ],
)
def test_a_first_name_is_found_within_a_sentence(said: str, is_found: bool) -> None:
    mara = Internal(word="Mara", kind="person", source="a user")
    found = Leaks([], names=[mara]).find(render(full(message=said)))
    assert {leak.word for leak in found} == ({"Mara"} if is_found else set())


def test_a_name_that_is_a_word_of_the_page_is_not_looked_for() -> None:
    support = Internal(word="Support", kind="person", source="a user")
    assert Leaks([], names=[support]).find(render(full(message="Ask our Support about it."))) == ()


def test_many_words_are_looked_for_at_once() -> None:
    many = internal({"label value": [f"withdrawals/coin{n}/node-{n}" for n in range(20_000)]})
    found = Leaks(many).find(render(full(message="See withdrawals/coin777/node-777 and withdrawals/coin7/node-8.")))
    assert {leak.word for leak in found} == {"withdrawals/coin777/node-777"}


SPELT = internal({"component name": ["deposits-db", "сервис-db"], "label value": ["db-07.internal"]})


@pytest.mark.parametrize(
    ("said", "word"),
    [
        pytest.param("We restart dеposits-db now.", "deposits-db", id="one letter is Cyrillic"),
        pytest.param("We restart dερоsits-db now.", "deposits-db", id="Greek and Cyrillic"),
        pytest.param("We restart DEРOSITS-DB now.", "deposits-db", id="a capital"),
        pytest.param("We restart deposits–db now.", "deposits-db", id="a dash for the hyphen"),
        pytest.param("We restart déposits-db now.", "deposits-db", id="an accent"),
        pytest.param("It is db-07.іnternаl again.", "db-07.internal", id="a host"),
        pytest.param("It is `ԁb-07.internal`.", "db-07.internal", id="as code"),
        pytest.param("Мы чиним сервис-db.", "сервис-db", id="a name in Cyrillic is found as it is"),
        pytest.param("Мы чиним депозиты и ждём.", None, id="a sentence in Russian"),
        pytest.param("Οι καταθέσεις καθυστερούν.", None, id="a sentence in Greek"),
        pytest.param("Wir prüfen Einzahlungen – gleich.", None, id="accents and dashes of a sentence"),
    ],
)
def test_a_name_spelt_with_letters_that_look_alike_is_found(said: str, word: str | None) -> None:
    leaks = Leaks(SPELT)
    assert {leak.word for leak in leaks.find_in(said, "text")} == ({word} if word else set())
    assert {leak.word for leak in leaks.find(render(full(message=said)))} == ({word} if word else set())
