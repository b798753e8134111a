"""Proposes watches for a Prometheus's metrics by their names, types and labels, each with its reason.

Names decide: the field's words say what a metric is about and what is bad about it. What no rule knows is passed
over, with the reason, rather than guessed at.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from detectors.discover_metric import Metric, MetricKind, Sight
from detectors.discover_shape import FEWEST_EVENTS, MOST_WATCHES, first_of, why_no_shape
from detectors.discover_words import (
    ACTIVITY,
    AGES,
    AREAS,
    BACKLOGS,
    BAD_OUTCOMES,
    BALANCES,
    ERRORS,
    GOOD_OUTCOMES,
    LABELS_KEPT,
    LATENCIES,
    OF_PROGRAMS,
    OUTCOME_LABELS,
    TIMES,
)
from detectors.watch import Direction, FailureKind, Query, Read

MOST_VALUES = 50
"""The most values of a label that may name parts of the exchange on the page."""
MOST_GROUPS = 200
MOST_BAD_OUTCOMES = 3
ORDER = (*AREAS, "hosts", "other")
"""The areas in the order in which customers feel their faults."""
QUANTILE = 0.95
ENOUGH_EVENTS = 20.0
"""The least number of events for a 95th percentile or a ratio: of fewer, one slow withdrawal is the percentile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A watch that would be worth having. area: of the exchange; its component is the area with the labels kept."""

    name: str
    query: Query
    area: str
    title: str
    unit: str
    bad: Direction
    failure: FailureKind
    reason: str
    user_visible: bool = False

    @property
    def component(self) -> str:
        """The template: `withdrawals/{asset}/{network}`."""
        return "/".join([self.area, *(f"{{{label}}}" for label in self.query.by)])


def why_not(metric: Metric) -> str:
    """Why a metric is skipped before its series are looked at; "" = it is not."""
    if metric.name.startswith(OF_PROGRAMS) or metric.name in ("up", "ALERTS", "ALERTS_FOR_STATE"):
        return "about a program, not the exchange"
    if metric.kind is MetricKind.OTHER:
        return "neither counter, gauge nor histogram"
    if _rule(metric) is None:
        return "its name says nothing that is known to be bad"
    return ""


def area_of(metric: Metric) -> str:
    """The part of the exchange that a metric is about."""
    words = metric.words
    if metric.name.startswith("node_"):
        return "hosts"
    return next((area for area, known in AREAS.items() if any(word in known for word in words)), "other")


def labels_kept(labels: Mapping[str, int]) -> tuple[str, ...]:
    """The labels that tell one part of the exchange from another, as far as they are few enough together."""
    kept = [label for label in LABELS_KEPT if 1 <= labels.get(label, 0) <= MOST_VALUES]
    while kept and _product(labels, kept) > MOST_GROUPS:
        kept.remove(max(kept, key=lambda label: labels[label]))
    return tuple(kept[:3])


def _product(labels: Mapping[str, int], kept: Sequence[str]) -> int:
    """At most so many groups; pairs of labels that only occur together make fewer."""
    sizes = sorted((labels[label] for label in kept), reverse=True)
    return sizes[0] * (sizes[1] if len(sizes) > 1 else 1)


def propose(sights: Sequence[Sight]) -> tuple[Proposal, ...]:
    """The watches worth having, grouped by area; names are unique."""
    found: list[Proposal] = []
    for sight in sights:
        found += _rule_of(sight, sights)
    shapeless = why_not_their_shapes(sights)
    found += [_shape(sight) for sight in sights if not shapeless[sight.metric.name]]
    found.sort(key=lambda each: (ORDER.index(each.area), each.name))
    return _named(found)


def why_not_their_shapes(sights: Sequence[Sight]) -> dict[str, str]:
    """By metric, why it gets no watch of its distribution beside the other proposals; "" = it gets one."""
    found, ranked = dict[str, str](), list[tuple[int, float, str]]()
    for sight in sights:
        metric, shape = sight.metric, sight.shape
        if _rule(metric) != "latency" or shape is None:
            found[metric.name] = "no histogram of durations"
        elif why := why_no_shape(shape):
            found[metric.name] = why
        else:
            ranked.append((ORDER.index(area_of(metric)), shape.events, metric.name))
    first = first_of(ranked)
    for _, _, name in ranked:
        found[name] = "" if name in first else f"after the first {MOST_WATCHES} whose shape is watched"
    return found


def _shape(sight: Sight) -> Proposal:
    """The whole distribution of a histogram whose shape is worth it."""
    assert sight.shape is not None  # noqa: S101  # asked by who calls
    query = Query(metric=sight.metric.name, read=Read.SHIFT, by=labels_kept(sight.labels), at_least=FEWEST_EVENTS)
    cells = sight.shape.series * sight.shape.buckets
    reason = (
        "the whole distribution of these durations: two humps, or quick failures beside slow answers, move it and not "
        f"its 95th percentile; each evaluation reads {cells} buckets"
    )
    return _made(sight, query, suffix="shift", bad=Direction.ABOVE, failure=FailureKind.OTHER, reason=reason)


def _named(found: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """A name that is taken gets a number."""
    taken: dict[str, int] = {}
    named = []
    for each in found:
        taken[each.name] = taken.get(each.name, 0) + 1
        count = taken[each.name]
        named.append(replace(each, name=f"{each.name}-{count}") if count > 1 else each)
    return tuple(named)


def _rule_of(sight: Sight, sights: Sequence[Sight]) -> list[Proposal]:
    rule = _rule(sight.metric)
    if rule == "errors":
        return _errors(sight, sights)
    if rule == "activity":
        return _activity(sight)
    return [] if rule is None else [_one(sight, rule)]


def _rule(metric: Metric) -> str | None:
    """The rule that applies to the metric."""
    words = set(metric.words)
    if metric.kind is MetricKind.HISTOGRAM:
        return "latency" if words & TIMES else None
    if metric.kind is MetricKind.COUNTER:
        if words & ERRORS and not words & TIMES:
            return "errors"
        return "activity" if words & ACTIVITY and not words & TIMES and area_of(metric) != "hosts" else None
    if area_of(metric) == "hosts":
        return None
    if words & TIMES:
        return "age" if words & AGES or words & LATENCIES or words & BACKLOGS else None
    if words & BACKLOGS:
        return "backlog"
    return "balance" if words & BALANCES else None


def _one(sight: Sight, rule: str) -> Proposal:
    metric, by = sight.metric, labels_kept(sight.labels)
    plain = Query(metric=metric.name, by=by)
    seconds = "s" if "seconds" in metric.words else "ms" if "milliseconds" in metric.words else ""
    match rule:
        case "latency":
            query = replace(plain, read=Read.QUANTILE, quantile=QUANTILE, at_least=ENOUGH_EVENTS)
            reason = "a histogram of durations: its 95th percentile grows when something gets slow"
            return _made(
                sight, query, suffix="p95", unit=seconds, bad=Direction.ABOVE, failure=FailureKind.DELAY, reason=reason
            )
        case "age":
            reason = "a duration that customers wait for: bad when it grows"
            return _made(sight, plain, unit=seconds, bad=Direction.ABOVE, failure=FailureKind.DELAY, reason=reason)
        case "backlog":
            reason = "something waits: a queue that only grows is not being worked off"
            return _made(sight, plain, bad=Direction.ABOVE, failure=FailureKind.BACKLOG, reason=reason)
        case _:
            reason = "a balance: what is paid out of it stops when it is empty"
            return _made(sight, plain, bad=Direction.BELOW, failure=FailureKind.OTHER, reason=reason)


def _activity(sight: Sight) -> list[Proposal]:
    """A counter of what customers do: it falls when they can't; and the share of it that went wrong."""
    by = labels_kept(sight.labels)
    label, good, bad = _outcomes(sight)
    rate = Query(metric=sight.metric.name, read=Read.RATE, by=by)
    reason = "what customers do is counted: it falls when they can't, or when it does not reach us"
    if good:
        rate = replace(rate, match=((label, good[0]),))
        reason = f"what went well ({label} {good[0]}) is counted: it falls when it does not go well"
    found = [
        _made(sight, rate, suffix="rate", unit="1/s", bad=Direction.BELOW, failure=FailureKind.HALT, reason=reason)
    ]
    for value in bad[:MOST_BAD_OUTCOMES]:
        query = replace(rate, read=Read.RATIO, match=((label, value),), of=sight.metric.name, at_least=ENOUGH_EVENTS)
        reason = f"the share with {label} {value}: how much goes wrong, whatever the load"
        found.append(
            _made(
                sight, query, suffix=f"{label}-{value}", bad=Direction.ABOVE, failure=FailureKind.ERRORS, reason=reason
            )
        )
    return found


