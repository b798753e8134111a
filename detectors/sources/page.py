"""A `/metrics` page as readings: the Prometheus text format and OpenMetrics."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

from detectors.frame import Labels, labels_of
from detectors.sources.head import Reading

ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
_BARE_COUNTER = re.compile(r"^[ \t]*#[ \t]+TYPE[ \t]+(\S+)(?<!_total)[ \t]+counter[ \t]*$", re.MULTILINE)


class PageError(ValueError):
    """The page is not what it says it is; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page said: its readings, and the type of each metric ("counter", "gauge", "histogram", …)."""

    readings: tuple[Reading, ...]
    kinds: dict[str, str]


def page_of(text: str, content_type: str, target: dict[str, str]) -> Page:
    """The page's readings with the target's labels; a label of the page that collides becomes `exported_…`.

    Raises PageError; then nothing of the page is to be trusted.
    """
    is_open = "application/openmetrics-text" in content_type.lower()
    bare = frozenset() if is_open else frozenset(_BARE_COUNTER.findall(text))
    readings: list[Reading] = []
    kinds: dict[str, str] = {}
    try:
        for family in _open_metrics(text) if is_open else plain_text(text):
            _add(family, bare, target, readings, kinds)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        # The parsers let slip what their own look-ups raise on hostile input.
        form = "OpenMetrics" if is_open else "Prometheus text"
        after = f", after {readings[-1].metric}" if readings else ""
        raise PageError(f"not {form}{after}: {type(error).__name__}: {error}"[:300]) from error
    return Page(readings=tuple(readings), kinds=kinds)


def _open_metrics(text: str) -> Iterator[Metric]:
    yield from open_metrics.text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # it publishes none


def _add(
    family: Metric, bare: frozenset[str], target: dict[str, str], readings: list[Reading], kinds: dict[str, str]
) -> None:
    for sample in family.samples:
        name = sample.name
        if family.name in bare and name == f"{family.name}_total":
            name = family.name  # the parser renames counters as OpenMetrics would; the page said it so
        if sample.native_histogram is not None:
            continue  # it has no number
        stamp = None if sample.timestamp is None else _ms(float(sample.timestamp))
        labels = _labels(sample.labels, target)
        readings.append(Reading(metric=name, labels=labels, value=float(sample.value), stamp=stamp))
        kinds[name] = _kind(family.type, family.name, name)


def _kind(kind: str, family: str, name: str) -> str:
    """The type of a sample's series: a histogram's count and sum are counters, and so are a summary's."""
    if kind in ("histogram", "summary") and name.removeprefix(family) in ("_count", "_sum"):
        return "counter"
    return kind


def _labels(labels: dict[str, str], target: dict[str, str]) -> Labels:
    if not target.keys().isdisjoint(labels):
        labels = {f"exported_{name}" if name in target else name: value for name, value in labels.items()}
    return labels_of({name: value for name, value in (labels | target).items() if value})


def _ms(seconds: float) -> int:
    if not math.isfinite(seconds):
        raise PageError(f"the timestamp {seconds} is no time")
    return round(seconds * 1000)


def reports(target: dict[str, str], *, up: bool, seconds: float, samples: int) -> Iterable[Reading]:
    """What a scrape says of itself, under Prometheus's names."""
    labels = labels_of(target)
    yield Reading(metric="up", labels=labels, value=float(up))
    yield Reading(metric="scrape_duration_seconds", labels=labels, value=seconds)
    yield Reading(metric="scrape_samples_scraped", labels=labels, value=float(samples))
