"""What the web sees of the running application, and the double of the web's tests: both keep one contract."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import pytest
from fastapi.testclient import TestClient

from detectors.sources.source import SourceError
from tests.tocsin.web.running import CONFIG, HOST, StillRuntime, template
from tocsin.config import load
from tocsin.context.loops import Loop
from tocsin.process.application import Application
from tocsin.web.app import create_web
from tocsin.web.http.runtime import Runtime
from tocsin.wiring.installation import Kept, keep
from tocsin.wiring.services import Services

PATIENCE = 20.0


class Ours:
    """A lease that nobody else wants."""

    def hold(self) -> bool:
        return True

    def is_held(self) -> bool:
        return True

    def release(self) -> None:
        """Nobody waits for it."""


class Checked(Runtime, Protocol):
    """What both have beside what the web uses."""

    @property
    def services(self) -> Services: ...

    def using(self) -> AbstractContextManager[Services]: ...


@dataclass(slots=True, kw_only=True)
class Case:
    """One of the two over the configuration in `file`."""

    runtime: Checked
    kept: Kept
    file: Path

    def write(self, config: str) -> None:
        self.file.write_text(config, encoding="utf-8")


@contextmanager
def still(kept: Kept, file: Path) -> Iterator[Checked]:
    runtime = StillRuntime(load(file), kept)
    yield runtime
    runtime.services.close()


@contextmanager
def real(kept: Kept, file: Path) -> Iterator[Checked]:
    application = Application(load(file), kept, Ours())
    yield application
    application.stop()


@pytest.fixture(params=[still, real], ids=["still", "real"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    (tmp_path / "data").mkdir()
    shutil.copy(template(), tmp_path / "data" / "tocsin.db")
    file = tmp_path / "tocsin.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    kept = keep(load(file))
    with request.param(kept, file) as runtime:
        yield Case(runtime=runtime, kept=kept, file=file)
    kept.store.close()
    kept.samples.close()


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@pytest.mark.parametrize("loop", Loop)
def test_every_loop_can_be_woken_alone_and_with_the_others(case: Case, loop: Loop) -> None:
    case.runtime.wake(loop)
    case.runtime.wake(*Loop)


def test_whoever_holds_the_lease_may_decide(case: Case) -> None:
    assert case.runtime.services.response.may_decide()


def test_what_is_not_ready_is_a_clause_or_nothing_and_the_health_check_says_it(case: Case) -> None:
    missing = case.runtime.not_ready()
    assert missing == missing.strip().rstrip(".")
    assert not missing or missing[0].islower()
    answer = TestClient(create_web(case.runtime), HOST).get("/-/ready")
    assert answer.status_code == (503 if missing else 200)
    assert missing in answer.text


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        pytest.param(CONFIG.replace("data: ./data", "data: ./other"), "restart", id="it takes a restart"),
        pytest.param(CONFIG.replace("quantile: 0.95", "quantile: 95"), "quantile", id="it is wrong"),
        pytest.param("", "", id="it is empty"),
    ],
)
def test_a_reload_that_is_refused_says_why_and_replaces_nothing(case: Case, config: str, problem: str) -> None:
    before = case.runtime.services
    case.write(config)
    problems = case.runtime.reload()
    assert problems
    assert problem in problems[0]
    assert case.runtime.services is before
    with case.runtime.using() as services:
        assert services is before


def test_a_reload_replaces_everything_that_the_configuration_says_at_once(case: Case) -> None:
    before = case.runtime.services
    case.write(CONFIG.replace("Example Exchange", "Other Exchange"))
    assert case.runtime.reload() == ()
    services = case.runtime.services
    assert services is not before
    named = {
        services.config.site.name,
        services.publisher.config.site.name,
        services.publisher.site.title,
        services.publisher.disclosure.name,
        services.desk.text.site.name,
        services.response.site.name,
    }
    assert named == {"Other Exchange"}
    graphs = [services.graph, services.response.graph, services.desk.text.graph, services.publisher.graph]
    assert all(graph is services.graph for graph in graphs)
    with case.runtime.using() as used:
        assert used is services


def test_a_reload_keeps_what_is_the_installations(case: Case) -> None:
    services = case.runtime.services
    memory, samples = services.memory, services.memory.recent("withdrawal-time")
    case.write(CONFIG.replace("Example Exchange", "Other Exchange"))
    assert case.runtime.reload() == ()
    services = case.runtime.services
    assert services.memory is memory is services.publisher.memory is services.observer.memory
    assert memory.recent("withdrawal-time") is samples, "its watch is the same"
    assert services.store is case.kept.store
    assert services.publisher.sparklines is case.kept.sparklines


def test_what_is_replaced_is_closed_when_its_last_user_is_done(case: Case) -> None:
    closed: list[str] = []
    case.runtime.services.opened.callback(closed.append, "first")
    with case.runtime.using() as first:
        with case.runtime.using():
            assert case.runtime.reload() == ()
        assert closed == [], "one still uses it"
        with case.runtime.using() as second:
            assert second is not first
        assert closed == []
    assert closed == ["first"]
    second.opened.callback(closed.append, "second")
    assert case.runtime.reload() == ()
    assert closed == ["first", "second"], "nobody used it"


def test_a_request_has_the_same_services_from_its_beginning_to_its_end(case: Case) -> None:
    closed: list[str] = []
    first = case.runtime.services
    first.opened.callback(closed.append, "first")
    web = create_web(case.runtime)

    @web.get("/reloading")
    def reloading() -> list[str]:
        assert case.runtime.reload() == ()
        return list(closed)

    assert TestClient(web, HOST).get("/reloading").json() == [], "not under the request"
    assert case.runtime.services is not first
    assert closed == ["first"]


@dataclass(slots=True)
class Peer:
    """A server that is a target to scrape, a Prometheus, a tracker and an account API, over lasting connections."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: int = 0
    closed: int = 0

    @property
    def live(self) -> int:
        return self.opened - self.closed


