"""The agents' queue: tickets by priority, the most urgent first, and within one priority who waited longest."""

from dataclasses import replace

from tickets.routing import URGENCY
from tickets.ticket import Priority, Ticket
from tocsin.desk.desk import Desk
from tocsin.storage import BadCursor, ListPage, TicketFilter, place_of_ticket

LOOKED_AT = 50
"""So many tickets are looked at for the next one."""


def pressing(desk: Desk, wanted: TicketFilter, cursor: str | None, limit: int) -> ListPage[Ticket]:
    """A page of the queue across priorities. Raises BadCursor."""
    start, inner = _place(cursor)
    found: list[Ticket] = []
    for index in range(start, len(URGENCY)):
        if wanted.priority and URGENCY[index] not in wanted.priority:
            inner = None
            continue
        page = desk.store.tickets.page(
            replace(wanted, priority=(URGENCY[index],)), inner, limit - len(found), is_oldest_first=True
        )
        found.extend(page.items)
        if page.next_cursor:
            return ListPage(items=tuple(found), next_cursor=f"{index}.{page.next_cursor}")
        if len(found) == limit and index + 1 < len(URGENCY):
            return ListPage(items=tuple(found), next_cursor=f"{index + 1}.")
        inner = None
    return ListPage(items=tuple(found))


def following(desk: Desk, wanted: TicketFilter, after: Ticket, priority: Priority, by: str) -> Ticket | None:
    """The ticket to take up after another one: the next in the queue, else its first; None where nothing is left.

    priority: that the other one had in the queue. by: tickets that somebody else has are passed over.
    """
    place = f"{URGENCY.index(priority)}.{place_of_ticket(after)}"
    for cursor in (place, None):
        page = pressing(desk, wanted, cursor, LOOKED_AT)
        for one in page.items:
            if one.id != after.id and one.assignee in {"", by}:
                return one
    return None


def _place(cursor: str | None) -> tuple[int, str | None]:
    index, _, inner = (cursor or "0.").partition(".")
    if index not in {str(i) for i in range(len(URGENCY))}:
        raise BadCursor(f"cursor {str(cursor)[:60]!r} is not one of this list's; start again without a cursor")
    return int(index), inner or None
