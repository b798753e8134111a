"""Disclosure: decides whether and when an incident becomes public; page, mail and portal all ask here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents import wording
from incidents.component import Component, ComponentGraph, ComponentStatus, DisclosureMode
from incidents.incident import Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.public import DisclosureSettings, Phase, PublicIncident, PublicUpdate
from incidents.severity import is_worse, kind_of
from incidents.signal import Signal, SignalSource, short_id

_PHASES = {
    Status.DETECTED: Phase.INVESTIGATING,
    Status.ACKNOWLEDGED: Phase.INVESTIGATING,
    Status.IDENTIFIED: Phase.IDENTIFIED,
    Status.MONITORING: Phase.MONITORING,
    Status.RESOLVED: Phase.RESOLVED,
    Status.MERGED: Phase.RESOLVED,
    Status.RETRACTED: Phase.RETRACTED,
}
_SAID_TO_BE_NOTHING = frozenset({Status.RETRACTED, Status.MERGED})
_LOOKS = {
    FailureKind.DELAY: ComponentStatus.DEGRADED,
    FailureKind.BACKLOG: ComponentStatus.DEGRADED,
    FailureKind.OTHER: ComponentStatus.DEGRADED,
    FailureKind.ERRORS: ComponentStatus.PARTIAL_OUTAGE,
    FailureKind.HALT: ComponentStatus.MAJOR_OUTAGE,
    FailureKind.SILENCE: ComponentStatus.UNKNOWN,
}
_SPEAK = frozenset({UpdateKind.MESSAGE, UpdateKind.REOPENED, UpdateKind.RECURRING})
"""Updates that the public page shows although no public field has changed."""
_MILD_TO_BAD = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.UNKNOWN,
    ComponentStatus.DEGRADED,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.MAJOR_OUTAGE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureDecision:
    """When the policy discloses by itself, None = it does not, and why.

    escalate_at: when the engineers are reminded that it waits for them, None = never.
    """

    disclose_at: datetime | None
    reason: str
    escalate_at: datetime | None = None


def decide_disclosure(incident: Incident, graph: ComponentGraph) -> DisclosureDecision:
    """Decides whether and when the incident's policy discloses it without a human.

    The strictest policy among the affected components that would be shown counts: telling too early cannot be taken
    back. Components that are internal or say `never` are not shown at all, so they don't silence the others: that
    withdrawals are late may be published without a word of the wallet behind them.
    """
    if incident.shadow:
        return _no("a shadow incident is never published")
    if incident.withheld_by:
        return _no(f"withheld by {incident.withheld_by}")
    shown = publishable(incident, graph)
    if not shown:
        return _no("every affected component is internal or its policy says never; a human may publish it")
    corroboration = _corroboration(incident, graph)
    if not corroboration:
        return _no("waits for a second independent signal or a metric that customers feel")
    strictest = max(shown, key=_strictness)
    wait = max(c.disclosure.after for c in shown if c.disclosure.mode is strictest.disclosure.mode)
    due = incident.opened_at + wait
    if any(c.disclosure.escalates for c in shown):
        reason = f"{_policy(strictest, wait)}; {corroboration}"
        return DisclosureDecision(disclose_at=None, reason=reason, escalate_at=due)
    return DisclosureDecision(disclose_at=due, reason=f"{_policy(strictest, wait)}; {corroboration}")


def publishable(incident: Incident, graph: ComponentGraph) -> tuple[Component, ...]:
    """The affected components whose trouble may be published without a human, in graph order."""
    found = (graph.get(name) for name in incident.components)
    return tuple(c for c in found if c and c.public and c.disclosure.mode is not DisclosureMode.NEVER)


def schedule(incident: Incident, graph: ComponentGraph) -> Incident:
    """The incident with `disclose_at` and `disclosure_reason` as its evidence now asks; unchanged once it is public or
    over.
    """
    if incident.disclosed_at or not incident.is_active:
        return incident
    verdict = decide_disclosure(incident, graph)
    return replace(incident, disclose_at=verdict.disclose_at, disclosure_reason=verdict.reason)


def disclose(incident: Incident, graph: ComponentGraph, now: datetime) -> IncidentUpdate | None:
    """The disclosure that is due now, or None.

    What recovered before its deadline is not published any more: it would be news of something that is over. What
    recurs is not over in between.
    """
    if incident.disclosed_at or not incident.is_active or (incident.recovered_at and not incident.is_recurring):
        return None
    planned = schedule(incident, graph)
    if planned.disclose_at is None or planned.disclose_at > now:
        return None
    public = replace(planned, disclosed_at=now, disclose_at=None)
    return IncidentUpdate(incident=public, at=now, kind=UpdateKind.DISCLOSED, reason=public.disclosure_reason)


def unconfirmed(incident: Incident, graph: ComponentGraph) -> tuple[tuple[str, datetime], ...]:
    """The public components that deviate by an incident that is not public, each with its start.

    The page may not say that they are well, nor give away what the policy holds back: it calls them unverified. Only
    where the policy would publish by itself, that is with evidence that speaks for customers and no human who
    withheld it. Of a lone signal, an approval that is missing and a component that says `never` the page shows nothing.
    """
    if incident.disclosed_at or incident.status in _SAID_TO_BE_NOTHING:
        return ()
    if decide_disclosure(incident, graph).disclose_at is None:
        return ()
    shown = {c.name for c in publishable(incident, graph)}
    since: dict[str, datetime] = {}
    for signal in incident.lasting:
        if signal.component in shown:
            since[signal.component] = min(signal.started_at, since.get(signal.component, signal.started_at))
    return tuple(since.items())


def _corroboration(incident: Incident, graph: ComponentGraph) -> str:
    """Why an automatic disclosure is safe, "" = it is not."""
    if incident.confirmed_by:
        return f"confirmed by {incident.confirmed_by}"
    if any(s.source is SignalSource.HUMAN for s in incident.signals):
        return "reported by a human"
    # No data is no evidence of what customers feel, two series of one watch are one witness, what no configuration
    # names joined by its time alone, and anybody can write tickets.
    said = [s for s in incident.signals if s.source is not SignalSource.TICKETS and s.component in graph]
    spoken = [s for s in said if s.kind is not FailureKind.SILENCE]
    felt = sorted(s.name for s in spoken if s.user_visible)
    if felt:
        return f"{felt[0]} is felt by customers"
    witnesses = sorted({(s.source, s.name) for s in spoken})
    if len(witnesses) >= 2:
        return f"{witnesses[0][1]} and {witnesses[1][1]} say so independently"
    return ""


def _strictness(component: Component) -> tuple[bool, bool, timedelta]:
    policy = component.disclosure
    return policy.escalates, policy.mode is DisclosureMode.APPROVE, policy.after


def _policy(component: Component, wait: timedelta) -> str:
    seconds = f"{wait.total_seconds():g} s"
    if component.disclosure.escalates:
        return f"{component.name} asks for approval, and for it again after {seconds}: nothing goes out unapproved"
    if component.disclosure.mode is DisclosureMode.APPROVE:
        return f"{component.name} asks for approval, and goes out unapproved after {seconds}"
    return f"{component.name} is published automatically" + (f" after {seconds}" if wait else "")


def _no(reason: str) -> DisclosureDecision:
    return DisclosureDecision(disclose_at=None, reason=reason)


def public_incident(
    timeline: Sequence[IncidentUpdate],
    graph: ComponentGraph,
    language: str,
    site: DisclosureSettings,
    active: Iterable[Incident] = (),
) -> PublicIncident | None:
    """The public view of an incident, in one language; None while it is not disclosed.

    timeline: all of the incident's updates, oldest first. Built from component titles, the templates and the
    messages that humans wrote for the public, and from nothing else. A message that `site.may_say` refuses waits: its
    entry says what the template says, and a postmortem, which has no template, is no entry.
    active: all that are active now, disclosed or not: what one of them touches is not called unaffected.
    """
    corrected_at = {u.corrects: u.at for u in timeline if u.corrects is not None}
    timeline = [_outlined(u if site.may_say(u.message) else replace(u, message="")) for u in corrected(timeline)]
    disclosed_updates = [update for update in timeline if update.incident.disclosed_at and not update.incident.shadow]
    if not disclosed_updates:
        return None
    last = disclosed_updates[-1].incident
    entries = [
        replace(entry, corrected_at=corrected_at.get(seq))
        for seq, entry in _entries(timeline, disclosed_updates, graph, language, site)
    ]
    affected = _affected(last, graph)
    phase = _PHASES[last.status]
    return PublicIncident(
        id=last.id,
        title=wording.title(affected, last.kind, graph, language),
        phase=phase,
        severity=_peak(disclosed_updates),
        started_at=last.started_at,
        disclosed_at=last.disclosed_at or disclosed_updates[0].at,
        updated_at=entries[0].at,
        monitoring_at=next((e.at for e in reversed(entries) if e.phase is Phase.MONITORING), None),
        resolved_at=last.resolved_at,
        automatic=not last.confirmed_by and not any(_is_a_persons(u) for u in timeline),
        statuses=_worst_statuses(disclosed_updates, graph),
        now_statuses=_statuses(last, graph, only_now=True),
        updates=tuple(entries),
        next_update_by=wording.promise(entries[0].at, site.update_every) if last.is_active else None,
        recurring_since=last.recurrence.since if last.recurrence and last.is_recurring and last.is_active else None,
        last_seen_at=last.recovered_at,
        unaffected=wording.unaffected(affected, graph, language, touched_by_others(last, active, graph))
        if last.is_active
        else "",
        continued_in=(last.merged_into or "") if last.status is Status.MERGED else "",
        steps=_steps(disclosed_updates, graph),
    )


def _outlined(update: IncidentUpdate) -> IncidentUpdate:
    """With one signal for all that look the same to the public: of hundreds in a storm a handful is left."""
    alike = {(s.component, s.kind, s.user_visible, s.ended_at is None): s for s in update.incident.signals}
    if len(alike) == len(update.incident.signals):
        return update
    return replace(update, incident=replace(update.incident, signals=tuple(alike.values())))


def touched_by_others(incident: Incident, active: Iterable[Incident], graph: ComponentGraph) -> tuple[Component, ...]:
    """The components of the other active incidents that are no shadows."""
    others = (one for one in active if one.id != incident.id and not one.shadow)
    known = (graph.get(name) for one in others for name in one.components)
    return tuple(component for component in known if component)


def corrected(timeline: Sequence[IncidentUpdate]) -> list[IncidentUpdate]:
    """The timeline with the words that are valid now: each line with its latest correction; corrections themselves say
    nothing.
    """
    latest = {u.corrects: u for u in timeline if u.corrects is not None}
    lines: list[IncidentUpdate] = []
    for update in timeline:
        if (correction := latest.get(update.seq)) is not None:
            lines.append(replace(update, message=correction.message, language=correction.language))
        else:
            lines.append(update if update.corrects is None else replace(update, message=""))
    return lines


def _is_a_persons(update: IncidentUpdate) -> bool:
    """Whether a person spoke to the public by it: words of their own, or that the cause or a fix is known."""
    said_so = update.kind is UpdateKind.STATUS and update.incident.status in (Status.IDENTIFIED, Status.MONITORING)
    return update.kind is UpdateKind.MESSAGE or bool(update.message) or (said_so and update.incident.status_by_human)


def _entries(
    timeline: Sequence[IncidentUpdate],
    disclosed_updates: Sequence[IncidentUpdate],
    graph: ComponentGraph,
    language: str,
    site: DisclosureSettings,
) -> list[tuple[int, PublicUpdate]]:
    """The entries with their seq, newest first: the first since disclosure, and each later one that says something."""
    entries: list[tuple[int, PublicUpdate]] = []
    shown: tuple[object, ...] = ()
    for update in disclosed_updates:
        if update.kind is UpdateKind.POSTMORTEM and not update.message:
            continue
        now_shown = _outside(update.incident, graph)
        speaks = bool(update.message) or update.kind in _SPEAK
        if speaks or now_shown != shown:
            entries.append((update.seq, _entry(update, graph, language, site)))
        shown = now_shown
    seq, first = entries[0]
    entries[0] = seq, _with_earlier_words(first, timeline, disclosed_updates[0])
    return entries[::-1]


def _outside(incident: Incident, graph: ComponentGraph) -> tuple[object, ...]:
    """The fields in which two states of the incident differ for the public."""
    return (_PHASES[incident.status], *((a.component.name, a.kind) for a in _affected(incident, graph)))


def _entry(update: IncidentUpdate, graph: ComponentGraph, language: str, site: DisclosureSettings) -> PublicUpdate:
    incident = update.incident
    if update.kind is UpdateKind.POSTMORTEM:
        return PublicUpdate(
            id=short_id(update.key),
            at=update.at,
            phase=Phase.POSTMORTEM,
            body="",
            message=update.message,
            message_language=update.language,
        )
    body = wording.body(
        _affected(incident, graph),
        _PHASES[incident.status],
        graph,
        language,
        kind=incident.kind,
        next_update_by=wording.promise(update.at, site.update_every) if incident.is_active else None,
        course=_course(update),
        merged=incident.status is Status.MERGED,
        may_say=site.may_say,
    )
    return PublicUpdate(
        id=short_id(update.key),
        at=update.at,
        phase=_PHASES[incident.status],
        body=body,
        message=update.message,
        message_language=update.language,
        statuses=_statuses(incident, graph, only_now=True),
    )


def _course(update: IncidentUpdate) -> wording.Course:
    """What the update says of the fault's coming and going."""
    incident = update.incident
    recurrence = incident.recurrence if incident.is_recurring else None
    return wording.Course(
        at=update.at,
        back_since=incident.back_since if update.kind is UpdateKind.REOPENED else None,
        is_reopened=update.kind is UpdateKind.REOPENED,
        ended_too_early=incident.last_resolved_at is not None,
        count=recurrence.count if recurrence else 0,
        recurring_since=recurrence.since if recurrence else None,
        calm_since=incident.recovered_at,
    )


