"""The public words of all languages: complete, of one voice, and read again whenever their English changes."""

import json
import re
import subprocess
from collections.abc import Iterator
from string import Formatter

import pytest

from incidents.wording import LANGUAGES
from statuspage.plurals import form, forms
from statuspage.subscriptions.phrases import counted
from tests.require import require
from tests.reread import CATALOGUES, DOCUMENT, lines

OTHERS = tuple(sorted(set(LANGUAGES) - {"en"}))
DATES = ("date_day", "date_brief", "date_month", "date_short", "date_moment")
COUNTED = {
    "statuspage": ("incidents", "troubled_days", "matrix_troubled"),
    "subscriptions": ("hours", "days"),
    "incidents": (),
}
"""The words that come in the plural forms of their language, without the form's name."""

SAME_AS_ENGLISH = {
    "api": "an abbreviation that every language uses",
    "utc": "the name of the clock",
    "status": "German says it so",
    "home": "German says it so",
    "mode_online": "German says it so",
    "day": "the sign of the unit",
    "hour": "the sign of the unit",
    "minute": "the sign of the unit",
    "comma": "which sign parts a number is no word",
    "list_comma": "which sign parts a list is no word",
    "list_semicolon": "which sign parts a list is no word",
}
"""Keys whose words may be those of English, and why."""

FOREIGN_SIGNS = {
    "ar": r"[,;?]",
    "fa": r"[,;?]",
    "ja": r"[,;?!]|[^\x00-\x7f}] ?[:.](?!\d)",
    "zh": r"[,;?!]|[^\x00-\x7f}] ?[:.](?!\d)",
    "es": r"^[^¿]*\?|^[^¡]*!",
}
"""Punctuation that the language does not write so; an address (https://) is Latin in every language."""

FAMILIAR = {
    "de": r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b",
    "es": r"\b(tú|ti|te|tu|tus|vos|vuestr\w+|contigo)\b",
    "tr": r"\b(sen|sana|seni|senin|bana yaz)\b",
    "zh": r"你",
    "fa": r"\b(تو|برایت|لطفا بکن)\b",
}
"""The familiar address, where the language has two: a stranger's money is spoken of politely."""

