"""HTTP to programs on this machine: certificates are read once, as reading them costs more than a request."""

import ssl
from functools import cache
from typing import Any

import httpx2

from tests.patience import PATIENCE_S


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def get(url: str, **more: Any) -> httpx2.Response:
    """As `httpx2.get`, with the tests' patience."""
    return httpx2.get(url, timeout=PATIENCE_S, verify=_trust(), **more)


def post(url: str, **more: Any) -> httpx2.Response:
    """As `httpx2.post`, with the tests' patience."""
    return httpx2.post(url, timeout=PATIENCE_S, verify=_trust(), **more)
