"""Incidents while a correlation changes them; at the end they give the updates to record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from detectors.watch import FailureKind
from incidents.component import ComponentGraph
from incidents.disclosure import schedule
from incidents.grouping import Grouping, Groupings, Ruling
from incidents.growth import carry, growth
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.recurrence import came_back, ends_at, kept_evidence
from incidents.relation import Link, Relation, Scene, Spans, clock, fresh_start, relate, scene_of, spans_of
from incidents.settings import Settings
from incidents.severity import kind_of, severity_of
from incidents.signal import ENDED, Signal, SignalSource, short_id
from incidents.silence import Silence, was_silenced
from incidents.topology import topology_of

_FAILS = {
    FailureKind.DELAY: "delayed",
    FailureKind.BACKLOG: "backing up",
    FailureKind.ERRORS: "failing",
    FailureKind.HALT: "stopped",
    FailureKind.SILENCE: "not reporting",
    FailureKind.OTHER: "deviating",
}


def title_of(component: str, kind: FailureKind, graph: ComponentGraph) -> str:
    """The incident's title for engineers until somebody writes a better one: "Bitcoin withdrawals delayed"."""
    known = graph.get(component)
    return f"{known.title if known else component} {_FAILS[kind]}"


def title_from(root: str, signals: Sequence[Signal], graph: ComponentGraph) -> str:
    """The title that the evidence of an incident gives it. signals: at least one."""
    if all(s.source is SignalSource.TICKETS for s in signals):
        known = graph.get(root)
        return f"{known.title if known else root}: many customers write"
    title = title_of(root, kind_of(s for s in signals if s.component == root), graph)
    others = {s.component for s in signals if s.kind is FailureKind.SILENCE} - {root}
    return f"{title}, and {len(others)} more" if others else title


