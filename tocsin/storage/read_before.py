"""What was read and decoded before: incidents by their last line, lines of timelines, and the signals of both.

An incident in a storm holds hundreds of signals, and so do its lines; nearly all of them are the same. Each statement
of a signal is decoded once, and one object stands for it in all that holds it.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, literal, select, union_all

from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal
from tocsin.storage.evidence import BY_START, held_at, read_statements
from tocsin.storage.tables.incidents import evidence, incidents, timeline
from tocsin.storage.values import from_json

KEPT_LINES = 20_000
KEPT_INCIDENTS = 2_000
KEPT_SIGNALS = 60_000
AT_ONCE = 1000
Item = TypeVar("Item")
Place = tuple[str, int]
"""Of a line: its incident's id and its seq."""


class ReadBefore:
    """Decoded rows, the latest read or written; safe between threads.

    A line never changes. An incident's row changes with its last line alone, so that one which is kept with the same
    `last_seq` is current, whichever process wrote it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[Place, IncidentUpdate] = OrderedDict()
        self._incidents: OrderedDict[str, tuple[int, Incident]] = OrderedDict()
        self._signals: OrderedDict[str, Signal] = OrderedDict()

    def lines(self, connection: Connection, places: Sequence[Place]) -> tuple[IncidentUpdate, ...]:
        """The lines at these places, in their order."""
        known = self._kept(self._lines, places)
        missing = defaultdict(list)
        for incident_id, seq in places:
            if (incident_id, seq) not in known:
                missing[incident_id].append(seq)
        for incident_id, wanted in missing.items():
            statements = read_statements(connection, incident_id, min(wanted), max(wanted), self.signal)
            for chunk in batched(wanted, AT_ONCE):
                own = timeline.c.incident_id == incident_id, timeline.c.seq.in_(chunk)
                rows = connection.execute(select(timeline.c.seq, timeline.c.value).where(*own))
                fresh = {(incident_id, row.seq): _with(row.value, held_at(statements, row.seq)) for row in rows}
                self._keep(self._lines, fresh, KEPT_LINES)
                known.update(fresh)
        return tuple(known[one] for one in places)

    def incidents(self, connection: Connection, which: Select[tuple[str, int]]) -> tuple[Incident, ...]:
        """The incidents that the statement selects by `id` and `last_seq`, in its order."""
        wanted = connection.execute(which).all()
        kept = self._kept(self._incidents, [row.id for row in wanted])
        known = {row.id: kept[row.id][1] for row in wanted if row.id in kept and kept[row.id][0] == row.last_seq}
        for chunk in batched([row.id for row in wanted if row.id not in known], AT_ONCE):
            fresh = self._current(connection, chunk)
            self._keep(self._incidents, fresh, KEPT_INCIDENTS)
            known.update({name: incident for name, (_, incident) in fresh.items()})
        return tuple(known[row.id] for row in wanted)

    def written(self, lines: Sequence[IncidentUpdate]) -> None:
        """Keeps lines that this process has written, once they are committed."""
        self._keep(self._lines, {(line.incident.id, line.seq): line for line in lines}, KEPT_LINES)
        self._keep(self._incidents, {line.incident.id: (line.seq, line.incident) for line in lines}, KEPT_INCIDENTS)

    def _current(self, connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, Incident]]:
        """By one statement, so that no line comes between an incident and its evidence."""
        own = select(incidents.c.id, incidents.c.last_seq, incidents.c.value).where(incidents.c.id.in_(ids))
        lasts = evidence.c.incident_id.in_(ids), evidence.c.until.is_(None)
        its = select(evidence.c.incident_id, literal(0), evidence.c.value).where(*lasts)
        found: dict[str, tuple[int, Incident]] = {}
        signals: dict[str, list[Signal]] = defaultdict(list)
        for name, seq, text in connection.execute(union_all(own, its)):
            if seq:
                found[name] = seq, from_json(Incident, text)
            else:
                signals[name].append(self.signal(text))
        return {
            name: (seq, replace(one, signals=tuple(sorted(signals[name], key=BY_START))))
            for name, (seq, one) in found.items()
        }

    def signal(self, text: str) -> Signal:
        """The signal that this JSON says."""
        signal = self._signals.get(text)
        if signal is None:
            signal = from_json(Signal, text)
            self._keep(self._signals, {text: signal}, KEPT_SIGNALS)
        return signal

    def _kept(self, kept: "OrderedDict[Any, Item]", names: Sequence[Any]) -> dict[Any, Item]:
        with self._lock:
            found = {one: kept[one] for one in names if one in kept}
            for one in found:
                kept.move_to_end(one)
            return found

    def _keep(self, kept: "OrderedDict[Any, Item]", fresh: Mapping[Any, Item], at_most: int) -> None:
        """Keeps them, and drops what was not asked for longest."""
        with self._lock:
            for name, value in fresh.items():
                kept[name] = value
                kept.move_to_end(name)
            while len(kept) > at_most:
                kept.popitem(last=False)


def _with(text: str, signals: tuple[Signal, ...]) -> IncidentUpdate:
    line = from_json(IncidentUpdate, text)
    return replace(line, incident=replace(line.incident, signals=signals))


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of at most `size`: no statement outgrows its parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
