"""The words of subscriptions by language: forms and mails."""

from collections.abc import Mapping

from statuspage.phrases import FALLBACK, phrases_of
from statuspage.plurals import form
from statuspage.subscriptions.words import ar, de, en, es, fa, ja, tr, zh

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "ar": ar.WORDS,
    "de": de.WORDS,
    "en": en.WORDS,
    "es": es.WORDS,
    "fa": fa.WORDS,
    "ja": ja.WORDS,
    "tr": tr.WORDS,
    "zh": zh.WORDS,
}
"""Every language has every key, with the same placeholders."""


def words_of(language: str) -> Mapping[str, str]:
    """The words of a language tag ("de", "de-AT"); English where there are none."""
    return LANGUAGES.get(language.lower().partition("-")[0], LANGUAGES[FALLBACK])


def counted(language: str, key: str, count: int) -> str:
    """So many "hours" or "days", as they stand within a sentence, in the form that the number takes."""
    root = phrases_of(language).root
    return LANGUAGES[root][f"{key}_{form(root, count)}"].format(count=count)