class IncidentDraft:
    """An incident that the correlation is changing."""

    def __init__(self, incident: Incident, board: "Board", *, is_new: bool = False) -> None:
        self.incident = incident
        self.root = incident.component
        self.signals = {signal.key: signal for signal in incident.signals}
        self._scene: Scene | None = None
        self.is_new = is_new
        self._before = incident
        self._board = board
        self._reasons: list[str] = []
        self._is_reopened = False
        self._merged_because = ""

    def join(self, signal: Signal, reason: str) -> None:
        """Adds the signal; an ended incident is reopened."""
        self._count_return(signal)
        self.signals[signal.key] = signal
        self._reasons.append(reason)
        self._note_flapping(signal)
        self._move_root(signal)
        self._scene = self._scene and self._scene.plus(signal, self.root)
        if not self.incident.is_active:
            self._reopen(back_since=signal.started_at)
        self._board.index(self, signal)

    def restate(self, signal: Signal) -> bool:
        """Replaces the statement of a known signal; False where the new one says nothing new."""
        old = self.signals.get(signal.key)
        if old is None:
            # Its incident was merged into this one before the evidence came over.
            self.join(signal, f"{signal.component} ({signal.name}) comes over from a merged incident")
            return True
        signal = carry(old, signal)
        outlasts = self._outlasts(signal)
        reason = outlasts or _news(old, signal, self._board.settings)
        if not reason:
            return False
        self.signals[signal.key] = signal
        self._scene = None
        self._reasons.append(reason)
        if signal.ended_at:
            left = tuple(one for one in self.incident.flapping if one != signal.fingerprint)
            self.incident = replace(self.incident, flapping=left)
        if outlasts or (old.ended_at and not signal.ended_at and self.may_reopen(signal)):
            self._reopen(back_since=None)
        return True

    def absorb(self, other: "IncidentDraft", reason: str) -> None:
        """Takes over all evidence of another incident, which ends as a duplicate of this one."""
        for signal in other.signals.values():
            self.join(signal, f"{signal.component} joins from {other.incident.reference}: {reason}")
        disclosed = [at for at in (self.incident.disclosed_at, other.incident.disclosed_at) if at]
        self.incident = replace(self.incident, disclosed_at=min(disclosed, default=None))
        other.merge_into(self.incident, reason)

    def merge_into(self, target: Incident, reason: str) -> None:
        """Ends as a duplicate of the target."""
        self._merged_because = f"merged into {target.reference}: {reason}"
        self.incident = replace(
            self.incident,
            status=Status.MERGED,
            end_reason=EndReason.DUPLICATE,
            merged_into=target.id,
            resolved_at=self._board.now,
            disclose_at=None,
        )

    def scene(self) -> Scene:
        """The incident in the form that `relate` compares with a new signal."""
        if self._scene is None:
            board, shadow = self._board, self.incident.shadow
            own = self.signals.values()
            self._scene = scene_of(self.root, own, self.incident.started_at, lambda: board.deviating[shadow])
        return self._scene

    def failed_like(self, signal: Signal) -> bool:
        """Whether its evidence includes the signal's component, failing in the same way."""
        return any(s.component == signal.component and _alike(s.kind, signal.kind) for s in self.signals.values())

    def is_open_to(self, signal: Signal) -> bool:
        """Whether it is active, and was not over before the signal began: nobody may have looked for an hour."""
        over = ends_at(self.incident, self._board.settings)
        return self.incident.is_active and (over is None or signal.started_at <= over)

    def may_reopen(self, signal: Signal) -> bool:
        """Whether a signal of the same fault makes the ended incident a running one again."""
        is_over = self.incident.status is Status.RESOLVED
        ended = self.incident.resolved_at if is_over else ends_at(self.incident, self._board.settings)
        return ended is not None and signal.started_at <= ended + self._board.settings.reopen_within

    def _outlasts(self, signal: Signal) -> str:
        """What is said where the signal still lasts though the incident was resolved a hold ago, "" = it does not."""
        ended, hold = self.incident.resolved_at, self._board.settings.recovery_hold
        if self.incident.status is not Status.RESOLVED or ended is None or signal.ended_at:
            return ""
        if signal.seen_at < ended + hold:
            return ""
        return f"{signal.component} ({signal.name}) still deviates, {_span(signal.seen_at - ended)} after the end"

    def may_merge(self) -> bool:
        """Whether it may end as a duplicate without a human: young, open, and no human has acted on it."""
        age = self._board.now - self.incident.opened_at
        return self.incident.is_active and not is_led_by_human(self.incident) and age <= self._board.settings.cause_lag

    def updates(self) -> tuple[IncidentUpdate, ...]:
        """The updates that happened to it, in order; empty where nothing changed."""
        if self._merged_because:
            return () if self.is_new else (self._say(UpdateKind.MERGED, self._merged_because, self.incident),)
        if not self._reasons:
            return ()
        incident = self._described()
        judged = self._judged(incident)
        reason = "; ".join(dict.fromkeys(self._reasons))
        if self.is_new:
            return (self._say(UpdateKind.OPENED, reason, judged),)
        first = self._say(self._kind(), reason, incident)
        if judged.severity == incident.severity:
            return (replace(first, incident=judged),)
        return (first, self._say(UpdateKind.SEVERITY, judged.severity_reason, judged))

    def _kind(self) -> UpdateKind:
        if self._is_reopened:
            return UpdateKind.REOPENED
        if self.incident.is_recurring and not self._before.is_recurring:
            return UpdateKind.RECURRING
        return UpdateKind.SIGNALS

    def _described(self) -> Incident:
        signals = kept_evidence(self.signals, frozenset(s.key for s in self._before.signals))
        names = {*self.incident.components, *(s.component for s in signals)}
        ends = [s.ended_at for s in signals if s.ended_at]
        described = replace(
            self.incident,
            signals=signals,
            component=self.root,
            components=tuple(sorted(names, key=self._board.topology.place)),
            kind=kind_of(signals),
            title=self._title(signals),
            started_at=min((self.incident.started_at, *(s.started_at for s in signals))),
            recovered_at=max(ends) if len(ends) == len(signals) else None,
        )
        return schedule(described, self._board.graph)

    def _title(self, signals: tuple[Signal, ...]) -> str:
        if self.incident.title_by_human:
            return self.incident.title
        return title_from(self.root, signals, self._board.graph)

    def _judged(self, incident: Incident) -> Incident:
        if incident.severity_by_human or not incident.is_active:
            return incident
        judgement = severity_of(
            incident,
            self._board.graph,
            self._board.settings,
            self._board.now,
            self._board.customers.get(incident.id, 0),
        )
        return replace(incident, severity=judgement.severity, severity_reason=judgement.reason)

    def _say(self, kind: UpdateKind, reason: str, incident: Incident) -> IncidentUpdate:
        return IncidentUpdate(incident=incident, at=self._board.now, kind=kind, reason=reason)

    def _count_return(self, signal: Signal) -> None:
        """Counts the excursion that the signal begins; a fix that is being watched did not hold then."""
        counted = came_back(self.incident, self.signals.values(), signal, self._board.settings)
        if counted is None:
            return
        self.incident = replace(self.incident, recurrence=counted)
        if self.incident.status is Status.MONITORING:
            set_by_human = self.incident.status_by_human
            self._reopen(back_since=signal.started_at)
            self.incident = replace(self.incident, status_by_human=set_by_human)

    def _note_flapping(self, signal: Signal) -> None:
        """Notes, once, that the signal's fault comes and goes faster than anybody wants to read: by its beginnings.

        Only what was away in between begins anew: many instances under one alert that last together do not flap.
        """
        settings, fault = self._board.settings, signal.fingerprint
        if signal.ended_at or fault in self.incident.flapping:
            return
        begun, until = list[datetime](), None
        for start, end in sorted(self._stretches(signal)):
            if until is None or start >= until:
                begun.append(start)
            until = end if until is None else max(end, until)
        begun = [at for at in begun if at > signal.started_at - settings.flaps_within]
        if len(begun) < settings.flaps:
            return
        self.incident = replace(self.incident, flapping=(*self.incident.flapping, fault))
        often = f"{len(begun)} times since {clock(min(begun))}"
        self._reasons.append(
            f"{signal.component} ({signal.name}) is flapping: it began {often}; its comings and goings are not noted "
            f"until it has been away for {_span(settings.recovery_hold)}"
        )

    def _stretches(self, signal: Signal) -> Iterator[tuple[datetime, datetime]]:
        """From when to when the signal's fault was there, this time included; nothing where it lasts elsewhere too."""
        own = []
        for s in reversed(self.signals.values()):  # in a storm of one fault's many instances the last one lasts too
            if s.name == signal.name and s.component == signal.component and s.source is signal.source:
                if not s.ended_at and s.key != signal.key:
                    return
                own.append(s)
        yield from ((s.started_at, s.ended_at or datetime.max.replace(tzinfo=UTC)) for s in own)

    def steady(self, signal: Signal) -> Signal:
        """What a statement of a flapping fault says of the stretch that stands for all of them since."""
        last = max(
            (s for s in self.signals.values() if s.fingerprint == signal.fingerprint), key=lambda s: s.started_at
        )
        return replace(signal, key=last.key, started_at=last.started_at)

    def _reopen(self, *, back_since: datetime | None) -> None:
        """Opens it again. back_since: when the fault came back, None = it never was away."""
        self._is_reopened = True
        self.incident = replace(
            self.incident,
            status=Status.DETECTED,
            status_by_human=False,
            reopened_at=self._board.now,
            back_since=back_since,
            last_resolved_at=self.incident.resolved_at or self.incident.last_resolved_at,
            resolved_at=None,
            end_reason=None,
        )

    def _move_root(self, signal: Signal) -> None:
        """Moves the root up to the signal's component where the root depends on it; never sideways or in a circle."""
        name, topology = signal.component, self._board.topology
        if self.root not in topology and name in topology:
            self.root = name  # people know this one; what no configuration names is no cause that anybody could look up
        if name not in topology.above(self.root) or self.root in topology.above(name):
            return
        begun = min(
            (s.started_at for s in self.signals.values() if s.component == self.root), default=self.incident.started_at
        )
        if signal.started_at <= begun + self._board.settings.cause_lag:
            self._reasons.append(f"{name} is now taken for the cause instead of {self.root}")
            self.root = name


