"""Pagination: one page of a list, and the opaque cursor of the next."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from tocsin.storage.errors import BadCursor

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Generic[Item]):
    """Some items of a list in its order; next_cursor is None on the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


def every(read: Callable[[str | None], ListPage[Item]]) -> Iterator[Item]:
    """All items of a list, in its order; `read` gives the page at a cursor, None = the first."""
    page = read(None)
    yield from page.items
    while page.next_cursor is not None:
        page = read(page.next_cursor)
        yield from page.items


def page_of(
    ordered: Sequence[Item], position: Callable[[Item], tuple[int | str, ...]], cursor: str | None, limit: int
) -> ListPage[Item]:
    """A page of a list in memory, whose positions ascend. Raises BadCursor.

    What moves in the order between two pages may come twice or not at all; what stays comes once.
    """
    begin = 0
    if cursor is not None:
        shape = tuple(type(part) for part in position(ordered[0])) if ordered else ()
        begin = bisect_right(ordered, read_cursor(cursor, *shape), key=position) if ordered else 0
    items = tuple(ordered[begin : begin + limit])
    more = len(ordered) > begin + limit
    return ListPage(items=items, next_cursor=write_cursor(*position(items[-1])) if more else None)


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
