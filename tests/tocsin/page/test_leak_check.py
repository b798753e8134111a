"""No word of the inside gets onto the page; the old page stands, and engineers are told which word, and whence."""

import pytest

from detectors.watch import FailureKind
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tocsin.page.leak_check import PageBlocked
from tocsin.page.publish import inside_of, publish
from tocsin.storage.accounts import Role


def put_out(tocsin: Running) -> None:
    publish(tocsin.services.publisher, tocsin.clock())


def say(tocsin: Running, text: str) -> None:
    """An incident that is public, with an engineer's words."""
    incident = tocsin.incident("Withdrawals are slow", disclosed=False)
    tocsin.do(incident, Action.APPROVE, text=text)


@pytest.mark.parametrize(
    ("text", "word", "source"),
    [
        ("It is withdrawals/BTC/bitcoin again.", "withdrawals/btc/bitcoin", "component withdrawals/BTC/bitcoin of toc"),
        ("It is chain/bitcoin again.", "chain/bitcoin", "component chain/bitcoin of tocsin.yaml"),
        (
            "exchange_withdrawal_processing_seconds rose.",
            "exchange_withdrawal_processing_seconds",
            "watch withdrawal-t",
        ),
        ("See TOC-78342 for it.", "toc-78342", "a customer's ticket"),
        ("See INC-17 for it.", "inc-17", "the engineers' number"),
        ("Host 10.3.4.5 is down.", "10.3.4.5", "of a private network"),
        ("It is kafka-2.prod.internal again.", "kafka-2.prod.internal", "of a private network"),
        ("We thank Engineer, and thank Ottoline too.", "Ottoline", "a user of Tocsin"),
        ("Write to ottoline@example.com now.", "ottoline@example.com", "a user of Tocsin"),
    ],
)
def test_a_page_with_a_word_of_the_inside_is_held_back(tocsin: Running, text: str, word: str, source: str) -> None:
    tocsin.services.store.people.add_user("ottoline", "ottoline@example.com", "x", Role.ENGINEER, tocsin.clock())
    put_out(tocsin)
    index = tocsin.services.publisher.directory / "index.html"
    before = index.read_bytes()
    say(tocsin, text)
    with pytest.raises(PageBlocked, match="the public page is held back, the one before it stands") as told:
        put_out(tocsin)
    assert {leak.word for leak in told.value.leaks} == {word}
    assert f"{word!r}, from {source}" in str(told.value)
    assert str(told.value).partition(": ")[2].startswith("incidents/")
    assert index.read_bytes() == before
    assert tocsin.services.publisher.problems == (str(told.value),)


@pytest.mark.parametrize(
    "text",
    [
        "Our API and the page answer again; withdrawals of bitcoin over the Bitcoin network take 5 minutes, 24/7.",
        "Trading is post-only until 14:30 UTC (p95 is 1.25 s, ERC20 and v2.1 too). See http://testserver/status/.",
        "Error codes 5xx and 429 are gone. Will May mark it? Mark my words: Grace and hope. Thanks, BTC/USDT traders.",
    ],
)
def test_ordinary_words_go_out(tocsin: Running, text: str) -> None:
    for name in ("will", "mark", "grace", "hope", "may", "engineer", "support", "admin"):
        tocsin.services.store.people.add_user(name, f"{name}@example.com", "x", Role.AGENT, tocsin.clock())
    say(tocsin, text)
    put_out(tocsin)
    assert tocsin.services.publisher.problems == ()
    assert any(tocsin.services.publisher.directory.glob("incidents/*.html"))


def test_a_page_that_was_mended_goes_out(tocsin: Running) -> None:
    incident = tocsin.incident("Withdrawals are slow", disclosed=False)
    tocsin.do(incident, Action.APPROVE, text="chain/bitcoin is slow")
    for _ in range(2):
        with pytest.raises(PageBlocked):
            put_out(tocsin)
    tocsin.services.publisher.leak_check.check({}, inside_of(tocsin.services.publisher))
    assert tocsin.services.publisher.problems == ()


def test_the_console_says_that_the_page_is_held_back(tocsin: Running) -> None:
    client = tocsin.client(Role.ENGINEER)
    assert "held back" not in client.get("/console").text
    say(tocsin, "chain/bitcoin is slow")
    with pytest.raises(PageBlocked):
        put_out(tocsin)
    shown = client.get("/console").text
    assert "The public page is held back" in shown
    assert "chain/bitcoin" in shown


def test_the_name_of_an_alert_is_internal_while_its_incident_lasts(tocsin: Running) -> None:
    tocsin.incident("x", disclosed=False, kind=FailureKind.HALT)
    assert {name for name, _ in inside_of(tocsin.services.publisher).alerts} == {
        signal.name for incident in tocsin.services.store.incidents.active() for signal in incident.signals
    }
