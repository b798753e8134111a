import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from detectors.state import State
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S, until
from tests.tocsin.web.running import CONFIG
from tocsin.config import load
from tocsin.process.application import Application
from tocsin.wiring.installation import keep


class Moody:
    """A lease that can't be asked at first, then belongs to another for a while, then is ours."""

    def __init__(self, *answers: Callable[[], bool]) -> None:
        self.answers = list(answers)
        self.released = 0

    def hold(self) -> bool:
        return self.answers.pop(0)() if self.answers else True

    def is_held(self) -> bool:
        return not self.answers

    def release(self) -> None:
        self.released += 1


def broken() -> bool:
    raise OSError(28, "No space left on device")


def test_a_lease_that_cannot_be_asked_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.process.application.TRY_LEASE", 0.01)
    (tmp_path / "tocsin.yaml").write_text(CONFIG.replace("127.0.0.1:9/", f"127.0.0.1:{free_port()}/"))
    config = load(tmp_path / "tocsin.yaml")
    kept = keep(config)
    lease = Moody(broken, broken, lambda: False)
    application = Application(config, kept, lease)
    assert "warms" in application.not_ready()
    application.start()
    try:
        assert application._warm.wait(PATIENCE_S)
        until(lambda: application.not_ready() == "", "the page is written a moment later")
        failures = kept.metrics.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "lease"})
        assert failures == 2
    finally:
        application.stop()
        kept.store.close()
        kept.samples.close()
    assert lease.released == 1


def test_the_end_closes_what_the_configuration_opened(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(CONFIG)
    config = load(tmp_path / "tocsin.yaml")
    kept, lease, closed = keep(config), Moody(), threading.Event()
    application = Application(config, kept, lease)
    application.services.opened.callback(closed.set)
    application.stop()
    assert closed.is_set()
    assert lease.released == 1
    kept.store.close()
    kept.samples.close()


def test_a_reload_forgets_the_watches_that_it_removes_and_the_samples_of_those_that_it_changes(tmp_path: Path) -> None:
    file, other = tmp_path / "tocsin.yaml", "  - {name: other, metric: m, component: trading}\n"
    file.write_text(CONFIG + other)
    kept = keep(load(file))
    application = Application(load(file), kept, Moody())
    memory, names = kept.memory, ("withdrawal-time", "other")
    for watch in application.services.config.watches:
        memory.states[watch.name] = State.empty(watch)
        memory.checkpointed_at[watch.name] = application.services.now()
    samples = {name: memory.recent(name) for name in names}
    assert application.reload() == ()
    assert {name: memory.recent(name) for name in names} == samples, "nothing has changed"
    file.write_text(CONFIG.replace("quantile: 0.95", "quantile: 0.9"))
    assert application.reload() == ()
    assert set(memory.states) == set(memory.checkpointed_at) == {"withdrawal-time"}
    assert memory.recent("withdrawal-time") is not samples["withdrawal-time"]
    application.stop()
    kept.store.close()
    kept.samples.close()


class Hanging:
    """A server that takes every request and answers none."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):  # closed
            while True:
                self.taken.append(self.listening.accept()[0])

    def waiting(self) -> int:
        """Requests whose asker has not given up yet."""
        return sum(self._is_open(one) for one in list(self.taken))

    def _is_open(self, one: socket.socket) -> bool:
        one.setblocking(False)
        try:
            return one.recv(1, socket.MSG_PEEK) != b"" and self._has_not_ended(one)
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _has_not_ended(self, one: socket.socket) -> bool:
        poll = select.poll()
        poll.register(one, select.POLLRDHUP)
        return not poll.poll(0)

    def close(self) -> None:
        self.listening.close()
        for one in self.taken:
            one.close()


def test_a_source_that_hangs_delays_its_own_watches_alone(tmp_path: Path) -> None:
    many, hanging = 12, Hanging()
    text = CONFIG.replace("127.0.0.1:9/", f"127.0.0.1:{free_port()}/").replace(
        "components:", f"  slow: {{kind: prometheus, url: {hanging.url}, timeout: 3s}}\ncomponents:"
    )
    slow = [f"  - {{name: slow-{k}, metric: m, source: slow, component: trading, every: 1s}}\n" for k in range(many)]
    quick = "  - {name: quick, metric: m, component: trading, every: 1s}\n"
    (tmp_path / "tocsin.yaml").write_text(text + "".join(slow) + quick)
    config = load(tmp_path / "tocsin.yaml")
    kept = keep(config)
    application = Application(config, kept, Moody())
    application.start()
    try:
        assert application._warm.wait(PATIENCE_S)
        until(lambda: hanging.waiting() >= many, "every slow watch asks at once")
        evaluations = kept.memory.evaluations
        asked = [evaluations.get("quick")]
        until(lambda: evaluations.get("quick") not in [None, *asked], "the quick one is evaluated meanwhile")
        until(lambda: evaluations.get("slow-0"), "a slow one is reported")
        reported = evaluations.get("slow-0")
        assert reported
        assert "no answer within 3 s" in reported.error
    finally:
        application.stop()
        hanging.close()
        kept.store.close()
        kept.samples.close()
