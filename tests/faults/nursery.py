"""Starts real `tocsin` processes quickly: all is imported once, then each is forked from it and runs its command.

As a program it reads orders, a line of JSON each, from standard input, and answers there with process ids and ends.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
USED = (
    *("tocsin.cli", "tocsin.process.serve", "tocsin.commands.run", "tocsin.commands.backup"),
    *("uvicorn.loops.auto", "uvicorn.lifespan.on", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
    *("statsmodels.tsa.stattools", "anyio._backends._asyncio", "uvloop", "font_roboto", "resvg_py"),
)
"""What a command imports, some of it when it is first used."""


@dataclass(slots=True, kw_only=True)
class Process:
    """One `tocsin` command. status: as a shell has it (negative = killed by that signal), None while it runs."""

    pid: int
    log: Path
    ends: dict[int, int]

    @property
    def status(self) -> int | None:
        return self.ends.get(self.pid)

    @property
    def said(self) -> str:
        """Everything that it wrote to its standard output and error."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """A signal, where it still runs."""
        if self.status is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float = PATIENCE_S) -> int:
        """Its status, once it has ended."""
        deadline = time.monotonic() + seconds
        while self.status is None:
            assert time.monotonic() < deadline, f"process {self.pid} still runs after {seconds} s:\n{self.said[-3000:]}"
            time.sleep(0.01)
        return self.status or 0


class Nursery:
    """The program below, seen from a test."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program
        self._ends: dict[int, int] = {}
        self._started: list[int] = []
        self._answered = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._processes: list[Process] = []

    def start(
        self,
        *arguments: str,
        log: Path,
        at: str = "",
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Process:
        """Runs `tocsin ARGUMENTS`; at: the point where it kills itself."""
        order = {"arguments": arguments, "log": str(log), "at": at, "environ": dict(environ or {})}
        order["cwd"] = str(cwd or log.parent)
        with self._answered:
            many = len(self._started)
            assert self._program.stdin
            self._program.stdin.write(json.dumps(order) + "\n")
            self._program.stdin.flush()
            assert self._answered.wait_for(lambda: len(self._started) > many, PATIENCE_S), "the nursery does not answer"
            process = Process(pid=self._started[-1], log=log, ends=self._ends)
        self._processes.append(process)
        return process

    def run(self, *arguments: str, log: Path, seconds: float = PATIENCE_S, **more: Any) -> tuple[int, str]:
        """Runs a command to its end; its status and what it said."""
        process = self.start(*arguments, log=log, **more)
        return process.wait(seconds), process.said

    def kill_all(self) -> None:
        """Ends what still runs of all that was started, and waits for it."""
        for process in self._processes:
            process.send(signal.SIGKILL)
        for process in self._processes:
            process.wait()
        self._processes.clear()

    def end(self) -> None:
        """Ends the nursery with all that it started."""
        self.kill_all()
        assert self._program.stdin
        self._program.stdin.close()
        self._program.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self._program.stdout
        self._program.stdout.close()

    def _read(self) -> None:
        assert self._program.stdout
        for line in self._program.stdout:
            answer = json.loads(line)
            with self._answered:
                if "started" in answer:
                    self._started.append(answer["started"])
                else:
                    self._ends[answer["ended"]] = answer["status"]
                self._answered.notify_all()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One for many tests: it takes seconds to begin."""
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "default"}
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environ,
    )
    made = Nursery(program)
    try:
        yield made
    finally:
        made.end()


def main() -> None:
    """Takes orders until its input ends."""
    for module in USED:
        import_module(module)  # here: the nursery's own end in a test needs none of it
    _make_once()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order, import_module("tocsin.cli").main)
        _answer({"started": pid})
        threading.Thread(target=_report, args=(pid,), daemon=True).start()


def _make_once() -> None:
    """What each process would make anew at its first page and its first ticket, and never changes."""
    site = import_module("statuspage.site").Site(
        title="Any", url="http://127.0.0.1/", since=datetime(2026, 1, 1, tzinfo=UTC)
    )
    words = import_module("statuspage.phrases").phrases_of(site.language)
    page = import_module("statuspage.environment").environment(site, words, ())
    for template in page.list_templates():
        page.get_template(template)
    import_module("tickets.phrases").concepts_in("")


def _report(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    _answer({"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _answer(answer: dict[str, int]) -> None:
    os.write(1, (json.dumps(answer) + "\n").encode())


def _become(order: dict[str, Any], command: Any) -> None:
    """The forked child: its own session, its own log, then the command line's entry as any shell would start it."""
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, log), (2, log)):
        os.dup2(source, target)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the process's own
    os.chdir(order["cwd"])
    os.environ.update(order["environ"])
    sys.argv = ["tocsin", *order["arguments"]]
    status: object = 0
    try:
        if order["at"]:
            from tests.faults.killed import arm

            arm(order["at"])
        command()
    except SystemExit as end:
        status = end.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:  # noqa: BLE001 - what the interpreter itself does with it
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(status or 0) if isinstance(status, int | None) else 1)


if __name__ == "__main__":
    main()
