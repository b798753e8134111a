"""The bytes that Prometheus answers a range query with, as arrays: many series at a time, no pair a Python object."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from detectors.frame import Floats, Labels, labels_of
from detectors.sources.grid import Instants

_SAMPLES = re.compile(rb'"values"\s*:\s*\[\s*\[([^]]*(?:\]\s*,[^]]*)*+)\]\s*\]')
_SYNTAX = b'[]" \n\r\t'
_BATCH = 16 * 2**20
"""Bytes of samples decoded at once: one call serves many series, and the numbers of a large answer still fit."""


class AnswerError(ValueError):
    """The answer is not what the API promises; the message says what was found.

    cut: it looks as if the rest was lost on its way.
    """

    def __init__(self, message: str, *, cut: bool = False) -> None:
        super().__init__(message)
        self.cut = cut


class NativeError(AnswerError):
    """The answer holds native histograms where numbers were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An answer without its samples: the bytes between them, the S series in it, and its warnings.

    lacks: what it says that it lacks; then it is a part of the whole.
    """

    rest: tuple[bytes, ...]
    keys: tuple[Labels, ...]
    warnings: tuple[str, ...]
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeAnswer:
    """What a range query brought: its envelope, and the values (S, T) of its series at the instants asked for.

    there: (S, T) whether a value was answered, which may be NaN.
    """

    envelope: Envelope
    values: Floats
    there: NDArray[np.bool_]

    @property
    def keys(self) -> tuple[Labels, ...]:
        """The S series."""
        return self.envelope.keys

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the server wants known."""
        return self.envelope.warnings


def answer_of(body: bytes, instants: Instants, before: Envelope | None = None) -> RangeAnswer:
    """The answer to a range query over these evenly spaced instants; NaN where it has none.

    `__name__` is left out of the keys. before: of the last answer to the same question; labels that are the same
    bytes again are not read again, which is most of the cost of an answer of one column.
    Raises AnswerError, with what is wrong.
    """
    # The envelope is small, and the JSON decoder judges it strictly; the samples are decoded beside it, as a list of
    # pairs is what costs: in time, in memory and in the garbage collector.
    # Where samples stand between the pieces of the rest, `split` returns both in turn.
    parts = _SAMPLES.split(body)
    rest, blocks = tuple(parts[::2]), parts[1::2]
    envelope = before if before is not None and before.rest == rest else _envelope(rest)
    values = np.full((len(blocks), len(instants)), np.nan)
    there = np.zeros(values.shape, bool)
    for rows in _batches(blocks):
        _place(blocks[rows], instants, values[rows], there[rows])
    return RangeAnswer(envelope=envelope, values=values, there=there)


def _envelope(rest: tuple[bytes, ...]) -> Envelope:
    numbered = [b'"values":%d%b' % (block, piece) for block, piece in enumerate(rest[1:])]
    document = _document(b"".join([rest[0], *numbered]))
    series = _series(document)
    if [block for _, block in series] != list(range(len(numbered))):
        raise AnswerError("the answer has samples outside its series")
    keys = tuple(key for key, _ in series)
    _unique(keys)
    warnings = _texts(document.get("warnings")) + _texts(document.get("infos"))
    return Envelope(rest=rest, keys=keys, warnings=warnings, lacks=_lacks(document))


def _lacks(document: dict[str, object]) -> tuple[str, ...]:
    """What an answer says that it lacks.

    VictoriaMetrics says `"isPartial": true`; Thanos, Mimir and a Prometheus with remote reads warn of what they could
    not reach. What Prometheus has to say of the query itself begins with "PromQL" and lacks nothing, nor do `infos`.
    """
    warned = tuple(text for text in _texts(document.get("warnings")) if not text.startswith("PromQL"))
    return (*warned, "isPartial is true") if document.get("isPartial") is True else warned


def lacks_of(body: bytes) -> tuple[str, ...]:
    """What an answer of any kind says that it lacks. Raises AnswerError."""
    return _lacks(_document(body))


def error_of(body: bytes) -> str | None:
    """Prometheus's own words for what went wrong, if these are its words."""
    try:
        document = _document(body)
    except AnswerError:
        return None
    return f"{document.get('errorType', 'error')}: {document['error']}" if document.get("error") else None


def number_of(body: bytes) -> float | None:
    """The one number of an instant query's answer, of a scalar or of a vector; None of an empty one.

    Raises AnswerError.
    """
    data = _document(body).get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if result == []:
        return None
    if isinstance(result, list) and len(result) == 1 and isinstance(result[0], dict):
        result = result[0].get("value")
    try:
        return float(result[1])  # type: ignore[index]  # what is no pair is refused by the next line
    except (TypeError, ValueError, IndexError) as error:
        raise AnswerError(f"the answer holds no single number: {str(data)[:60]!r}") from error


