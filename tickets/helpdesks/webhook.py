"""Reads from a helpdesk's webhook which tickets it is about; nothing else of it is believed."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


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
