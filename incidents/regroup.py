"""People correct the grouping: they merge, split and move signals, and undo it. Every step says why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from incidents.component import ComponentGraph
from incidents.disclosure import publishable, schedule
from incidents.draft import title_from
from incidents.grouping import Grouping, Regroup, Voice, voices_of
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.lifecycle import Action, TransitionError, require
from incidents.settings import Settings
from incidents.severity import kind_of, severity_of
from incidents.signal import Signal, short_id
from incidents.topology import topology_of


def nobody(_incident: str) -> int:
    """How many tickets are linked, where none is."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on the grouping.

    key: unique for this word (of the form's submission), so that sending it twice corrects once.
    """

    key: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a corrected incident is described by. customers: how many tickets are linked to the incident of an id."""

    graph: ComponentGraph
    settings: Settings = field(default_factory=Settings)
    customers: Callable[[str], int] = nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """The lines that a correction adds, to be stored in this order in one transaction, and the decision to follow."""

    updates: tuple[IncidentUpdate, ...]
    grouping: Grouping


def merge(merged: Incident, target: Incident, word: Correction, rules: Rules) -> Regrouped:
    """Ends one incident as a duplicate of the target, which takes over its evidence, and its place in public.

    The target must be open, and live as the other is live. Raises TransitionError.
    """
    require(merged, Action.MERGE)
    _check_reason(word, Action.MERGE)
    _check_pair(merged, target)
    why = f"merged into {target.reference} by {word.by}{_because(word)}"
    grouping = _grouping(word, Regroup.MERGE, merged, target, merged.signals, along=_voices(target))
    takes = f"takes over {merged.reference}, merged by {word.by}{_because(word)}"
    return Regrouped(
        updates=(_end(merged, target, why, word), *_say_taken(target, merged, takes, word, rules)), grouping=grouping
    )


def split(source: Incident, keys: Iterable[str], word: Correction, rules: Rules) -> Regrouped:
    """Makes signals of an incident a new one, published at once where the public read of them already.

    keys: of the signals; the other stretches of the same faults go with them. Raises TransitionError.
    """
    require(source, Action.SPLIT)
    _check_reason(word, Action.SPLIT)
    moved = _chosen(source, keys, Action.SPLIT)
    left = _without(source, moved, rules)
    new = _opened(source, moved, word, rules)
    why = f"split from {source.reference} by {word.by}{_because(word)}"
    gone = f"{_count(moved)} split off by {word.by}{_because(word)}"
    grouping = _grouping(word, Regroup.SPLIT, source, new, moved, apart=voices_of(left.signals))
    opened = IncidentUpdate(incident=new, at=word.at, kind=UpdateKind.OPENED, reason=why, author=word.by)
    return Regrouped(updates=(*_say(source, left, gone, word), opened), grouping=grouping)


def move(source: Incident, target: Incident, keys: Iterable[str], word: Correction, rules: Rules) -> Regrouped:
    """Gives signals of one open incident to another. keys: as of `split`. Raises TransitionError."""
    require(source, Action.MOVE)
    _check_reason(word, Action.MOVE)
    _check_pair(source, target)
    moved = _chosen(source, keys, Action.MOVE)
    left = _without(source, moved, rules)
    grouping = _grouping(
        word, Regroup.MOVE, source, target, moved, apart=voices_of(left.signals), along=_voices(target)
    )
    gone = f"{_count(moved)} moved to {target.reference} by {word.by}{_because(word)}"
    come = f"{_count(moved)} moved here from {source.reference} by {word.by}{_because(word)}"
    grown = _with(target, moved, rules)
    lines = (*_say(source, left, gone, word), *_say(target, grown, come, word))
    return Regrouped(updates=lines, grouping=grouping)


def undo(grouping: Grouping, source: Incident, target: Incident, word: Correction, rules: Rules) -> Regrouped:
    """Takes a correction back: the signals return to where they were, and the decision is followed no longer.

    Raises TransitionError where the incidents went on since, so that they cannot be as they were.
    """
    if grouping.undone_at:
        raise TransitionError(f"this {grouping.verb} of {grouping.source_ref} was undone by {grouping.undone_by}")
    over = replace(grouping, undone_at=word.at, undone_by=word.by)
    if not target.is_active:
        raise TransitionError(
            f"{target.reference}, which has the signals, is {target.status}: its end stays. "
            "Let the decision be forgotten instead, so that nothing follows it"
        )
    back = [s for s in target.signals if s.fingerprint in grouping.fingerprints]
    why = f"{word.by} undid the {grouping.verb}{_because(word)}"
    if grouping.verb is Regroup.MERGE:
        return Regrouped(updates=_separated(source, target, back, why, word, rules), grouping=over)
    if not source.is_active:
        raise TransitionError(f"{source.reference}, where the signals were, is {source.status}: reopen it first")
    if grouping.verb is Regroup.SPLIT:
        ended = _end(target, source, f"{why}: they are {source.reference} again", word)
        return Regrouped(updates=(ended, *_say_taken(source, target, why, word, rules)), grouping=over)
    _check_left(target, back, source)
    gone, come = _without(target, back, rules), _with(source, back, rules)
    lines = (*_say(target, gone, why, word), *_say(source, come, why, word))
    return Regrouped(updates=lines, grouping=over)


def _separated(  # noqa: PLR0917 - both incidents, what goes back, and by whose word
    merged: Incident, target: Incident, back: list[Signal], why: str, word: Correction, rules: Rules
) -> tuple[IncidentUpdate, ...]:
    """The merged incident goes on by itself, with its evidence as it now is."""
    if merged.status is not Status.MERGED or merged.merged_into != target.id:
        raise TransitionError(f"{merged.reference} is {merged.status}, not merged into {target.reference}")
    again = replace(
        merged,
        status=Status.DETECTED,
        status_by_human=False,
        end_reason=None,
        merged_into=None,
        resolved_at=None,
        signals=(),
    )
    again = _described(again, tuple(back) or merged.signals, rules)
    first = IncidentUpdate(
        incident=again, at=word.at, kind=UpdateKind.SEPARATED, reason=f"{why}: it goes on by itself", author=word.by
    )
    _check_left(target, back, merged)
    left = _without(target, back, rules)
    return (*_say(target, left, f"{why}: {merged.reference} goes on by itself", word), first)


def _end(merged: Incident, target: Incident, why: str, word: Correction) -> IncidentUpdate:
    ended = replace(
        merged,
        status=Status.MERGED,
        status_by_human=True,
        end_reason=EndReason.DUPLICATE,
        merged_into=target.id,
        resolved_at=word.at,
        disclose_at=None,
    )
    return IncidentUpdate(incident=ended, at=word.at, kind=UpdateKind.MERGED, reason=why, author=word.by)


def _say_taken(
    target: Incident, merged: Incident, why: str, word: Correction, rules: Rules
) -> tuple[IncidentUpdate, ...]:
    """The target with the other's evidence. Where only the other was public the target is published, in a line of its
    own: whose tickets wait for the target have read nothing yet.
    """
    grown = _with(target, merged.signals, rules, also=merged.components)
    grown = replace(grown, started_at=min(target.started_at, merged.started_at))
    lines = _say(target, grown, why, word)
    if merged.disclosed_at is None or target.disclosed_at is not None:
        return lines
    reason = f"{merged.reference}, which it continues, is public"
    public = replace(
        lines[-1].incident, disclosed_at=word.at, disclose_at=None, disclosure_reason=reason, withheld_by=""
    )
    said = IncidentUpdate(incident=public, at=word.at, kind=UpdateKind.DISCLOSED, reason=reason, author=word.by)
    return (*lines, replace(said, continues=merged.id))


def _opened(source: Incident, moved: tuple[Signal, ...], word: Correction, rules: Rules) -> Incident:
    """The incident that a split opens: known to the public as its source is, and no further."""
    new = Incident(
        id=short_id(f"split:{word.key}"),
        title="",
        kind=source.kind,
        component=moved[0].component,
        components=(),
        started_at=min(s.started_at for s in moved),
        opened_at=word.at,
        opened_by=word.by,
        shadow=source.shadow,
        confirmed_by=source.confirmed_by,
        withheld_by=source.withheld_by,
        split_from=source.id,
    )
    new = _described(new, moved, rules)
    if source.disclosed_at is None or not publishable(new, rules.graph):
        return new
    reason = f"{source.reference}, of which it was a part, is public"
    return replace(new, disclosed_at=word.at, disclose_at=None, disclosure_reason=reason)


def _without(incident: Incident, gone: Iterable[Signal], rules: Rules) -> Incident:
    left = {s.key for s in gone}
    kept = tuple(s for s in incident.signals if s.key not in left)
    # What a person named when opening it stays, though no signal speaks of it.
    named = set(incident.components) - {s.component for s in incident.signals}
    return _described(replace(incident, components=tuple(named)), kept, rules)


def _with(incident: Incident, come: Iterable[Signal], rules: Rules, also: Iterable[str] = ()) -> Incident:
    evidence = {s.key: s for s in (*come, *incident.signals)}
    components = tuple({*incident.components, *also})
    return _described(replace(incident, components=components), tuple(evidence.values()), rules)


def _described(incident: Incident, signals: tuple[Signal, ...], rules: Rules) -> Incident:
    """The incident with this evidence, and with what follows from it: root, title, kind, severity, recovery."""
    signals = tuple(sorted(signals, key=lambda s: (s.started_at, s.key)))
    ends = [s.ended_at for s in signals if s.ended_at]
    names = {*incident.components, *(s.component for s in signals)}
    root = _root(incident, signals, rules)
    described = replace(
        incident,
        signals=signals,
        component=root,
        components=tuple(sorted(names, key=topology_of(rules.graph).place)),
        started_at=_began(incident, signals),
        recovered_at=max(ends) if signals and len(ends) == len(signals) else None,
        flapping=tuple(sorted({s.fingerprint for s in signals}.intersection(incident.flapping))),
    )
    if signals:
        described = replace(described, kind=kind_of(signals))
    if signals and not incident.title_by_human:
        described = replace(described, title=title_from(root, signals, rules.graph))
    return schedule(_judged(described, rules), rules.graph)


def _judged(incident: Incident, rules: Rules) -> Incident:
    """Judged anew: what left took its weight along."""
    if incident.severity_by_human or not incident.signals:
        return incident
    customers = rules.customers(incident.id)
    judged = severity_of(replace(incident, severity=None), rules.graph, rules.settings, customers=customers)
    return replace(incident, severity=judged.severity, severity_reason=judged.reason)


def _root(incident: Incident, signals: tuple[Signal, ...], rules: Rules) -> str:
    """The root as it was where that still deviates; else what most of the evidence depends on, the earliest first."""
    places = list(dict.fromkeys(s.component for s in signals))
    if not places or incident.component in places:
        return incident.component
    topology = topology_of(rules.graph)
    listed = [name for name in places if name in topology] or places
    return max(listed, key=lambda name: (sum(name in topology.above(o) for o in listed), -listed.index(name)))


def _began(incident: Incident, signals: tuple[Signal, ...]) -> datetime:
    first = min((s.started_at for s in signals), default=incident.started_at)
    return first if incident.opened_by == "tocsin" else min(first, incident.started_at)


def _chosen(incident: Incident, keys: Iterable[str], action: Action) -> tuple[Signal, ...]:
    wanted = set(keys)
    known = {s.key: s for s in incident.signals}
    unknown = sorted(wanted - known.keys())
    if not wanted:
        raise TransitionError(f"cannot {action} of {incident.reference}: no signal is chosen; choose at least one")
    if unknown:
        raise TransitionError(f"cannot {action} of {incident.reference}: it holds no signal {unknown[0][:80]!r}")
    faults = {known[key].fingerprint for key in wanted}
    moved = tuple(s for s in incident.signals if s.fingerprint in faults)
    if len(moved) == len(incident.signals):
        raise TransitionError(
            f"cannot {action} of {incident.reference}: these are all of its signals; leave one, or merge the incident"
        )
    return moved


def _check_reason(word: Correction, action: Action) -> None:
    if not word.reason.strip():
        raise TransitionError(f"cannot {action}: the reason is empty; say why, since the next such signals follow it")


def _check_left(target: Incident, back: list[Signal], source: Incident) -> None:
    if back and len(back) == len(target.signals) and target.opened_by == "tocsin":
        raise TransitionError(
            f"{target.reference} would be left without a signal: merge it into {source.reference}, or reopen that one"
        )


def _check_pair(one: Incident, target: Incident) -> None:
    if target.id == one.id:
        raise TransitionError(f"{one.reference} cannot be merged into itself: name another incident")
    if not target.is_active:
        raise TransitionError(f"{target.reference} is {target.status}: name an open incident, or reopen it first")
    if target.shadow is not one.shadow:
        raise TransitionError(f"{one.reference} and {target.reference}: one is shadow, the other is live")


def _grouping(  # noqa: PLR0917 - who decided, what, and about which signals of which two incidents
    word: Correction,
    verb: Regroup,
    source: Incident,
    target: Incident,
    signals: Iterable[Signal],
    apart: tuple[Voice, ...] = (),
    along: tuple[Voice, ...] = (),
) -> Grouping:
    signals = tuple(signals)
    return Grouping(
        id=short_id(f"{verb}:{word.key}"),
        at=word.at,
        by=word.by,
        reason=word.reason,
        verb=verb,
        source=source.id,
        target=target.id,
        source_ref=source.reference,
        target_ref=target.reference,
        fingerprints=tuple(sorted({s.fingerprint for s in signals})),
        moved=voices_of(signals) or _voices(source),
        apart=apart,
        along=along,
    )


def _voices(incident: Incident) -> tuple[Voice, ...]:
    """Who spoke; of one that a person opened, its components, whoever speaks of them."""
    return voices_of(incident.signals) or tuple(Voice(name="", component=name) for name in incident.components)


def _say(before: Incident, after: Incident, why: str, word: Correction) -> tuple[IncidentUpdate, ...]:
    """The line of evidence, and the line of the severity where that changed."""
    kept = replace(after, severity=before.severity, severity_reason=before.severity_reason)
    first = IncidentUpdate(incident=kept, at=word.at, kind=UpdateKind.SIGNALS, reason=why, author=word.by)
    if after.severity == before.severity:
        return (replace(first, incident=after),)
    said = IncidentUpdate(
        incident=after, at=word.at, kind=UpdateKind.SEVERITY, reason=after.severity_reason, author="tocsin"
    )
    return (first, said)


def _count(signals: tuple[Signal, ...]) -> str:
    names = ", ".join(dict.fromkeys(f"{s.component} ({s.name})" for s in signals[:3]))
    more = f" and {len(signals) - 3} more" if len(signals) > 3 else ""
    return f"{names}{more}"


def _because(word: Correction) -> str:
    return f": {word.reason}" if word.reason else ""