def series_of(body: bytes) -> tuple[Labels, ...]:
    """The series of an instant query's vector. Raises AnswerError."""
    data = _document(body).get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list):
        raise AnswerError(f"the answer holds no vector: {str(data)[:60]!r}")
    found = [entry.get("metric") for entry in result if isinstance(entry, dict)]
    return tuple(
        labels_of({str(name): str(value) for name, value in labels.items()})
        for labels in found
        if isinstance(labels, dict)
    )


def texts_of(body: bytes) -> tuple[str, ...]:
    """A list of names or values. Raises AnswerError."""
    data = _document(body).get("data")
    if not isinstance(data, list):
        raise AnswerError(f"the answer holds no list: {str(data)[:60]!r}")
    return tuple(map(str, data))


def kinds_of(body: bytes) -> dict[str, tuple[str, str]]:
    """Type and help by metric, the first answer about each. Raises AnswerError."""
    data = _document(body).get("data")
    if not isinstance(data, dict):
        raise AnswerError(f"the answer holds no metadata: {str(data)[:60]!r}")
    found = {}
    for name, entries in data.items():
        first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
        found[str(name)] = str(first.get("type", "")), str(first.get("help", ""))
    return found


def _document(body: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        shown = body[:60].decode("utf-8", "replace").strip()
        cut = body.lstrip()[:1] in (b"", b"{")
        raise AnswerError(f"the answer ({len(body)} bytes, {shown!r}…) is not JSON: {error}", cut=cut) from error
    if not isinstance(document, dict) or document.get("status") not in ("success", "error"):
        raise AnswerError(f"the answer is JSON, but not that of Prometheus's API: {str(document)[:60]!r}")
    return document


def _series(envelope: dict[str, object]) -> list[tuple[Labels, int]]:
    """The labels of each series and the number of its block of samples."""
    data = envelope.get("data")
    if not isinstance(data, dict) or data.get("resultType") != "matrix" or not isinstance(data.get("result"), list):
        raise AnswerError(f"the answer holds no matrix: {str(data)[:60]!r}")
    return [_one_series(entry) for entry in data["result"]]


def _one_series(entry: object) -> tuple[Labels, int]:
    labels = entry.get("metric") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(labels, dict):
        raise AnswerError(f"a series has no labels: {str(entry)[:60]!r}")
    if not isinstance(entry.get("values"), int):
        if "histograms" in entry:
            raise NativeError(f"series {labels} holds native histograms, not numbers")
        raise AnswerError(f"series {labels} holds no samples")
    return labels_of({str(name): str(value) for name, value in labels.items() if name != "__name__"}), entry["values"]


def _batches(blocks: Sequence[bytes]) -> Iterator[slice]:
    """The blocks in runs of at most _BATCH bytes, or of one block."""
    begin = size = 0
    if blocks and sum(map(len, blocks)) <= _BATCH:
        yield slice(None)
        return
    for at, block in enumerate(blocks):
        if size and size + len(block) > _BATCH:
            yield slice(begin, at)
            begin, size = at, 0
        size += len(block)
    if begin < len(blocks):
        yield slice(begin, len(blocks))


def _place(blocks: Sequence[bytes], instants: Instants, values: Floats, there: NDArray[np.bool_]) -> None:
    """Write blocks of samples into their rows; each is `1700000000,"1.5"],[1700000060,"NaN"`, its ends cut off."""
    shown = blocks[0][:60]
    text = b",".join(blocks)
    counts = np.array([block.count(b"[") for block in blocks] if b"[" in text else [0] * len(blocks)) + 1
    numbers = _numbers(text, shown)
    if len(numbers) != 2 * counts.sum() or not np.isfinite(numbers[::2]).all():
        raise AnswerError(f"samples are not pairs of a time and a value: {shown!r}…")
    times, row = np.round(numbers[::2] * 1000).astype(np.int64), np.repeat(np.arange(len(blocks)), counts)
    columns = np.searchsorted(instants, times)
    known = (columns < len(instants)).all() and (instants[columns] == times).all()
    if not known or ((np.diff(columns) <= 0) & (np.diff(row) == 0)).any():
        raise AnswerError(f"samples stand at instants that were not asked for, or twice: {shown!r}…")
    values[row, columns] = numbers[1::2]
    there[row, columns] = True


def _numbers(block: bytes, shown: bytes) -> Floats:
    """Times and values in turn. The JSON decoder reads numbers thrice as fast as numpy, which knows NaN and Inf."""
    text = block.translate(None, _SYNTAX)
    try:
        if b"N" in text or b"I" in text:
            return np.fromstring(text, sep=",")
        return np.array(orjson.loads(b"[" + text + b"]"), dtype=np.float64)
    except ValueError as error:
        raise AnswerError(f"a sample is not a number: {shown!r}…") from error


def _unique(keys: Sequence[Labels]) -> None:
    if len(set(keys)) < len(keys):
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise AnswerError(
            f"two series have the same labels {dict(twice)}: aggregate them (`by`), or name the metric in the query"
        )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(text) for text in value) if isinstance(value, list) else ()