def _with_earlier_words(
    first: PublicUpdate, timeline: Sequence[IncidentUpdate], disclosed: IncidentUpdate
) -> PublicUpdate:
    """Words that a human wrote for the public before the disclosure come out with it; the last ones count."""
    before = [u for u in timeline if (u.message or u.kind is UpdateKind.MESSAGE) and u.seq < disclosed.seq]
    if first.message or not before:
        return first
    return replace(first, message=before[-1].message, message_language=before[-1].language)


def _affected(incident: Incident, graph: ComponentGraph) -> tuple[wording.Affected, ...]:
    # Where all say `never`, only a human's approval can have published it, and then the public ones are meant.
    found = (graph.get(name) for name in incident.components)
    shown = publishable(incident, graph) or tuple(c for c in found if c and c.public)
    return tuple(wording.Affected(component=c, kind=_kind_at(c.name, incident)) for c in shown)


def _kind_at(component: str, incident: Incident) -> FailureKind:
    own = [s for s in incident.signals if s.component == component]
    return kind_of(own) if own else incident.kind


def _statuses(incident: Incident, graph: ComponentGraph, *, only_now: bool) -> tuple[tuple[str, ComponentStatus], ...]:
    # A human may end an incident while its evidence lasts; what lasts is shown as it is until it ends.
    is_over = not incident.is_active and (incident.status is Status.MERGED or not incident.lasting)
    over = incident.status is Status.RETRACTED or (only_now and is_over)
    return tuple(
        (a.component.name, ComponentStatus.OPERATIONAL if over else _status_at(a, incident, only_now=only_now))
        for a in _affected(incident, graph)
    )


