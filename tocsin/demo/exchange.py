"""The simulated exchange as a process of its own: `python -m tocsin.demo.exchange --help`."""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from tocsin.demo.api import make_app
from tocsin.demo.faults import FaultKind, FaultSpec, parse_spec
from tocsin.demo.history import history, last_values, save, write_openmetrics
from tocsin.demo.live import Exchange
from tocsin.demo.metrics import Floats
from tocsin.demo.world import World, make_world

DAY_S = 86_400.0


def main(argv: list[str] | None = None) -> int:
    """Read the command line, listen, say where in one JSON line, go on until SIGTERM or SIGINT."""
    options = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    logging.getLogger("httpx2").setLevel(logging.ERROR)
    try:
        world = make_world(speed=options.speed, seed=options.seed)
        plays = _plays(world, options)
        listener = _listen(options.host, options.port)
    except (ValueError, OSError) as error:
        print(f"exchange: {error}", file=sys.stderr)
        return 2
    resumed = _write_past(world, options)
    key = options.identity_file.read_bytes().strip() if options.identity_file else b""
    exchange = Exchange(world, desk=options.desk, identity_key=key, unrelated=options.unrelated)
    if resumed is not None:
        exchange.simulation.ledger.resume(resumed)
    asyncio.run(_serve(exchange, listener, plays, options))
    return 0


async def _serve(
    exchange: Exchange,
    listener: socket.socket,
    plays: list[tuple[FaultSpec, float, float | None]],
    options: argparse.Namespace,
) -> None:
    config = uvicorn.Config(make_app(exchange), log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = _Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    print(json.dumps(_introduction(exchange, listener, options)), flush=True)
    tasks = [asyncio.create_task(exchange.run())]
    tasks += [asyncio.create_task(exchange.play(spec, after_s=at, for_s=length)) for spec, at, length in plays]
    for task in tasks:
        task.add_done_callback(lambda done: _stop_if_failed(server, done))
    await serving
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


class _Server(uvicorn.Server):
    """uvicorn without its own signals: it would raise SIGTERM again at the end, and the process not end with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _stop_if_failed(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    """An exchange whose simulation has died shall not go on showing its last numbers."""
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True


def _introduction(exchange: Exchange, listener: socket.socket, options: argparse.Namespace) -> dict[str, object]:
    """The one line on stdout, when everything is ready."""
    host, port = listener.getsockname()[:2]
    address = f"http://{host}:{port}"
    return {
        "address": address,
        "metrics": [f"{address}/metrics", f"{address}/metrics/chain"],
        "speed": exchange.world.speed,
        "seed": exchange.world.seed,
        "history": str(options.history_file) if options.history_file else None,
        "openmetrics": str(options.openmetrics) if options.openmetrics else None,
    }


def _write_past(world: World, options: argparse.Namespace) -> Floats | None:
    """The history that was asked for; its last values, from which the live counters go on."""
    end = time.time() // 60 * 60 + 1  # the last whole minute is part of it
    if options.openmetrics:
        start = end - 1 - options.openmetrics_days * DAY_S
        write_openmetrics(options.openmetrics, world, start, end, step=options.history_step)
    if not options.history_file:
        return None
    fine = end - options.history_fine_minutes * 60.0
    past = history(world, end - 1 - options.history_days * DAY_S, fine, step=options.history_step)
    chunks = list(past)
    if fine < end:
        chunks += history(world, chunks[-1].times[-1] + 1.0, end, step=1.0, before=last_values(chunks[-1]))
    return save(options.history_file, chunks)


def _plays(world: World, options: argparse.Namespace) -> list[tuple[FaultSpec, float, float | None]]:
    """Each --fault with its own --fault-at and --fault-for, in order; the last given serves those that have none."""
    made = []
    for number, words in enumerate(options.fault):
        at = options.fault_at[min(number, len(options.fault_at) - 1)] if options.fault_at else 0.0
        length = options.fault_for[min(number, len(options.fault_for) - 1)] if options.fault_for else None
        made.append((parse_spec(world, words), at, length))
    return made


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(
            f"can't listen on {host}:{port}: {error.strerror}; choose another --port, or 0 for any free one"
        ) from error
    return listener


def _seconds(words: str) -> float:
    value = float(words)
    if not 0 <= value < 1e7:
        raise argparse.ArgumentTypeError(f"{words} s, must be from 0 to 10000000")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tocsin.demo.exchange", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one (default)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--speed", type=float, default=20.0, help="shortens transactions and customers' waits (default 20)"
    )
    parser.add_argument(
        "--desk", default="", metavar="URL", help="where customers send tickets; without it they send none"
    )
    parser.add_argument(
        "--identity-file", type=Path, metavar="FILE", help="the key that signs for the desk who a customer is"
    )
    parser.add_argument(
        "--unrelated", type=float, default=1.0, metavar="X", help="times the usual stream of other tickets"
    )
    kinds = ", ".join(FaultKind)
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND[:TARGET[:FACTOR]]", help=f"{kinds}; may be repeated"
    )
    parser.add_argument(
        "--fault-at", action="append", default=[], type=_seconds, metavar="S", help="seconds after listening"
    )
    parser.add_argument(
        "--fault-for", action="append", default=[], type=_seconds, metavar="S", help="how long; default: until ended"
    )
    parser.add_argument(
        "--history-file", type=Path, metavar="FILE.npz", help="write the past here before listening, and go on from it"
    )
    parser.add_argument("--history-days", type=float, default=14.0)
    parser.add_argument(
        "--history-step",
        type=_seconds,
        default=60.0,
        metavar="S",
        help="between its samples and the --openmetrics' (default 60)",
    )
    parser.add_argument(
        "--history-fine-minutes", type=float, default=0.0, metavar="M", help="its last minutes with a sample a second"
    )
    parser.add_argument(
        "--openmetrics", type=Path, metavar="FILE", help="write a past for promtool here before listening"
    )
    parser.add_argument("--openmetrics-days", type=float, default=2.0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
