"""A `/metrics` page as readings: the Prometheus text format and OpenMetrics."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from detectors.frame import Labels, labels_of
from detectors.sources.exposition import Exposition, ExpositionError, Pairs, open_metrics, text_format
from detectors.sources.head import PageSample

ACCEPT = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
)
"""As Prometheus 3 asks, without its binary format: names with dots come as they are."""
_WORD = r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+"  # a token of RFC 2045
_PARAMETER = re.compile(rf'\s*;\s*({_WORD})\s*=\s*(?:{_WORD}|"(?:[^"\\]|\\.)*")')
_SUFFIXES = {
    "_total": {"counter": "counter"},
    "_bucket": {"histogram": "histogram", "gaugehistogram": "gauge"},
    "_count": {"histogram": "counter", "summary": "counter"},
    "_sum": {"histogram": "counter", "summary": "counter"},
    "_gcount": {"gaugehistogram": "gauge"},
    "_gsum": {"gaugehistogram": "gauge"},
    "_created": {"counter": "gauge", "histogram": "gauge", "summary": "gauge", "gaugehistogram": "gauge"},
    "_info": {"info": "info"},
}
"""What a family's series are, by the ending of their name and the family's type."""


class PageError(ValueError):
    """The page is not what it says it is; the message names the line and what was found there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsPage:
    """What a page said: its readings, and the type of each metric ("counter", "gauge", "histogram", …)."""

    readings: tuple[PageSample, ...]
    kinds: dict[str, str]


def page_of(body: bytes, content_type: str, target: dict[str, str]) -> MetricsPage:
    """The page's readings with the target's labels; a label of the page that collides becomes `exported_…`.

    Raises PageError; then nothing of the page is to be trusted.
    """
    is_open = is_open_metrics(content_type)
    text = body.decode("utf-8", "surrogateescape")  # comments may hold anything
    try:
        found = open_metrics(text) if is_open else text_format(text)
        return MetricsPage(readings=_readings(found, target), kinds=_kinds(found))
    except ExpositionError as error:
        form = "OpenMetrics" if is_open else "the Prometheus text format"
        raise PageError(f"not {form}: {error}") from error


def is_open_metrics(content_type: str) -> bool:
    """Whether a page is to be read as OpenMetrics; a header that is not well formed means the text format."""
    media, _, _ = content_type.partition(";")
    if media.strip().lower() != "application/openmetrics-text":
        return False
    at, names = len(media), set[str]()
    while found := _PARAMETER.match(content_type, at):
        if found[1].lower() in names:
            return False
        names.add(found[1].lower())
        at = found.end()
    return content_type[at:].strip() in {"", ";"}


def _readings(found: Exposition, target: dict[str, str]) -> tuple[PageSample, ...]:
    held: dict[Pairs, Labels] = {}
    readings = []
    for name, pairs, value, stamp in found.samples:
        labels = held.get(pairs)
        if labels is None:
            labels = held[pairs] = _labels(pairs, target)
        readings.append(PageSample(metric=name, labels=labels, value=value, stamp=stamp))
    return tuple(readings)


def _labels(pairs: Pairs, target: dict[str, str]) -> Labels:
    """The labels of a series, as Prometheus stores them: a target's label wins over the page's own."""
    own = {name: value for name, value in pairs if value}
    clashing = sorted((name for name in own if name in target), key=len)
    moved = {name: own.pop(name) for name in clashing}
    for name, value in moved.items():
        other = f"exported_{name}"
        while other in own or other in target:
            other = f"exported_{other}"
        own[other] = value
    return labels_of({name: value for name, value in (own | target).items() if value})


def _kinds(found: Exposition) -> dict[str, str]:
    return {name: _kind(name, found.types) for name in {sample.name for sample in found.samples}}


def _kind(name: str, types: Mapping[str, str]) -> str:
    """The type of a metric's series: a histogram's count and sum are counters, and so are a summary's."""
    if name in types:
        return "unknown" if types[name] == "untyped" else types[name]
    for suffix, kinds in _SUFFIXES.items():
        kind = kinds.get(types.get(name.removesuffix(suffix), "")) if name.endswith(suffix) else None
        if kind is not None:
            return kind
    return "unknown"


def reports(target: dict[str, str], *, up: bool, seconds: float, samples: int) -> Iterable[PageSample]:
    """What a scrape says of itself, under Prometheus's names."""
    labels = labels_of(target)
    yield PageSample(metric="up", labels=labels, value=float(up))
    yield PageSample(metric="scrape_duration_seconds", labels=labels, value=seconds)
    yield PageSample(metric="scrape_samples_scraped", labels=labels, value=float(samples))
