"""A Tocsin that answers on loopback, and a Chromium that walks it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.served import Served
from tests.patience import PATIENCE_S
from tests.require import require
from tests.tocsin.web.running import CONFIG, HOST, Running, running
from tests.tocsin.web.watching import watching

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def serve(folder: Path, make: Callable[[Path, str], Running] = running) -> Iterator[Served]:
    """One at a free port until the iterator is closed."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    tocsin = make(folder, CONFIG.replace(HOST, address))
    tocsin.runtime.is_stopping = False
    server = uvicorn.Server(uvicorn.Config(tocsin.web, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        assert thread.is_alive()
    yield Served(tocsin=tocsin, address=address)
    tocsin.runtime.is_stopping = True
    server.should_exit = True
    thread.join(PATIENCE_S)
    tocsin.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("served"), watching)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = require("chromium")
    expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=1000 * PATIENCE_S)
        yield browser
        browser.close()
