"""A real Prometheus sends its samples to Tocsin by remote write, over a kill -9 in between."""

import signal
from contextlib import closing
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest

from detectors.sources.evaluate import STALE_BITS
from detectors.sources.scrape_store import ScrapeStore
from tests import loopback
from tests.detectors.sources.pages import page, serving
from tests.detectors.sources.prometheus_server import running_prometheus
from tests.faults.alerting import metric
from tests.faults.stage import SECRET, Stage
from tocsin.wiring.sources import SAMPLES

WRITE = """\
remote_write:
  - url: {url}/api/v1/write
    authorization: {{credentials: {token}}}
    queue_config: {{batch_send_deadline: 250ms, min_backoff: 30ms, max_backoff: 250ms}}
"""


@pytest.fixture
def token(bare: Stage) -> str:
    """A Tocsin that takes pushed samples; the secret of who pushes them."""
    bare.write_config(source="{kind: push, every: 1s}", query="metric: counted\n    by: [asset, network]")
    bare.migrate()
    command = ("keys", "add", "prometheus", "--scope", "alerts", "--config", str(bare.config))
    status, said = bare.nursery.run(*command, log=bare.folder / "keys.log", environ={"OPS_SECRET": SECRET})
    assert status == 0, said
    bare.start()
    return said.split()[-1]


def kept(stage: Stage) -> dict[int, float]:
    """The samples of the one series: ms -> value."""
    with closing(ScrapeStore(stage.data / SAMPLES, read_only=True)) as samples:
        found = samples.select("counted", (), 0, 2**62)
    assert len(set(found.times.tolist())) == len(found.times)
    return dict(zip(found.times.tolist(), found.values.tolist(), strict=True))


def recorded(url: str) -> dict[int, float]:
    """What Prometheus itself has recorded of it."""
    found = loopback.get(f"{url}/api/v1/query", params={"query": "counted[1h]"}).json()["data"]["result"]
    return {round(float(at) * 1000): float(value) for at, value in found[0]["values"]} if found else {}


def test_every_sample_arrives_once_over_a_kill(bare: Stage, token: str) -> None:
    counted, is_there = 0, True

    def answer(request: BaseHTTPRequestHandler) -> None:
        nonlocal counted
        counted += 1
        page(f'counted{{asset="BTC",network="bitcoin"}} {counted}\n' if is_there else "other 1\n")(request)

    with serving(answer) as site:
        scrape = f'[{{job_name: exchange, static_configs: [{{targets: ["{site.url.removeprefix("http://")}"]}}]}}]'
        with running_prometheus(bare.folder / "p", scrape, more=WRITE.format(url=bare.url, token=token)) as sender:
            bare.until(lambda: len(kept(bare)) >= 4, "samples arrive")
            killed, bare.process = bare.process, None
            assert killed is not None
            killed.send(signal.SIGKILL)
            killed.wait()
            retried = "prometheus_remote_storage_samples_retried_total"
            bare.until(lambda: metric(sender, retried) > 0, "a request fails and is tried again")
            before = len(recorded(sender))
            bare.start(wait=False)
            bare.until(lambda: len(kept(bare)) > before, "what was missed has arrived")
            is_there = False
            bare.until(
                lambda: int(np.array([list(kept(bare).values())[-1]]).view(np.uint64)[0]) == int(STALE_BITS),
                "the series has ended with its marker",
            )
            samples = kept(bare)
            samples.pop(max(samples))
            assert samples == recorded(sender)
            assert metric(sender, "prometheus_remote_storage_samples_failed_total") == 0
