"""Publishes a page into a folder that any web server may be serving meanwhile.

Every file is replaced by an atomic rename within the folder, never written where a reader could see it half done, and
what is linked to is there before what links to it. A folder switched by a symbolic link would change all files at one
instant, but a server that holds the folder open, a container that mounts it, and whoever synchronises it go on reading
the old one; so the folder stays the same and the order of renames keeps every reader whole.

All new content is written and flushed to disk before the first rename: a full disk, or a kill while writing, leaves the
old page as it was. A kill between renames leaves files that are each old or new, the index old with all it links to.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from statuspage.manifest import MANIFEST
from statuspage.publishers.order import FIRST_PAGES, in_order, rank
from statuspage.publishers.publisher import KEEP_SECONDS, Published, PublishError, check_paths, is_safe

STAGING = ".staging"
"""Where files are written before they take their place: in the folder, so that a rename suffices; closed to readers."""

FLUSHED_ONE_BY_ONE = 64
"""Up to so many files are flushed each by itself; more by one flush of everything."""


LOOKED_AT = 512
"""Up to so many files are looked at in each publishing, whether somebody spoilt them; of more, one in `TURNS`."""

TURNS = 16


@dataclass(frozen=True, slots=True)
class _Placed:
    """A file as we left it; another size, time or inode means that somebody else touched it."""

    content: bytes
    mark: tuple[int, int, int]


class DirectoryPublisher:
    """Keeps one folder in step with the page; at most one process may publish into a folder.

    Files that it did not write itself (a CNAME, a robots.txt) it never touches: what it may remove is what its own
    manifest listed. clock: seconds that only grow.
    """

    def __init__(
        self, folder: Path, *, keep_seconds: float = KEEP_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._placed: dict[str, _Placed] = {}
        self._own: set[str] | None = None
        self._left_at: dict[str, float] = {}
        self._turn = 0

    @property
    def name(self) -> str:
        """Such as "directory:/srv/status"."""
        return f"directory:{self._folder}"

    def publish(self, files: Mapping[str, bytes]) -> Published:
        """Makes the folder show `files`, by path relative to it; what is there already is not written again.

        Raises PublishError where the folder cannot be written; the message says what stands there then.
        """
        check_paths(path for path in files if path not in self._placed)
        self._turn = (self._turn + 1) % TURNS
        is_large = len(files) > LOOKED_AT
        changed = in_order(
            path
            for path, content in files.items()
            if not (is_large and self._is_trusted(path, content)) and not self._shows(path, content)
        )
        try:
            self._prepare()
            own = self._listed() if self._own is None else self._own
            self._stage(changed, files)
        except OSError as error:
            self._fail(error, "the page before it still stands")
        try:
            self._place(changed, files)
            removed = self._remove(own - set(files))
        except OSError as error:
            self._fail(error, "files that were already placed are new, the others old; publishing again completes it")
        self._own = (own - set(removed)) | set(files)
        return Published(written=tuple(changed), unchanged=len(files) - len(changed), removed=removed)

    def _is_trusted(self, path: str, content: bytes) -> bool:
        """Whether we placed that very content there, and it is not its turn to be looked at."""
        placed = self._placed.get(path)
        return placed is not None and placed.content is content and hash(path) % TURNS != self._turn

    def _shows(self, path: str, content: bytes) -> bool:
        """Whether the folder holds that content there; read from disk once, known by its mark after."""
        place = f"{self._folder}/{path}"  # strings: this runs over every file of the page at each publishing
        try:
            mark = _mark(os.stat(place))  # noqa: PTH116 - as a string, for the same reason
            placed = self._placed.get(path)
            if placed is not None and placed.mark == mark:
                return placed.content is content or placed.content == content
            if mark[0] != len(content) or Path(place).read_bytes() != content:
                return False
        except OSError:
            return False  # writing it will say what is wrong, if anything is
        self._placed[path] = _Placed(content, mark)
        return True

    def _prepare(self) -> None:
        """An empty staging folder; what a killed publisher left in it is nobody's."""
        if not self._folder.exists():
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            _make_readable(self._folder)
        staging = self._folder / STAGING
        staging.mkdir(mode=0o700, exist_ok=True)
        for leftover in staging.iterdir():
            leftover.unlink()

    def _listed(self) -> set[str]:
        """What an earlier process published here, by the manifest it left; nothing where there is none."""
        try:
            files = json.loads((self._folder / MANIFEST).read_bytes())["files"]
        except FileNotFoundError:
            return set()
        except (ValueError, KeyError, TypeError):
            return set()  # not our manifest: then nothing here is ours to remove, and ours replaces it
        return {path for path in files if is_safe(path)}

    def _stage(self, paths: Iterable[str], files: Mapping[str, bytes]) -> None:
        """Writes all, then flushes all; a whole page in one go, as file by file the disk would take seconds."""
        written = []
        for path in paths:
            staged = self._staged(path)
            staged.write_bytes(files[path])
            staged.chmod(0o644)
            written.append(staged)
        if len(written) > FLUSHED_ONE_BY_ONE:
            os.sync()
        else:
            _flush_all(written)

    def _place(self, paths: Iterable[str], files: Mapping[str, bytes]) -> None:
        """Renames in order; the folders are flushed before the index takes its place, and after everything."""
        touched: set[Path] = set()
        is_flushed = False
        for path in paths:
            place = self._folder / path
            if rank(path) >= FIRST_PAGES and not is_flushed:
                _flush_all(touched)
                is_flushed = True
            for folder in reversed([parent for parent in place.parents if self._folder in parent.parents]):
                if not folder.exists():
                    _make_readable(folder)
            staged = self._staged(path)
            staged.replace(place)
            self._placed[path] = _Placed(files[path], _mark(place.stat()))
            touched |= self._lineage(place)
        _flush_all(touched)

    def _remove(self, gone: set[str]) -> tuple[str, ...]:
        """Removes what left the page long enough ago; a file that comes back starts anew."""
        now = self._clock()
        self._left_at = {path: self._left_at.get(path, now) for path in gone}
        due = sorted(path for path, left_at in self._left_at.items() if now - left_at >= self._keep_seconds)
        for path in due:
            (self._folder / path).unlink(missing_ok=True)
            del self._left_at[path]
            self._placed.pop(path, None)
        return tuple(due)

    def _lineage(self, place: Path) -> set[Path]:
        """The folders that a new file may have brought into being, and the one above them."""
        return {self._folder, *(parent for parent in place.parents if self._folder in parent.parents)}

    def _staged(self, path: str) -> Path:
        return self._folder / STAGING / hashlib.sha256(path.encode()).hexdigest()[:32]

    def _fail(self, error: OSError, state: str) -> NoReturn:
        where = error.filename or self._folder
        message = f"publishing to {self._folder} failed at {where}: {error.strerror or error}; {state}"
        raise PublishError(f"{message}. Free space or mend the folder's permissions") from error


def _make_readable(folder: Path) -> None:
    """A folder that a web server may enter, whatever umask the service runs under."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def _mark(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_all(paths: Iterable[Path]) -> None:
    for path in sorted(paths):
        _flush(path)
