"""Finds internal words in what a person wrote for the public, and in a page before it is published.

The page is built from public fields alone. A message is looked at by itself, so that it alone waits; the files show
what came of all, whatever way a word may have taken: a template of the installation's own, a component's title.

A false alarm keeps words from readers in an outage, so what is looked for must be telling: `is_telling` says which
words are, and what the public words themselves say is never a leak.
"""

import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from incidents import wording
from incidents.markup import Markdown
from statuspage import phrases
from statuspage.manifest import MANIFEST

REMEMBERED = 200_000
"""Pieces of text, of those that were read."""

SHORTEST = 4
"""Words of fewer characters are not looked for: they are in others by chance."""

_MARKUP = (".html", ".atom", ".svg")
_UNREAD = ("style", "script", "id")
_BETWEEN = re.compile(r"(?:<[^>]*>\s*)+")
_EMPHASIS = re.compile(r"</?(?:em|strong|code)>")
_INLINE = re.compile(r"</?(?:a|em|strong|code)\b[^>]*>")
_RUN = re.compile(r"\w+")
_SPOKEN_ATTRIBUTES = ("title", "aria-label", "content")
_ABSOLUTE = re.compile(r"[a-z]+:")
_SPOKEN_KEYS = frozenset({"name", "body", "description", "title", "content_text"})
_SPOKEN_LINES = ("NAME:", "SUMMARY:", "DESCRIPTION:")
_OF_ADDRESSES = ("http", "https", "mailto", "html")
_JOINTS = re.compile(r"\w[_/:@.=({]+\w")
_VERSION = re.compile(r"v?\d+(?:\.\d+){0,2}", re.IGNORECASE)
_ADDRESS = re.compile(r"\d+(?:\.\d+){3}(?::\d+)?")
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԚԜаеѕіјкморстухԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγεικνορτυχϲıɑɡհոսօ",
    "ABESIJKMHOPCTYXQWaesijkmopctyxdhqwABEZHIKMNOPTYXayeikvoptuxciaghnuo",
)
"""Letters of Cyrillic, Greek and Armenian, and rare Latin ones, that a reader takes for a letter of a to z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Internal:
    """A word that is not for the public. kind: such as "component name". source: where it is from, for who mends it."""

    word: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePattern:
    """A pattern, over lower case, of internal names that contain a number, such as ticket numbers."""

    pattern: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A word that is not for the public, and where it stands. path: of a file, or the name of a field."""

    path: str
    word: str
    kind: str
    source: str = ""

    def __str__(self) -> str:
        origin = f" ({self.source})" if self.source else ""
        return f"{self.path} holds the {self.kind} {self.word!r}{origin}; take it out of the public words"


def is_telling(word: str) -> bool:
    """Whether a label's value or a name says something about the inside, rather than being a word of the language.

    Telling: joined as machines join (`matching/engine`, `api.eu`, `wd_failed`), or with two hyphens or more, or with a
    digit within eight characters or more. Not telling: `page`, `api`, `post-only`, `5xx`, `erc-20`, `layer-2`, `v2.1`.
    """
    if len(word) < SHORTEST or _VERSION.fullmatch(word) or not re.search(r"[^\W\d_]", word):
        return _ADDRESS.fullmatch(word) is not None
    if _JOINTS.search(word) or word.count("-") >= 2:
        return True
    return len(word) >= 8 and any(c.isdigit() for c in word)


