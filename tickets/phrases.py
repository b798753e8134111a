"""Finds the concepts that a text mentions, by words and phrases of eleven languages."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from types import MappingProxyType

from tickets.vocabulary import LANGUAGES
from tickets.vocabulary.concept import Concept
from tickets.word import MARKS, WORD

__all__ = ["Concept", "asks_again", "concepts_in", "normalise", "said_in"]

READ_MAX = 6_000  # characters of a text that are read: what a ticket is about, it says early
GAP = 3  # words that ".." in a phrase may stand for
RUN_ON_GAP = 12  # characters that ".." stands for where words are not parted, or carry their particles
# What a ticket is about and how it fails: harmless phrases ("how long", "what happened") still say it.
PLAIN = frozenset(list(Concept)[: list(Concept).index(Concept.QUESTION)])
RUN_ON = re.compile("[\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BUILDING = Lock()
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


@lru_cache(maxsize=256)  # each ticket is read for its concepts, coins, countries, words and sums
def normalise(text: str) -> str:
    """One spelling for what people spell in many: case, accents, contractions, letters of Arabic and Persian."""
    folded = unicodedata.normalize("NFKC", text[:READ_MAX]).casefold().translate(FOLD)
    if not folded.isascii():
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


@lru_cache(maxsize=64)  # routing, guard and linking read the same ticket one after another
def said_in(text: str) -> Mapping[Concept, str]:
    """Each concept that the text speaks of, with the first phrase of ours that says so."""
    lexicon = _lexicon()
    plain = normalise(text)
    words = WORD.findall(plain)
    serious = _without_harmless(words, lexicon)
    found: dict[Concept, str] = {}
    for at, word in enumerate(words):
        for phrase in lexicon.starting_with(word):
            if phrase.concept not in found and phrase.end(words if phrase.concept in PLAIN else serious, at):
                found[phrase.concept] = phrase.text
    if RUN_ON.search(plain):
        parted = lexicon.run_on_harmless.sub(" ", plain)
        for concept, pattern in lexicon.run_on:
            if concept not in found and (hit := pattern.search(plain if concept in PLAIN else parted)):
                found[concept] = hit.group()
    return MappingProxyType(found)


def _without_harmless(words: list[str], lexicon: "_Lexicon") -> list[str]:
    """The words, with "" for those of a harmless phrase."""
    out = list(words)
    for at, word in enumerate(words):
        for phrase in lexicon.harmless.get(word, ()):
            end = phrase.end(words, at)
            out[at:end] = [""] * max(0, end - at)
    return out


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a phrase, after up to GAP other words where `gap` is set.

    It is one of `whole`, starts with one of `starts`, or holds one of `inside`, as the compounds of some languages do.
    """

    whole: frozenset[str]
    starts: tuple[str, ...]
    inside: tuple[str, ...]
    gap: bool

    def fits(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.starts) or any(piece in word for piece in self.inside)


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: Concept
    text: str
    parts: tuple[_Part, ...]

    def end(self, words: list[str], at: int) -> int:
        """The index after the phrase, if it stands in `words` from index `at` on; 0 = it does not."""
        return self._rest(words, at + 1, 1) if self.parts[0].fits(words[at]) else 0

    def _rest(self, words: list[str], at: int, part: int) -> int:
        if part == len(self.parts):
            return at
        here = self.parts[part]
        last = min(len(words), at + (GAP if here.gap else 0) + 1)
        ends = (self._rest(words, i + 1, part + 1) for i in range(at, last) if here.fits(words[i]))
        return next((end for end in ends if end), 0)


class _Lexicon:
    """All phrases of all languages, found by their first word or its first letters."""

    def __init__(self, entries: Iterable[tuple[Concept, str]]) -> None:
        self._by_word: dict[str, list[_Phrase]] = defaultdict(list)
        self._by_start: dict[str, list[_Phrase]] = defaultdict(list)
        run_on: dict[Concept, list[str]] = defaultdict(list)
        self.harmless: dict[str, list[_Phrase]] = defaultdict(list)
        for concept, text in entries:
            if RUN_ON.search(text):
                run_on[concept].append(_pattern(text))
                continue
            phrase = _Phrase(concept, text, tuple(_parts(text)))
            first = phrase.parts[0]
            if concept is Concept.HARMLESS:
                for word in first.whole:
                    self.harmless[word].append(phrase)
                continue
            for word in first.whole:
                self._by_word[word].append(phrase)
            for start in {word[:3] for word in first.starts}:
                self._by_start[start].append(phrase)
        self.run_on_harmless = re.compile("|".join(run_on.pop(Concept.HARMLESS, ["(?!)"])))
        self.run_on = tuple((concept, re.compile("|".join(patterns))) for concept, patterns in run_on.items())

    def starting_with(self, word: str) -> Iterable[_Phrase]:
        yield from self._by_word.get(word, ())
        for length in range(1, min(3, len(word)) + 1):
            yield from self._by_start.get(word[:length], ())


def _lexicon() -> _Lexicon:
    """A constant, built from the vocabulary at its first use: once, however many threads want it at that time."""
    with _BUILDING:
        return _built()


@cache
def _built() -> _Lexicon:
    return _Lexicon(
        (concept, text.strip())
        for language in LANGUAGES
        for concept, texts in language.items()
        for text in texts.split(",")
        if text.strip()
    )


_CHOICES = re.compile(rf"\*?[\w{MARKS}]+\*?(?:/\*?[\w{MARKS}]+\*?)*")


def _parts(text: str) -> Iterable[_Part]:
    gap = False
    for raw in text.split():
        if raw == "..":
            gap = True
            continue
        for choice in _CHOICES.findall(normalise(raw)):
            words = choice.split("/")
            yield _Part(
                frozenset(w for w in words if "*" not in w),
                tuple(w[:-1] for w in words if w.endswith("*") and not w.startswith("*")),
                tuple(w.strip("*") for w in words if w.startswith("*")),
                gap,
            )
            gap = False


def _pattern(text: str) -> str:
    """A phrase of a script whose words are not parted, or carry particles: its parts in order, anywhere."""
    return f".{{0,{RUN_ON_GAP}}}?".join(_choice(part) for part in text.split(".."))


def _choice(part: str) -> str:
    words = (re.escape(normalise(word).strip().replace("*", "")) for word in part.split("/"))
    return "(?:" + "|".join(words).replace(r"\ ", r"\s*") + ")"
