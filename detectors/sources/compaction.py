"""Keeps the store small: scrapes become runs, and what is too old is deleted. Each call is part of a transaction."""

import json
import sqlite3
from datetime import timedelta

import numpy as np

from detectors.sources.chunk import times_of, values_of
from detectors.sources.grid import ms_of
from detectors.sources.head import Head
from detectors.sources.runs import write_runs

HEAD = timedelta(minutes=20)
"""How long a scrape stays a row of its own: what live watches look back on is then in memory."""
MANY = 1024
"""Rows of one layout that are worth a run: longer runs are smaller and read faster."""
LONG = timedelta(hours=6)


def compact(database: sqlite3.Connection, now: int) -> bool:
    """Make runs of the scrapes that are older than the head, if they are many or old. Whether it was due."""
    before = now - ms_of(HEAD)
    (most, oldest) = database.execute(
        "SELECT coalesce(max(size), 0), coalesce(min(oldest), ?) FROM"
        " (SELECT count(*) AS size, min(at) AS oldest FROM scrapes WHERE at < ? GROUP BY layout)",
        (now, before),
    ).fetchone()
    if most < MANY and oldest > before - ms_of(LONG):
        return False
    # As far as all are older: after a clock was set back, later rows may be.
    (through,) = database.execute(
        "SELECT coalesce(min(id) - 1, (SELECT max(id) FROM scrapes)) FROM scrapes WHERE at >= ?", (before,)
    ).fetchone()
    head = Head()
    head.refresh(database, through)
    for series, block in head.everything():
        write_runs(database, series, block.times, block.values)
    database.execute("DELETE FROM scrapes WHERE id <= ?", (through,))
    database.execute("UPDATE facts SET value = ? WHERE name = 'compacted'", (through,))
    return True


def rewind(database: sqlite3.Connection, target: str, last: int) -> None:
    """Delete what the series of a target have after this instant, and at it."""
    layouts = database.execute("SELECT id, series FROM layouts WHERE target = ?", (target,)).fetchall()
    database.executemany("DELETE FROM scrapes WHERE layout = ? AND at >= ?", [(number, last) for number, _ in layouts])
    series = sorted({number for _, blob in layouts for number in np.frombuffer(blob, "<i4").tolist()})
    ahead = database.execute(
        "SELECT runs.id, series, instants.data, runs.data FROM runs JOIN instants ON instants.id = runs.instants"
        " WHERE runs.last >= ? AND series IN (SELECT value FROM json_each(?))",
        (last, json.dumps(series)),
    ).fetchall()
    for number, one, instants, values in ahead:
        times = times_of(instants)
        kept = times < last
        database.execute("DELETE FROM runs WHERE id = ?", (number,))
        write_runs(database, np.array([one]), times[kept], values_of(values)[kept][None])
    database.execute("UPDATE facts SET value = value + 1 WHERE name = 'deletions'")


def expire(database: sqlite3.Connection, before: int) -> bool:
    """Delete runs that ended before this instant, and the series that nothing is left of. Whether series went."""
    if not database.execute("DELETE FROM runs WHERE last < ?", (before,)).rowcount:
        return False
    database.execute("DELETE FROM instants WHERE last < ?", (before,))  # runs that share instants end together
    database.execute(
        "DELETE FROM layouts WHERE id NOT IN (SELECT layout FROM scrapes)"
        " AND id NOT IN (SELECT max(id) FROM layouts GROUP BY target)"
    )
    columns = [np.frombuffer(blob, "<i4") for (blob,) in database.execute("SELECT series FROM layouts")]
    placed = np.unique(np.concatenate(columns)).tolist() if columns else []
    database.execute("CREATE TEMP TABLE IF NOT EXISTS placed (id INTEGER PRIMARY KEY)")
    database.execute("DELETE FROM placed")
    database.executemany("INSERT INTO placed VALUES (?)", [(number,) for number in placed])
    gone = database.execute(
        "DELETE FROM series WHERE id NOT IN (SELECT series FROM runs) AND id NOT IN (SELECT id FROM placed)"
    ).rowcount
    if gone:
        database.execute("UPDATE facts SET value = value + 1 WHERE name = 'deletions'")
    return gone > 0
