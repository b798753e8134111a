"""One page of a list, and the opaque cursor that leads to the next."""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from tocsin.storage.errors import BadCursor

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some items of a list in its order; next_cursor is None on the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


def every(read: Callable[[str | None], Page[Item]]) -> Iterator[Item]:
    """All items of a list, in its order; `read` gives the page at a cursor, None = the first."""
    page = read(None)
    yield from page.items
    while page.next_cursor is not None:
        page = read(page.next_cursor)
        yield from page.items


def write_cursor(*position: int | str) -> str:
    """The last item's place in the list's order, as one URL-safe word."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def read_cursor(cursor: str, *shape: type) -> tuple[int | str, ...]:
    """The place that `write_cursor` wrote, checked against the list's shape; BadCursor where it is anything else."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad(cursor) from error
    if not isinstance(position, list) or [type(part) for part in position] != list(shape):
        raise _bad(cursor)
    return tuple(position)


def _bad(cursor: str) -> BadCursor:
    return BadCursor(f"cursor {cursor[:60]!r} is not one of this list's; start again without a cursor")
