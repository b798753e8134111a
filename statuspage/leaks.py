"""Whether a page that is about to be published holds a word that is not for the public; if so, it must not go out.

The page is built from public fields alone. This looks at what came of it, whatever way a word may have taken: a human's
message, a component's title, a template of the installation's own.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents import wording
from statuspage import phrases
from statuspage.manifest import MANIFEST

SHORTEST = 4
"""Words of fewer characters are not looked for: they are in others by chance."""

_MARKUP = (".html", ".atom", ".svg")
_TAG = re.compile(r"<[^>]*>")
_UNREAD = re.compile(r"<(style|script|id)\b[^>]*>.*?</\1>", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|content)="([^"]*)"|\bhref="([a-z]+:[^"]*)"')
_SPOKEN_KEYS = frozenset({"name", "body", "description", "title", "content_text"})
_SPOKEN_LINES = ("NAME:", "SUMMARY:", "DESCRIPTION:")
_OF_ADDRESSES = ("http", "https", "mailto", "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A word that is not for the public, and where it stands."""

    path: str
    word: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path} holds the {self.kind} {self.word!r}; take it out of the public words"


class Leaks:
    """Looks for words, each of a kind ("component name", "query", "person"), where they stand as words of their own.

    internal: kind -> words. public: texts that readers may see although such a word is in them: components' titles,
    assets, networks, the page's name; an address among them stands for all below it. The page's own words need no
    telling. Upper and lower case are the same; escapes are read, and what no reader sees (tags, styles, keys) is not.
    """

    def __init__(self, internal: Mapping[str, Iterable[str]], public: Iterable[str] = ()) -> None:
        own = [w for words in (*phrases.LANGUAGES.values(), *wording.LANGUAGES.values()) for w in words.values()]
        known = tuple(public)
        self._own_addresses = tuple(text for text in known if text.startswith(("https://", "http://")))
        shown = "\n".join([*known, *own, *_OF_ADDRESSES]).casefold()
        self._kinds: dict[str, str] = {}
        for kind, words in internal.items():
            for word in (w.strip().casefold() for w in words):
                if len(word) >= SHORTEST and not _is_in(word, shown):
                    self._kinds.setdefault(word, kind)
        longest_first = sorted(self._kinds, key=lambda word: (-len(word), word))
        anywhere = "|".join(re.escape(word) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{anywhere})(?!\w)") if longest_first else None

    def find(self, files: Mapping[str, bytes]) -> tuple[Leak, ...]:
        """Every such word, once a file, in the order of paths and words; () = the page may go out."""
        if self._pattern is None:
            return ()
        found = []
        for path in sorted(files):
            words = set(self._pattern.findall(self._said(path, files[path]).casefold()))
            found += [Leak(path=path, word=word, kind=self._kinds[word]) for word in sorted(words)]
        return tuple(found)

    def _said(self, path: str, content: bytes) -> str:
        """What a reader gets to read of a file, with its escapes undone."""
        if path.endswith(_MARKUP):
            bare = _UNREAD.sub("", content.decode())
            attributes = [text or self._foreign(link) for text, link in _ATTRIBUTE.findall(bare)]
            return html.unescape("\n".join([_TAG.sub("", bare), _TAG.sub("\n", bare), *attributes]))
        if path.endswith(".json") and path != MANIFEST:
            return "\n".join(_strings(json.loads(content)))
        if path.endswith(".ics"):
            lines = content.decode().replace("\r\n ", "").split("\r\n")
            return re.sub(r"\\(.)", r"\1", "\n".join(x.partition(":")[2] for x in lines if x.startswith(_SPOKEN_LINES)))
        return ""

    def _foreign(self, link: str) -> str:
        """Where a link leads, "" = to the page itself."""
        return "" if link.startswith(self._own_addresses) else link


def _is_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _strings(value: object, key: str = "") -> Iterable[str]:
    if isinstance(value, str) and key in _SPOKEN_KEYS:
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _strings(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
