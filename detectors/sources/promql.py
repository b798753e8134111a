"""A query's words as PromQL, and what is wrong with the words; embedded sources evaluate the same words themselves."""

import re
from datetime import timedelta

from detectors.sources.grid import ms_of
from detectors.watch import Query, Read

METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
HISTOGRAMS = (Read.QUANTILE, Read.SHIFT)
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def promql(query: Query) -> str:
    """The query as PromQL. The words must be right: `problems_of` finds none.

    value     avg by (by) (metric{match})
    rate      sum by (by) (rate(metric{match}[window]))
    ratio     the rate of `metric` by that of `of`; 0 where only `metric` has no series, as errors have before the first
    quantile  histogram_quantile(quantile, sum by (by, le) (rate(metric_bucket{match}[window])))
    shift     sum by (by, le) (rate(metric_bucket{match}[window])): the distance itself is worked out by the engine
    With `at_least`, ratio and quantile stand only where their whole had that many events in the window.
    """
    if query.promql is not None:
        return query.promql
    metric = query.metric or ""
    match query.read:
        case Read.VALUE:
            return f"avg{_by(query.by)} ({selector(metric, query.match)})"
        case Read.RATE:
            return _rates(metric, query.match, query.by, query.window)
        case Read.RATIO:
            part = _rates(metric, query.match, query.by, query.window)
            whole = _rates(query.of or "", query.match_of, query.by, query.window)
            return f"({part} or 0 * {whole}) / {_enough(whole, query)}"
        case Read.QUANTILE:
            buckets = _rates(f"{metric}_bucket", query.match, (*query.by, "le"), query.window)
            answer = f"histogram_quantile({query.quantile!r}, {buckets})"
            if not query.at_least:
                return answer
            return f"{answer} and {_events(query)}"
        case Read.SHIFT:
            return _rates(f"{metric}_bucket", query.match, (*query.by, "le"), query.window)


PARTS = "tocsin"
"""The label that tells the parts of one answer from each other."""


def expression(query: Query) -> str:
    """What a Prometheus is asked, so that one answer holds the samples and the events behind them.

    Of a ratio its part and its whole, each worked out once; of a quantile itself and the events; else as `promql`.
    """
    if query.promql is not None:
        return query.promql
    match query.read:
        case Read.RATIO:
            part = _rates(query.metric or "", query.match, query.by, query.window)
            return f"{_labelled(part, 'part')} or {_labelled(_events(query), 'events')}"
        case Read.QUANTILE:
            return f"{_labelled(promql(query), 'value')} or {_labelled(_events(query), 'events')}"
        case _:
            return promql(query)


def _events(query: Query) -> str:
    """Events a second behind a ratio or a quantile, where there are enough."""
    if query.read is Read.RATIO:
        return _enough(_rates(query.of or "", query.match_of, query.by, query.window), query)
    return _enough(_rates(f"{query.metric}_count", query.match, query.by, query.window), query)


def _labelled(words: str, part: str) -> str:
    # `.*`, not "": behind a histogram_quantile VictoriaMetrics 1.79 finds the label filled with a bucket's end.
    return f'label_replace({words}, "{PARTS}", "{part}", "{PARTS}", ".*")'


def selector(metric: str, match: tuple[tuple[str, str], ...] = ()) -> str:
    r"""The series of a metric: `orders{venue="a\"b"}`."""
    matchers = ", ".join(f'{label}="{escaped(value)}"' for label, value in match)
    return f"{metric}{{{matchers}}}" if matchers else metric


def escaped(value: str) -> str:
    """A label's value as it stands between PromQL's double quotes."""
    return value.translate(_ESCAPES)


def duration(span: timedelta) -> str:
    """A span as PromQL writes it: `90s`, `1500ms`."""
    whole, rest = divmod(ms_of(span), 1000)
    return f"{ms_of(span)}ms" if rest else f"{whole}s"


def problems_of(query: Query) -> tuple[str, ...]:
    """What is wrong with the words of a query, a sentence each; none when they can be asked."""
    if query.promql is not None:
        if query.metric is not None:
            return (f"query has both promql and metric ({query.metric}): it takes one of them",)
        return () if query.promql.strip() else ("promql is empty, must be an expression",)
    if query.metric is None:
        return ("query has neither metric nor promql: it takes one of them",)
    return (*_name_problems(query), *_number_problems(query), *_ratio_problems(query))


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""


def _rates(metric: str, match: tuple[tuple[str, str], ...], by: tuple[str, ...], window: timedelta) -> str:
    return f"sum{_by(by)} (rate({selector(metric, match)}[{duration(window)}]))"


def _enough(whole: str, query: Query) -> str:
    """The whole, where the window holds events enough."""
    return f"({whole} >= {least_rate(query)!r})" if query.at_least else whole


def window_of(query: Query) -> int:
    """How far in ms a query in words looks back from each instant; 0 = it does not, or it is PromQL, who knows."""
    return 0 if query.promql is not None or query.read is Read.VALUE else ms_of(query.window)


def least_rate(query: Query) -> float:
    """`at_least` as events a second."""
    return query.at_least / query.window.total_seconds()


def _name_problems(query: Query) -> list[str]:
    metrics = [("metric", query.metric), ("of", query.of)]
    labels = [("match", dict(query.match)), ("by", query.by), ("match_of", dict(query.match_of))]
    problems = [
        f"{where} is {name!r}, must be a metric's name: letters, digits, _ and :"
        for where, name in metrics
        if name is not None and not METRIC_NAME.fullmatch(name)
    ]
    problems += [
        f"{where} has {name!r}, must be a label's name: letters, digits and _"
        for where, names in labels
        for name in names
        if not LABEL_NAME.fullmatch(name)
    ]
    if query.read in HISTOGRAMS and "le" in query.by:
        problems.append(f"by has 'le', which a {query.read} uses up: leave it out")
    if PARTS in query.by and query.read in (Read.RATIO, Read.QUANTILE):
        problems.append(f"by has '{PARTS}', which tells the parts of an answer: leave it out")
    if query.read in HISTOGRAMS and (query.metric or "").endswith("_bucket"):
        problems.append(f"metric is {query.metric!r}, must be the histogram's name without _bucket")
    return problems


def _number_problems(query: Query) -> list[str]:
    problems = []
    if query.read is Read.QUANTILE and not (query.quantile is not None and 0 < query.quantile < 1):
        problems.append(f"quantile is {query.quantile}, must be above 0 and below 1")
    if query.read is not Read.QUANTILE and query.quantile is not None:
        problems.append(f"quantile is {query.quantile}, but read is {query.read}: only read: quantile takes one")
    if query.at_least and query.read not in (Read.QUANTILE, Read.RATIO, Read.SHIFT):
        taken = "only ratio, quantile and shift take one"
        problems.append(f"at_least is {query.at_least:g}, but read is {query.read}: {taken}")
    if query.read is not Read.VALUE and ms_of(query.window) <= 0:
        problems.append(f"window is {query.window}, must be positive")
    return problems


def _ratio_problems(query: Query) -> list[str]:
    if query.read is Read.RATIO:
        return [] if query.of else ["read is ratio, but of is missing: name the metric of the whole"]
    return [
        f"{name} is given, but read is {query.read}: only read: ratio takes one"
        for name, given in (("of", query.of), ("match_of", query.match_of))
        if given
    ]
