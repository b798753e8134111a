"""Which host a request names; one that is not ours is read as the public address."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

HERE = frozenset({"localhost"})
"""Names of this machine beside its addresses."""


def name_of(host: str) -> str:
    """The name or the address in `name:port`, in small letters; "" where it is neither."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether `name:port` is this machine for whoever asks."""
    try:
        return name_of(host) in HERE or ip_address(name_of(host)).is_loopback
    except ValueError:
        return False


def is_ours(host: str, public: str) -> bool:
    """Whether a request may name this host: the public one, or an address, which no other site can point at us."""
    name = name_of(host)
    try:
        return name in {*HERE, name_of(public)} or bool(ip_address(name))
    except ValueError:
        return False


class Hosts:
    """ASGI middleware: a request that names a foreign host is served as one to the public address.

    Proxies often send their own name for us, so it is not refused; but no link, redirect or check is made with it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, with a host that is ours."""
        if scope["type"] == "http":
            public = urlsplit(scope["state"]["services"].config.site.public_url).netloc
            if not is_ours(Headers(scope=scope).get("host", ""), public):
                others = [(name, value) for name, value in scope["headers"] if name != b"host"]
                scope = {**scope, "headers": [*others, (b"host", public.encode())]}
        await self._app(scope, receive, send)