class Leaks:
    """Looks for words where they stand as words of their own, and for shapes.

    public: texts that readers may see although such a word is in them: components' titles, assets, networks, the page's
    name; an address among them stands for all below it. The page's own words need no telling. Upper and lower case are
    the same, but for `names`: first names, which stand with a capital and within a sentence. Escapes are read, and what
    no reader sees (tags, styles, keys) is not.
    """

    def __init__(
        self,
        internal: Iterable[Internal],
        public: Iterable[str] = (),
        *,
        shapes: Iterable[NamePattern] = (),
        names: Iterable[Internal] = (),
    ) -> None:
        own = [w for words in (*phrases.LANGUAGES.values(), *wording.LANGUAGES.values()) for w in words.values()]
        known = tuple(public)
        self._own_addresses = tuple(text for text in known if text.startswith(("https://", "http://")))
        shown = "\n".join([*known, *own, *_OF_ADDRESSES]).casefold()
        self._read: dict[str, Sequence[tuple[str, Internal | NamePattern]]] = {}
        self._words = _unlike({}, internal)
        self._by_run = _by_rarest_run(self._words)
        self._words = _unlike(set(self._found(shown)), self._words.values())
        self._by_run = _by_rarest_run(self._words)
        self._shown = shown
        self._shapes = [(re.compile(rf"(?<![\w.]){shape.pattern}(?![\w])"), shape) for shape in shapes]
        self._names = {one.word.strip(): one for one in names if len(one.word.strip()) >= SHORTEST}
        self._names = {name: one for name, one in self._names.items() if name.casefold() not in _runs(shown)}

    def find(self, files: Mapping[str, bytes]) -> tuple[Leak, ...]:
        """Every such word, once a file, in the order of paths and words; () = the page may go out."""
        if not (self._words or self._shapes or self._names):
            return ()
        found: list[Leak] = []
        for path in sorted(files):
            leaks = {leak for text in self._said(path, files[path]) for leak in self._in(text)}
            found += [
                Leak(path=path, word=word, kind=one.kind, source=one.source) for word, one in sorted(leaks, key=_by)
            ]
        return tuple(found)

    def find_in(self, text: str, field: str) -> tuple[Leak, ...]:
        """Every such word of a person's text, as it is written and as its Markdown is read; () = it may go out."""
        markup = Markdown().to_html(text)
        pieces = dict.fromkeys((text, *_BETWEEN.split(_INLINE.sub("", markup)), *self._attributes(markup)))
        read = {leak for piece in pieces for leak in self._in(piece)}
        return tuple(
            Leak(path=field, word=word, kind=one.kind, source=one.source) for word, one in sorted(read, key=_by)
        )

    def _in(self, text: str) -> Sequence[tuple[str, Internal | NamePattern]]:
        """What is in a piece of text; the same piece stands in many files, and is read once."""
        known = self._read.get(text)
        if known is None:
            if len(self._read) >= REMEMBERED:
                self._read.clear()
            said = " ".join(_plain(text).split())
            seen = _skeleton(said)
            known = self._leaks_in(said) if seen == said else (*self._leaks_in(said), *self._leaks_in(seen))
            self._read[text] = known
        return known

    def _leaks_in(self, said: str) -> Sequence[tuple[str, Internal | NamePattern]]:
        lower = said.casefold()
        return (
            *((word, self._words[word]) for word in self._found(lower)),
            *self._shaped(lower),
            *((word, self._names[word]) for word in self._named(said)),
        )

    def _found(self, lower: str) -> Iterator[str]:
        """The words in a text, found by one run of letters and digits of each."""
        if not self._by_run:
            return
        for run in _RUN.finditer(lower):
            for offset, word in self._by_run.get(run[0], ()):
                start = run.start() - offset
                if start >= 0 and lower.startswith(word, start) and _stands_alone(lower, start, start + len(word)):
                    yield word

    def _shaped(self, lower: str) -> Iterator[tuple[str, NamePattern]]:
        for pattern, shape in self._shapes:
            for found in pattern.finditer(lower):
                if found[0] not in self._shown:
                    yield found[0], shape

    def _named(self, said: str) -> Iterator[str]:
        """First names within a sentence: at its beginning a capital says nothing ("Mark", "Will", "May")."""
        for name in self._names:
            for found in re.finditer(rf"(?:(?<=[\w,;)] )|(?<=[\w,;)] \()){re.escape(name)}(?!\w)", said):
                yield found[0]

    def _said(self, path: str, content: bytes) -> Iterable[str]:
        """What a reader gets to read of a file, in pieces that no word goes beyond."""
        if path.endswith(_MARKUP):
            bare = content.decode()
            for tag in _UNREAD:
                bare = _without(bare, tag)
            return (*_BETWEEN.split(_EMPHASIS.sub("", bare)), *self._attributes(bare))
        if path.endswith(".json") and path != MANIFEST:
            return _strings(json.loads(content))
        if path.endswith(".ics"):
            lines = content.decode().replace("\r\n ", "").split("\r\n")
            return [re.sub(r"\\(.)", r"\1", x.partition(":")[2]) for x in lines if x.startswith(_SPOKEN_LINES)]
        return ()

    def _attributes(self, markup: str) -> Iterator[str]:
        """Those that readers see or hear, and where links lead that leave the page."""
        parts = markup.split('="')  # many times as fast as a pattern, over every tag of every page
        for before, after in pairwise(parts):
            is_link = before.endswith("href")
            if is_link or before.endswith(_SPOKEN_ATTRIBUTES):
                value = after.partition('"')[0]
                if not is_link or (_ABSOLUTE.match(value) and not value.startswith(self._own_addresses)):
                    yield value


