"""One process: the web server in front, the application behind; SIGTERM ends both cleanly, SIGHUP reloads."""

import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp

from tocsin.config import Config, load
from tocsin.process.application import Application
from tocsin.process.connections import Connections, allow_open_files
from tocsin.storage import lease_of
from tocsin.web.app import create_web
from tocsin.wiring.installation import database_url, keep

log = structlog.get_logger()

SWITCH_S = 0.0005
"""How long a thread computes before another may: who reads files or asks the database hands over at each call, and gets
its turn back only then. With Python's own 5 ms, beside one thread that computes, 200 small calls take a second."""

YOUNG_OBJECTS = 20_000
"""After so many new objects the collector looks for circles among them. With Python's own 700 a storm of alerts spends
a third of its processor time on looking, and finds none."""


def log_to_stderr() -> None:
    """Structured logs, one JSON object a line; for people where standard error is a terminal."""
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # A job that is skipped because its last run still goes on is counted in the metrics, not logged each second.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class Server(uvicorn.Server):
    """uvicorn, telling when it listens, and when it will stop."""

    def __init__(self, config: uvicorn.Config, url: str, will_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._url = url
        self._will_stop = will_stop

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Listens, and says so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            log.info("listening", url=self._url)

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Waits for the answers that are under way; none of them lasts for ever."""
        self._will_stop()
        await super().shutdown(sockets)  # type: ignore[arg-type]


def serve(path: Path) -> int:
    """Runs until it is stopped. The exit status: 0 after a clean stop, 1 otherwise. Raises OSError without the port."""
    log_to_stderr()
    sys.setswitchinterval(SWITCH_S)
    config = load(path)
    allow_open_files()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    listening = _listen(config)
    kept = keep(config)
    lease = lease_of(database_url(config))
    kept.store.fence(lambda: lease.term)
    application = Application(config, kept, lease)
    server = Server(
        answering(create_web(application), config),
        f"http://{config.host}:{config.port}",
        application.will_stop,
    )

    def reload(_signal: int, _frame: FrameType | None) -> None:
        application.wake_reload()

    def stopping(_signal: int, _frame: FrameType | None) -> None:
        """When it has ended, uvicorn raises what stopped it once more; what follows must not die of that."""

    signal.signal(signal.SIGHUP, reload)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, stopping)
    gc.freeze()  # modules and services last as long as the process: no collection looks at them again
    application.start()
    try:
        server.run([listening])
    finally:
        application.stop()
        log.info("stopped")
    return 0 if server.started else 1


def answering(web: ASGIApp, config: Config) -> uvicorn.Config:
    """How the application answers; whom a request speaks for, only trusted proxies may say."""
    return uvicorn.Config(
        web,
        http=Connections(),  # type: ignore[arg-type] # it makes one, as a class would
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(config.trusted_proxies),
        timeout_graceful_shutdown=10,
    )


def _listen(config: Config) -> socket.socket:
    """The port, before anything else is done: who starts a second one by mistake sees the error at once."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return socket.create_server((config.host, config.port), family=family, backlog=2048)
    except OSError as error:
        why = error.strerror or error
        raise OSError(f"listen {config.host}:{config.port}: {why}; name another in {config.path.name}") from error
