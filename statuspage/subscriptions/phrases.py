"""The words of subscriptions by language: forms and mails."""

from collections.abc import Mapping

from statuspage.phrases import FALLBACK
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