def _plain(text: str) -> str:
    """As its reader sees it: without escapes of markup and of addresses, and without signs that nobody sees.

    What is copied from a wiki or a chat brings soft hyphens, hyphens that do not break and letters of full width.
    """
    read = unquote(html.unescape(text))
    if read.isascii():
        return read
    visible = "".join(c for c in read if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible).replace("\u2010", "-")


def _skeleton(said: str) -> str:
    """As a reader may take it who sees shapes: look-alike letters as those of a to z, every dash a hyphen, no accents.

    It is looked through beside the text itself, so that a name spelt with a letter of another alphabet is found, and
    one that really is in that alphabet too.
    """
    if said.isascii():
        return said
    bare = "".join(c for c in unicodedata.normalize("NFKD", said) if unicodedata.category(c) != "Mn")
    return "".join("-" if unicodedata.category(c) == "Pd" or c == "\u2212" else c for c in bare.translate(_LOOK_ALIKES))


def _by(leak: tuple[str, Internal | NamePattern]) -> tuple[str, str, str]:
    return leak[0], leak[1].kind, leak[1].source


def _unlike(shown: Container[str], internal: Iterable[Internal]) -> dict[str, Internal]:
    """By word, in lower case, without what is too short or shown."""
    words: dict[str, Internal] = {}
    for one in internal:
        word = one.word.strip().casefold()
        if len(word) >= SHORTEST and _RUN.search(word) and word not in shown:
            words.setdefault(word, one)
    return words


def _by_rarest_run(words: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """Of each word the run of letters and digits that the fewest share -> (where it is in the word, the word)."""
    runs = {word: list(_RUN.finditer(word)) for word in words}
    shared = Counter(run[0] for found in runs.values() for run in found)
    index: dict[str, list[tuple[int, str]]] = {}
    for word, found in runs.items():
        rarest = min(found, key=lambda run: (shared[run[0]], -len(run[0])))
        index.setdefault(rarest[0], []).append((rarest.start(), word))
    return index


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not (_is_of_word(before) or _is_of_word(after))


def _is_of_word(character: str) -> bool:
    return character == "_" or character.isalnum()


def _runs(text: str) -> frozenset[str]:
    return frozenset(_RUN.findall(text))


def _without(text: str, tag: str) -> str:
    """Without such elements and what is in them."""
    parts, place, close = [], 0, f"</{tag}>"
    for found in re.finditer(rf"<{tag}[\s>]", text):
        end = text.find(close, found.start())
        if found.start() >= place and end >= 0:
            parts.append(text[place : found.start()])
            place = end + len(close)
    return "".join([*parts, text[place:]])


def _strings(value: object, key: str = "") -> Iterable[str]:
    if isinstance(value, str) and key in _SPOKEN_KEYS:
        yield value
    elif isinstance(value, dict):  # as JSON is read; an abstract type costs ten times as much to ask for
        for name, one in value.items():
            yield from _strings(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
