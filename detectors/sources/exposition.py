"""The two text formats of metrics pages, read line by line and as leniently as Prometheus does.

Prometheus reads a page with a lexer for each format (`model/textparse`, version 2.42) and checks next to nothing
between lines: a family may come in pieces, buckets in any order, a counter without its suffix. So does this. Names in
quotes, `{"http.server.duration", "service.name"="x"}`, are read as Prometheus 3 reads them.
"""

import re
from collections.abc import Iterator
from functools import cache
from math import isfinite, isinf
from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]
"""Labels in the order of the page."""


class Sample(NamedTuple):
    """A sample as the page has it: name, labels, value, and its instant in ms, None where the page gives none."""

    name: str
    labels: Pairs
    value: float
    stamp: int | None


class Exposition(NamedTuple):
    """All samples of a page, and the type that a `# TYPE` line gives to a family, by the family's name."""

    samples: list[Sample]
    types: dict[str, str]


class ExpositionError(ValueError):
    """A line that is not of the format; the message names the line and what was found in it."""


REMEMBERED = 50_000
"""Texts in braces, of those that were read: a target says the same ones at each scrape."""
_NO_BRACES: dict[str | None, tuple[str | None, Pairs]] = {None: (None, ())}
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*+"
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_QUOTED_LINE = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_B = r"[ \t]*+"
_TEXT_BRACES = rf'(?:[^"}}\n]++|{_QUOTED})*+'
_OPEN_BRACES = rf'(?:[^"}}\n]++|{_QUOTED_LINE})*+'
_TEXT_SERIES = rf"((?>{_NAME}))?+{_B}(?:\{{({_TEXT_BRACES})\}}{_B})?+"
_OPEN_SERIES = rf"((?>{_NAME}))?+(?:\{{({_OPEN_BRACES})\}})?+"
_TEXT_SAMPLE = re.compile(rf"{_TEXT_SERIES}([^{{ \t\n]++)(?:[ \t]++([0-9]++))?+{_B}\n")
_OPEN_SAMPLE = re.compile(
    rf"{_OPEN_SERIES} ([^ \n]++)(?: ([^ \n]++))?(?: # \{{({_OPEN_BRACES})\}} ([^ \n]++)(?: ([^ \n]++))?+)?\n"
)
_TEXT_COMMENT = re.compile(r"#[ \t]++(HELP|TYPE)[ \t]++([^\n]*)|#[^\n]*")
_OPEN_COMMENT = re.compile(r"# (HELP|TYPE|UNIT) ([^\n]*)")
_FAMILY = re.compile(rf"({_NAME}|{_QUOTED_LINE})(.*)", re.DOTALL)
_PAIR = re.compile(rf"({_LABEL}|{_QUOTED})(?:({_B}={_B})({_QUOTED}))?+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE)
_BLANKS = re.compile(_B)
_ESCAPE = re.compile(r'\\(["\\n])')
_TEXT_TYPES = frozenset({"counter", "gauge", "histogram", "summary", "untyped"})
_OPEN_TYPES = frozenset({"counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"})
_WITH_EXEMPLARS = ("_total", "_bucket")
_LONGEST_STAMP = 2**63 - 1


def text_format(page: str) -> Exposition:
    """A page of the Prometheus text format, version 0.0.4.

    page: decoded as UTF-8 with `surrogateescape`; bytes that are no UTF-8 are refused in label values and help texts.
    Raises ExpositionError.
    """
    text, samples, types, at = page + "\n", list[Sample](), dict[str, str](), 0
    read = _labels(open_metrics=False)
    while at < len(text):
        found = _TEXT_SAMPLE.match(text, at)
        if found is None or (found[1] is None and found[2] is None):
            begin = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches everywhere
            if text[begin] == "\0":  # as Prometheus has it, here the page ends
                break
            if text[begin] not in "#\n":
                raise _sample_error(text, at, _TEXT_PARTS)
            at = _end(text, begin)
            if text[begin] == "#":
                _text_comment(text, begin, types)
            continue
        name, braces, value, stamp = found.groups()
        try:
            samples.append(Sample(*read(name, braces), number(value), None if stamp is None else _whole(stamp)))
        except ExpositionError as error:
            raise _error(text, at, str(error)) from None
        at = found.end()
    return Exposition(samples, types)


def open_metrics(page: str) -> Exposition:
    """A page of OpenMetrics, version 1.0.0 or 0.0.1; `page` as for `text_format`. Raises ExpositionError."""
    samples, types, at = list[Sample](), dict[str, str](), 0
    read = _labels(open_metrics=True)
    while True:
        found = _OPEN_SAMPLE.match(page, at)
        if found is None or (found[1] is None and found[2] is None):
            if page.startswith("# EOF", at):
                break
            at = _open_comment(page, at, types)
            continue
        name, braces, value, stamp, exemplar, exemplar_value, exemplar_stamp = found.groups()
        try:
            samples.append(Sample(*read(name, braces), number(value), None if stamp is None else _ms(stamp)))
            if exemplar is not None:
                read.check_exemplar(samples[-1].name, exemplar)
                number(exemplar_value)
                _ms(exemplar_stamp or "0")
        except ExpositionError as error:
            raise _error(page, at, str(error)) from None
        at = found.end()
    if page[at:] not in ("# EOF", "# EOF\n"):
        raise _error(page, _end(page, at), "there is more after # EOF, expected the end of the page")
    return Exposition(samples, types)


def series_of(text: str) -> tuple[str, Pairs]:
    """The name and the labels of a series as a sample begins: `orders{venue="a"}`, `{"http.requests"}`.

    Raises ExpositionError.
    """
    found = re.fullmatch(_TEXT_SERIES, text)
    if found is None or (found[1] is None and found[2] is None):
        raise ExpositionError("expected a metric's name and, in braces, its labels")
    return _labels(open_metrics=False)(found[1], found[2])


def number(text: str) -> float:
    """A value as Go reads it: no underscores, no hexadecimals, nothing beyond the range. Raises ExpositionError."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        if isinf(value):
            raise ExpositionError(f"the value {text[:40]} is out of range: a 64-bit float ends at 1.8e308")
        return value
    if _WORD.fullmatch(text):
        return float(text)
    raise ExpositionError(f"{text[:40]!r} is not a number")


class _Labels:
    """Reads what stands in braces; the same text again costs nothing. Safe to share between threads."""

    def __init__(self, *, open_metrics: bool) -> None:
        self._open = open_metrics
        self._held: dict[str | None, tuple[str | None, Pairs]] = dict(_NO_BRACES)

    def __call__(self, name: str | None, braces: str | None) -> tuple[str, Pairs]:
        """The name and the labels of a series. Raises ExpositionError."""
        held = self._held.get(braces)
        if held is None:
            held = self._parsed(braces or "")
            if len(self._held) >= REMEMBERED:
                self._held = dict(_NO_BRACES)
            self._held[braces] = held
        inside, pairs = held
        if inside is None and name is None:
            raise ExpositionError("the series has no name: expected one before or in the braces")
        if inside is not None and name is not None:
            raise ExpositionError(f"the series has two names, {name!r} and {inside!r}")
        return name or inside or "", pairs

    def check_exemplar(self, metric: str, braces: str) -> None:
        """An exemplar's labels are not kept, only looked at. Raises ExpositionError."""
        if not metric.endswith(_WITH_EXEMPLARS):
            raise ExpositionError(f"{metric} has an exemplar, which only names on {' and '.join(_WITH_EXEMPLARS)} have")
        inside, _ = self._read(braces)
        if inside is not None:
            raise ExpositionError(f"the exemplar has a name, {inside!r}: expected labels alone")

    def _parsed(self, braces: str) -> tuple[str | None, Pairs]:
        """The name, if it stands in the braces, and the labels of a series, each of them once."""
        name, pairs = self._read(braces)
        names = [label for label, _ in pairs]
        if len(set(names)) < len(names):
            twice = next(label for at, label in enumerate(names) if label in names[:at])
            raise ExpositionError(f"the label {twice!r} is there twice")
        if "" in names or name == "":
            raise ExpositionError("a name is empty")
        if "__name__" in names:
            raise ExpositionError("the label '__name__' is the name itself, which the series has already")
        return name, pairs

    def _read(self, braces: str) -> tuple[str | None, Pairs]:
        name: str | None = None
        pairs: list[tuple[str, str]] = []
        for quoted, value in self._items(braces):
            if value is not None:
                pairs.append((_unquoted(quoted), _unquoted(value)))
            elif name is not None:
                raise ExpositionError(f"the series has two names, {name!r} and {_unquoted(quoted)!r}")
            else:
                name = _unquoted(quoted)
        return name, tuple(pairs)

    def _items(self, braces: str) -> Iterator[tuple[str, str | None]]:
        """Each label with its value, as they are written; a metric's name in quotes has None."""
        at, blank = 0, 0 if self._open else None
        at = self._over(braces, at)
        while at < len(braces):
            found = _PAIR.match(braces, at)
            if found is None:
                raise ExpositionError(f"in the braces stands {braces[at : at + 40]!r}, expected a label's name")
            label, equals, value = found.groups()
            if value is None and label[0] != '"':
                raise ExpositionError(f'the label {label!r} has no value, expected {label}="…"')
            if blank == 0 and equals not in (None, "="):
                raise ExpositionError(f"there are blanks around the = of {label!r}, where OpenMetrics has none")
            yield label, value
            at = self._over(braces, found.end())
            if braces[at : at + 1] == ",":
                at = self._over(braces, at + 1)
                if self._open and at == len(braces):
                    raise ExpositionError("a comma ends the labels, where OpenMetrics expects one more label")
            elif at < len(braces) and (self._open or value is None):
                raise ExpositionError(f"after {label!r} stands {braces[at : at + 40]!r}, expected a comma")

    def _over(self, braces: str, at: int) -> int:
        """The next place that is no blank; OpenMetrics has none."""
        if not self._open:
            while at < len(braces) and braces[at] in " \t":
                at += 1
        return at


def _unquoted(text: str) -> str:
    """A label's name or value without its quotes and escapes. Raises ExpositionError where it is not UTF-8."""
    if text[0] == '"':
        text = text[1:-1]
        if "\\" in text:
            text = _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)
    if not text.isascii():
        _utf8(text)
    return text


