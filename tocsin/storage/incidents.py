"""Waiting signals are placed in incidents, and people change incidents: each written in one transaction, one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, func, select, union, update

from incidents.correlate import Placement, placed_in
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.lifecycle import TransitionError
from incidents.proposal import ProposedAction
from incidents.regroup import Regrouped
from incidents.signal import Signal
from tocsin.storage.audit import AuditEntry, append_audit
from tocsin.storage.database import Lock
from tocsin.storage.errors import NotFound, StorageError
from tocsin.storage.groupings import keep_grouping
from tocsin.storage.incident_reading import CURRENT, IncidentQueries, open_or_ended_since
from tocsin.storage.proposals import settle_proposal
from tocsin.storage.silences import note_kept_quiet
from tocsin.storage.tables.incidents import incident_fingerprints, incidents, signals, timeline
from tocsin.storage.writing import store_updates

Place = Callable[[Sequence[Signal], Sequence[Incident]], Placement]
Settles = tuple[str, Callable[[ProposedAction], ProposedAction]]
"""(a proposal's id, the decision)."""


def _always() -> bool:
    return True


class _LeaseLost(Exception):
    """Rolls the transaction back: another process decides now."""


class Incidents(IncidentQueries):
    """Incidents, read and written: decide what waiting signals mean, change what a human says."""

    def decide(
        self, fn: Place, now: datetime, reopen_within: timedelta, hold: Callable[[], bool] = _always
    ) -> tuple[IncidentUpdate, ...]:
        """Gives `fn` the unplaced signals and the known incidents, and writes the placement it returns.

        Known: the active ones, those that ended less than `reopen_within` ago, and those that ended since an unplaced
        signal of theirs began, oldest first: what a human called a false alarm stays one while it lasts.
        `fn` decides before the transaction that writes, for which everybody else waits on SQLite; where a line was
        added to a timeline meanwhile, it decides once more within it, on what is there now.
        A signal is placed once a returned incident contains its statement (same key, not older) or the placement says
        that it is done; the rest is offered again next time. What silences kept quiet is noted beside them.
        hold: asked before the commit (the lease's `hold`); where it says no, nothing is written and () returned.
        Returns the updates with seq and number; opening an id that exists is a no-op and left out.
        Raises AlreadyActive where a fingerprint belongs to another active incident, NotFound for an update of an
        unknown incident; nothing is written then.
        """
        with self._database.read() as connection:
            seen = self._seen(connection, now, reopen_within)
        placement = fn(seen.signals, seen.known)
        if not (placement.updates or placement.silenced or placement.done):
            return ()
        try:
            with self._database.write(Lock.INCIDENTS) as connection:
                if _last_line(connection) != seen.last_line:
                    seen = self._seen(connection, now, reopen_within)
                    placement = fn(seen.signals, seen.known)
                stored = store_updates(connection, placement.updates, self._read_before)
                note_kept_quiet(connection, placement.silenced, now)
                done = {*placement.done, *placed_in(placement.updates, seen.signals)}
                _mark_placed(connection, [w for w in seen.waiting if w.signal.key in done], now)
                if not hold():
                    raise _LeaseLost
        except _LeaseLost:
            return ()
        self._read_before.written(stored)
        return stored

    def change(
        self,
        incident_id: str,
        fn: Callable[[Incident], IncidentUpdate],
        now: datetime,
        audit: AuditEntry | None = None,
        settles: Settles | None = None,
        *,
        once_within: timedelta | None = None,
    ) -> IncidentUpdate:
        """A human's action on the incident as it stands; the update with its seq. Raises NotFound, AlreadyActive.

        settles: the proposal that asked for it, and its decision; one transaction writes both.
        once_within: where the newest line is not older and is what this action would have made of the incident before
        it, it is the same form sent twice: that line is returned, and nothing is written.
        """
        with self._database.write(Lock.INCIDENTS) as connection:
            found = self._read_before.incidents(connection, CURRENT.where(incidents.c.id == incident_id))
            if not found:
                raise NotFound("incident", incident_id)
            if once_within and (before := self._made_before(connection, incident_id, fn, now - once_within)):
                return before
            change = fn(found[0])
            if change.incident.id != incident_id or change.kind is UpdateKind.OPENED:
                raise StorageError(f"incident {incident_id}: the change is {change.kind} of {change.incident.id}")
            stored = store_updates(connection, (change,), self._read_before)
            if settles:
                settle_proposal(connection, *settles)
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
        self._read_before.written(stored)
        return stored[0]

    def _made_before(
        self, connection: Connection, incident_id: str, fn: Callable[[Incident], IncidentUpdate], since: datetime
    ) -> IncidentUpdate | None:
        """The newest line, if it is of `since` or later and `fn` makes the same of the incident as it stood before."""
        is_it = timeline.c.incident_id == incident_id
        newest = select(func.max(timeline.c.seq)).where(is_it).scalar_subquery()
        lines = self._lines(connection, and_(is_it, timeline.c.seq >= newest - 1))
        if len(lines) < 2 or lines[-1].at < since:
            return None
        before, last = lines
        try:
            would = fn(before.incident)
        except TransitionError:
            return None
        said, says = (
            (one.kind, one.author, one.reason, one.message, one.incident.status, one.incident.severity)
            for one in (last, would)
        )
        return last if said == says else None

    def regroup(
        self,
        incident_ids: Sequence[str],
        fn: Callable[[Sequence[Incident]], Regrouped],
        now: datetime,
        audit: Sequence[AuditEntry] = (),
    ) -> tuple[IncidentUpdate, ...]:
        """A person's correction of which signals belong together: all of it in one transaction, or nothing.

        fn: is given the incidents as they stand, in the order of the ids. Returns the lines with seq and number.
        Raises NotFound, AlreadyActive.
        """
        with self._database.write(Lock.INCIDENTS) as connection:
            found = self._read_before.incidents(connection, CURRENT.where(incidents.c.id.in_(list(incident_ids))))
            known = {one.id: one for one in found}
            missing = next((one for one in incident_ids if one not in known), None)
            if missing is not None:
                raise NotFound("incident", missing)
            done = fn([known[one] for one in incident_ids])
            stored = store_updates(connection, done.updates, self._read_before)
            numbered = {line.incident.id: line.incident.reference for line in stored}
            grouping = done.grouping
            target_ref = numbered.get(grouping.target, grouping.target_ref)
            keep_grouping(connection, replace(grouping, target_ref=target_ref))
            append_audit(connection, self._database, self._cipher, list(audit), now)
        self._read_before.written(stored)
        return stored

    def open(self, opening: IncidentUpdate, now: datetime, audit: AuditEntry | None = None) -> IncidentUpdate:
        """Opened by hand; the update with seq and number. An id that exists already: its opening update, unchanged.

        Raises AlreadyActive where one of its fingerprints belongs to another active incident.
        """
        if opening.kind is not UpdateKind.OPENED:
            raise StorageError(f"incident {opening.incident.id}: opened by an update of kind {opening.kind}")
        with self._database.write(Lock.INCIDENTS) as connection:
            stored = store_updates(connection, (opening,), self._read_before)
            if not stored:
                return self._read_before.lines(connection, [(opening.incident.id, 1)])[0]
            append_audit(connection, self._database, self._cipher, [audit] if audit else [], now)
        self._read_before.written(stored)
        return stored[0]

    def _seen(self, connection: Connection, now: datetime, reopen_within: timedelta) -> "_Seen":
        """The last line is read first: whatever changes what is read after it adds another."""
        last_line = _last_line(connection)
        waiting = self._unplaced(connection)
        begun = min((one.signal.started_at for one in waiting), default=now)
        known = self._known(connection, now - reopen_within, begun)
        return _Seen(last_line=last_line, waiting=waiting, known=known)

    def _known(self, connection: Connection, ended_since: datetime, begun: datetime) -> tuple[Incident, ...]:
        """begun: the earliest start of what waits."""
        held = incident_fingerprints
        waits = signals.c.placed_at.is_(None) & (signals.c.fingerprint == held.c.fingerprint)
        own = select(incidents.c.id).join(held, held.c.incident_id == incidents.c.id).join(signals, waits)
        known = union(*open_or_ended_since(ended_since), own.where(incidents.c.ended_at > begun))
        statement = CURRENT.where(incidents.c.id.in_(known))
        return self._read_before.incidents(connection, statement.order_by(incidents.c.number))

    def _unplaced(self, connection: Connection) -> tuple["_Waiting", ...]:
        statement = select(signals.c.value, signals.c.revision).where(signals.c.placed_at.is_(None))
        rows = connection.execute(statement.order_by(signals.c.recorded_at, signals.c.key))
        return tuple(_Waiting(signal=self._read_before.signal(row.value), revision=row.revision) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    signal: Signal
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a decision rests on. last_line: of all timelines then."""

    last_line: int
    waiting: tuple[_Waiting, ...]
    known: tuple[Incident, ...]

    @property
    def signals(self) -> tuple[Signal, ...]:
        return tuple(one.signal for one in self.waiting)


def _last_line(connection: Connection) -> int:
    return connection.scalar(select(func.max(timeline.c.id))) or 0


def _mark_placed(connection: Connection, placed: Sequence[_Waiting], now: datetime) -> int:
    """Only the statements that were read: one that came meanwhile has a higher revision, and waits."""
    if not placed:
        return 0
    same = (signals.c.key == bindparam("key_")) & (signals.c.revision == bindparam("revision_"))
    is_it = same & signals.c.placed_at.is_(None)
    rows = [{"key_": one.signal.key, "revision_": one.revision} for one in placed]
    return connection.execute(update(signals).where(is_it).values(placed_at=now), rows).rowcount
