"""Raw samples in one SQLite file: a row a scrape, compacted into a run of samples a series; and histories at once.

It survives kill -9 (a scrape is one transaction in the write-ahead log), and is read while it is written, by other
threads and by other processes. Instants are int64 milliseconds since the epoch.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from detectors.frame import Floats, Labels
from detectors.sources.catalogue import Catalogue, Match, interned
from detectors.sources.compaction import compact, expire, rewind
from detectors.sources.evaluate import NO_NUMBER_BITS, STALE_BITS, Samples
from detectors.sources.grid import EPOCH, Instants, ms_of
from detectors.sources.head import EMPTY, Head, Layout, PageSample, is_sample, pushed_rows, scrape_row
from detectors.sources.private_file import make_private
from detectors.sources.runs import ABSENT, Runs, samples_of, write_runs
from detectors.sources.source import SourceError

SAMPLES_BITS = np.array([STALE_BITS, NO_NUMBER_BITS])
"""The kinds of NaN that are samples."""
MOST_AHEAD_MS = 25 * 3600 * 1000
"""By so much a clock is set back at most for samples ahead of it to be deleted: a day, and an hour of summer time."""
_log = logging.getLogger(__name__)
RUN = 4096
"""Samples a run of an imported history."""
_TABLES = """
CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, metric TEXT NOT NULL, labels TEXT NOT NULL,
    UNIQUE (metric, labels)) STRICT;
CREATE TABLE kinds (metric TEXT PRIMARY KEY, kind TEXT NOT NULL) STRICT;
CREATE TABLE layouts (id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, series BLOB NOT NULL) STRICT;
CREATE TABLE scrapes (id INTEGER PRIMARY KEY AUTOINCREMENT, layout INTEGER NOT NULL, at INTEGER NOT NULL,
    numbers BLOB NOT NULL, stamps BLOB) STRICT;
