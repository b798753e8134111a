"""A query's words as PromQL, and what is wrong with the words; embedded sources evaluate the same words themselves."""

import re
from dataclasses import replace
from datetime import timedelta

from detectors.frame import Labels
from detectors.sources.grid import ms_of
from detectors.watch import Query, Read

METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
QUOTED_NAME = re.compile(r"(?=.*[./]|.*[^\x00-\x7f])[^\W\d][\w:./-]*")
"""Names of OpenTelemetry, with dots, and of other scripts: known to Prometheus since version 3, in quotes."""
HISTOGRAMS = (Read.QUANTILE, Read.SHIFT)
_JOINS = re.compile(
    r"(?<![\w:])(sum|min|max|avg|group|stddev|stdvar|count|count_values|bottomk|topk|limitk|limit_ratio|quantile|"
    r"histogram_quantile|absent|absent_over_time|scalar|or|unless)(?![\w:])(?!\s*[=!])",
    re.IGNORECASE,
)
"""Words of PromQL by which one series' samples depend on which others are there."""
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def promql(query: Query) -> str:
    """The query as PromQL, as people would ask it. The words must be right: `problems_of` finds none.

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
            count = _rates(f"{metric}_count", query.match, query.by, query.window)
            return f"{answer} and {_enough(count, query)}" if query.at_least else answer
        case Read.SHIFT:
            return _rates(f"{metric}_bucket", query.match, (*query.by, "le"), query.window)


def joins_series(query: Query) -> bool:
    """Whether an answer to the query is wrong, not only short, where some series are missing, as a sum is.

    A value's mean is none of these: it is that of the instances that are there, on every source.
    """
    if query.promql is not None:
        return _JOINS.search(_STRINGS.sub('""', query.promql)) is not None
    return query.read is not Read.VALUE


def narrowed(query: Query, labels: Labels, *, as_promql: bool) -> Query:
    """The query for one of its series alone, so that a plot does not read thousands.

    as_promql: whether an expression may be made narrower; where it is a recorded column's name, it must stay.
    """
    if query.promql is not None:
        return replace(query, promql=_only(query.promql, labels)) if as_promql and labels else query
    said = dict(labels)
    wanted = tuple((name, said.get(name, "")) for name in query.by)

    def of(match: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(dict((*match, *wanted)).items())

    return replace(query, match=of(query.match), match_of=of(query.match_of) if query.read is Read.RATIO else ())


def _only(promql: str, labels: Labels) -> str:
    """The expression's series with these labels: joined with a vector that has no others."""
    only = "vector(1)"
    for name, value in labels:
        only = f'label_replace({only}, "{name}", "{escaped(value.replace("$", "$$"))}", "", "")'
    return f"({promql}) and on ({', '.join(quoted(name) for name, _ in labels)}) {only}"


PARTS = "tocsin"
"""The label that tells the parts of one answer from each other."""
QUANTILE = "quantile"
"""The label by which a summary's quantiles differ."""
IDLE = "+Inf"
"""What is answered for a series that is there and has no number: VictoriaMetrics leaves a NaN out of its answers."""


def expression(query: Query) -> str:
    """What a Prometheus is asked: as `promql`, and so that one answer holds the events too, and who is idle.

    What is not a number (NaN) takes no part, nor in a mean what is infinite, as a share of nothing can be. A group that
    is there without a number is IDLE. Of a ratio its part and its whole come, each worked out once; of a quantile
    itself and the events. Of buckets only those take part that all series of a group have.
    """
    if query.promql is not None:
        return query.promql
    metric = query.metric or ""
    match query.read:
        case Read.VALUE:
            return f"avg{_by(query.by)} ({_numbers(query)}) or {_idle(metric, query.match, query.by)}"
        case Read.RATE:
            return _events(metric, query.match, query)
        case Read.RATIO:
            part = _events(metric, query.match, query)
            return f"{_labelled(part, 'part')} or {_labelled(_events(query.of or '', query.match_of, query), 'events')}"
        case Read.QUANTILE:
            answer = f"histogram_quantile({query.quantile!r}, {_buckets(query)})"
            events = _events(f"{metric}_count", query.match, query)
            return f"{_labelled(answer, 'value')} or {_labelled(events, 'events')}"
        case Read.SHIFT:
            return _buckets(query)


