"""The vocabulary of each concept: one module per language, so that a speaker of it can correct it.

Phrases are parted by commas. `withdraw*` = every word that starts so; `not .. arriv*` = with up to three words between;
`phone/number stolen` = either word before the second; `neue *adresse` = every word with that in it, but not as a first.
Case, accents and contractions do not matter. In scripts whose words are not parted a phrase may stand anywhere.
"""

from collections.abc import Mapping

from tickets.vocabulary import (
    arabic,
    chinese,
    devanagari,
    english,
    german,
    hindi,
    japanese,
    persian,
    portuguese,
    russian,
    spanish,
    turkish,
)
from tickets.vocabulary.concept import Concept

LANGUAGES: tuple[Mapping[Concept, str], ...] = (
    english.WORDS,
    german.WORDS,
    spanish.WORDS,
    turkish.WORDS,
    russian.WORDS,
    chinese.WORDS,
    portuguese.WORDS,
    persian.WORDS,
    japanese.WORDS,
    arabic.WORDS,
    hindi.WORDS,
    devanagari.WORDS,
)