NOT_OUR_WORD = {
    "en": r"\bstate before\b|write to us|hear of",
    "de": r"Auftr[aä]g|Geheimnis|berichtig|anmelde|abmelde|abgemeldet",  # Orders, Schlüssel, korrigieren, abonnieren
    "es": r"operativa|canal Atom|secreto",  # negociación, feed, clave
    "tr": r"besleme|İşlem modu|ileti\b|iletiler",  # akış, alım satım, mesaj
    "ar": r"تُقيَّد|مسحوب\b|السر\b|\bسر\b",  # تُضاف, تم التراجع, مفتاح
    "fa": r"راستی|برگزی|بکوشید|راز|رونوشت|دیرزمان",  # تأیید, انتخاب, تلاش, کلید, کپی
    "ja": r"状態ページ|シークレット|大規模障害|計画された|予定された",  # ステータスページ, キー, 大規模停止
    "zh": r"资产|充币|提币|出金|入金",  # 币种, 充值, 提现
}
"""Words that say what another word of the language says already: one word for one thing."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def sentences(language: str) -> Iterator[tuple[str, str, str]]:
    for name, languages in CATALOGUES.items():
        for key, text in languages[language].items():
            yield name, key, text


def offending(language: str, pattern: str) -> list[str]:
    shown = {key: re.sub(r"\{\w+\}|https://", "x", text) for _, key, text in sentences(language)}
    return [key for key, text in shown.items() if re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_catalogues_speak_the_same_languages(name: str) -> None:
    assert CATALOGUES[name].keys() == LANGUAGES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CATALOGUES)
def test_every_language_has_every_key_with_the_same_placeholders(name: str, language: str) -> None:
    english, words = (
        {k: placeholders(t) for k, t in CATALOGUES[name][one].items() if k not in plurals(name, one)}
        for one in ("en", language)
    )
    assert words.keys() == english.keys()
    assert {k: v for k, v in words.items() if k not in DATES} == {k: v for k, v in english.items() if k not in DATES}


def plurals(name: str, language: str) -> set[str]:
    return {f"{key}_{one}" for key in COUNTED[name] for one in forms(language)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CATALOGUES)
def test_every_counted_word_comes_in_all_forms_of_the_language(name: str, language: str) -> None:
    words = CATALOGUES[name][language]
    for key in plurals(name, language):
        assert placeholders(words[key]) <= {"count"}, key
        # A form of one single number may say it in a word ("two days"); the others need the figure.
        assert "{count}" in words[key] or (language == "ar" and key.endswith(("_zero", "_one", "_two"))), key


def test_the_plural_forms_are_those_of_the_unicode_consortium() -> None:
    script = (
        "const f = n => Object.fromEntries(JSON.parse(process.argv[1]).map(l => "
        "[l, Array.from({length: 1200}, (_, i) => new Intl.PluralRules(l).select(i))]));"
        "console.log(JSON.stringify(f()))"
    )
    said = subprocess.run(
        [require("node"), "-e", script, json.dumps(sorted(LANGUAGES))], capture_output=True, text=True, check=True
    )
    expected = json.loads(said.stdout)
    assert {one: [form(one, count) for count in range(1200)] for one in LANGUAGES} == expected
    assert {one: set(forms(one)) for one in LANGUAGES} == {one: set(found) for one, found in expected.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english_without_a_reason(language: str) -> None:
    same = [
        key
        for name, key, text in sentences(language)
        if text == CATALOGUES[name]["en"].get(key) and re.search(r"[^\W\d]", re.sub(r"\{\w+\}", "", text))
    ]
    assert [key for key in same if key not in SAME_AS_ENGLISH] == []


def test_a_reason_to_be_the_same_as_english_has_its_word() -> None:
    used = {
        key for language in OTHERS for name, key, text in sentences(language) if text == CATALOGUES[name]["en"].get(key)
    }
    assert set(SAME_AS_ENGLISH) <= used


@pytest.mark.parametrize("language", FOREIGN_SIGNS)
def test_a_language_is_written_with_its_own_punctuation(language: str) -> None:
    assert offending(language, FOREIGN_SIGNS[language]) == []


@pytest.mark.parametrize("language", FAMILIAR)
def test_readers_are_addressed_politely_throughout(language: str) -> None:
    assert offending(language, FAMILIAR[language]) == []


@pytest.mark.parametrize("language", NOT_OUR_WORD)
def test_one_thing_has_one_word(language: str) -> None:
    assert offending(language, NOT_OUR_WORD[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_ends_as_the_english_one_does(language: str) -> None:
    """With a full stop, with a question mark, or with neither; the signs of units and dates aside."""
    kinds = {".": ".", "。": ".", "?": "?", "؟": "?", "？": "?"}
    for name, key, text in sentences(language):
        english = CATALOGUES[name]["en"].get(key)
        if english is not None and not (key in SAME_AS_ENGLISH or key.startswith(("date_", "less_than_"))):
            assert kinds.get(text.strip()[-1], "") == kinds.get(english.strip()[-1], ""), (name, key)


@pytest.mark.parametrize(
    ("language", "key", "count", "said"),
    [
        pytest.param("en", "hours", 1, "1 hour", id="one hour"),
        pytest.param("en", "hours", 48, "48 hours", id="two days of hours"),
        pytest.param("de-AT", "days", 1, "1 Tag", id="a language with its region"),
        pytest.param("ar", "hours", 2, "ساعتين", id="the dual"),
        pytest.param("ar", "days", 7, "7 أيام", id="few"),
        pytest.param("ar", "days", 30, "30 يومًا", id="many"),
        pytest.param("ar", "days", 100, "100 يوم", id="a hundred"),
        pytest.param("ja", "days", 30, "30 日間", id="a language without plurals"),
        pytest.param("xx", "days", 2, "2 days", id="a language that nobody speaks here"),
    ],
)
def test_a_time_in_a_sentence_takes_the_form_of_its_number(language: str, key: str, count: int, said: str) -> None:
    assert counted(language, key, count) == said


def test_translations_are_read_again_when_their_english_changes() -> None:
    """Otherwise: reread those sentences in every language, mend them, and run `python -m tests.reread`."""
    changed = set(lines()) ^ set(DOCUMENT.read_text(encoding="utf-8").splitlines())
    assert {" ".join(line.split()[:2]) for line in changed} == set()
