"""Turns at the machine: tests run together, but while one wants to be alone no other runs."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.patience import until
from tests.turns import turn

ROOT = Path(__file__).parent.parent


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


STORIES = """
import pytest
from pathlib import Path

def note(words):
    with (Path(__file__).parent / "seen").open("a") as file:
        print(words, file=file)

@pytest.mark.alone
@pytest.mark.parametrize("number", range(3))
def test_story(number):
    note("story begins")
    note("story ends")
"""
OTHERS = """
from pathlib import Path

import pytest

@pytest.mark.parametrize("number", range(20))
def test_other(number):
    with (Path(__file__).parent / "seen").open("a") as file:
        print("other", file=file)
"""


def test_stories_in_a_row_keep_the_machine(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = alone: by itself\n")
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_stories.py").write_text(STORIES)
    (tmp_path / "test_others.py").write_text(OTHERS)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        command, cwd=tmp_path, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    seen = (tmp_path / "seen").read_text().splitlines()
    first = seen.index("story begins")
    assert seen[first : first + 6] == ["story begins", "story ends"] * 3, seen
    assert seen.count("other") == 20
