"""No word of the inside gets onto the page: a message that holds one waits, and everybody else's news goes out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incidents import lifecycle
from incidents.incident import EndReason, Incident, IncidentUpdate
from incidents.lifecycle import Action
from tests.tocsin.storage.examples import signal
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.page.leak_check import PageBlocked
from tocsin.page.publish import publish
from tocsin.storage.accounts import Role

INSIDE = "chain/bitcoin is slow"
OWN = "    words: [{text: 'The hot-wallet-signer-3 is slow.'}]\n"


def put_out(tocsin: Running) -> None:
    publish(tocsin.services.publisher, tocsin.clock())


def page(tocsin: Running) -> dict[str, str]:
    """Every text file of the page as readers get it, by path."""
    put_out(tocsin)
    folder = tocsin.services.publisher.directory
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def slip(tocsin: Running, incident: Incident, line: Callable[[Incident], IncidentUpdate]) -> None:
    """A message that no form looked at: stored by an earlier release, or before the word was one of the inside."""
    tocsin.services.store.incidents.change(incident.id, line, tocsin.clock())


def said(tocsin: Running, text: str = INSIDE) -> Incident:
    """A public incident with words that slipped through."""
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=2)
    slip(tocsin, incident, lambda i: lifecycle.add_message(i, text, "mara", tocsin.clock()))
    return incident


def holding(files: dict[str, str], word: str) -> list[str]:
    return [path for path, content in files.items() if word in content]


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
        ("It is kafka-2.[prod](https://example.com).internal.", "kafka-2.prod.internal", "of a private network"),
        ("We thank Engineer, and thank Ottoline too.", "Ottoline", "a user of Tocsin"),
        ("Write to ottoline@example.com now.", "ottoline@example.com", "a user of Tocsin"),
    ],
)
def test_a_message_with_a_word_of_the_inside_waits_and_all_else_goes_out(
    tocsin: Running, text: str, word: str, source: str
) -> None:
    tocsin.services.store.people.add_user("ottoline", "ottoline@example.com", "x", Role.ENGINEER, tocsin.clock())
    held = said(tocsin, f"{text} We regret it.")
    other = tocsin.incident("Trading is slow", components=("trading",))
    tocsin.do(other, Action.ADD_MESSAGE, text="A fix for trading is on its way.")
    files = page(tocsin)
    assert holding(files, "We regret it") == []
    assert len(holding(files, "A fix for trading is on its way")) >= 4, "page, feeds and JSON of the other incident"
    assert files[f"incidents/{held.id}.html"].count('<li id="') == 2, "the update is an entry, in the template's words"
    (problem,) = tocsin.services.publisher.problems
    assert f"{word!r} ({source}" in problem
    assert f"the words for {held.reference} of 2026-03-02 14:05 UTC wait" in problem


@pytest.mark.parametrize(
    "line",
    [
        lambda i, now: lifecycle.resolve(i, EndReason.FIXED, "mara", now, INSIDE),
        lambda i, now: lifecycle.postmortem(
            lifecycle.resolve(i, EndReason.FIXED, "mara", now).incident, INSIDE, "mara", now
        ),
        lambda i, now: lifecycle.add_message(i, f"**Sorry.**\n\n- {INSIDE}\n", "mara", now),
    ],
    ids=["resolution", "postmortem", "list"],
)
def test_whatever_a_person_wrote_waits_alone(
    tocsin: Running, line: Callable[[Incident, object], IncidentUpdate]
) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=2)
    slip(tocsin, incident, lambda i: line(i, tocsin.clock()))
    files = page(tocsin)
    assert holding(files, "chain/bitcoin") == []
    assert f"incidents/{incident.id}.html" in files
    assert 'lang="en" dir="auto"></div>' not in files[f"incidents/{incident.id}.html"], "no empty words stand there"


def test_words_that_an_approval_brings_wait_and_the_incident_is_public_all_the_same(tocsin: Running) -> None:
    incident = tocsin.incident(disclosed=False)
    slip(tocsin, incident, lambda i: lifecycle.approve(i, "mara", tocsin.clock(), INSIDE))
    files = page(tocsin)
    assert "Bitcoin withdrawals" in files[f"incidents/{incident.id}.html"]
    assert holding(files, "chain/bitcoin") == []


def test_planned_work_with_such_words_is_reported_with_its_time(tocsin: Running) -> None:
    work = tocsin.planned_work("Upgrade of chain/bitcoin", INSIDE)
    files = page(tocsin)
    assert holding(files, "chain/bitcoin") == []
    assert "SUMMARY:Planned maintenance" in files["maintenance.ics"]
    assert "DTSTART:20260302T150300Z" in files["maintenance.ics"]
    assert "Geplante Wartung" in files[f"de/maintenance/{work.public.id}.html"]
    assert len(tocsin.services.publisher.problems) == 2, "its title and its text"


def test_a_word_that_becomes_internal_afterwards_takes_back_what_holds_it(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.do(incident, Action.ADD_MESSAGE, text="We thank you, and thank Ottoline too.")
    assert f"incidents/{incident.id}.html" in holding(page(tocsin), "Ottoline")
    tocsin.services.store.people.add_user("ottoline", "o@example.com", "x", Role.ENGINEER, tocsin.clock())
    assert holding(page(tocsin), "Ottoline") == []
    assert "'Ottoline'" in tocsin.services.publisher.problems[0]


def test_the_name_of_a_foreign_alert_is_looked_for_while_its_incident_lasts(tocsin: Running) -> None:
    said(tocsin, "The alert KafkaLagHigh rings.")
    assert holding(page(tocsin), "KafkaLagHigh") != []
    lag = signal("KafkaLagHigh")
    held = tocsin.services.store.incidents.active()[0]

    def joined(now: Incident) -> IncidentUpdate:
        return lifecycle.add_note(replace(now, signals=(lag,)), "it is evidence now", "mara", tocsin.clock())

    slip(tocsin, held, joined)
    assert holding(page(tocsin), "KafkaLagHigh") == []


def test_words_that_readers_may_see_after_all_go_out_at_the_next_reload(tmp_path: Path) -> None:
    tocsin = running(tmp_path, CONFIG)
    held = said(tocsin)
    assert holding(page(tocsin), INSIDE) == []
    path = tmp_path / "tocsin.yaml"
    path.write_text(CONFIG + "page: {may_say: [chain/bitcoin]}\n", encoding="utf-8")
    assert tocsin.runtime.reload() == ()
    assert f"incidents/{held.id}.html" in holding(page(tocsin), INSIDE)
    assert tocsin.services.publisher.problems == ()
    tocsin.close()


def test_a_components_own_words_wait_too(tmp_path: Path) -> None:
    config = CONFIG.replace(
        "    depends_on: [chain/bitcoin]\n", f"    depends_on: [chain/bitcoin]\n    team: hot-wallet-signer-3\n{OWN}"
    )
    tocsin = running(tmp_path, config)
    incident = tocsin.incident()
    files = page(tocsin)
    assert holding(files, "hot-wallet-signer-3") == []
    assert "delayed" in files[f"incidents/{incident.id}.html"]
    assert "the words of component withdrawals/BTC/bitcoin in tocsin.yaml wait" in tocsin.services.publisher.problems[0]
    tocsin.close()


def test_many_texts_that_wait_are_counted_and_the_engineers_see_them(tocsin: Running) -> None:
    client = tocsin.client(Role.ENGINEER)
    incident = said(tocsin)
    for _ in range(4):
        slip(tocsin, incident, lambda i: lifecycle.add_message(i, INSIDE, "mara", tocsin.clock()))
    put_out(tocsin)
    assert len(tocsin.services.publisher.problems) == 4
    shown = client.get("/console").text
    assert "2 more texts for the public wait" in shown
    assert "chain/bitcoin" in shown
    assert "These words wait:" in client.get(f"/console/incidents/{incident.id}").text
    assert tocsin.services.metrics.registry.get_sample_value("tocsin_public_words_waiting") == 4


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
    incident = tocsin.incident(disclosed=False)
    tocsin.do(incident, Action.APPROVE, text=text)
    put_out(tocsin)
    assert tocsin.services.publisher.problems == ()
    assert any(tocsin.services.publisher.directory.glob("incidents/*.html"))


def test_a_template_of_the_installations_own_with_such_a_word_holds_the_edition_back(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "404.html").write_text("<p>Ask chain/bitcoin.</p>", encoding="utf-8")
    tocsin = running(tmp_path, f"{CONFIG}page: {{templates: ./templates}}\n")
    with pytest.raises(PageBlocked, match="the public page is blocked, the edition before it stays") as caught:
        put_out(tocsin)
    assert {leak.path.rpartition("/")[2] for leak in caught.value.leaks} == {"404.html"}
    assert tocsin.services.publisher.problems == (str(caught.value),)
    tocsin.close()
