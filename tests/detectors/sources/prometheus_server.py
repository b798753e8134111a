"""A real Prometheus on loopback, with samples written to it exactly as given, the markers of ended series included."""

import os
import re
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import cycle
from pathlib import Path

import httpx2
import numpy as np

from detectors.frame import Labels
from detectors.sources.evaluate import NO_NUMBER_BITS, STALE_BITS
from detectors.sources.login import Login
from detectors.sources.scrape_store import RawHistory
from tests import loopback
from tests.patience import PATIENCE_S, until
from tests.require import require

PORTS, WORKERS = range(10_000, 32_000), 16
"""Below those from which Linux takes the near ends of connections."""
BATCH_MS = 20 * 60_000
"""Prometheus refuses samples that are an hour older than the newest it has."""


@contextmanager
def running_prometheus(
    folder: Path,
    scrape_configs: str = "[]",
    *,
    address: str = "",
    web: Path | None = None,
    login: Login | None = None,
    features: str = "",
    more: str = "",
    flags: Sequence[str] = (),
) -> Iterator[str]:
    """The URL of a Prometheus that takes remote writes; it ends with the context.

    address: host:port, else any. web: its web configuration, for TLS; login: then opens it.
    features: those switched on. more: of its configuration. flags: of its command line.
    """
    binary = require("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    config.write_text(
        f"global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}\nscrape_configs: {scrape_configs}\n{more}"
    )
    url = f"{'https' if web else 'http'}://{address or f'127.0.0.1:{free_port()}'}"
    options = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={url.partition('://')[2]}",
        "--storage.tsdb.retention.time=100y",
        "--web.enable-remote-write-receiver",
        "--log.level=warn",
        *([f"--web.config.file={web}"] if web else []),
        *flags,
        *([f"--enable-feature={features}"] if features else []),
    ]
    with running_server([binary, *options], f"{url}/-/ready", folder / "log", login):
        yield url


@contextmanager
def running_server(command: Sequence[str], ready: str, said: Path, login: Login | None = None) -> Iterator[int]:
    """From when it answers at `ready` until the context ends: its process's id. `said` takes its output."""
    with said.open("wb") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
        try:
            wait_until_ready(ready, process, said, login)
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def major_version(binary: str) -> int:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"version (\d+)\.", said.stdout + said.stderr)
    assert found, said
    return int(found[1])


def free_port() -> int:
    """A port that nobody listens on, and that nobody else of these tests is given before somebody does."""
    while True:
        port = next(_ports())
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@cache
def _ports() -> Iterator[int]:
    """This worker's share of the ports that the system gives to no connection of its own, from anywhere on."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = PORTS[worker % WORKERS :: WORKERS]
    begin = os.getpid() % len(share)
    return cycle([*share[begin:], *share[:begin]])


def write_samples(url: str, histories: Sequence[RawHistory], batch_ms: int = BATCH_MS) -> None:
    """Write raw samples, all series side by side in the order of time; of NaN only STALE and NO_NUMBER are samples."""
    begin = min(int(history.times[0] * 1000) for history in histories)
    end = max(int(history.times[-1] * 1000) for history in histories)
    for at in range(begin, end + 1, batch_ms):
        _write(url, b"".join(_series(history, at, at + batch_ms) for history in histories))


def write_native_histograms(
    url: str, metric: str, labels: Labels, times: Sequence[float], counts: Sequence[int]
) -> None:
    """Write a native histogram whose events all lie above 0.5 and up to 1 (schema 0, bucket 0), at these times (s)."""
    names = [("__name__", metric), *labels]
    named = b"".join(field_of(1, field_of(1, name.encode()) + field_of(2, value.encode())) for name, value in names)
    for time_s, count in zip(times, counts, strict=True):
        events = b"\x08" + varint(count) + b"\x19" + struct.pack("<d", 0.75 * count)
        buckets = field_of(11, b"\x08\x00\x10\x01") + field_of(12, varint(2 * count))
        stamp = b"\x78" + varint(round(time_s * 1000))
        _write(url, field_of(1, named + field_of(4, events + buckets + stamp)))


def _write(url: str, request: bytes) -> None:
    answer = loopback.post(
        f"{url}/api/v1/write",
        content=_snappy(request),
        headers={"Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"},
    )
    assert answer.status_code == 204, answer.text


def _series(history: RawHistory, begin: int, end: int) -> bytes:
    """The part of a history in begin <= t < end, as `TimeSeries` of remote write."""
    times = np.round(history.times * 1000).astype(np.int64)
    inside = (times >= begin) & (times < end)
    written = []
    for key, values in zip(history.keys, history.values, strict=True):
        names = sorted((("__name__", history.metric), *key))
        labels = b"".join(
            field_of(1, field_of(1, name.encode()) + field_of(2, value.encode())) for name, value in names
        )
        samples = b"".join(
            field_of(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(int(time)))
            for time, value in zip(times[inside], values[inside], strict=True)
            if not np.isnan(value) or struct.unpack("<Q", struct.pack("<d", value))[0] in (STALE_BITS, NO_NUMBER_BITS)
        )
        if samples:
            written.append(field_of(1, labels + samples))
    return b"".join(written)


def field_of(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _snappy(content: bytes) -> bytes:
    """The block format with literals alone, which every reader of snappy takes."""
    pieces = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
    return varint(len(content)) + b"".join(
        bytes([61 << 2]) + struct.pack("<H", len(piece) - 1) + piece for piece in pieces
    )


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path, login: Login | None = None) -> None:
    """Until this address answers 200."""
    with httpx2.Client(verify=login.tls() if login else True) as client:

        def is_ready() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                return client.get(url).status_code == 200
            except httpx2.TransportError:
                return False

        until(is_ready, f"{url} answers 200")