def _utf8(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ExpositionError(f"{text[:40]!a} is not UTF-8") from None


def _whole(stamp: str) -> int:
    """An instant of the text format, in ms."""
    digits = stamp.lstrip("0") or "0"  # Python reads no number of 5,000 digits
    if len(digits) > len(str(_LONGEST_STAMP)) or int(digits) > _LONGEST_STAMP:
        raise ExpositionError(f"the timestamp {stamp[:40]} is out of range")
    return int(digits)


def _ms(stamp: str) -> int:
    """An instant of OpenMetrics, in seconds, cut to ms as Prometheus does."""
    seconds = number(stamp)
    if not isfinite(seconds):
        raise ExpositionError(f"the timestamp {stamp[:40]} is no time")
    return int(seconds * 1000)


def _text_comment(text: str, at: int, types: dict[str, str]) -> None:
    found = _TEXT_COMMENT.match(text, at)
    if found is not None and found[1] is not None:
        try:
            _family(found[1], found[2], _TEXT_TYPES, types)
        except ExpositionError as error:
            raise _error(text, at, str(error)) from None


def _open_comment(page: str, at: int, types: dict[str, str]) -> int:
    """Where the line after this comment begins. Raises ExpositionError."""
    if at >= len(page):
        raise _error(page, at, "the page ends without # EOF: is it cut short?")
    found = _OPEN_COMMENT.match(page, at)
    if found is None:
        if page[at] == "#":
            raise _error(page, at, "expected # HELP, # TYPE, # UNIT or # EOF, as OpenMetrics has no other comments")
        raise _sample_error(page, at, _OPEN_PARTS)
    try:
        if not page.startswith("\n", found.end()):
            raise ExpositionError("the page ends within a line")
        _family(found[1], found[2], _OPEN_TYPES, types, open_metrics=True)
    except ExpositionError as error:
        raise _error(page, at, str(error)) from None
    return found.end() + 1


def _family(
    word: str, rest: str, allowed: frozenset[str], types: dict[str, str], *, open_metrics: bool = False
) -> None:
    """What a `# HELP`, `# TYPE` or `# UNIT` says of a family. Raises ExpositionError."""
    found = _FAMILY.match(rest)
    if found is None:
        raise ExpositionError(f"# {word} names no metric, but {rest[:40]!r}")
    name, said = _unquoted(found[1]), found[2]
    if open_metrics and not said.startswith(" "):
        raise ExpositionError(f"# {word} {name} says nothing, expected a blank and a text")
    said = said[1:]
    if word == "TYPE":
        if said not in allowed:
            raise ExpositionError(f"the type of {name} is {said[:40]!r}, must be one of {', '.join(sorted(allowed))}")
        types[name] = said
    elif word == "UNIT" and said and not name.endswith(f"_{said}"):
        raise ExpositionError(f"the unit of {name} is {said[:40]!r}, which its name does not end with")
    elif word == "HELP" and not said.isascii():
        _utf8(said)


_TEXT_PARTS = (
    (re.compile(rf"{_NAME}|{_B}(?=\{{)"), "expected a metric's name, without blanks before it, a comment or nothing"),
    (re.compile(rf"{_B}(?:\{{{_TEXT_BRACES}\}})?+{_B}(?!\{{)"), "the labels do not end with a brace"),
    (re.compile(r"[^{ \t\n]++"), "expected a value after the series"),
    (re.compile(rf"(?:[ \t]++[0-9]++)?+{_B}(?=\n)"), "after the value expected a timestamp in ms, or the line's end"),
)
_OPEN_PARTS = (
    (re.compile(rf"{_NAME}|(?=\{{)"), "expected a metric's name or # and a word"),
    (re.compile(rf"(?:\{{{_OPEN_BRACES}\}})?+(?!\{{)"), "the labels do not end with a brace"),
    (re.compile(r" [^ \n]++"), "expected one blank and a value after the series"),
    (re.compile(r"(?: [^ \n]++)?+(?=\n)"), "after the value expected a timestamp in seconds, an exemplar or the end"),
)
"""What a sample's line is made of, each with what is said where it is missing."""


def _sample_error(text: str, at: int, parts: tuple[tuple[re.Pattern[str], str], ...]) -> ExpositionError:
    """The error of a sample's line that does not match."""
    place = at
    for part, expected in parts:
        found = part.match(text, place)
        if found is None:
            rest = text[place : _end(text, place)].rstrip("\n")
            return _error(text, at, f"{expected}, found {repr(rest[:40]) if rest else 'the end of the line'}")
        place = found.end()
    return _error(text, at, "this is no sample")


def _error(text: str, at: int, why: str) -> ExpositionError:
    shown = text[at : _end(text, at)].strip("\n")
    shown = repr(shown) if len(shown) <= 80 else f"{shown[:80]!r}…"
    return ExpositionError(f"line {text.count(chr(10), 0, at) + 1}, {shown}: {why}")


def _end(text: str, at: int) -> int:
    """Where the line after this one begins."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


@cache
def _labels(*, open_metrics: bool) -> _Labels:
    """One for all pages of a format."""
    return _Labels(open_metrics=open_metrics)
