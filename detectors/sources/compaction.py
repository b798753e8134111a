"""What keeps the store small: scrapes become runs, and what is too old goes. Each call is part of a transaction."""

import sqlite3
from datetime import timedelta

import numpy as np

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
    (through,) = database.execute("SELECT max(id) FROM scrapes WHERE at < ?", (before,)).fetchone()
    head = Head()
    head.refresh(database, through)
    for series, block in head.everything():
        write_runs(database, series, block.times, block.values)
    database.execute("DELETE FROM scrapes WHERE id <= ?", (through,))
    database.execute("UPDATE facts SET value = ? WHERE name = 'compacted'", (through,))
    return True


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
