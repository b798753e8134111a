import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.tocsin.web.running import CONFIG
from tocsin.config import load
from tocsin.process.serve import answering


def taken_as(folder: Path, peer: str, forwarded: str, *, proxies: str = "") -> tuple[str, str]:
    """Whom the application takes the request of `peer` for, and by which scheme."""
    (folder / "tocsin.yaml").write_text(CONFIG + proxies)
    seen: list[Scope] = []

    async def echo(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    config = answering(echo, load(folder / "tocsin.yaml"))
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers, "path": "/"}

    async def never() -> Message:
        raise AssertionError

    async def nothing(_message: Message) -> None:
        raise AssertionError

    asyncio.run(config.loaded_app(scope, never, nothing))
    return seen[0]["client"][0], seen[0]["scheme"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "taken_for"),
    [
        ("127.0.0.1", "192.0.2.1", "", ("192.0.2.1", "https")),
        ("10.1.2.3", "192.0.2.1", "", ("10.1.2.3", "http")),
        ("10.1.2.3", "192.0.2.1", "trusted_proxies: [10.0.0.0/8]\n", ("192.0.2.1", "https")),
        ("127.0.0.1", "192.0.2.1", "trusted_proxies: [10.0.0.0/8]\n", ("127.0.0.1", "http")),
        ("10.1.2.3", "198.51.100.9, 192.0.2.1", "trusted_proxies: [10.0.0.0/8]\n", ("192.0.2.1", "https")),
    ],
)
def test_only_a_trusted_proxy_says_whom_it_speaks_for(
    tmp_path: Path, peer: str, forwarded: str, proxies: str, taken_for: tuple[str, str]
) -> None:
    assert taken_as(tmp_path, peer, forwarded, proxies=proxies) == taken_for
