"""What agents did at once: kept before it is done, gone on with once nobody carries it out, undone once."""

from datetime import timedelta

from tests.tocsin.storage.examples import T0
from tocsin.storage import Store
from tocsin.storage.bulk_actions import BulkAction, BulkKind, BulkOrder, BulkStage

MINUTE = timedelta(minutes=1)
ORDER = BulkOrder(text="We look at it", tickets=("t1", "t2"))
ANSWER = BulkAction(batch="b1", kind=BulkKind.ANSWER, incident_id="i1", at=T0, by="mara", order=ORDER)


def test_what_is_claimed_is_left_to_who_began_it(store: Store) -> None:
    store.bulk_actions.begin(ANSWER, T0 + MINUTE)
    assert store.bulk_actions.since("i1", T0) == (ANSWER,)
    assert store.bulk_actions.claim_cut_short(T0, T0 + MINUTE) == ()
    assert store.bulk_actions.claim_cut_short(T0 + MINUTE, T0 + 2 * MINUTE) == (ANSWER,)
    assert store.bulk_actions.claim_cut_short(T0 + MINUTE, T0 + 2 * MINUTE) == ()


def test_it_is_undone_once_and_after_it_is_done(store: Store) -> None:
    store.bulk_actions.begin(ANSWER, T0 + MINUTE)
    assert not store.bulk_actions.begin_undo("b1", "bob", T0 + MINUTE, T0 + 2 * MINUTE)
    store.bulk_actions.finish(ANSWER, 2)
    (done,) = store.bulk_actions.since("i1", T0)
    assert (done.stage, done.count, done.order) == (BulkStage.DONE, 2, BulkOrder(text="We look at it"))
    assert [store.bulk_actions.begin_undo("b1", "bob", T0 + MINUTE, T0 + 2 * MINUTE) for _ in range(2)] == [True, False]
    (undoing,) = store.bulk_actions.claim_cut_short(T0 + 2 * MINUTE, T0 + 3 * MINUTE)
    assert (undoing.stage, undoing.undone_at, undoing.undone_by) == (BulkStage.UNDOING, T0 + MINUTE, "bob")
    store.bulk_actions.finish(undoing, 1)
    assert store.bulk_actions.since("i1", T0) == ()
    undone = store.bulk_actions.get("b1")
    assert undone is not None
    assert (undone.stage, undone.count) == (BulkStage.UNDONE, 1)


def test_what_changed_nothing_is_not_listed(store: Store) -> None:
    store.bulk_actions.begin(ANSWER, T0 + MINUTE)
    store.bulk_actions.finish(ANSWER, 0)
    assert store.bulk_actions.since("i1", T0) == ()
    assert store.bulk_actions.get("b2") is None
