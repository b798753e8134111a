"""What a kill -9 costs whoever sends alerts and whoever is notified: Tocsin and a real Alertmanager, treated alike.

Each is sent alerts over the API that both speak, each alert of a cause of its own, and notifies a webhook. The webhook
reads the whole of a request, and closes without an answer the first time that it is sent something of `closing`. Then
each is killed right after its 200 to a last request, and started again once what was to end has ended.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import orjson

from incidents.silence import Silence
from tests import loopback
from tests.detectors.sources.pages import serving
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import LOOK_S, until
from tests.require import require
from tocsin.storage import load_cipher, open_store
from tocsin.wiring.installation import KEY_FILE

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOCSIN = """\
site: {{name: Loss}}
data: ./data
listen: "127.0.0.1:{port}"
sources: {{default: {{kind: scrape, targets: [{{url: "http://127.0.0.1:9/metrics", every: 1h}}]}}}}
incidents: {{cause_wait: 0s, recovery_hold: 1s}}
trackers: [{{kind: webhook, name: ops, url: "{hook}", secret_env: LOSS_SECRET, gather: 0s}}]
components:
  - {{for: [{rows}], name: "{{n}}", title: "{{n}}", disclosure: {{mode: never}}}}
watches: [{{name: none, metric: nothing_of_the_kind, component: settled-0, absent_after: null}}]
alerts: {{resolve_after: 1h, rules: [{{match: {{service: "*"}}, component: "{{service}}"}}]}}
"""
ALERTMANAGER = """\
route: {{receiver: hook, group_by: [service], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}}
receivers: [{{name: hook, webhook_configs: [{{url: "{hook}"}}]}}]
"""
SILENCES = 5
FAIR_S = 15.0


@dataclass(kw_only=True)
class Hook:
    """A webhook's end that honours a key where there is one.

    sent: of each request in order, what it says ("opened" or "resolved", service) and its key, "" = it has none.
    """

    url: str = ""
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        said = orjson.loads(request.rfile.read(int(request.headers["content-length"])))
        what, service = _read(said)
        with self.lock:
            is_first = (what, service) not in {one[:2] for one in self.sent}
            self.sent.append((what, service, request.headers.get("webhook-id", "")))
        if is_first and service.startswith("closing"):
            request.close_connection = True
            return
        request.send_response(204)
        request.end_headers()

    def said(self, what: str, kind: str) -> Counter[str]:
        """How often each service of the kind was said to be so, by whom honours the key."""
        with self.lock:
            sent = [one for one in self.sent if one[0] == what and one[1].startswith(kind)]
        taken = [one for n, one in enumerate(sent) if not one[2] or one not in sent[:n]]
        return Counter(service for _, service, _ in taken)


def _read(said: Mapping[str, Any]) -> tuple[str, str]:
    if "alerts" in said:  # an Alertmanager's
        return {"firing": "opened"}.get(said["status"], said["status"]), said["groupLabels"]["service"]
    return str(said["type"]).removeprefix("incident."), said["data"]["incident"]["component"]


@dataclass(kw_only=True)
class Peer:
    """A program that takes alerts. silence: makes one over an hour, by its number."""

    name: str
    command: Sequence[str]
    url: str
    log: Path
    hook: Hook
    silence: Callable[[int], None]
    headers: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, env={**os.environ, "LOSS_SECRET": SECRET}
            )
        until(self._is_ready, f"{self.name} is ready")

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _is_ready(self) -> bool:
        try:
            return loopback.get(f"{self.url}/-/ready").status_code == 200
        except httpx2.HTTPError:
            return False

    def send(self, kind: str, many: int, lasts: timedelta = timedelta(hours=1)) -> None:
        """So many alerts in one request, each of a service of its own."""
        now = datetime.now(UTC)
        alerts = [
            {
                "labels": {"alertname": "Slow", "service": f"{kind}-{n}"},
                "startsAt": now.isoformat(),
                "endsAt": (now + lasts).isoformat(),
            }
            for n in range(many)
        ]
        answer = loopback.post(f"{self.url}/api/v2/alerts", json=alerts, headers=dict(self.headers))
        assert answer.status_code == 200, answer.text

    def firing(self, kind: str) -> int:
        """How many alerts of the kind it says to fire."""
        found = loopback.get(f"{self.url}/api/v2/alerts", headers=dict(self.headers)).json()
        return sum(one["labels"]["service"].startswith(kind) for one in found)

    def silences(self) -> int:
        return len(loopback.get(f"{self.url}/api/v2/silences", headers=dict(self.headers)).json())


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Of so many: what was lost or came twice, as seen by a receiver that honours the key.

    extra: requests for `closing` beyond the two that its receiver asked for.
    """

    lost: int
    never_notified: int
    notified_twice: int
    ends_never_said: int
    silences_lost: int
    extra: int