CREATE TABLE instants (id INTEGER PRIMARY KEY AUTOINCREMENT, last INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, instants INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE INDEX runs_of_series ON runs (series, last);
CREATE INDEX runs_by_end ON runs (last);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO facts VALUES ('compacted', 0), ('deletions', 0);
PRAGMA user_version = 1;
"""
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What came of a scrape.

    repeated: samples that were no news (named twice, or with an instant that is known). ahead: samples that the page
    stamps more than ten minutes ahead of our clock, which are not stored. set_back: by how much our clock was, since
    the target's last scrape.
    """

    repeated: int
    ahead: int
    set_back: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHistory:
    """Raw samples of one metric from elsewhere.

    keys: (S,) labels without the metric's name, sorted by name. times: (T,) float64 epoch seconds, strictly ascending.
    values: (S, T) float64, NaN = no sample; NO_NUMBER = a sample that is no number.
    """

    metric: str
    keys: tuple[Labels, ...]
    times: Floats
    values: Floats


class ScrapeStore:
    """The samples of the embedded scraper, in a file of its own. Safe to use from several threads.

    retention: samples older than this are deleted by `tidy`.
    read_only: the file must be there, and is never written; another process may write it meanwhile.
    """

    def __init__(self, path: Path, *, retention: timedelta = timedelta(days=42), read_only: bool = False) -> None:
        self.path = path
        self._retention = retention
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        with self._explained("opened"):
            self._writer = _connection(path, read_only=read_only)
            _prepare(self._writer, path, read_only=read_only)
            self._reader = _connection(path, read_only=read_only)
        self._ids: dict[tuple[str, Labels], int] = {}
        self._layouts: dict[str, Layout] = {}
        self._kinds: dict[str, str] = {}
        self._catalogue, self._head, self._runs = Catalogue(), Head(), Runs()

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()

    # --- writing ---

    def append(
        self, target: str, at: datetime, readings: Sequence[PageSample], kinds: Mapping[str, str] | None = None
    ) -> Appended:
        """Record one scrape of a target: series that it had before and lacks now end here.

        kinds: the types of its metrics, as the page tells them ("counter", "gauge", …).
        When our clock was set back, what the target's series have beyond `at` is deleted: it is stamped with times that
        have not come, and would be read as if it were news when they do. Where that is more than a day of samples, the
        clock is wrong now rather than before, and everything stays. Raises SourceError.
        """
        instant = ms_of(at - EPOCH)
        back = 0
        with self._written() as database:
            layout = self._layouts.get(target) or _last_layout(database, target)
            if instant <= layout.at:
                back = layout.at - instant
                deleted = back <= MOST_AHEAD_MS
                if deleted:
                    rewind(database, target, instant)
                layout = replace(layout, at=instant, stamps=np.minimum(layout.stamps, instant))
                _log.warning(
                    "the clock was set back",
                    extra={"target": target, "seconds": back / 1000, "samples ahead deleted": deleted},
                )
            ids = interned(database, self._ids, [(reading.metric, reading.labels) for reading in readings])
            row = scrape_row(layout, instant, ids, readings)
            layout = row.layout if row.layout.id is not None else _stored_layout(database, target, row.layout)
            database.execute(
                "INSERT INTO scrapes (layout, at, numbers, stamps) VALUES (?, ?, ?, ?)",
                (layout.id, instant, row.numbers.astype("<f8").tobytes(), _bytes(row.stamps)),
            )
            self._keep_kinds(database, kinds or {})
            self._layouts[target] = layout
        return Appended(repeated=row.repeated, ahead=row.ahead, set_back=timedelta(milliseconds=back))

    def push(self, target: str, at: datetime, samples: Sequence[PageSample], kinds: Mapping[str, str]) -> Appended:
        """Record samples that were pushed, each with its own instant, committed when it returns.

        target: whose samples come together; it has no scrapes. Late samples are taken, repeated ones are not. Raises
        SourceError.
        """
        instant = ms_of(at - EPOCH)
        with self._written() as database:
            layout = self._layouts.get(target) or _last_layout(database, target)
            ids = interned(database, self._ids, [(sample.metric, sample.labels) for sample in samples])
            made = pushed_rows(layout, instant, ids, samples)
            if made.rows:
                layout = made.layout if made.layout.id is not None else _stored_layout(database, target, made.layout)
                database.executemany(
                    "INSERT INTO scrapes (layout, at, numbers, stamps) VALUES (?, ?, ?, ?)",
                    [(layout.id, instant, n.astype("<f8").tobytes(), _bytes(s)) for n, s in made.rows],
                )
                self._layouts[target] = layout
            self._keep_kinds(database, kinds)
        return Appended(repeated=made.repeated, ahead=made.ahead, set_back=timedelta(0))

    def _keep_kinds(self, database: sqlite3.Connection, kinds: Mapping[str, str]) -> None:
        new = {metric: kind for metric, kind in kinds.items() if self._kinds.get(metric) != kind}
        database.executemany("INSERT OR REPLACE INTO kinds VALUES (?, ?)", new.items())
        self._kinds |= new

    def load_history(self, histories: Iterable[RawHistory]) -> None:
        """Import raw samples of any age, all or nothing; of two samples at one instant one stays.

        Raises SourceError, ValueError for times that do not ascend or shapes that do not fit.
        """
        with self._written() as database:
            for history in histories:
                times = _instants_of(history)
                ids = np.array(interned(database, self._ids, [(history.metric, key) for key in history.keys]), np.int64)
                missing = np.isnan(history.values) & ~np.isin(history.values.view(np.uint64), SAMPLES_BITS)
                values = np.where(missing, ABSENT, history.values)
                for begin in range(0, len(times), RUN):
                    write_runs(database, ids, times[begin : begin + RUN], values[:, begin : begin + RUN])

    def tidy(self, now: datetime) -> None:
        """Compact what has gathered, and delete what is older than the retention. Raises SourceError."""
        with self._written() as database:
            compact(database, ms_of(now - EPOCH))
            if expire(database, ms_of(now - EPOCH - self._retention)):
                self._ids.clear()
        with self._explained("vacuumed"), self._writing:
            self._writer.execute("PRAGMA incremental_vacuum(2000)").fetchall()

    # --- reading ---

    def select(self, metric: str, match: Match, start: int, end: int) -> Samples:
        """The samples of a metric's series with these labels, start <= t <= end in ms. Raises SourceError."""
        with self._read() as database:
            chosen = self._catalogue.choose(metric, match)
            (compacted,) = database.execute("SELECT coalesce(max(last), -1) FROM runs").fetchone()
            blocks = self._runs.blocks(database, chosen.ids, start, end) if start <= compacted else []
            blocks += self._head.blocks(chosen.ids, start, end)
        return samples_of(chosen.keys, blocks, start, end)

    def count(self, metric: str, match: Match = ()) -> int:
        """How many series a metric has. Raises SourceError."""
        with self._read():
            return len(self._catalogue.choose(metric, match).keys)

    def has_bounds(self, metric: str) -> bool:
        """Whether a metric has buckets besides the one without an end. Raises SourceError."""
        with self._read():
            keys = self._catalogue.choose(metric, ()).keys
        return any(dict(key).get("le", "+Inf").lower() not in ("+inf", "inf") for key in keys)

    def metrics(self) -> dict[str, str]:
        """The names of all metrics, each with its type as its page states it, or "unknown". Raises SourceError."""
        with self._read() as database:
            kinds = dict(database.execute("SELECT metric, kind FROM kinds").fetchall())
            return {metric: kinds.get(metric, "unknown") for metric in self._catalogue.metrics()}

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """A transaction; what was remembered of the file is forgotten when it fails."""
        with self._explained("written"), self._writing:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._ids.clear()
                self._layouts.clear()
                self._kinds.clear()
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot, with what is kept in memory as of the same moment."""
        with self._explained("read"), self._reading:
            self._reader.execute("BEGIN")
            try:
                self._catalogue.refresh(self._reader)
                self._head.refresh(self._reader)
                yield self._reader
            finally:
                self._reader.execute("ROLLBACK")

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise SourceError(f"{self.path} (the scraper's samples) cannot be {what}: {error}", retry=True) from error


def _connection(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if read_only:
        place = f"{path.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    make_private(path)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("PRAGMA journal_mode = WAL")
    # Without a sync a commit survives the process, not the machine: the last scrapes before a power cut are no loss.
    database.execute("PRAGMA synchronous = NORMAL")
    return database


def _prepare(database: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    """Create the tables in a new file. Raises SourceError for a file of another version."""
    database.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == 0 and not read_only:
        for statement in filter(str.strip, _TABLES.split(";")):
            database.execute(statement)
    database.execute("COMMIT")
    if version not in ((_VERSION,) if read_only else (0, _VERSION)):
        found = f"is of version {version}, this program reads version {_VERSION}"
        raise SourceError(
            f"{path} (the scraper's samples) {found}: update the program, or move the file away", retry=False
        )


def _last_layout(database: sqlite3.Connection, target: str) -> Layout:
    """The layout of a target as its last row left it; from the file, after a start."""
    found = database.execute(
        "SELECT id, series FROM layouts WHERE target = ? ORDER BY id DESC LIMIT 1", (target,)
    ).fetchone()
    if found is None:
        return EMPTY
    number, series = found[0], np.frombuffer(found[1], "<i4").astype(np.int64)
    nothing = np.zeros(len(series), np.int64)
    row = database.execute(
        "SELECT at, numbers, stamps FROM scrapes WHERE layout = ? ORDER BY id DESC LIMIT 1", (number,)
    ).fetchone()
    if row is None:  # compacted: too long ago for anything to end
        return Layout(id=number, series=series, at=-1, live=nothing > 0, stamps=nothing)
    stamps = nothing if row[2] is None else np.frombuffer(row[2], "<i8").astype(np.int64)
    live = is_sample(np.frombuffer(row[1], "<f8")) & (stamps == 0)
    return Layout(id=number, series=series, at=row[0], live=live, stamps=stamps)


def _stored_layout(database: sqlite3.Connection, target: str, layout: Layout) -> Layout:
    columns = layout.series.astype("<i4").tobytes()
    cursor = database.execute("INSERT INTO layouts (target, series) VALUES (?, ?)", (target, columns))
    return replace(layout, id=cursor.lastrowid)


def _bytes(stamps: Instants | None) -> bytes | None:
    return None if stamps is None else stamps.astype("<i8").tobytes()


def _instants_of(history: RawHistory) -> Instants:
    """The times in ms. Raises ValueError where the arrays do not fit each other."""
    shape = (len(history.keys), len(history.times))
    if history.values.shape != shape:
        raise ValueError(f"history of {history.metric}: values are {history.values.shape}, keys and times say {shape}")
    times = np.round(history.times * 1000).astype(np.int64)
    if (np.diff(times) <= 0).any():
        raise ValueError(f"history of {history.metric}: times must ascend, a millisecond at least from one to the next")
    return times