def native(query: Query) -> str:
    """A quantile of a native histogram, which has no buckets as series: itself and its events, as of `expression`."""
    rates = f"rate({selector(query.metric or '', query.match)}[{duration(query.window)}])"
    whole = f"sum{_by(query.by)} ({rates})"
    answer = f"histogram_quantile({query.quantile!r}, {whole})"
    return f"{_labelled(answer, 'value')} or {_labelled(f'histogram_count({whole})', 'events')}"


def is_of_summary(query: Query) -> bool:
    """Whether the query reads the quantiles that a summary's clients worked out."""
    return query.read is Read.VALUE and (QUANTILE in query.by or QUANTILE in dict(query.match))


def _numbers(query: Query) -> str:
    """The samples that are finite numbers; of a summary without zeros that only say that nothing was observed."""
    metric = query.metric or ""
    numbers = f"{selector(metric, query.match)} > -Inf < +Inf"
    if not is_of_summary(query):
        return numbers
    match = tuple(pair for pair in query.match if pair[0] != QUANTILE)
    count = f"rate({selector(f'{metric}_count', match)}[{duration(query.window)}]) == 0"
    return f"{numbers} unless ({selector(metric, query.match)} == 0 and ignoring ({QUANTILE}) ({count}))"


def _buckets(query: Query) -> str:
    """The rates of a histogram's buckets, of those bounds that all series of a group have: see `groups.shared`."""
    metric, by = f"{query.metric}_bucket", _by((*query.by, "le"))
    rates = _numeric(f"rate({selector(metric, query.match)}[{duration(query.window)}])")
    last = _numeric(f"rate({selector(metric, query.match, LAST_BUCKET)}[{duration(query.window)}])")
    on = ", ".join(map(quoted, query.by))
    everywhere = f"count{by} ({rates}) >= on ({on}) group_left () count{_by(query.by)} ({last})"
    return f"(sum{by} ({rates}) and ({everywhere}))"


def _numeric(vector: str) -> str:
    return f"{vector} >= -Inf"


LAST_BUCKET = 'le=~"[+]?(?i:inf|infinity)"'


def _events(metric: str, match: tuple[tuple[str, str], ...], query: Query) -> str:
    """Events a second; counters that are there without a rate are idle."""
    rates = f"sum{_by(query.by)} ({_numeric(f'rate({selector(metric, match)}[{duration(query.window)}])')})"
    return f"({rates} or {_idle(metric, match, query.by)})"


def _idle(metric: str, match: tuple[tuple[str, str], ...], by: tuple[str, ...]) -> str:
    return f"count{_by(by)} ({selector(metric, match)}) * {IDLE}"


def _labelled(words: str, part: str) -> str:
    # `.*`, not "": behind a histogram_quantile VictoriaMetrics 1.79 finds the label filled with a bucket's end.
    return f'label_replace({words}, "{PARTS}", "{part}", "{PARTS}", ".*")'


def selector(metric: str, match: tuple[tuple[str, str], ...] = (), also: str = "") -> str:
    r"""The series of a metric: `orders{venue="a\"b"}`, and in Prometheus 3 `{"http.requests", "service.name"="x"}`.

    also: one more matcher, as PromQL has it.
    """
    matchers = [f'{quoted(label)}="{escaped(value)}"' for label, value in match] + ([also] if also else [])
    if not METRIC_NAME.fullmatch(metric):
        return f"{{{', '.join([quoted(metric), *matchers])}}}"
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def quoted_names(query: Query) -> tuple[str, ...]:
    """The names of a query in words that only Prometheus 3 knows."""
    metrics = [name for name in (query.metric, query.of) if name and not METRIC_NAME.fullmatch(name)]
    labels = (*query.by, *dict(query.match), *dict(query.match_of))
    return tuple(dict.fromkeys([*metrics, *(name for name in labels if not LABEL_NAME.fullmatch(name))]))


def quoted(label: str) -> str:
    """A label as PromQL names it: in quotes where its name needs them, which Prometheus knows since version 3."""
    return label if LABEL_NAME.fullmatch(label) else f'"{escaped(label)}"'


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
    return f" by ({', '.join(map(quoted, labels))})" if labels else ""


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
        f"{where} is {name!r}, must be a metric's name: letters, digits, _ and :, or with dots: http.server.duration"
        for where, name in metrics
        if name is not None and not METRIC_NAME.fullmatch(name) and not QUOTED_NAME.fullmatch(name)
    ]
    problems += [
        f"{where} has {name!r}, must be a label's name: letters, digits and _, or with dots: service.name"
        for where, names in labels
        for name in names
        if not LABEL_NAME.fullmatch(name) and not QUOTED_NAME.fullmatch(name)
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
