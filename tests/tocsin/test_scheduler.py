import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.detectors.sources.prometheus_server import free_port
from tests.web.running import CONFIG
from tocsin.app import keep
from tocsin.config import load
from tocsin.scheduler import Application

PATIENCE = 20.0


class Moody:
    """A lease that can't be asked at first, then belongs to another for a while, then is ours."""

    def __init__(self, *answers: Callable[[], bool]) -> None:
        self.answers = list(answers)
        self.released = 0

    def hold(self) -> bool:
        return self.answers.pop(0)() if self.answers else True

    def release(self) -> None:
        self.released += 1


def broken() -> bool:
    raise OSError(28, "No space left on device")


def test_a_lease_that_cannot_be_asked_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.scheduler.TRY_LEASE", 0.01)
    (tmp_path / "tocsin.yaml").write_text(CONFIG.replace("127.0.0.1:9/", f"127.0.0.1:{free_port()}/"))
    config = load(tmp_path / "tocsin.yaml")
    kept = keep(config)
    lease = Moody(broken, broken, lambda: False)
    application = Application(config, kept, lease)
    assert "lease" in application.not_ready()
    application.start()
    try:
        assert application._warm.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while application.not_ready() and time.monotonic() < deadline:  # the page is written a moment later
            time.sleep(0.02)
        assert application.not_ready() == ""
        failures = kept.vitals.registry.get_sample_value("tocsin_tick_failures_total", {"loop": "warm"})
        assert failures == 2
    finally:
        application.stop()
        kept.store.close()
        kept.samples.close()
    assert lease.released == 1
