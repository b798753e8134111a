"""Postmortems and action items as they are kept, on both databases."""

from dataclasses import replace

import pytest

from incidents.action_item import ActionItem, ItemState
from incidents.delivery import DeliveryError, Failure
from incidents.incident import Incident
from incidents.lifecycle import TransitionError
from incidents.review import PostmortemReview, ReviewState, ReviewStep, reviewed, written
from tests.tocsin.storage.examples import T0, at, incident, opened
from tocsin.storage import AuditEntry, NotFound, Store

BY = AuditEntry(actor="mara", action="write postmortem", subject_kind="incident", subject="aaaaaaaaaaaa")
DOWN = DeliveryError("down", retry=True)


def kept(store: Store) -> Incident:
    return store.incidents.open(opened(incident()), T0).incident


def item(of: Incident, name: str = "a", **changes: object) -> ActionItem:
    new = ActionItem(
        id=name, incident_id=of.id, reference="INC-1", at=T0, by="mara", title=name, state_at=T0, state_by="mara",
        tracker="ops",
    )  # fmt: skip
    return replace(new, **changes)  # type: ignore[arg-type]


def test_every_version_is_kept_and_the_review_goes_with_the_newest(store: Store) -> None:
    of, part = kept(store), store.postmortems
    assert (part.review(of.id).version, part.versions(of.id)) == (0, ())
    part.write(of.id, "one", lambda r: written(r, 0, "mara", T0), T0, BY)
    part.write(of.id, "two", lambda r: written(r, 1, "mara", at(1)), at(1), BY)
    with pytest.raises(TransitionError):
        part.write(of.id, "three", lambda r: written(r, 1, "bob", at(2)), at(2), BY)
    assert [(v.number, v.at, v.by) for v in part.versions(of.id)] == [(2, at(1), "mara"), (1, T0, "mara")]
    assert [part.text(of.id, number).text for number in (1, 2)] == ["one", "two"]
    with pytest.raises(NotFound):
        part.text(of.id, 3)
    seen: list[str] = []

    def ask(review: PostmortemReview, newest: str) -> PostmortemReview:
        seen.append(newest)
        return reviewed(review, ReviewStep.ASK, version=2, newest=newest, by="mara", now=at(3))

    part.move(of.id, ask, at(3), BY)
    assert (part.review(of.id).state, seen) == (ReviewState.IN_REVIEW, ["two"])


def test_a_ticket_is_due_until_it_is_as_its_item(store: Store) -> None:
    of, part = kept(store), store.action_items
    part.add(item(of), T0, BY)
    assert part.add(item(of, title="another"), T0, BY).title == "a", "the same id is the same item"
    part.add(item(of, "b", tracker=""), T0, BY)
    assert [one.item.id for one in part.due("ops", T0, 10)] == ["a"]
    assert part.due("another", T0, 10) == ()
    part.change("a", lambda one: replace(one, ticket_id="7", is_open_there=True), at(1))
    assert part.due("ops", at(1), 10) == ()
    assert [one.id for one in part.known("ops", ["7", "8"])] == ["a"]
    done = part.change("a", lambda one: replace(one, state=ItemState.DONE, state_at=at(2)), at(2), BY)
    assert [one.item for one in part.due("ops", at(2), 10)] == [done]
    assert ([one.id for one in part.open()], [one.id for one in part.over()], part.count_open()) == (["b"], ["a"], 1)
    with pytest.raises(NotFound):
        part.change("c", lambda one: one, at(2))


def test_what_fails_waits_and_what_was_given_up_is_due_again_on_request_or_with_a_change(store: Store) -> None:
    of, part = kept(store), store.action_items
    part.add(item(of), T0, BY)
    part.failed("a", Failure(cause=DOWN, next_at=at(5)), at(1))
    assert part.due("ops", at(4), 10) == ()
    assert [one.attempts for one in part.due("ops", at(5), 10)] == [1]
    backlog = part.backlog("ops")
    assert (backlog.waiting, backlog.failing, backlog.given_up, backlog.oldest_at) == (1, 1, 0, T0)
    part.failed("a", Failure(cause=DOWN, next_at=None, why="too often"), at(6))
    assert part.due("ops", at(60), 10) == ()
    (letter,) = part.given_up("ops", 10)
    assert (letter.id, letter.attempts, letter.why, letter.error, letter.at) == ("a", 2, "too often", "down", at(6))
    part.again("ops", "a", at(7), BY)
    assert [one.attempts for one in part.due("ops", at(7), 10)] == [0]
    with pytest.raises(NotFound):
        part.again("ops", "a", at(7), BY)
    part.failed("a", Failure(cause=DOWN, next_at=None, why="too often"), at(8))
    part.change("a", lambda one: replace(one, asked_at=at(8)), at(9))
    assert [one.item.id for one in part.due("ops", at(9), 10)] == ["a"]
