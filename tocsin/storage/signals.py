"""Signals are recorded: the latest statement of each key, which waits until it is placed in an incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from incidents.signal import Signal
from tocsin.storage.database import Lock
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.incidents import signals
from tocsin.storage.values import from_json, to_json


class Signals(StorePart):
    """What watches and others say, until it is placed in an incident."""

    def record(self, said: Sequence[Signal], now: datetime) -> int:
        """Keeps the latest statement of each key; how many were new or said something new (those await `decide`).

        A statement older than the one on record (by `seen_at`) is passed over.
        """
        if not said:
            return 0
        rows = statement_rows(said, now)
        with self._database.write(Lock.SIGNALS) as connection:
            return record_rows_on(connection, rows)

    def waiting(self) -> tuple[Signal, ...]:
        """Those that last and are in no incident yet, the earliest recorded first."""
        lasts = signals.c.placed_at.is_(None), signals.c.ended_at.is_(None)
        statement = select(signals.c.value).where(*lasts).order_by(signals.c.recorded_at, signals.c.key).limit(1000)
        with self._database.read() as connection:
            return tuple(from_json(Signal, value) for value in connection.scalars(statement))


def statement_rows(said: Sequence[Signal], now: datetime) -> list[dict[str, object]]:
    """The latest statement of each key, as rows of new signals."""
    latest: dict[str, Signal] = {}
    for signal in said:
        if signal.key not in latest or signal.seen_at >= latest[signal.key].seen_at:
            latest[signal.key] = signal
    return [_signal_row(one, now) for one in latest.values()]


def record_rows_on(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """As `Signals.record`, of `statement_rows`, inside the caller's transaction, which holds Lock.SIGNALS."""
    columns = signals.c.key, signals.c.seen_at, signals.c.revision, signals.c.value
    statement = select(*columns).where(signals.c.key.in_([row["key"] for row in rows]))
    on_record = {row.key: row for row in connection.execute(statement)}
    new = [row for row in rows if row["key"] not in on_record]
    changed = []
    for row in rows:
        was = on_record.get(row["key"])
        if was is not None and row["seen_at"] >= was.seen_at and row["value"] != was.value:
            changed.append({f"{name}_": value for name, value in {**row, "revision": was.revision + 1}.items()})
    if new:
        connection.execute(insert(signals), new)
    if changed:
        names = [column.name for column in signals.c if column is not signals.c.key]
        update_one = update(signals).where(signals.c.key == bindparam("key_"))
        connection.execute(update_one.values({name: bindparam(f"{name}_") for name in names}), changed)
    return len(new) + len(changed)


def _signal_row(signal: Signal, now: datetime) -> dict[str, object]:
    return {
        "key": signal.key,
        "fingerprint": signal.fingerprint,
        "seen_at": signal.seen_at,
        "ended_at": signal.ended_at,
        "placed_at": None,
        "revision": 1,
        "recorded_at": now,
        "value": to_json(signal),
    }
