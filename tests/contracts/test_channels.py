"""What holds for every way out of the house: order, repeats, waits, giving up, isolation, kill -9."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.delivery import DeliveryError
from tests.contracts.channels import GROUNDS, Ground
from tests.tocsin.web.running import CONFIG, running
from tocsin.storage import AuditEntry, NotFound

OPEN = CONFIG + "subscriptions: {webhooks: true, private_hooks: true, gather: 0s}\n"
BY = AuditEntry(actor="mara", action="deliver again", subject_kind="delivery")
BUSY = DeliveryError("busy", retry=True)


@pytest.fixture(params=GROUNDS)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    made = running(tmp_path, OPEN)
    yield GROUNDS[request.param](made)
    made.services.store.close()
    made.runtime.kept.samples.close()


def queue(ground: Ground, *labels: str) -> list[str]:
    """Queues them; those that will arrive."""
    for label in labels:
        ground.queue(label)
        ground.tocsin.clock.pass_(seconds=1)
    return [one for one in labels if not ground.merges or one == max(o for o in labels if o[0] == one[0])]


def test_all_of_it_is_delivered_once_and_in_order(ground: Ground) -> None:
    expected = queue(ground, "a1", "a2", "a3")
    assert ground.run() == len(expected)
    assert ground.receiver.got == expected
    assert ground.run() == 0
    assert ground.count("accepted") == len(expected)
    assert ground.gauge("tocsin_delivery_waiting") == 0
    assert ground.gauge("tocsin_delivery_oldest_seconds") == 0


def test_what_failed_is_tried_again_at_its_time_and_not_before(ground: Ground) -> None:
    expected = queue(ground, "a1", "a2")
    first = expected[0]
    ground.receiver.fails[first] = BUSY
    ground.run()
    waiting = expected if ground.keeps_lanes else [first]
    assert ground.receiver.got == [one for one in expected if one not in waiting]
    backlog = ground.channel().backlog()
    assert backlog.failing == 1
    assert backlog.waiting == ground.gauge("tocsin_delivery_waiting")
    assert backlog.waiting >= len(waiting), "of a story that is merged, each entry counts"
    ground.receiver.fails.clear()
    half = ground.channel().policy.first / 2
    assert ground.run(seconds=half.total_seconds() - 0.01) == 0, "half of the wait is certain"
    assert ground.run(seconds=2 * half.total_seconds()) == len(waiting)
    assert ground.receiver.got[-len(waiting) :] == waiting
    assert ground.count("failed") == 1


def test_a_receiver_that_asks_for_time_gets_it(ground: Ground) -> None:
    if ground.name_of() == "page":
        pytest.skip("a place has no words for it")
    (label,) = queue(ground, "a1")
    ground.receiver.fails[label] = DeliveryError("later", retry=True, retry_after=timedelta(minutes=30))
    ground.run()
    ground.receiver.fails.clear()
    assert ground.run(minutes=29.99) == 0
    assert ground.run(minutes=31) == 1


def test_what_is_given_up_is_shown_with_its_reason_and_can_be_tried_again(ground: Ground) -> None:
    label = queue(ground, "a1")[0]
    if ground.channel().policy.give_up_after is None:
        with pytest.raises(NotFound):
            ground.channel().again("a1", ground.tocsin.clock(), BY)
        return
    ground.receiver.fails[label] = BUSY
    for hour in range(4):
        ground.run(ground.channel(give_up_after=3), hours=hour)
    assert ground.count("given up") == 1
    assert ground.count("failed") == 2
    (letter,) = ground.channel().given_up(10)
    assert (letter.attempts, letter.error, letter.why) == (3, "busy", "it failed too often")
    assert (ground.gauge("tocsin_delivery_dead"), ground.channel().backlog().waiting) == (1, 0)
    assert ground.run(hours=9) == 0, "nobody tries it any more"
    ground.receiver.fails.clear()
    with pytest.raises(NotFound):
        ground.channel().again("nothing:7", ground.tocsin.clock(), BY)
    ground.channel().again(letter.id, ground.tocsin.clock(), BY)
    assert ground.run() == 1
    assert ground.receiver.got == [label]
    assert ground.channel().given_up(10) == ()
    assert [r.entry for r in ground.tocsin.services.store.audit.page().items if r.entry.action == BY.action] == [BY]


def test_what_fails_again_after_a_human_asked_is_given_up_again(ground: Ground) -> None:
    if ground.channel().policy.give_up_after is None:
        pytest.skip("it never gives up")
    (label,) = queue(ground, "a1")
    ground.receiver.fails[label] = AttributeError("no such thing")
    ground.run(ground.channel(give_up_after=1))
    ground.channel().again(ground.channel().given_up(1)[0].id, ground.tocsin.clock(), BY)
    for hour in range(3):
        ground.run(ground.channel(give_up_after=2), hours=hour)
    (letter,) = ground.channel().given_up(10)
    assert (letter.attempts, letter.error) == (2, "a mistake of ours: AttributeError: no such thing")
    assert len(ground.receiver.keys) == 3
    assert len(set(ground.receiver.keys)) == 1, "a repeat is recognisable"


def test_a_mistake_of_ours_at_one_item_costs_that_item_alone(ground: Ground) -> None:
    if ground.name_of() == "page":
        (poisoned,), others = queue(ground, "a1"), []
    else:
        poisoned, *others = queue(ground, "a1", "b1")
    ground.receiver.fails[poisoned] = ZeroDivisionError("ours")
    assert ground.run() == len(others)
    assert ground.receiver.got == others
    assert ground.run(hours=1) == 0
    backlog = ground.channel().backlog()
    assert (backlog.waiting > 0, backlog.failing) == (True, 1), "it is shown"
    assert ground.count("failed") == 2, "and counted each time"
    ground.receiver.fails.clear()
    assert ground.run(hours=3) == 1


def test_killed_between_handing_over_and_writing_it_down_repeats_at_most_the_batch(ground: Ground) -> None:
    expected = queue(ground, "a1", "a2", "b1") if ground.name_of() != "page" else queue(ground, "a1")
    killed = ground.channel()
    batch = killed.due(ground.tocsin.clock())
    with killed.sending() as send:
        for item in batch:
            send(item)
    handed_over = list(ground.receiver.got)
    assert handed_over
    ground.channel().free()
    ground.run()
    assert set(ground.receiver.got) == set(expected)
    repeated = [one for one in expected if ground.receiver.got.count(one) > 1]
    assert repeated == [one for one in expected if one in handed_over and not ground.notes_itself]
    assert max(map(ground.receiver.keys.count, ground.receiver.keys)) == (1 if ground.notes_itself else 2)
    assert ground.run() == 0


def test_what_waits_for_its_time_goes_on_waiting_after_a_restart(ground: Ground) -> None:
    if ground.name_of() == "page":
        pytest.skip("a place's waits end with the process")
    (label,) = queue(ground, "a1")
    ground.receiver.fails[label] = DeliveryError("later", retry=True, retry_after=timedelta(minutes=30))
    ground.run()
    ground.receiver.fails.clear()
    ground.channel().free()
    assert ground.run(minutes=1) == 0
    assert ground.run(minutes=31) == 1
