"""A real VictoriaMetrics on loopback, for the same samples as the Prometheus beside it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from detectors.sources.scrape_store import RawHistory
from tests import loopback
from tests.detectors.sources.prometheus_server import free_port, running_server, write_samples
from tests.require import require


@contextmanager
def running_victoria(folder: Path, scrape_configs: str = "[]") -> Iterator[str]:
    """The URL of a VictoriaMetrics that scrapes, and takes remote writes; it ends with the context."""
    binary = require("victoria-metrics")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "scrape.yml"
    config.write_text(f"global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}\nscrape_configs: {scrape_configs}\n")
    url = f"http://127.0.0.1:{free_port()}"
    options = [
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr={url.removeprefix('http://')}",
        f"-promscrape.config={config}",
        "-retentionPeriod=100y",
        "-memory.allowedBytes=256MB",
        "-loggerLevel=ERROR",
    ]
    with running_server([binary, *options], f"{url}/health", folder / "log"):
        yield url


def write_to_victoria(url: str, histories: Sequence[RawHistory]) -> None:
    """Write raw samples, and wait until queries see them."""
    write_samples(url, histories, batch_ms=24 * 3600 * 1000)  # it takes them in any order
    for _ in range(2):  # the first makes the samples visible, the second the index
        loopback.get(f"{url}/internal/force_flush").raise_for_status()