def _errors(sight: Sight, sights: Sequence[Sight]) -> list[Proposal]:
    """A counter of errors, by the counter of everything where there is one."""
    metric, by = sight.metric, labels_kept(sight.labels)
    named = whole_of(metric, [each.metric for each in sights])
    whole = next((each for each in sights if each.metric == named), None)
    if whole is None:
        query = Query(metric=metric.name, read=Read.RATE, by=by)
        reason = "errors are counted; of how many is not, so their number is what can be watched"
        return [
            _made(
                sight, query, suffix="rate", unit="1/s", bad=Direction.ABOVE, failure=FailureKind.ERRORS, reason=reason
            )
        ]
    shared = tuple(label for label in by if label in whole.labels)
    query = Query(metric=metric.name, read=Read.RATIO, by=shared, of=whole.metric.name, at_least=ENOUGH_EVENTS)
    reason = f"errors as a share of {whole.metric.name}: how much goes wrong, whatever the load"
    return [_made(sight, query, suffix="share", bad=Direction.ABOVE, failure=FailureKind.ERRORS, reason=reason)]


def whole_of(metric: Metric, metrics: Sequence[Metric]) -> Metric | None:
    """The counter of everything of which these are the errors: the words are the same but for those of the error."""
    rest = {word for word in metric.words if word not in ERRORS and word != "total"}
    found: list[tuple[int, str, Metric]] = []
    for other in metrics:
        words = {word for word in other.words if word != "total"}
        more = words - rest
        if (
            other.kind is MetricKind.COUNTER
            and not words & ERRORS
            and rest <= words
            and len(more) <= 1
            and more <= ACTIVITY
        ):
            found.append((len(more), other.name, other))
    return min(found)[2] if found else None