def suffered(peer: Peer, many: int, patience: Callable[[Callable[[], bool]], object]) -> Losses:
    """The whole story, `many` alerts of each kind. patience: waits until it holds, or for as long as is fair."""
    peer.start()
    ends = timedelta(seconds=20)
    began = datetime.now(UTC)
    for kind, lasts in (("settled", timedelta(hours=1)), ("closing", timedelta(hours=1)), ("ending", ends)):
        peer.send(kind, many, lasts)
        patience(partial(_all, peer.hook, "opened", kind, many))
    patience(lambda: len([one for one in peer.hook.sent if one[1].startswith("closing")]) >= 2 * many)
    for n in range(SILENCES):
        peer.silence(n)
    peer.send("fresh", many)
    peer.kill()
    until(lambda: datetime.now(UTC) > began + 2 * ends, "what was to end has ended")
    peer.start()
    found = peer.silences()
    patience(lambda: peer.firing("fresh") == many)
    lost = many - peer.firing("fresh")
    peer.send("settled", many)
    peer.send("closing", many)
    peer.send("fence", 1)
    for what, kind, count in (("opened", "fence", 1), ("opened", "fresh", many), ("resolved", "ending", many)):
        patience(partial(_all, peer.hook, what, kind, count))
    again = {kind: peer.hook.said("opened", kind) for kind in ("settled", "closing", "ending", "fresh")}
    return Losses(
        lost=lost,
        never_notified=sum(many - len(counts) for counts in again.values()),
        notified_twice=sum(counts.total() - len(counts) for kind, counts in again.items()),
        ends_never_said=many - len(peer.hook.said("resolved", "ending")),
        silences_lost=SILENCES - found,
        extra=len([one for one in peer.hook.sent if one[1].startswith("closing")]) - 2 * many,
    )


def _all(hook: Hook, what: str, kind: str, many: int) -> bool:
    return len(hook.said(what, kind)) == many


def fairly(holds: Callable[[], bool]) -> None:
    """Waits for what a program may never say, until it holds or FAIR_S are over."""
    deadline = time.monotonic() + FAIR_S
    while not holds() and time.monotonic() < deadline:
        time.sleep(LOOK_S)


@contextmanager
def tocsin(folder: Path, many: int) -> Iterator[Peer]:
    folder.mkdir()
    port, config = free_port(), folder / "tocsin.yaml"
    kinds = [f"{kind}-{n}" for kind in ("settled", "closing", "ending", "fresh") for n in range(many)]
    rows = ", ".join(f'{{n: "{n}"}}' for n in [*kinds, "fence-0"])
    command = [sys.executable, "-m", "tocsin.cli"]

    def silence(n: int) -> None:
        data, now = folder / "data", datetime.now(UTC)
        store = open_store(f"sqlite:///{data / 'tocsin.db'}", load_cipher(data / KEY_FILE))
        until_ = now + timedelta(hours=1)
        store.silences.add(
            Silence(id=f"s{n}", component=f"other-{n}", starts_at=now, ends_at=until_, author="mara", reason="a test"),
            now,
        )
        store.close()

    with _hook() as hook:
        config.write_text(TOCSIN.format(port=port, hook=hook.url, rows=rows))
        made = subprocess.run(
            [*command, "keys", "add", "loss", "--scope", "alerts", "--config", str(config)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LOSS_SECRET": SECRET},
        )
        peer = Peer(
            name="Tocsin",
            command=[*command, "run", "--config", str(config)],
            url=f"http://127.0.0.1:{port}",
            log=folder / "log",
            hook=hook,
            silence=silence,
            headers={"Authorization": f"Bearer {made.stdout.split()[-1]}"},
        )
        try:
            yield peer
        finally:
            peer.kill()


@contextmanager
def alertmanager(folder: Path) -> Iterator[Peer]:
    folder.mkdir()
    address, config = f"127.0.0.1:{free_port()}", folder / "am.yml"

    def silence(n: int) -> None:
        now = datetime.now(UTC)
        matcher = {"name": "service", "value": f"other-{n}", "isRegex": False, "isEqual": True}
        body = {
            "matchers": [matcher],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "mara",
            "comment": "a test",
        }
        answer = loopback.post(f"http://{address}/api/v2/silences", json=body)
        assert answer.status_code == 200, answer.text

    with _hook() as hook:
        config.write_text(ALERTMANAGER.format(hook=hook.url))
        command = [require("alertmanager"), f"--config.file={config}", f"--storage.path={folder / 'data'}"]
        command += [f"--web.listen-address={address}", "--cluster.listen-address=", "--log.level=error"]
        peer = Peer(
            name="Alertmanager",
            command=command,
            url=f"http://{address}",
            log=folder / "log",
            hook=hook,
            silence=silence,
        )
        try:
            yield peer
        finally:
            peer.kill()


@contextmanager
def _hook() -> Iterator[Hook]:
    with ExitStack() as opened:
        made = Hook()
        made.url = f"{opened.enter_context(serving(made.answer)).url}/hook"
        yield made
