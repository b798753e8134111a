"""A Tocsin of a test that answers over a real socket on loopback."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from tests.patience import PATIENCE_S
from tests.tocsin.web.running import CONFIG, HOST, Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A Tocsin, and where it answers."""

    tocsin: Running
    address: str


def serve(folder: Path, make: Callable[[Path, str], Running], config: str = CONFIG) -> Iterator[Answering]:
    """One at a free port until the iterator is closed."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        tocsin = make(folder, config.replace(HOST, address))
    except BaseException:
        listening.close()
        raise
    tocsin.runtime.is_stopping = False
    server = uvicorn.Server(uvicorn.Config(tocsin.web, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        assert thread.is_alive()
    yield Answering(tocsin=tocsin, address=address)
    tocsin.runtime.is_stopping = True
    server.should_exit = True
    thread.join(PATIENCE_S)
    tocsin.close()