def _status_at(affected: wording.Affected, incident: Incident, *, only_now: bool) -> ComponentStatus:
    own = [s for s in incident.signals if s.component == affected.component.name]
    running = [s for s in own if s.ended_at is None] if only_now else own
    if own and not running:
        return _between(own) if incident.is_active and incident.is_recurring else ComponentStatus.OPERATIONAL
    if not own and not incident.is_active:
        return ComponentStatus.OPERATIONAL
    return max((_LOOKS[s.kind] for s in running), key=_MILD_TO_BAD.index, default=_LOOKS[affected.kind])


def _between(signals: Sequence[Signal]) -> ComponentStatus:
    """How a component is while a recurring fault is away: degraded, or unknown where only data was missing."""
    worst = max((_LOOKS[s.kind] for s in signals), key=_MILD_TO_BAD.index)
    return min(worst, ComponentStatus.DEGRADED, key=_MILD_TO_BAD.index)


def _steps(
    disclosed_updates: Sequence[IncidentUpdate], graph: ComponentGraph
) -> tuple[tuple[datetime, tuple[tuple[str, ComponentStatus], ...]], ...]:
    """When which component became how, since the disclosure; an excursion that ends is no entry, but it is up again."""
    steps: list[tuple[datetime, tuple[tuple[str, ComponentStatus], ...]]] = []
    for update in disclosed_updates:
        statuses = _statuses(update.incident, graph, only_now=True)
        if not steps or steps[-1][1] != statuses:
            steps.append((update.at, statuses))
    return tuple(steps)


def _worst_statuses(
    disclosed_updates: Sequence[IncidentUpdate], graph: ComponentGraph
) -> tuple[tuple[str, ComponentStatus], ...]:
    last = disclosed_updates[-1].incident
    if last.status is Status.RETRACTED:
        return _statuses(last, graph, only_now=False)
    worst: dict[str, ComponentStatus] = {}
    for update in disclosed_updates:
        for name, status in _statuses(update.incident, graph, only_now=False):
            worst[name] = max(status, worst.get(name, status), key=_MILD_TO_BAD.index)
    return tuple(worst.items())


def _peak(disclosed_updates: Sequence[IncidentUpdate]) -> Severity | None:
    peak = disclosed_updates[0].incident.severity
    for update in disclosed_updates:
        if is_worse(update.incident.severity, peak):
            peak = update.incident.severity
    return peak