def shortlist(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics whose series are worth a look: those that a rule knows, and of what their errors are a share."""
    known = [metric for metric in metrics if not why_not(metric)]
    wholes = [whole_of(metric, metrics) for metric in known if _rule(metric) == "errors"]
    return tuple(dict.fromkeys([*known, *(whole for whole in wholes if whole is not None)]))


def _outcomes(sight: Sight) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The label that says how things went, its good values and its bad ones."""
    for label in OUTCOME_LABELS:
        values = sight.outcomes.get(label, ())
        good = tuple(value for value in values if value.lower() in GOOD_OUTCOMES)
        bad = tuple(value for value in values if value.lower() in BAD_OUTCOMES or re.fullmatch(r"5\d\d", value))
        if bad:
            return label, () if any(re.fullmatch(r"\d{3}", value) for value in values) else good, bad
    return "", (), ()


def _made(
    sight: Sight, query: Query, *, suffix: str = "", unit: str = "", bad: Direction, failure: FailureKind, reason: str
) -> Proposal:
    metric = sight.metric
    area = area_of(metric)
    words = [word for word in metric.words if word not in ("total", "seconds", "milliseconds", "exchange")]
    name = "-".join([*words, *([suffix] if suffix else [])])
    title = " ".join(words).capitalize() + (f" ({suffix.replace('-', ' ')})" if suffix else "")
    waits = failure in (FailureKind.DELAY, FailureKind.HALT, FailureKind.ERRORS)
    return Proposal(
        name=re.sub(r"[^A-Za-z0-9._/-]", "-", name),
        query=query,
        area=area,
        title=metric.help.rstrip(". ") + (f", {suffix.replace('-', ' ')}" if suffix else "") if metric.help else title,
        unit=unit,
        bad=bad,
        failure=failure,
        reason=reason,
        user_visible=waits and area in ("deposits", "withdrawals", "trading", "api"),
    )
