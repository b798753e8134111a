"""A loopback HTTP server whose answers the test decides, wrong ones above all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(kw_only=True)
class Site:
    """answer: is given the request, and writes to it what it likes. paths, headers: of the requests, as they came."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    url: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Site]:
    site = Site(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.paths.append(self.path)
            site.headers.append(dict(self.headers))
            try:
                site.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had enough, as some tests want

        do_POST = do_GET  # noqa: N815  # http.server's name

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # of the usual five, calls side by side are refused

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def page(
    body: str | bytes, *, status: int = 200, kind: str = "text/plain", length: int | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    """The answer with this body; `length` is claimed in place of the true one."""
    content = body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = True

    return answer


def silence(site_over: Callable[[], threading.Event]) -> Callable[[BaseHTTPRequestHandler], None]:
    """Takes the request, and never answers."""

    def answer(_: BaseHTTPRequestHandler) -> None:
        site_over().wait(20)

    return answer


def drip(site_over: Callable[[], threading.Event], first: bytes = b"") -> Callable[[BaseHTTPRequestHandler], None]:
    """Begins an answer, and then sends a byte now and then, for ever."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/plain")
        request.end_headers()
        request.wfile.write(first)
        while not site_over().wait(0.02):
            request.wfile.write(b" ")
            request.wfile.flush()

    return answer
