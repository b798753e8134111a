"""Turns at the machine: tests run together, but while one wants to be alone no other runs."""

import fcntl
import threading
from pathlib import Path

from tests.patience import until
from tests.turns import turn


class Workers:
    """Threads in place of workers: each takes a turn, writes down when it is in and out, and leaves when it may."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[str] = []
        self._leave: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def ask(self, name: str, *, alone: bool = False) -> None:
        self._leave[name] = threading.Event()
        self._threads[name] = threading.Thread(target=self._run, args=(name, alone), daemon=True)
        self._threads[name].start()

    def leave(self, name: str) -> None:
        self._leave[name].set()
        self._threads[name].join()

    def is_in(self, name: str) -> None:
        until(lambda: f"{name} in" in self.seen, f"{name} is in")

    def waits(self) -> None:
        """Until somebody stands at the gate, who waits for the room."""
        until(lambda: not self._is_free("gate"), "somebody waits")

    def _is_free(self, name: str) -> bool:
        with (self.folder / name).open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def _run(self, name: str, alone: bool) -> None:
        with turn(self.folder, alone=alone):
            self.seen.append(f"{name} in")
            self._leave[name].wait()
            self.seen.append(f"{name} out")


def test_tests_run_together(tmp_path: Path) -> None:
    workers = Workers(tmp_path)
    workers.ask("a")
    workers.is_in("a")
    workers.ask("b")
    workers.is_in("b")
    workers.leave("a")
    workers.leave("b")


def test_one_that_is_alone_waits_for_what_runs_and_goes_before_what_asks_later(tmp_path: Path) -> None:
    workers = Workers(tmp_path)
    workers.ask("running")
    workers.is_in("running")
    workers.ask("story", alone=True)
    workers.waits()
    workers.ask("later")
    workers.leave("running")
    workers.is_in("story")
    workers.waits()
    assert workers.seen == ["running in", "running out", "story in"]
    workers.leave("story")
    workers.is_in("later")
    workers.leave("later")
    assert workers.seen[3:] == ["story out", "later in", "later out"]
