"""Finds the concepts that a text mentions, by words and phrases of eleven languages."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from tickets.vocabulary import LANGUAGES
from tickets.vocabulary.concept import Concept

__all__ = ["Concept", "asks_again", "concepts_in", "normalise", "said_in"]

READ_MAX = 6_000  # characters of a text that are read: what a ticket is about, it says early
GAP = 3  # words that ".." in a phrase may stand for
RUN_ON_GAP = 12  # characters that ".." stands for where words are not parted, or carry their particles
RUN_ON = re.compile("[\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CONTRACTIONS = re.compile(
    r"\b(do|did|does|have|has|had|was|were|is|are|ca|can|could|wo|would|should|ai)n?['’`´]?nt\b|\b(\w+)n['’`´]t\b|\b(can)not\b"
)
FOLD = str.maketrans(
    {
        "ı": "i", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe",
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و", "ئ": "ی", "ۀ": "ه", "ـ": None,
        "\u200c": " ", "\u200d": None, "\u200e": None, "\u200f": None, "\ufeff": None,
    }
)  # fmt: skip


def normalise(text: str) -> str:
    """One spelling for what people spell in many: case, accents, contractions, letters of Arabic and Persian."""
    folded = unicodedata.normalize("NFKC", text[:READ_MAX]).casefold().translate(FOLD)
    folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFC", folded)
    return CONTRACTIONS.sub(_expanded, folded)


def _expanded(found: re.Match[str]) -> str:
    verb = found.group(1) or found.group(2) or found.group(3)
    return {"ca": "can", "wo": "will", "ai": "is"}.get(verb, verb) + " not"


def concepts_in(text: str) -> frozenset[Concept]:
    """All concepts that the text speaks of, in whichever of the languages."""
    return frozenset(said_in(text))


def asks_again(said: frozenset[Concept]) -> bool:
    """Whether somebody who wrote before goes on about the same: they ask for news, or name no other subject."""
    return Concept.REPEAT in said or not said - {Concept.DELAY, Concept.ANGRY, Concept.NOT_RECEIVED, Concept.QUESTION}


def said_in(text: str) -> Mapping[Concept, str]:
    """Each concept that the text speaks of, with the first phrase of ours that says so."""
    plain = normalise(text)
    words = re.findall(r"\w+", plain)
    found: dict[Concept, str] = {}
    lexicon = _lexicon()
    for at, word in enumerate(words):
        for phrase in lexicon.starting_with(word):
            if phrase.concept not in found and phrase.holds(words, at):
                found[phrase.concept] = phrase.text
    if RUN_ON.search(plain):
        for concept, pattern in lexicon.run_on:
            if concept not in found and (hit := pattern.search(plain)):
                found[concept] = hit.group()
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a phrase: the word itself, or every word that starts with it; after up to GAP other words."""

    word: str
    prefix: bool
    gap: bool

    def fits(self, word: str) -> bool:
        return word.startswith(self.word) if self.prefix else word == self.word


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: Concept
    text: str
    parts: tuple[_Part, ...]

    def holds(self, words: list[str], at: int) -> bool:
        """Whether the phrase stands in `words` from index `at` on."""
        return self.parts[0].fits(words[at]) and self._rest(words, at + 1, 1)

    def _rest(self, words: list[str], at: int, part: int) -> bool:
        if part == len(self.parts):
            return True
        here = self.parts[part]
        last = min(len(words), at + (GAP if here.gap else 0) + 1)
        return any(here.fits(words[i]) and self._rest(words, i + 1, part + 1) for i in range(at, last))


class _Lexicon:
    """All phrases of all languages, found by the first letters of their first word."""

    def __init__(self, entries: Iterable[tuple[Concept, str]]) -> None:
        self._by_start: dict[str, list[_Phrase]] = defaultdict(list)
        run_on: dict[Concept, list[str]] = defaultdict(list)
        for concept, text in entries:
            if RUN_ON.search(text):
                run_on[concept].append(_pattern(text))
            else:
                phrase = _Phrase(concept, text, tuple(_parts(text)))
                self._by_start[phrase.parts[0].word[:3]].append(phrase)
        self.run_on = tuple((concept, re.compile("|".join(patterns))) for concept, patterns in run_on.items())

    def starting_with(self, word: str) -> Iterable[_Phrase]:
        for length in range(1, min(3, len(word)) + 1):
            yield from self._by_start.get(word[:length], ())


@cache  # a constant: built from the vocabulary at its first use
def _lexicon() -> _Lexicon:
    return _Lexicon(
        (concept, text.strip())
        for language in LANGUAGES
        for concept, texts in language.items()
        for text in texts.split(",")
        if text.strip()
    )


def _parts(text: str) -> Iterable[_Part]:
    gap = False
    for raw in text.split():
        if raw == "..":
            gap = True
            continue
        for word in re.findall(r"\w+\*?", normalise(raw)):
            yield _Part(word.rstrip("*"), word.endswith("*"), gap)
            gap = False


def _pattern(text: str) -> str:
    """A phrase of a script whose words are not parted, or carry particles: its parts in order, anywhere."""
    parts = (re.escape(normalise(part).strip().replace("*", "")) for part in text.split(".."))
    return f".{{0,{RUN_ON_GAP}}}?".join(p.replace(r"\ ", r"\s*") for p in parts)