@contextmanager
def peer() -> Iterator[tuple[Peer, str]]:
    counts = Peer()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            with counts.lock:
                counts.opened += 1
            super().setup()

        def finish(self) -> None:
            super().finish()
            with counts.lock:
                counts.closed += 1

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self.answer(b"exchange_up 1\n", "text/plain; version=0.0.4")
            elif self.path.startswith("/accounts/"):
                self.answer(json.dumps({"customer_id": "7", "transactions": []}).encode())
            else:
                self.answer(json.dumps({"status": "success", "data": []}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.answer(b"{}")

        def answer(self, body: bytes, kind: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield counts, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def use(services: Services) -> None:
    """Opens a connection with each adapter that keeps one."""
    for scrape in services.scrapes:
        scrape.work()
    (watch,) = services.config.watches
    now = services.now()
    with pytest.raises(SourceError, match="holds no matrix"):  # the peer answers, and knows no series
        list(services.sources["prometheus"].history(watch, now - watch.every, now, watch.every))
    (hook,) = (sink for sink in services.sinks if sink.name == "ops")
    hook.send_test()
    assert services.desk.account is not None
    assert services.desk.account.transactions("7") == ()


def test_reloads_leave_no_connection_no_file_and_no_thread_behind(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_SECRET", "whsec_" + "c2VjcmV0" * 6)
    with peer() as (counts, url):
        config = CONFIG.replace("http://127.0.0.1:9", url).replace(
            "components:", f"  prometheus: {{kind: prometheus, url: {url}}}\ncomponents:"
        )
        trackers = f'trackers: [{{kind: webhook, name: ops, url: "{url}/hook", secret_env: OPS_SECRET}}]\n'
        case.write(f'{config}{trackers}desk: {{account: {{url: "{url}"}}}}\nsubscriptions: {{webhooks: true}}\n')
        assert case.runtime.reload() == ()
        files, threads = open_files(), threading.active_count()
        for _ in range(3):
            use(case.runtime.services)
            assert counts.live, "adapters keep their connections"
            assert case.runtime.reload() == ()
            until(lambda: counts.live == 0, "a connection of a replaced configuration is open")
        until(lambda: threading.active_count() <= threads, "a thread was left behind")
        until(lambda: open_files() <= files, "a file was left open")
        assert counts.opened == 12


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
