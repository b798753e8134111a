"""The bytes that Prometheus answers a range query with, as arrays: no Python object a sample."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from detectors.frame import Floats, Labels, labels_of
from detectors.sources.grid import Instants

_SAMPLES = re.compile(rb'"values"\s*:\s*\[\s*\[(.*?)\]\s*\]', re.DOTALL)
_SYNTAX = re.compile(rb'[][\s"]+')


class AnswerError(ValueError):
    """The answer is not what the API promises; the message says what was found.

    cut: it looks as if the rest was lost on its way.
    """

    def __init__(self, message: str, *, cut: bool = False) -> None:
        super().__init__(message)
        self.cut = cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a range query brought: series (S,), their values (S, T) at the instants asked for, and warnings."""

    keys: tuple[Labels, ...]
    values: Floats
    warnings: tuple[str, ...]


def answer_of(body: bytes, instants: Instants) -> Answer:
    """The answer to a range query over these evenly spaced instants; NaN where it has none.

    `__name__` is left out of the keys. Raises AnswerError, with what is wrong.
    """
    blocks: list[bytes] = []

    def set_aside(found: re.Match[bytes]) -> bytes:
        blocks.append(found[1])
        return b'"values":%d' % (len(blocks) - 1)

    # What is left is small, and the JSON decoder judges it strictly; the numbers themselves never become objects, which
    # is what costs: neither their time nor the garbage collector's.
    envelope = _document(_SAMPLES.sub(set_aside, body))
    series = _series(envelope)
    if [block for _, block in series] != list(range(len(blocks))):
        raise AnswerError("the answer has samples outside its series")
    values = np.full((len(series), len(instants)), np.nan)
    for row, (_, block) in enumerate(series):
        _place(blocks[block], instants, values[row])
    keys = tuple(key for key, _ in series)
    _unique(keys)
    return Answer(keys=keys, values=values, warnings=_texts(envelope.get("warnings")) + _texts(envelope.get("infos")))


def error_of(body: bytes) -> str | None:
    """Prometheus's own words for what went wrong, if these are its words."""
    try:
        document = _document(body)
    except AnswerError:
        return None
    return f"{document.get('errorType', 'error')}: {document['error']}" if document.get("error") else None


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
        what = "native histograms, not numbers" if "histograms" in entry else "no samples"
        raise AnswerError(f"series {labels} holds {what}")
    return labels_of({str(name): str(value) for name, value in labels.items() if name != "__name__"}), entry["values"]


def _place(block: bytes, instants: Instants, row: Floats) -> None:
    """Write a block of samples, `1700000000,"1.5"],[1700000060,"NaN"` without its outer brackets, into its columns."""
    pairs = block.count(b"[") + 1
    try:
        numbers = np.fromstring(_SYNTAX.sub(b"", block), sep=",")
    except ValueError as error:
        raise AnswerError(f"a sample is not a number: {block[:60]!r}…") from error
    if len(numbers) != 2 * pairs or not np.isfinite(numbers[::2]).all():
        raise AnswerError(f"samples are not pairs of a time and a value: {block[:60]!r}…")
    times, values = np.round(numbers[::2] * 1000).astype(np.int64), numbers[1::2]
    columns = np.searchsorted(instants, times)
    known = columns < len(instants)
    if not (known.all() and (instants[columns] == times).all() and (np.diff(times) > 0).all()):
        raise AnswerError(f"samples stand at instants that were not asked for, or twice: {block[:60]!r}…")
    row[columns] = values


def _unique(keys: Sequence[Labels]) -> None:
    if len(set(keys)) < len(keys):
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise AnswerError(
            f"two series have the same labels {dict(twice)}: aggregate them (`by`), or name the metric in the query"
        )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(text) for text in value) if isinstance(value, list) else ()
