"""Pages of a list that is ordered by the instant of each ticket's last change, where there is no export with a cursor.

The next page begins at the last instant that was seen, and not at a number: a ticket that changes meanwhile moves to
the end, and would take another one's place on a page that was read already.
"""

from datetime import UTC, datetime, timedelta


def page_at(cursor: str, begin: datetime) -> tuple[datetime, int]:
    """The instant from which to list, and the page, of a cursor; of "" the beginning."""
    instant, _, page = cursor.partition(" ")
    return (datetime.fromisoformat(instant), int(page)) if cursor else (begin, 1)


def page_after(cursor: str, begin: datetime, page: int, latest: datetime | None, overlap: timedelta) -> str:
    """The cursor behind a page. latest: the last change on it; None = it was empty, and the list has been read.

    Then the next poll begins `overlap` earlier, for what the list does not show at once.
    """
    if latest is None:
        return cursor if page == 1 else f"{(begin - overlap).isoformat()} 1"
    return f"{latest.isoformat()} 1" if latest > begin else f"{begin.isoformat()} {page + 1}"


def instant(text: str) -> datetime:
    """An ISO 8601 instant as a vendor writes it, with its offset: 2026-03-02T14:03:00.000+0000. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)
