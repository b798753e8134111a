"""Correlation: places waiting signals into new and known incidents, with the reason for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from incidents.component import ComponentGraph
from incidents.draft import Board, IncidentDraft
from incidents.grouping import Grouping
from incidents.incident import Incident, IncidentUpdate, Status
from incidents.relation import Link, Relation
from incidents.settings import Settings
from incidents.settle import settle, settle_one
from incidents.signal import Signal
from incidents.silence import Silence, Silenced, find_silence


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredSignal:
    """A signal that is not placed before `until`, and why."""

    signal: Signal
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The result of a correlation: where every waiting signal went.

    updates: to be stored in this order, in one transaction; an incident may have several.
    deferred: signals that wait for their cause. silenced: signals kept quiet, on record; offered again while they last.
    unchanged: known already and saying nothing new, so nobody is notified; the caller drops them.
    """

    updates: tuple[IncidentUpdate, ...] = ()
    deferred: tuple[DeferredSignal, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    unchanged: tuple[Signal, ...] = ()

    @property
    def done(self) -> tuple[str, ...]:
        """Keys of signals that are in no update and need not be offered again: no news, or silenced to their end."""
        return (*(s.key for s in self.unchanged), *(s.signal.key for s in self.silenced if s.signal.ended_at))


def placed_in(updates: Iterable[IncidentUpdate], waiting: Iterable[Signal]) -> frozenset[str]:
    """The keys of the waiting statements that an incident holds; of an older one of the same key the newer waits."""
    held: dict[tuple[str, datetime | None], datetime] = {}
    for update in updates:
        for one in update.incident.signals:
            place = (one.key, one.ended_at)
            held[place] = max(one.seen_at, held.get(place, one.seen_at))
    known = ((one.key, one.seen_at, held.get((one.key, one.ended_at))) for one in waiting)
    return frozenset(key for key, seen_at, held_at in known if held_at is not None and held_at >= seen_at)


def correlate(  # noqa: PLR0917 - what a decision rests on is given, in the order of the architecture
    waiting: Sequence[Signal],
    known: Sequence[Incident],
    graph: ComponentGraph,
    now: datetime,
    settings: Settings,
    silences: Sequence[Silence] = (),
) -> tuple[IncidentUpdate, ...]:
    """The updates of `place`; a waiting signal in none of them stays unplaced."""
    return place(waiting, known, graph, now, settings, silences=silences).updates


def place(  # noqa: PLR0917 - as above
    waiting: Sequence[Signal],
    known: Sequence[Incident],
    graph: ComponentGraph,
    now: datetime,
    settings: Settings,
    silences: Sequence[Silence] = (),
    *,
    customers: Mapping[str, int] = MappingProxyType({}),
    groupings: Sequence[Grouping] = (),
    lately: Sequence[Silence] = (),
) -> Placement:
    """Places every waiting signal, then makes the changes that time alone requires.

    known: the active incidents, those ended within `settings.reopen_within`, and those that hold the key of a waiting
    signal, however old. customers: incident id -> linked tickets; they raise its severity. groupings:
    what people decided about signals; it goes before every rule. lately: silences that may have kept quiet what opens
    an incident now, so that its first line says so. The same input gives the same output, ids included.
    """
    if not waiting:  # each second of a calm: nothing but time can change anything
        in_order = sorted(known, key=lambda one: (one.opened_at, one.id))
        return Placement(updates=settle(in_order, graph, now, settings, customers))
    board = Board(known, waiting, graph, now, settings, customers, groupings=groupings, lately=lately)
    steady, taken, held_back = _hold_flapping(_latest(waiting), board)
    fresh, unchanged, muted = _restate(steady, board, silences)
    open_to_placing, silenced = _silence(fresh, silences, now)
    deferred = [*held_back, *_place_all(open_to_placing, board)]
    # What was merged ends first: its fingerprints are free before another incident takes them.
    drafts = sorted(board.drafts(), key=lambda d: d.incident.status is not Status.MERGED)
    updates = tuple(update for draft in drafts for update in _finish(draft, board))
    return Placement(
        updates=updates, deferred=tuple(deferred), silenced=(*muted, *silenced), unchanged=(*taken, *unchanged)
    )


def _latest(waiting: Iterable[Signal]) -> list[Signal]:
    """One statement a key, the last said; earliest stretches first."""
    latest: dict[str, Signal] = {}
    for signal in sorted(waiting, key=lambda s: (s.seen_at, s.ended_at is not None)):
        latest[signal.key] = signal
    return sorted(latest.values(), key=lambda s: (s.started_at, s.key))


def _hold_flapping(signals: Sequence[Signal], board: Board) -> tuple[list[Signal], list[Signal], list[DeferredSignal]]:
    """Of a flapping fault the latest statement counts, and its end once it has held: (all others, taken, waiting)."""
    others: list[Signal] = []
    by_fault: dict[str, list[Signal]] = {}
    for signal in signals:
        if board.flapping(signal):
            by_fault.setdefault(signal.fingerprint, []).append(signal)
        else:
            others.append(signal)
    taken, waiting = [], []
    for own in by_fault.values():
        last = max(own, key=lambda s: (s.started_at, s.seen_at))
        taken += [s for s in own if s is not last]
        draft, until = board.flapping(last), (last.ended_at or board.now) + board.settings.recovery_hold
        if last.ended_at and board.now < until:
            reason = f"{last.component} ({last.name}) is flapping; waits until {until:%H:%M:%S} whether it stays away"
            waiting.append(DeferredSignal(signal=last, until=until, reason=reason))
        elif draft is not None:
            draft.restate(draft.steady(last))
            taken.append(last)
    return others, taken, waiting


def _restate(
    signals: Iterable[Signal], board: Board, silences: Sequence[Silence]
) -> tuple[list[Signal], list[Signal], list[Silenced]]:
    """Updates what is known by key; returns what is new, what says nothing new, and what is silenced.

    A silence keeps a signal from opening its incident again, and from nothing else.
    """
    fresh, unchanged, muted = [], [], []
    for signal in signals:
        draft = board.holding_key(signal.key)
        if draft is None:
            fresh.append(signal)
        elif (
            not draft.incident.is_active
            and not signal.ended_at
            and (found := find_silence(signal, silences, board.now))
        ):
            muted.append(found)
        elif not draft.restate(signal):
            unchanged.append(signal)
    return fresh, unchanged, muted


def _silence(
    signals: Iterable[Signal], silences: Sequence[Silence], now: datetime
) -> tuple[list[Signal], list[Silenced]]:
    open_to_placing, silenced = [], []
    for signal in signals:
        found = find_silence(signal, silences, now)
        if found:
            silenced.append(found)
        else:
            open_to_placing.append(signal)
    return open_to_placing, silenced


def _place_all(signals: list[Signal], board: Board) -> list[DeferredSignal]:
    """Places in rounds: a cause that is placed frees the effects that waited for it."""
    pending = signals
    while pending:
        deferred = [h for h in (_place_one(signal, board) for signal in pending) if h]
        if len(deferred) == len(pending):
            return deferred
        pending = [h.signal for h in deferred]
    return []


def _place_one(signal: Signal, board: Board) -> DeferredSignal | None:
    known = board.holding_fingerprint(signal)
    if known:
        known.join(signal, _again(signal, known.incident))
        return None
    ties = board.ties(signal)
    if ties:
        _join(signal, ties, board)
        return None
    wait = _wait(signal, board)
    if wait is None:
        _open(signal, board)
    return wait


def _open(signal: Signal, board: Board) -> None:
    """A new incident, or the one that ended lately where it is the same fault as far as anybody can see."""
    ended = board.returned(signal)
    if ended:
        ended.join(signal, f"{signal.component} fails again as in {ended.incident.reference}, seen by {signal.name}")
    else:
        board.open(signal)


def _again(signal: Signal, incident: Incident) -> str:
    if incident.status is Status.RESOLVED:
        return f"{signal.component} ({signal.name}) deviates again since {signal.started_at:%H:%M:%S}"
    return f"{signal.component} ({signal.name}) deviates once more since {signal.started_at:%H:%M:%S}"


def _join(signal: Signal, ties: list[tuple[Relation, IncidentDraft]], board: Board) -> None:
    """Joins the strongest tie; incidents that this signal explains become part of the same one."""
    explained = [draft for tie, draft in ties if _explains(tie, draft)]
    best, target = ties[0]
    if target in explained:
        target = board.keeper(explained)
    target.join(signal, next(tie.reason for tie, draft in ties if draft is target))
    for draft in explained:
        if draft is not target and draft.may_merge() and not board.keeps_apart(draft, target):
            target.absorb(draft, f"{best.reason}; both incidents have one cause")


def _wait(signal: Signal, board: Board) -> DeferredSignal | None:
    """How long the signal still waits for its cause to show, None = no longer."""
    needs = board.topology.needs(signal.component)
    until = signal.said_at + board.settings.cause_wait
    if not needs or until <= board.now:
        return None
    reason = f"{signal.component} depends on {', '.join(needs)}; waits until {until:%H:%M:%S} for a cause to show"
    return DeferredSignal(signal=signal, until=until, reason=reason)


def _finish(draft: IncidentDraft, board: Board) -> tuple[IncidentUpdate, ...]:
    updates = draft.updates()
    incident = updates[-1].incident if updates else draft.incident
    customers = board.customers.get(incident.id, 0)
    return (*updates, *settle_one(incident, board.graph, board.now, board.settings, customers))


def _explains(tie: Relation, draft: IncidentDraft) -> bool:
    """Whether the tie says why the whole incident began, not just why one of its members deviates."""
    return tie.link is Link.CAUSE or (tie.link is Link.SHARED and tie.via == draft.root)
