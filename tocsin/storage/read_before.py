"""What was read and decoded before: incidents by their last line, lines of timelines, and the signals that both hold.

An incident in a storm holds hundreds of signals, and each of its lines holds them again as they then were; nearly all
of them are the same. Each statement of a signal is decoded once, and one object stands for it in all that holds it.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Select, select

from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal
from tocsin.storage.tables import incidents, timeline
from tocsin.storage.values import decoded

KEPT_LINES = 20_000
KEPT_INCIDENTS = 2_000
KEPT_SIGNALS = 60_000
AT_ONCE = 1000
Item = TypeVar("Item")


class ReadBefore:
    """Decoded rows, the latest read; safe between threads.

    A line never changes. An incident's row changes with its last line alone, so that one which is kept with the same
    `last_seq` is current, whichever process wrote it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[int, IncidentUpdate] = OrderedDict()
        self._incidents: OrderedDict[str, tuple[int, Incident]] = OrderedDict()
        self._signals: OrderedDict[bytes, Signal] = OrderedDict()

    def lines(self, connection: Connection, ids: Sequence[int]) -> tuple[IncidentUpdate, ...]:
        """The lines with these ids, in their order."""
        known = self._kept(self._lines, ids)
        for chunk in batched([one for one in ids if one not in known], AT_ONCE):
            rows = connection.execute(select(timeline.c.id, timeline.c.value).where(timeline.c.id.in_(chunk)))
            fresh = {row.id: self._line(row.value) for row in rows}
            self._keep(self._lines, fresh, KEPT_LINES)
            known.update(fresh)
        return tuple(known[one] for one in ids)

    def incidents(self, connection: Connection, which: Select[tuple[str, int]]) -> tuple[Incident, ...]:
        """The incidents that the statement selects by `id` and `last_seq`, in its order."""
        wanted = connection.execute(which).all()
        kept = self._kept(self._incidents, [row.id for row in wanted])
        known = {row.id: kept[row.id][1] for row in wanted if row.id in kept and kept[row.id][0] == row.last_seq}
        columns = (incidents.c.id, incidents.c.last_seq, incidents.c.value)
        for chunk in batched([row.id for row in wanted if row.id not in known], AT_ONCE):
            rows = connection.execute(select(*columns).where(incidents.c.id.in_(chunk)))
            fresh = {row.id: (row.last_seq, self._incident(json.loads(row.value))) for row in rows}
            self._keep(self._incidents, fresh, KEPT_INCIDENTS)
            known.update({name: incident for name, (_, incident) in fresh.items()})
        return tuple(known[row.id] for row in wanted)

    def _line(self, text: str) -> IncidentUpdate:
        data = json.loads(text)
        incident = self._incident(data["incident"])
        return replace(decoded(IncidentUpdate, data), incident=incident)

    def _incident(self, data: dict[str, Any]) -> Incident:
        own = data.pop("signals", ())
        return replace(decoded(Incident, data), signals=tuple(self._signal(one) for one in own))

    def _signal(self, data: dict[str, Any]) -> Signal:
        try:
            text = orjson.dumps(data)
        except TypeError:  # half a character or a very large number, which orjson does not write
            return decoded(Signal, data)
        signal = self._signals.get(text)
        if signal is None:
            signal = decoded(Signal, data)
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


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of at most `size`: no statement outgrows its parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
