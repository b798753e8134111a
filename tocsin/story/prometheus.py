"""Runs a Prometheus for the story: it holds the exchange's past and scrapes it every second."""

import subprocess
from pathlib import Path

from tocsin.story.process import StageError, wait_until_ready

HISTORY_DAYS = 1.0  # promtool needs 20 s of a processor for a day of it
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: exchange
    metrics_path: /metrics
    static_configs: [{{targets: ["{target}"]}}]
    metric_relabel_configs: &as-in-its-past
      - {{action: labeldrop, regex: instance|job}}
  - job_name: chain
    metrics_path: /metrics/chain
    static_configs: [{{targets: ["{target}"]}}]
    metric_relabel_configs: *as-in-its-past
  - job_name: tocsin
    static_configs: [{{targets: ["{service}"]}}]
"""


def start(program: str, folder: Path, past: Path, port: int, *, exchange: str, service: str) -> "subprocess.Popen[str]":
    """Starts the program on that port of loopback with `past` (OpenMetrics) in its blocks, and waits until it is ready.

    exchange, service: the addresses that it scrapes. promtool is looked for beside the program. Raises StageError.
    """
    blocks, log, config = folder / "blocks", folder / "log", folder / "prometheus.yml"
    blocks.mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG.format(target=_place(exchange), service=_place(service)), encoding="utf-8")
    promtool = str(Path(program).with_name("promtool"))
    address = f"127.0.0.1:{port}"
    options = [f"--config.file={config}", f"--storage.tsdb.path={blocks}", f"--web.listen-address={address}"]
    try:
        with log.open("a") as said:
            backfill = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(past), str(blocks)]
            subprocess.run(backfill, stdout=said, stderr=said, check=True)
            process = subprocess.Popen([program, *options, "--log.level=warn"], stdout=said, stderr=said, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StageError(f"Prometheus was not started: {error}; see {log}") from error
    try:
        wait_until_ready("Prometheus", f"http://{address}/-/ready", process, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def _place(address: str) -> str:
    return address.removeprefix("http://")
