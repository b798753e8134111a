"""A Tocsin that answers on loopback, and a Chromium that walks it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.served import Served
from tests.patience import PATIENCE_S
from tests.require import require
from tests.tocsin.web.running import Running, running
from tests.tocsin.web.serving import serve as answer
from tests.tocsin.web.watching import watching

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

ONCALL = """\
oncall:
  people: [{name: ann, mail: ann@example.com}, {name: bob, mail: bob@example.com}]
  schedules:
    - {name: primary, zone: Europe/Zurich, layers: [{people: [ann, bob], starts: 2026-01-05 09:00, every: 2d}]}
    - {name: office, layers: [{people: [bob], starts: 2026-01-05 00:00, hours: ["mon-fri 09:00-17:00"]}]}
  policies: [{name: usual, steps: [{schedules: [primary]}, {after: 10m, schedules: [office]}]}]
  routes: [{policy: usual}]
"""


def serve(folder: Path, make: Callable[[Path, str], Running] = running) -> Iterator[Served]:
    """One at a free port until the iterator is closed."""
    for answering in answer(folder, make):
        yield Served(tocsin=answering.tocsin, address=answering.address)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(
        tmp_path_factory.mktemp("served"), lambda folder, config: watching(folder, config=f"{ONCALL}{config}")
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = require("chromium")
    expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=1000 * PATIENCE_S)
        yield browser
        browser.close()
