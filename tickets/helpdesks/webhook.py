"""Checks whose a helpdesk's webhook is, and reads which tickets it is about; nothing else of it is believed."""

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tickets.helpdesk import NotGenuine

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def require_genuine(
    helpdesk: str,
    secret: str,
    given: str,
    expected: Callable[[bytes], bytes],
    fault: str = " is not signed with its secret",
) -> None:
    """Raises NotGenuine unless a header says what is expected of who has the secret; "" = no webhook is believed.

    given: the header. expected: what it must be, from the secret. fault: what is wrong where it is not.
    """
    if not secret:
        raise NotGenuine(f"helpdesk {helpdesk}: its webhook has no secret here; name one in webhook_secret_env")
    if not hmac.compare_digest(expected(secret.encode()), given.encode()):
        raise NotGenuine(f"helpdesk {helpdesk}: the webhook{fault}")


def hub_signature(algorithm: str, secret: bytes, body: bytes) -> bytes:
    """What X-Hub-Signature says of a body: the algorithm's name and its HMAC in hexadecimal."""
    return f"{algorithm}={hmac.new(secret, body, algorithm).hexdigest()}".encode()


def ids_in(body: bytes, *paths: tuple[str, ...]) -> tuple[str, ...]:
    """The ticket's id at the first of the paths that the JSON has; () = it is about no ticket. Raises ValueError."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the webhook's body is not JSON: {error}") from error
    for path in paths:
        found = str(_at(said, path) or "")
        if ID.fullmatch(found):
            return (found,)
    return ()


def _at(said: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said
