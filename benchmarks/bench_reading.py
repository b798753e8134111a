"""A reader who fetches in a loop while the page is published a thousand times: is a file ever missing, half, too new?

    python -m benchmarks.bench_reading [--publishes 1000]

Behind the service's own server and behind nginx with the shipped configuration. Exits 1 at the first fault.
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from statuspage.publishers.directory import DirectoryPublisher
from tests.statuspage.servers import serving
from tocsin.web.portal.status_page import PublishedFiles

LINKED = 12
SIZE = 20_000


def edition(number: int) -> dict[str, bytes]:
    """A page whose files say their number from the first to the last byte, and whose index links to all others."""
    body = f"{number:08d}".encode() * (SIZE // 8)
    return {**{f"incidents/{n}.html": body for n in range(LINKED)}, "index.html": body}


@dataclass(slots=True, kw_only=True)
class Readings:
    """What a reader saw. faults: in words."""

    files: int = 0
    editions: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def read(client: httpx2.Client, is_over: Callable[[], bool]) -> Readings:
    """Fetches the index and all that it links to, again and again, once more after it is over."""
    seen = Readings()
    while not seen.faults:
        last = is_over()
        index = _number(client, "index.html", seen)
        for n in range(LINKED):
            linked = _number(client, f"incidents/{n}.html", seen)
            if linked is not None and index is not None and linked < index:
                seen.faults.append(f"the index is of edition {index}, incidents/{n}.html of {linked}")
        if last:
            break
    return seen


def _number(client: httpx2.Client, path: str, seen: Readings) -> int | None:
    answer = client.get(f"/{path}", headers={"accept-encoding": "identity"})
    body = answer.content
    if answer.status_code != 200 or len(body) != SIZE or body != body[:8] * (SIZE // 8):
        parts = sorted({body[i : i + 8] for i in range(0, len(body), 8)})[:3]
        seen.faults.append(f"{path}: {answer.status_code}, {len(body)} bytes, {parts}")
        return None
    seen.files += 1
    seen.editions.add(int(body[:8]))
    return int(body[:8])


def read_while_publishing(client: httpx2.Client, folder: Path, publishes: int) -> Readings:
    """What a reader sees meanwhile."""
    publisher, done, found = DirectoryPublisher(folder), threading.Event(), [Readings()]

    def reading() -> None:
        found[0] = read(client, done.is_set)

    reader = threading.Thread(target=reading)
    reader.start()
    for number in range(1, publishes + 1):
        publisher.publish(edition(number))
    done.set()
    reader.join()
    return found[0]


@contextmanager
def own_server(folder: Path) -> Iterator[httpx2.Client]:
    """The service's own way of serving the page, over a socket of its own."""
    app = Starlette(routes=[Mount("/", PublishedFiles(lambda: folder))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def behind(server: str) -> Iterator[tuple[httpx2.Client, Path]]:
    """A client of "own" or of a shipped configuration's server, and the folder that it serves, with edition 0 in it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        root, folder = Path(name), Path(name) / "page"
        root.chmod(0o755)
        (root / "work").mkdir()
        DirectoryPublisher(folder).publish(edition(0))
        with own_server(folder) if server == "own" else serving(server, str(folder), root / "work") as client:
            yield client, folder


def main() -> int:
    """Runs it and prints a line a server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--publishes", type=int, default=1000)
    publishes = parser.parse_args().publishes
    faults = 0
    for server in ("own", "nginx"):
        with behind(server) as (client, folder):
            seen = read_while_publishing(client, folder, publishes)
        faults += len(seen.faults)
        told = "; ".join(seen.faults) or "no fault"
        print(f"{server}: {publishes} publishes, {seen.files} files read of {len(seen.editions)} editions: {told}")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