class Board:
    """All incidents of one correlation, indexed by key, fingerprint and component."""

    def __init__(  # noqa: PLR0917 - as `place`
        self,
        known: Sequence[Incident],
        waiting: Sequence[Signal],
        graph: ComponentGraph,
        now: datetime,
        settings: Settings,
        customers: Mapping[str, int] = MappingProxyType({}),
        *,
        groupings: Sequence[Grouping] = (),
        lately: Sequence[Silence] = (),
    ) -> None:
        self.graph, self.now, self.settings, self.customers = graph, now, settings, customers
        self.topology = topology_of(graph)
        self._groupings = Groupings(groupings, graph)
        self._lately = lately
        self._drafts: dict[str, IncidentDraft] = {}
        self._by_key: dict[str, IncidentDraft] = {}
        self._by_fingerprint: dict[str, IncidentDraft] = {}
        self._by_component: dict[bool, dict[str, dict[str, IncidentDraft]]] = {False: {}, True: {}}  # by shadow first
        self._kept_apart: dict[str, list[str]] = {}  # key -> why it may not join an incident that it is tied to
        self._unlisted: dict[str, IncidentDraft] = {}  # whose root no configuration named when they came here
        # Ended ones first, so that an open incident is found before an ended one that had the same evidence.
        for incident in sorted(known, key=lambda i: (i.is_active, i.opened_at, i.id)):
            self._add(IncidentDraft(incident, self))
        self._seen = (*(s for d in self._drafts.values() if d.incident.is_active for s in d.incident.signals), *waiting)

    @cached_property
    def deviating(self) -> dict[bool, Spans]:
        """What deviates in any active incident or waits for one: of shadows (True) and of all else (False)."""
        return {shadow: spans_of(s for s in self._seen if s.shadow is shadow) for shadow in (False, True)}

    def drafts(self) -> Iterable[IncidentDraft]:
        """All, in the order in which they were opened."""
        return sorted(self._drafts.values(), key=lambda d: (d.incident.opened_at, d.incident.id))

    def index(self, draft: IncidentDraft, signal: Signal) -> None:
        """Makes the draft findable by the signal."""
        self._by_key[signal.key] = draft
        self._by_fingerprint[signal.fingerprint] = draft
        self._by_component[signal.shadow].setdefault(signal.component, {})[draft.incident.id] = draft

    def open(self, signal: Signal) -> IncidentDraft:
        """A new incident with this signal as its first evidence."""
        incident = Incident(
            id=short_id(signal.key),
            title="",
            kind=signal.kind,
            component=signal.component,
            components=(signal.component,),
            started_at=signal.started_at,
            opened_at=self.now,
            shadow=signal.shadow,
        )
        draft = IncidentDraft(incident, self, is_new=True)
        self._keep(draft)
        silenced = was_silenced(signal, self._lately, self.now)
        why = [f"{signal.component} ({signal.name}) deviates since {clock(signal.started_at)}"]
        why += [*self._kept_apart.get(signal.key, ())[:1], *([silenced] if silenced else [])]
        draft.join(signal, "; ".join(why))
        return draft

    def holding_key(self, key: str) -> IncidentDraft | None:
        """The incident that has this very stretch among its evidence; where that was merged, the one it went into."""
        draft = self._by_key.get(key)
        while draft and draft.incident.status is Status.MERGED and draft.incident.merged_into in self._drafts:
            draft = self._drafts[draft.incident.merged_into]
        return draft

    def holding_fingerprint(self, signal: Signal) -> IncidentDraft | None:
        """The one incident that another stretch of the same fault belongs to: open, or to be reopened."""
        draft = self._by_fingerprint.get(signal.fingerprint)
        return draft if draft and (draft.is_open_to(signal) or draft.may_reopen(signal)) else None

    def flapping(self, signal: Signal) -> IncidentDraft | None:
        """The open incident in which the signal's fault is flapping."""
        draft = self._by_fingerprint.get(signal.fingerprint)
        is_it = draft and draft.incident.is_active and signal.fingerprint in draft.incident.flapping
        return draft if is_it else None

    def returned(self, signal: Signal) -> IncidentDraft | None:
        """The recently ended incident in which the same component failed in the same way, so that it is reopened."""
        near = self._by_component[signal.shadow].get(signal.component, {}).values()
        alike = [d for d in near if d.may_reopen(signal) and d.failed_like(signal) and self._is_free(d)]
        alike = [d for d in alike if not self._is_ruled_out(signal, d)]
        return max(alike, key=lambda d: (d.incident.resolved_at, d.incident.id), default=None)

    def _is_free(self, draft: IncidentDraft) -> bool:
        """Whether no other open incident holds what was evidence of this one."""
        holders = (self._by_fingerprint[s.fingerprint] for s in draft.signals.values())
        return not any(h is not draft and h.incident.is_active for h in holders)

    def ties(self, signal: Signal) -> list[tuple[Relation, IncidentDraft]]:
        """The open incidents that the signal may belong to, strongest tie first."""
        found, kept_apart = [], []
        for draft in self._neighbours(signal):
            ruling = self._ruling(signal, draft)
            if ruling and ruling.is_together:
                found.append((_decided(signal, ruling), draft))
                continue
            tie = relate(signal, draft.scene(), self.topology, self.settings)
            if tie and ruling:
                kept_apart.append(f"apart from {draft.incident.reference}, {ruling.grouping.words}")
            elif tie:
                found.append((tie, draft))
        self._kept_apart[signal.key] = kept_apart
        return sorted(found, key=lambda t: (t[0].strength, t[1].incident.opened_at, t[1].incident.id))

    def keeps_apart(self, one: IncidentDraft, other: IncidentDraft) -> bool:
        """Whether a person decided that signals of the one do not belong with those of the other."""
        return any(self._is_ruled_out(signal, other) for signal in one.signals.values())

    def _is_ruled_out(self, signal: Signal, draft: IncidentDraft) -> bool:
        ruling = self._ruling(signal, draft)
        return ruling is not None and not ruling.is_together

    def _ruling(self, signal: Signal, draft: IncidentDraft) -> Ruling | None:
        """What a person's decision says of the signal beside the incident."""
        if not self._groupings.speaks_on(signal):
            return None
        evidence = draft.signals.values()
        fresh = {s.key: fresh_start(((s.started_at, s.ended_at),), signal, self.settings) is not None for s in evidence}
        return self._groupings.ruling(signal, evidence, fresh)

    def keeper(self, drafts: Sequence[IncidentDraft]) -> IncidentDraft:
        """The incident of several with one cause that stays: a human's, a public one, a stored one, the oldest."""
        return min(
            drafts,
            key=lambda d: (
                not is_led_by_human(d.incident),
                d.incident.disclosed_at is None,
                d.is_new,
                d.incident.opened_at,
                d.incident.started_at,
                d.incident.id,
            ),
        )

    def _add(self, draft: IncidentDraft) -> None:
        self._keep(draft)
        for signal in draft.incident.signals:
            self.index(draft, signal)
        if not draft.incident.signals:
            own = self._by_component[draft.incident.shadow]
            own.setdefault(draft.incident.component, {})[draft.incident.id] = draft

    def _keep(self, draft: IncidentDraft) -> None:
        self._drafts[draft.incident.id] = draft
        if draft.root not in self.topology:
            self._unlisted[draft.incident.id] = draft

    def _neighbours(self, signal: Signal) -> list[IncidentDraft]:
        """The open incidents with evidence within reach, in a stable order."""
        name, topology = signal.component, self.topology
        found: dict[str, IncidentDraft] = {}
        # What moves together, what no configuration names and what a person decided about may be anywhere.
        anywhere = signal.kind is FailureKind.SILENCE or signal.together or name not in topology
        anywhere = anywhere or bool(self._groupings.speaks_on(signal))
        for draft in (self._drafts if anywhere else self._unlisted).values():
            if draft.incident.shadow is signal.shadow and (anywhere or draft.root not in topology):
                found[draft.incident.id] = draft
        deviating = self._by_component[signal.shadow]
        for place in topology.around(name) & deviating.keys():
            found.update(deviating[place])
        return [found[name] for name in sorted(found) if found[name].is_open_to(signal)]


