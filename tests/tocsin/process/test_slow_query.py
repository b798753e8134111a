"""Watches are asked for side by side: who waits for an answer makes nobody else wait."""

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from detectors.sources.prometheus import Prometheus
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S, until
from tocsin.config import load
from tocsin.process.application import Application
from tocsin.wiring.installation import keep

CONFIG = """\
site: {name: Northbridge}
data: ./data
sources:
  default: {kind: prometheus, url: "URL", timeout: 300s, at_once: 4}
components:
  - {name: trading, title: Trading}
watches:
  - {name: slow, promql: slow, component: trading, every: 1s}
  - {name: quick, promql: quick, component: trading, every: 1s}
"""


@dataclass(kw_only=True)
class Server:
    """Knows no past; answers about now at once, but `slow`, which waits until it is reported to go on."""

    go: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    waiting: int = 0
    most: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        live = "start" in asked and float(asked["start"]) > time.time() - 60
        if live:
            self.asked.append(asked["query"])
        if live and asked["query"] == "slow":
            self._wait()
        kind = "matrix" if "start" in asked else "vector"
        body: dict[str, object] = {"resultType": kind, "result": []}
        page(json.dumps({"status": "success", "data": body}))(request)

    def _wait(self) -> None:
        with self._lock:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        self.go.wait(PATIENCE_S)
        with self._lock:
            self.waiting -= 1


class Ours:
    """A lease that nobody else wants."""

    def hold(self) -> bool:
        return True

    def is_held(self) -> bool:
        return True

    def release(self) -> None:
        """Nobody waits for it."""


def test_a_slow_query_delays_only_its_own_watch(tmp_path: Path) -> None:
    server = Server()
    with serving(server) as site:
        text = CONFIG.replace("URL", site.url) + f'listen: "127.0.0.1:{free_port()}"\n'
        (tmp_path / "tocsin.yaml").write_text(text)
        config = load(tmp_path / "tocsin.yaml")
        kept = keep(config)
        application = Application(config, kept, Ours())
        application.start()
        try:
            until(lambda: server.waiting == 1)
            before = server.asked.count("quick")
            until(lambda: server.asked.count("quick") >= before + 4)
            assert server.waiting == 1
            assert server.asked.count("slow") == 1  # it is not asked again while it is under way
            server.go.set()
            until(lambda: server.asked.count("slow") >= 2)
        finally:
            server.go.set()
            application.stop()
            kept.store.close()
            kept.samples.close()


def test_no_more_questions_than_allowed_are_under_way_at_once() -> None:
    server = Server()
    watch = Watch(name="slow", query=Query(promql="slow"), component="trading")
    failures: list[SourceError] = []

    with serving(server) as site:
        source = Prometheus(site.url, timeout=PATIENCE_S, at_once=3)

        def ask() -> None:
            try:
                source.read(watch, None, datetime.now(UTC))
            except SourceError as error:
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(9)]
        for thread in threads:
            thread.start()
        until(lambda: server.waiting == 3)
        server.go.set()
        for thread in threads:
            thread.join(PATIENCE_S)
        source.close()
    assert server.most == 3
    assert server.asked.count("slow") == 9
    assert failures == []


def test_who_never_gets_its_turn_says_so() -> None:
    server = Server()
    watch = Watch(name="slow", query=Query(promql="slow"), component="trading")
    with serving(server) as site:
        first, second = Prometheus(site.url, timeout=PATIENCE_S), Prometheus(site.url, timeout=0.2, at_once=1)
        held = second._api._turns
        assert held.acquire(timeout=1)
        with pytest.raises(SourceError, match=r"watch slow, query slow: not asked: 1 questions \(at_once\)") as caught:
            second.read(watch, None, datetime.now(UTC))
        first.close()
        second.close()
    assert caught.value.retry
