"""Action items: their state by people here, and by people in the tracker."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from incidents.action_item import ActionItem, ItemState, followed, settled
from incidents.lifecycle import TransitionError

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
ITEM = ActionItem(
    id="a", incident_id="i", reference="INC-1", at=NOW, by="ann", title="Alert on it", state_at=NOW, state_by="ann"
)
IN_TRACKER = replace(ITEM, tracker="ops", ticket_id="7", url="https://t.example/7", is_open_there=True)


@pytest.mark.parametrize(
    ("item", "waits"),
    [
        (ITEM, False),
        (replace(ITEM, tracker="ops"), True),
        (replace(ITEM, tracker="ops", state=ItemState.DROPPED), False),
        (replace(ITEM, tracker="ops", state=ItemState.DROPPED, asked_at=NOW), True),
        (IN_TRACKER, False),
        (replace(IN_TRACKER, state=ItemState.DONE), True),
        (replace(IN_TRACKER, state=ItemState.DROPPED, is_open_there=False), False),
        (replace(IN_TRACKER, is_open_there=False), True),
    ],
    ids=["here", "new", "over without one", "perhaps it has one", "open in both", "close", "over in both", "reopen"],
)
def test_what_waits_for_the_tracker(item: ActionItem, waits: bool) -> None:
    assert item.waits_for_tracker is waits


@pytest.mark.parametrize(
    ("before", "is_open", "is_done", "state", "by"),
    [
        (IN_TRACKER, False, True, ItemState.DONE, "bob (ops)"),
        (IN_TRACKER, False, False, ItemState.DROPPED, "bob (ops)"),
        (IN_TRACKER, True, True, ItemState.OPEN, "ann"),
        (replace(IN_TRACKER, state=ItemState.DONE, is_open_there=False), True, True, ItemState.OPEN, "bob (ops)"),
        (replace(IN_TRACKER, state=ItemState.DROPPED), True, True, ItemState.DROPPED, "ann"),
        (replace(IN_TRACKER, state=ItemState.DROPPED), False, True, ItemState.DROPPED, "ann"),
    ],
    ids=["done there", "not planned there", "nothing new", "reopened there", "waits to be closed", "closed in both"],
)
def test_what_people_do_to_the_ticket_is_done_to_the_item(
    before: ActionItem, is_open: bool, is_done: bool, state: ItemState, by: str
) -> None:
    after = followed(before, is_open=is_open, is_done=is_done, assignee="bob", by="bob (ops)", now=LATER)
    assert (after.state, after.state_by, after.assignee, after.is_open_there) == (state, by, "bob", is_open)


def test_a_state_is_set_once() -> None:
    done = settled(ITEM, ItemState.DONE, "mara", LATER)
    assert (done.state, done.state_at, done.state_by) == (ItemState.DONE, LATER, "mara")
    with pytest.raises(TransitionError, match="is done already, since 2026-03-09 by mara"):
        settled(done, ItemState.DONE, "bob", LATER)


def test_a_date_that_passed_is_overdue_while_the_item_is_open() -> None:
    dated = replace(ITEM, due_on=date(2026, 3, 5))
    assert not dated.is_overdue(date(2026, 3, 5))
    assert dated.is_overdue(date(2026, 3, 6))
    assert not replace(dated, state=ItemState.DROPPED).is_overdue(date(2026, 3, 6))
    assert not ITEM.is_overdue(date(2026, 3, 6))
