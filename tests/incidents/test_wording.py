"""The public sentences: complete in every language, plain, and promising no more than we know."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from detectors.watch import FailureKind
from incidents.component import ComponentGraph, OwnWords
from incidents.public import Phase
from incidents.wording import LANGUAGES, Affected, body, promise, title, words_of
from tests.incidents.build import at, exchange

GRAPH = exchange()


def affected(kind: FailureKind, *names: str) -> list[Affected]:
    return [Affected(component=GRAPH[name], kind=kind) for name in names]


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


# Of the future and of the exchange's books a metric says nothing: stems of what no template may claim.
_UNKNOWABLE = {
    "en": r"\bsafe\b|\bwill be\b|\bwill arrive\b|guarantee|\bno funds\b|\bare credited\b",
    "de": r"sicher|garantier|werden gutgeschrieben|kommen an\b",
    "es": r"segur|garanti|se acreditarán|llegarán",
    "tr": r"güvende|garanti|geçecek|ulaşacak",
    "ar": r"أمان|آمن|ستُقيَّد|ستُضاف|ستصل|مضمون",
    "fa": r"امان|امن|تضمین|خواهد",
    "ja": r"安全|保証|必要はありません",
    "zh": r"安全|保证|无需",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_says_what_a_machine_cannot_know(language: str) -> None:
    known = {k: t for k, t in LANGUAGES[language].items() if not k.startswith(("phase.", "after.silence"))}
    assert [k for k, text in known.items() if re.search(_UNKNOWABLE[language], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("name", ["withdrawals/BTC/bitcoin", "deposits/BTC/bitcoin", "trading/engine"])
@pytest.mark.parametrize("phase", [Phase.INVESTIGATING, Phase.MONITORING, Phase.RESOLVED])
def test_nothing_automatic_calls_funds_safe_or_credited(kind: FailureKind, name: str, phase: Phase) -> None:
    text = body(affected(kind, name), phase, GRAPH, "en", kind=kind)
    assert not re.search(r"\bsafe\b|all deposits are|will be credited|will arrive", text)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(FailureKind.DELAY, True, id="the kind that they were written for"),
        pytest.param(FailureKind.HALT, False, id="another kind"),
    ],
)
def test_words_that_a_person_wrote_for_the_component_and_its_kind_may_say_so(kind: FailureKind, said: bool) -> None:
    own = OwnWords(text="Your funds are safe: only the sending is late.", kind=FailureKind.DELAY)
    late = Affected(component=replace(GRAPH["withdrawals/BTC/bitcoin"], words=(own,)), kind=kind)
    assert (own.text in body([late], Phase.INVESTIGATING, GRAPH, "en", kind=kind)) is said


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
        ("en", "Bitcoin deposits are delayed. Deposits may be credited later than usual."),
        (
            "tr",
            (
                "Para yatırma işlemleri gecikiyor: Bitcoin deposits. "
                "Yatırdığınız tutarlar hesabınıza normalden geç geçebilir."
            ),
        ),
        ("ar", "الإيداعات متأخرة: Bitcoin deposits. قد تُضاف الإيداعات إلى حسابك في وقت متأخر عن المعتاد."),
        ("zh", "充值出现延迟：Bitcoin deposits。充值到账可能比平时晚，"),
        ("ja", "入金が遅れています：Bitcoin deposits。入金の反映が通常より遅くなることがあります。"),
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
