"""A lock on a file, in which its holder counts; who holds it, as the kernel says."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

LOCKS = Path("/proc/locks")  # of Linux
WIDTH = 40
TYPE, PID, INODE = 1, 4, 5
"""The columns of a line of LOCKS: `1: FLOCK ADVISORY WRITE 4711 08:01:123456 0 EOF`."""


class FileLock:
    """One process has it; the kernel gives it up with the process. Not safe between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._is_mine = False
        self._count = 0

    def take(self) -> bool:
        """Whether it is this process's now. Raises OSError."""
        if not self._is_mine:
            with suppress(BlockingIOError):
                fcntl.flock(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._is_mine = True
        return self._is_mine

    def release(self) -> None:
        """Gives it up; a no-op where it is not held."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._is_mine = None, False

    def count(self) -> str:
        """What the last that counted wrote."""
        return os.pread(self._opened(), WIDTH, 0).decode(errors="replace")

    def count_on(self) -> None:
        """Writes a count that was not there before."""
        self._count += 1
        os.pwrite(self._opened(), f"{os.getpid()} {self._count}".ljust(WIDTH).encode(), 0)

    def holder(self) -> int | None:
        """The process that has it, where the kernel says so and it is another one."""
        inode = os.fstat(self._opened()).st_ino
        with suppress(OSError):
            for line in LOCKS.read_text(encoding="ascii").splitlines():
                words = line.split()
                if words[TYPE] == "FLOCK" and words[INODE].rpartition(":")[2] == str(inode) and int(words[PID]) > 0:
                    return int(words[PID]) if int(words[PID]) != os.getpid() else None
        return None

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file
