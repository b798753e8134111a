"""A service of a test's own: `tocsin run` in a folder, and what it kept, read beside it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from incidents.incident import Incident
from tests import loopback
from tests.detectors.sources.prometheus_server import free_port
from tests.patience import PATIENCE_S
from tocsin.config import load
from tocsin.storage import Store
from tocsin.story.process import wait_until_ready
from tocsin.wiring.installation import keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """address: where it answers. store: its own, open beside it. log: what it said."""

    address: str
    store: Store
    log: Path

    def incidents(self) -> list[Incident]:
        """All there ever were, oldest first."""
        return list(reversed(self.store.incidents.page(limit=100).items))

    def page(self, path: str = "") -> str:
        """A file of the public page, as the service serves it."""
        answer = loopback.get(f"{self.address}/status/{path}")
        answer.raise_for_status()
        return answer.text


@contextmanager
def running(folder: Path, configuration: str) -> Iterator[Running]:
    """The service of that configuration, in which LISTEN is where it listens; it ends with the context, cleanly."""
    folder.mkdir(parents=True, exist_ok=True)
    listen, file, log = f"127.0.0.1:{free_port()}", folder / "tocsin.yaml", folder / "service.log"
    file.write_text(configuration.replace("LISTEN", listen), encoding="utf-8")
    with log.open("a") as said:
        command = [sys.executable, "-m", "tocsin.cli", "run", "--config", str(file)]
        process = subprocess.Popen(command, stdout=said, stderr=said, text=True)
    try:
        wait_until_ready("the service", f"http://{listen}/-/ready", process, log)
        kept = keep(load(file))
        try:
            yield Running(address=f"http://{listen}", store=kept.store, log=log)
        finally:
            kept.store.close()
            kept.samples.close()
        process.terminate()
        assert process.wait(PATIENCE_S) == 0, log.read_text(encoding="utf-8")[-2000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
