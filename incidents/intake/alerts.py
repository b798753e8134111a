"""Follows the alerts of other systems: each statement begins, continues or ends the signal of one alert."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from detectors.watch import FailureKind, fill_template, labels_needed
from incidents.signal import ENDED, LINK, Signal, SignalSource

Pairs = tuple[tuple[str, str], ...]
"""(name, value), sorted by name."""

RESTATE_EVERY = timedelta(minutes=1)
"""An alert that is said again sooner changes nothing but its lease; later, the incident learns that it still lasts."""
PLACES = ("pod", "instance", "node", "host", "service", "job", "component", "alertname")
"""Labels that name the component of an alert that no rule maps, the most exact first."""
UNNAMED = "alert"
_WILD = frozenset("*?[")
_LONGEST_NAME = 200
_LONGEST_TEXT = 2000
_FACTS = 12
"""What the signal keeps of an alert's own words, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One statement about an alert, as its sender made it.

    labels: none of them empty; they tell this alert from others, unless `dedup_key` does.
    said_at: when it came in. ended_at: None while it fires.
    lease_until: it has ended then unless it is said again; None = it lasts until its sender says otherwise.
    title: its name for engineers; "" = the annotation `summary`, or else its name. url: where its sender shows it.
    """

    labels: Pairs
    annotations: Pairs = ()
    started_at: datetime
    said_at: datetime
    ended_at: datetime | None = None
    lease_until: datetime | None = None
    dedup_key: str = ""
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBatch:
    """The valid alerts of one request."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """Says which component the matching alerts are about.

    match: label -> shell pattern, all must meet. component: a template over the labels, "" with `ignore`.
    ignore: what matches opens nothing.
    """

    match: Pairs = ()
    component: str = ""
    kind: FailureKind = FailureKind.OTHER
    user_visible: bool = False
    ignore: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How foreign alerts become signals. rules: the first that fits counts.

    drop_labels: they differ between senders of one and the same alert, so they are no part of its identity.
    """

    rules: tuple[AlertRule, ...] = ()
    drop_labels: frozenset[str] = frozenset()
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRoute:
    """Where an alert goes. number: of the rule that fits, from 1; None = none does, and `rule` is the usual one."""

    number: int | None
    rule: AlertRule
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An alert as it stands: the signal of its latest stretch, when it was last said, until when that holds.

    is_news: the signal says something that its incident does not know.
    """

    signal: Signal
    heard_at: datetime
    lease_until: datetime | None = None
    is_news: bool = False


def identity_of(alert: Alert, rules: AlertRules) -> str:
    """16 hexadecimal digits, equal for every statement about one alert, whoever sends it and since when."""
    own = alert.dedup_key or tuple(pair for pair in alert.labels if pair[0] not in rules.drop_labels)
    return hashlib.sha256(repr(own).encode()).hexdigest()[:16]


def follow(
    alert: Alert, before: Followed | None, rules: AlertRules, listed: Container[str], identity: str = ""
) -> Followed | None:
    """The alert after a statement about it; None where there is nothing to follow.

    before: what was known of its identity. listed: the components that the configuration names. identity: what
    `identity_of` says, where that is known already.
    Nothing is made of an end whose beginning was never received, and of what a rule ignores.
    """
    if before is None:
        return None if alert.ended_at else _begin(alert, rules, listed, identity or identity_of(alert, rules))
    if alert.ended_at:
        return _end(alert, alert.ended_at, before)
    ended_at = before.signal.ended_at
    if ended_at and alert.started_at > ended_at:
        return _begin(alert, rules, listed, identity or identity_of(alert, rules))
    is_due = alert.said_at - before.signal.seen_at >= RESTATE_EVERY
    if not ended_at and not is_due:
        return replace(before, heard_at=alert.said_at, lease_until=alert.lease_until, is_news=False)
    signal = replace(before.signal, seen_at=alert.said_at, ended_at=None, facts=_facts(alert, before.signal.title))
    return Followed(signal=signal, heard_at=alert.said_at, lease_until=alert.lease_until, is_news=True)


def expire(held: Followed, now: datetime, listening_since: datetime) -> Followed | None:
    """The alert with its end, where nobody said it again before its lease ran out; None while it may be said again.

    listening_since: since when anybody could reach us. An alert that was running before has half of its lease from
    then on: so long a sender may take to say it again.
    """
    if held.lease_until is None or held.signal.ended_at:
        return None
    if now < max(held.lease_until, listening_since + (held.lease_until - held.heard_at) / 2):
        return None
    ended_at = max(held.lease_until, held.signal.started_at)
    facts = (*held.signal.facts, (ENDED, f"its sender has not said it again since {held.heard_at:%H:%M:%S}"))
    signal = replace(held.signal, seen_at=max(held.signal.seen_at, held.heard_at), ended_at=ended_at, facts=facts)
    return Followed(signal=signal, heard_at=held.heard_at, is_news=True)


def _begin(alert: Alert, rules: AlertRules, listed: Container[str], identity: str) -> Followed | None:
    labels = dict(alert.labels)
    route = route_of(labels, rules, listed)
    if route.rule.ignore:
        return None
    rule, component = route.rule, route.component
    started_at = min(alert.started_at, alert.said_at)
    annotations = dict(alert.annotations)
    name = alert_name(labels)
    title = " ".join((alert.title or annotations.get("summary", "")).split())[:_LONGEST_NAME] or name
    signal = Signal(
        key=f"alert:{identity}:{started_at.isoformat()}",
        source=SignalSource.ALERT,
        name=name,
        component=component[:_LONGEST_NAME],
        title=title,
        kind=rule.kind,
        started_at=started_at,
        detected_at=alert.said_at,
        seen_at=alert.said_at,
        user_visible=rule.user_visible,
        shadow=rules.shadow,
        labels=alert.labels,
        facts=_facts(alert, title),
    )
    return Followed(signal=signal, heard_at=alert.said_at, lease_until=alert.lease_until, is_news=True)


def alert_name(labels: Mapping[str, str]) -> str:
    """The name of an alert with these labels, as its signal bears it."""
    return labels.get("alertname", UNNAMED)[:_LONGEST_NAME]


def _end(alert: Alert, ended_at: datetime, before: Followed) -> Followed:
    """What has ended already stays as it ended: an end is said again for a while."""
    signal = before.signal
    if signal.ended_at or ended_at < signal.started_at:
        return replace(before, is_news=False)
    ended = replace(signal, seen_at=max(alert.said_at, signal.seen_at), ended_at=min(ended_at, alert.said_at))
    return Followed(signal=ended, heard_at=alert.said_at, is_news=True)


def route_of(labels: Mapping[str, str], rules: AlertRules, listed: Container[str]) -> AlertRoute:
    """Where an alert with these labels goes: by the first rule that fits, unless its template needs a missing label.

    listed: the components that the configuration names.
    """
    for number, rule in enumerate(rules.rules, start=1):
        if all(fnmatchcase(labels.get(name, ""), pattern) for name, pattern in rule.match):
            try:
                return AlertRoute(number=number, rule=rule, component=fill_template(rule.component, labels))
            except KeyError:
                continue
    return AlertRoute(number=None, rule=AlertRule(), component=_unmapped(labels, listed))


def unreachable(rules: AlertRules) -> tuple[tuple[int, int], ...]:
    """The rules that no alert comes to, each with the earlier one that fits whatever it fits; numbers from 1."""
    found = []
    for later, rule in enumerate(rules.rules):
        earlier = next((e for e in range(later) if _covers(rules.rules[e], rule)), None)
        if earlier is not None:
            found.append((later + 1, earlier + 1))
    return tuple(found)


def _covers(earlier: AlertRule, later: AlertRule) -> bool:
    """Whether whatever the later rule fits goes by the earlier one; no where that is not certain."""
    asked = dict(later.match)
    filled = {name for name, pattern in later.match if not fnmatchcase("", pattern)}
    if not filled >= labels_needed(earlier.component):
        return False
    return all(_is_within(asked.get(name, "*"), pattern) for name, pattern in earlier.match)


def _is_within(inner: str, outer: str) -> bool:
    """Whether every text that the one pattern meets, the other does."""
    if inner == outer or not set(outer) - {"*"}:
        return True
    start = outer.removesuffix("*")
    if start != outer and not set(start) & _WILD:
        return inner.startswith(start)
    return not set(inner) & _WILD and fnmatchcase(inner, outer)


def _unmapped(labels: Mapping[str, str], listed: Container[str]) -> str:
    """A name that no configuration knows, so that nothing is published of it."""
    label = next((label for label in PLACES if label in labels), UNNAMED)
    name = labels.get(label, UNNAMED)
    return f"{label}/{name}" if name in listed else name


def _facts(alert: Alert, title: str) -> Pairs:
    """What an engineer reads and follows: at most _FACTS, the sender's own words first."""
    annotations = dict(alert.annotations)
    summary = annotations.pop("summary", "")
    links = {name: annotations.pop(name) for name, _ in alert.annotations if name.endswith("_url")}
    named = [
        ("summary", "" if summary == title else summary),
        ("description", annotations.pop("description", "")),
        (f"{LINK}rule", alert.url),
        *((LINK + name.removesuffix("_url"), url) for name, url in links.items()),
        ("labels", ", ".join(f"{name}={value}" for name, value in alert.labels)),
        *((f"annotation {name}", text) for name, text in annotations.items()),
    ]
    return tuple((name, text[:_LONGEST_TEXT]) for name, text in named if text)[:_FACTS]