def is_led_by_human(incident: Incident) -> bool:
    """Whether a human has acted on the incident, so that automation no longer changes its course."""
    return (
        incident.status_by_human
        or incident.severity_by_human
        or bool(incident.confirmed_by)
        or incident.opened_by != "tocsin"
    )


def _decided(signal: Signal, ruling: Ruling) -> Relation:
    """The tie that a person's decision makes: the strongest."""
    reason = f"{signal.component} belongs with {ruling.via}, {ruling.grouping.words}"
    return Relation(link=Link.DECIDED, hops=-1, gap=timedelta(0), via=ruling.via, reason=reason)


_LATE = frozenset({FailureKind.DELAY, FailureKind.BACKLOG, FailureKind.HALT})
"""Three sights of one failure: what is late waits, and what waits for ever has stopped."""


def _alike(one: FailureKind, other: FailureKind) -> bool:
    return one is other or {one, other} <= _LATE


def _span(span: timedelta) -> str:
    """A length for people: 130 s is "2 min", 15 s is "15 s"."""
    minutes = span // timedelta(minutes=1)
    return f"{minutes} min" if minutes else f"{span // timedelta(seconds=1)} s"


def _news(old: Signal, new: Signal, settings: Settings) -> str:
    """What the later statement adds, "" = nothing worth a line in the timeline."""
    where = f"{new.component} ({new.name})"
    if new.seen_at < old.seen_at or new == old:
        return ""
    if new.ended_at and new.ended_at != old.ended_at:
        how = dict(new.facts).get(ENDED, "")
        return f"{where} ended at {clock(new.ended_at)}{f': {how}' if how else ''}"
    if old.ended_at and not new.ended_at:
        return f"{where} deviates again"
    if (new.kind, new.user_visible, new.title) != (old.kind, old.user_visible, old.title):
        return f"{where} is now {_FAILS[new.kind]}"
    if new.score is not None and old.score is not None and new.score >= old.score * settings.worse:
        return f"{where} worsened: score {old.score:.1f}, now {new.score:.1f}"
    if new.kind is not FailureKind.HALT and growth(new) >= settings.grown > growth(old):
        return f"{where} is {growth(new):.0f} times what it was at first"
    return ""
