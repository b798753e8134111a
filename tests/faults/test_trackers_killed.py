"""kill -9 while a tracker is written to: one ticket, with every line once and in order, and closed at the end."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.lifecycle import Action
from tests.contracts.trackers.fake import FakeTracker, serving
from tests.contracts.trackers.stage import NAME, Stage
from tests.contracts.trackers.vendors import VENDORS
from tests.tocsin.web.running import CONFIG, NOW, Clock, reopened, running

ROOT = Path(__file__).parents[2]
DYING = """
    import os, signal, sys
    from datetime import timedelta
    from importlib import import_module
    from pathlib import Path
    from tests.tocsin.web.running import NOW, reopened

    folder, module, owner, name = sys.argv[1:]
    tocsin = reopened(Path(folder), NOW + timedelta(minutes=1))
    owner = getattr(import_module(module), owner)
    whole = getattr(owner, name)

    def deadly(*given, **named):
        whole(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)
    for _ in range(20):
        tocsin.deliver("updates:ops")
        tocsin.clock.pass_(seconds=30)
"""
GITHUB, JIRA = "tickets.trackers.github:GitHub", "tickets.trackers.jira:Jira"
POINTS = {
    "the ticket was created, and nobody wrote down its number": ("github", GITHUB, "create"),
    "the ticket was created, and the index does not have it yet": ("jira", JIRA, "create"),
    "a line was commented, before the cursor moved": ("github", GITHUB, "comment"),
    "the text was edited, before that was written down": ("github", GITHUB, "edit"),
    "the ticket was closed, before that was written down": ("github", GITHUB, "set_open"),
}


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A tracker, and the folder of a Tocsin that has something to say to it."""

    folder: Path
    fake: FakeTracker
    kind: str


@pytest.fixture(params=POINTS)
def killed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    kind, where, name = POINTS[request.param]
    vendor = VENDORS[kind]
    fake = vendor.fake(Clock())
    monkeypatch.setenv("OPS_TOKEN", fake.token)
    with serving(fake) as url:
        keys = f'kind: {kind}, name: {NAME}, url: "{url}", token_env: OPS_TOKEN, gather: 0s, {vendor.config}'
        tocsin = running(tmp_path, f"trackers: [{{{keys}}}]\n{CONFIG}")
        tocsin.services.store.sinks.start(NAME, tocsin.clock())
        incident = tocsin.incident(disclosed=False)
        tocsin.do(incident, Action.ADD_NOTE, text="looking at the hot wallet")
        tocsin.do(incident, Action.SET_SEVERITY, severity="critical", reason="worse")
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
        tocsin.close()
        fake.clock = lambda: NOW + timedelta(minutes=1)
        command = [sys.executable, "-c", textwrap.dedent(DYING), str(tmp_path), *where.split(":"), name]
        ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        yield Beside(folder=tmp_path, fake=fake, kind=kind)


def test_the_next_process_writes_what_is_missing_and_nothing_twice(killed: Beside) -> None:
    tocsin = reopened(killed.folder, NOW + timedelta(seconds=80))
    killed.fake.clock = tocsin.clock
    play = Stage(tocsin=tocsin, fake=killed.fake, vendor=VENDORS[killed.kind])
    play.settle()
    assert len(killed.fake.tickets) == 1
    assert play.ours() == [2, 3, 4]
    assert not play.ticket().is_open
    assert "critical" in play.ticket().body
    tocsin.close()
