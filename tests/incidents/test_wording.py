"""The public sentences: complete in every language, plain, and promising no more than we know."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from string import Formatter

import pytest

from detectors.watch import FailureKind
from incidents.component import ComponentGraph, OwnWords
from incidents.public import Phase
from incidents.wording import LANGUAGES, Affected, body, promise, title, words_of
from tests.incidents.build import at, exchange

GRAPH = exchange()


def affected(kind: FailureKind, *names: str) -> list[Affected]:
    return [Affected(component=GRAPH[name], kind=kind) for name in names]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_key_with_the_same_placeholders(language: str) -> None:
    english, words = LANGUAGES["en"], LANGUAGES[language]
    assert words.keys() == english.keys()
    assert {k: placeholders(t) for k, t in words.items()} == {k: placeholders(t) for k, t in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_direction_has_its_words(language: str) -> None:
    for part, kind, direction in product(
        ("title", "now", "means"), FailureKind, ("deposit", "withdrawal", "trade", "other")
    ):
        assert LANGUAGES[language][f"{part}.{kind}.{direction}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_shout_or_blame(language: str) -> None:
    for text in LANGUAGES[language].values():
        assert not re.search(r"!|¡|[A-Z]{4,}", text.replace("{", "").replace("}", ""))
        assert text == text.strip()


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    same = [k for k, text in LANGUAGES[language].items() if text == LANGUAGES["en"][k] and len(text.split()) > 2]
    assert same == []


@pytest.mark.parametrize(
    ("kind", "names", "safe"),
    [
        pytest.param(FailureKind.DELAY, ["withdrawals/BTC/bitcoin"], True, id="a delay"),
        pytest.param(FailureKind.BACKLOG, ["deposits/BTC/bitcoin"], True, id="a backlog"),
        pytest.param(FailureKind.HALT, ["withdrawals/BTC/bitcoin"], False, id="a halt"),
        pytest.param(FailureKind.ERRORS, ["deposits/BTC/bitcoin"], False, id="errors"),
        pytest.param(FailureKind.SILENCE, ["deposits/BTC/bitcoin"], False, id="no data"),
        pytest.param(FailureKind.OTHER, ["deposits/BTC/bitcoin"], False, id="who knows"),
        pytest.param(FailureKind.DELAY, ["trading/engine"], False, id="trading"),
        pytest.param(FailureKind.DELAY, ["withdrawals/BTC/bitcoin", "trading/engine"], False, id="partly trading"),
    ],
)
def test_funds_are_called_safe_only_where_the_kind_justifies_it(
    kind: FailureKind, names: list[str], safe: bool
) -> None:
    text = body(affected(kind, *names), Phase.INVESTIGATING, GRAPH, "en", kind=kind)
    assert ("Your funds are safe." in text) is safe


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["withdrawals/BTC/bitcoin"], "Bitcoin withdrawals delayed", id="one"),
        pytest.param(
            ["deposits/BTC/bitcoin", "deposits/ETH/ethereum"],
            "Bitcoin deposits and Ethereum deposits delayed",
            id="two",
        ),
        pytest.param(["balance/00", "balance/01", "balance/02"], "Balance 0 and 2 more slow", id="many"),
        pytest.param([], "Part of our service slow", id="nothing that is public"),
    ],
)
def test_the_title_names_what_customers_know(names: list[str], expected: str) -> None:
    assert title(affected(FailureKind.DELAY, *names), FailureKind.DELAY, GRAPH, "en") == expected


def test_all_of_one_direction_is_said_in_two_words() -> None:
    names = ["withdrawals/BTC/bitcoin", "withdrawals/ETH/ethereum", "withdrawals/SOL/solana"]
    solana = GRAPH["withdrawals/ETH/ethereum"]
    graph = ComponentGraph([*GRAPH, replace(solana, name=names[2])])
    these = [Affected(component=graph[name], kind=FailureKind.DELAY) for name in names]
    assert title(these, FailureKind.DELAY, graph, "en") == "All withdrawals delayed"


def test_silence_claims_nothing_about_the_rest() -> None:
    text = body(
        affected(FailureKind.SILENCE, "deposits/BTC/bitcoin"),
        Phase.INVESTIGATING,
        GRAPH,
        "en",
        kind=FailureKind.SILENCE,
    )
    assert "no current data: Bitcoin deposits" in text
    assert "no effect" not in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Bitcoin deposits are delayed. Deposits will be credited later than usual."),
        (
            "tr",
            "Para yatırma işlemleri gecikiyor: Bitcoin deposits. Yatırdığınız tutarlar hesabınıza daha geç geçecek.",
        ),
        ("ar", "الإيداعات متأخرة: Bitcoin deposits. ستُقيَّد الإيداعات في حسابك لاحقًا."),
        ("zh", "充值出现延迟：Bitcoin deposits。充值到账会比平时晚，"),
        ("ja", "入金が遅れています：Bitcoin deposits。入金の反映が通常より遅くなります。"),
    ],
)
def test_sentences_follow_each_other_as_the_language_writes(language: str, text: str) -> None:
    these = affected(FailureKind.DELAY, "deposits/BTC/bitcoin")
    said = body(these, Phase.INVESTIGATING, GRAPH, language, kind=FailureKind.DELAY)
    assert said.startswith(text)
    assert not re.search(r"。 |\s$|  ", said)


def test_the_next_update_is_promised_on_a_full_five_minutes() -> None:
    assert promise(at(1), timedelta(minutes=30)) == at(35 * 60)
    assert promise(at(0), timedelta(minutes=30)) == at(30 * 60)


@pytest.mark.parametrize(("tag", "language"), [("de-AT", "de"), ("ES", "es"), ("xx", "en"), ("", "en")])
def test_a_language_is_found_by_its_tag_and_english_is_the_fallback(tag: str, language: str) -> None:
    assert words_of(tag) is LANGUAGES[language]


OWN = (
    OwnWords(text="Staking is paused."),
    OwnWords(text="Rewards come later.", kind=FailureKind.DELAY),
    OwnWords(text="Die Auszahlung ruht.", language="de"),
    OwnWords(text="Rewards are being paid again.", phase="resolved"),
    OwnWords(text="We watch the rewards.", phase="monitoring"),
)


def owned(kind: FailureKind, name: str = "withdrawals/BTC/bitcoin", words: tuple[OwnWords, ...] = OWN) -> Affected:
    return Affected(component=replace(GRAPH[name], words=words), kind=kind)


@pytest.mark.parametrize(
    ("kind", "phase", "language", "expected"),
    [
        pytest.param(
            FailureKind.HALT, Phase.INVESTIGATING, "en", "Staking is paused. We are investigating.", id="any kind"
        ),
        pytest.param(
            FailureKind.DELAY, Phase.INVESTIGATING, "en", "Rewards come later. We are investigating.", id="its kind"
        ),
        pytest.param(
            FailureKind.DELAY, Phase.MONITORING, "en", "We watch the rewards.", id="its phase before its kind"
        ),
        pytest.param(FailureKind.DELAY, Phase.RESOLVED, "en", "Rewards are being paid again.", id="its end"),
        pytest.param(FailureKind.HALT, Phase.INVESTIGATING, "de-AT", "Die Auszahlung ruht. ", id="its language"),
    ],
)
def test_a_components_own_sentences_stand_in_place_of_the_usual_ones(
    kind: FailureKind, phase: Phase, language: str, expected: str
) -> None:
    assert body([owned(kind)], phase, GRAPH, language, kind=kind).startswith(expected)


def test_own_sentences_are_followed_by_the_promise_of_the_next_update() -> None:
    said = body(
        [owned(FailureKind.HALT)], Phase.INVESTIGATING, GRAPH, "en", kind=FailureKind.HALT, next_update_by=at(1800)
    )
    assert said == "Staking is paused. We are investigating. Next update by 14:30 UTC."


@pytest.mark.parametrize(
    ("parts", "phase", "language"),
    [
        pytest.param([owned(FailureKind.HALT)], Phase.RETRACTED, "en", id="an end without words of its own"),
        pytest.param([owned(FailureKind.HALT)], Phase.INVESTIGATING, "ja", id="a language without them"),
        pytest.param(
            [owned(FailureKind.HALT), owned(FailureKind.HALT, "trading/engine", ())],
            Phase.INVESTIGATING,
            "en",
            id="another component beside it",
        ),
    ],
)
def test_where_they_do_not_fit_the_usual_sentences_stand(parts: list[Affected], phase: Phase, language: str) -> None:
    usual = [replace(a, component=replace(a.component, words=())) for a in parts]
    assert body(parts, phase, GRAPH, language, kind=FailureKind.HALT) == body(
        usual, phase, GRAPH, language, kind=FailureKind.HALT
    )
