"""Prometheus rule files as they are written: the alerting rules in them, and where one is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tocsin.config.document import SourceText, read
from tocsin.config.scalars import parse_duration

INTERVAL = timedelta(minutes=1)
"""How often Prometheus evaluates rules where neither the group nor its own configuration says it."""
_GROUP_KEYS = frozenset({"name", "interval", "limit", "query_offset", "labels", "rules", "partial_response_strategy"})
_RULE_KEYS = frozenset({"alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """An alerting rule. labels: those that the rule adds; hold: its `for`; keep: its `keep_firing_for`."""

    name: str
    group: str
    expr: str
    interval: timedelta = INTERVAL
    hold: timedelta = timedelta(0)
    keep: timedelta = timedelta(0)
    labels: tuple[tuple[str, str], ...] = ()


class RuleFileError(ValueError):
    """The file is no rule file; the message has a line for each thing that is wrong."""


def read_rules(path: Path, interval: timedelta = INTERVAL) -> tuple[AlertRule, ...]:
    """The alerting rules of a file, in its order; recording rules are left out: Prometheus has recorded their series.

    interval: of groups that name none. Raises OSError, or RuleFileError.
    """
    source = read(path.read_text(encoding="utf-8"), path.name)
    rules = [rule for place, group in _groups(source) for rule in _group(source, place, group, interval)]
    if not source.problems and not rules:
        source.report((), "no alerting rule (a group's rules with `alert:` and `expr:`)")
    if source.problems:
        raise RuleFileError("\n".join(str(problem) for problem in source.problems))
    return tuple(rules)


def _groups(source: SourceText) -> list[tuple[int, Mapping[str, Any]]]:
    data = source.data
    if source.problems:
        return []
    groups = data.get("groups") if isinstance(data, dict) else None
    if not isinstance(groups, list):
        source.report((), "not a rule file: it must have `groups:`, a list")
        return []
    found: list[tuple[int, Mapping[str, Any]]] = []
    for place, group in enumerate(groups):
        if isinstance(group, dict):
            _unknown(source, ("groups", place), group, _GROUP_KEYS)
            found.append((place, group))
        else:
            source.report(("groups", place), "a group must have `name:` and `rules:`")
    return found


def _group(source: SourceText, place: int, group: Mapping[str, Any], default: timedelta) -> list[AlertRule]:
    where = ("groups", place)
    interval = _duration(source, where, group, "interval") or default
    rules, found = group.get("rules") or [], []
    if not isinstance(rules, list):
        source.report((*where, "rules"), "`rules` must be a list")
        return []
    shared = _texts(source, where, group)
    for row, rule in enumerate(rules):
        at = (*where, "rules", row)
        if not isinstance(rule, dict) or ("alert" in rule) is ("record" in rule):
            source.report(at, "a rule must have one of `alert:` and `record:`")
            continue
        _unknown(source, at, rule, _RULE_KEYS)
        if not isinstance(rule.get("expr"), str | int | float) or str(rule["expr"]).strip() == "":
            source.report(at, f"{rule.get('alert') or rule.get('record')} has no `expr:`")
        elif "alert" in rule:
            found.append(
                AlertRule(
                    name=str(rule["alert"]),
                    group=str(group.get("name", "")),
                    expr=str(rule["expr"]).strip(),
                    interval=interval,
                    hold=_duration(source, at, rule, "for"),
                    keep=_duration(source, at, rule, "keep_firing_for"),
                    labels=tuple(sorted({**shared, **_texts(source, at, rule)}.items())),
                )
            )
    return found


def _unknown(
    source: SourceText, where: tuple[str | int, ...], mapping: Mapping[str, Any], known: frozenset[str]
) -> None:
    for key in mapping.keys() - known:
        source.report((*where, key), f"`{key}` is no key of a rule file; there are {', '.join(sorted(known))}")


def _duration(source: SourceText, where: tuple[str | int, ...], mapping: Mapping[str, Any], key: str) -> timedelta:
    said = mapping.get(key)
    if said is None or str(said) == "0":
        return timedelta(0)
    try:
        return parse_duration(said)
    except ValueError as error:
        source.report((*where, key), f"`{key}` is {said!r}: {error}")
        return timedelta(0)


def _texts(source: SourceText, where: tuple[str | int, ...], mapping: Mapping[str, Any]) -> dict[str, str]:
    labels = mapping.get("labels") or {}
    if not isinstance(labels, dict):
        source.report((*where, "labels"), "`labels` must be names with their values")
        return {}
    return {str(name): str(value) for name, value in labels.items()}
