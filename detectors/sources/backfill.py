"""OpenMetrics text with timestamps, as `promtool tsdb dump-openmetrics` writes it, as series."""

import re
from array import array
from collections.abc import Callable
from math import isnan
from pathlib import Path

import numpy as np

from detectors.frame import Labels, labels_of
from detectors.sources import exposition
from detectors.sources.evaluate import NO_NUMBER
from detectors.sources.source import SourceError

_LINE = re.compile(r'((?:[^\s{"]+)?(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?) (\S+) (\S+)(?: # .*)?')

Name = tuple[str, Labels]


def series_of(
    path: Path, wanted: Callable[[str], bool] = lambda _: True, other: Callable[[str], object] = lambda _: None
) -> dict[Name, tuple["array[float]", "array[float]"]]:
    """Each series' times (s) and values, as they stand in the file; a sample that is kept takes 16 bytes.

    wanted: whether a metric is; other: is called with those that are not. Raises SourceError, OSError,
    UnicodeDecodeError.
    """
    found: dict[Name, tuple[array[float], array[float]]] = {}
    by_text: dict[str, tuple[array[float], array[float]]] = {}
    whole = False
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#"):
                whole = line.strip() == "# EOF"
                continue
            try:
                text, value, stamp = _split(line)
                if text not in by_text:  # a series is parsed once: a sample costs a microsecond
                    metric = text.partition("{")[0] or _name(text)[0]
                    if not wanted(metric):
                        other(metric)
                        continue
                    by_text[text] = found.setdefault(_name(text), (array("d"), array("d")))
                times, values = by_text[text]
                times.append(_finite(stamp))
                read = exposition.number(value)
                values.append(NO_NUMBER if isnan(read) else read)
            except ValueError as error:
                raise SourceError(f"{path}, line {number}: {line.strip()[:80]!r}: {error}", retry=False) from error
    if not whole:
        raise SourceError(f"{path}: does not end with # EOF: is it cut short?", retry=False)
    return found


def _split(line: str) -> tuple[str, str, str]:
    found = _LINE.fullmatch(line.rstrip("\n"))
    if found is None:
        raise ValueError("expected a series, a value and a timestamp in seconds")
    return found[1], found[2], found[3]


def _name(text: str) -> Name:
    """The metric and the labels of a sample's beginning."""
    name, pairs = exposition.series_of(text)
    return name, labels_of({label: value for label, value in pairs if value})


def _finite(stamp: str) -> float:
    seconds = float(stamp)
    if not np.isfinite(seconds):
        raise ValueError(f"the timestamp {stamp} is no time")
    return seconds
