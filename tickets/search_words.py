"""Splits text into the words by which tickets are found, in any script."""

import re
import unicodedata

from tickets.word import MARKS

MOST = 400
"""Words of one text; what a longer one says after them is not found."""
LONGEST = 128
"""Characters of one word; a longer one is found by its beginning."""
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w.-]{1,255}")
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u200c\u200d]")
"""Accents, Arabic vowel signs and joiners: whoever searches leaves them out as often as not."""
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
"""Runs of scripts that put no space between words: Chinese, Japanese, Thai."""


def search_words(text: str) -> tuple[str, ...]:
    """The distinct words of a text as they are looked for, in its order: no case, no accents, addresses also whole.

    Scripts without spaces give each pair of neighbouring characters. A single letter is no word; a digit is.
    """
    found: dict[str, None] = {}
    plain = _plain(text)
    for address in _ADDRESS.findall(plain):
        found[address.strip(".")] = None
    for word in _WORD.findall(plain):
        for part in _parts(word):
            found[part[:LONGEST]] = None
        if len(found) >= MOST:
            break
    return tuple(found)[:MOST]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", folded)))


def _parts(word: str) -> list[str]:
    if word.isascii():
        return [word] if len(word) > 1 or word.isdigit() else []
    parts: list[str] = []
    last = 0
    for run in _UNSPACED.finditer(word):
        parts += _spaced(word[last : run.start()])
        parts += _pairs(run.group())
        last = run.end()
    return parts + _spaced(word[last:])


def _spaced(word: str) -> list[str]:
    return [word] if len(word) > 1 or word.isdigit() else []


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[k : k + 2] for k in range(len(run) - 1)]
