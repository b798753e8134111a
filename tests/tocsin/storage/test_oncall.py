"""Escalations, notices, messages and overrides, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.delivery import DeliveryError, Failure
from incidents.oncall.escalation import Escalation, EscalationEnd, StepTaken
from incidents.oncall.notice import FOLLOW_UP, Notice, OncallMessage, message_of, notices_of
from incidents.oncall.policy import ContactChannel
from incidents.oncall.schedule import Override
from incidents.oncall.storm import SentBefore
from tests.tocsin.storage.examples import T0, incident, opened
from tocsin.storage import AuditEntry, Backlog, NotFound, Store

BY = AuditEntry(actor="mara", action="override", subject_kind="override", subject="o")
MAIL, WEBHOOK = ContactChannel.MAIL, ContactChannel.WEBHOOK
MINUTE = timedelta(minutes=1)


@pytest.fixture
def begun(store: Store) -> Escalation:
    kept = store.incidents.open(opened(incident()), T0).incident
    return Escalation(incident_id=kept.id, policy="usual", begun_at=T0, next_at=T0)


def noticed(store: Store, known: Escalation, *people: str) -> tuple[Notice, ...]:
    """A step that reached these people, written."""
    step = StepTaken(number=known.taken, at=T0, people=people)
    notices = notices_of(known, step)
    store.oncall.save([replace(known, taken=known.taken + 1, next_at=T0 + 10 * MINUTE)], notices)
    return notices


def sent(store: Store, notices: tuple[Notice, ...], *channels: ContactChannel) -> OncallMessage:
    message = message_of(notices, T0)
    store.oncall.send([(message, channels)], T0)
    return message


def test_an_escalation_is_due_until_it_ends(store: Store, begun: Escalation) -> None:
    store.oncall.save([begun])
    assert store.oncall.due(T0 - MINUTE) == ()
    assert store.oncall.due(T0) == (begun,)
    assert store.oncall.running() == {begun.incident_id: begun}
    ended = replace(begun, next_at=None, ended_at=T0, end=EscalationEnd.ACKNOWLEDGED)
    store.oncall.save([ended])
    assert (store.oncall.due(T0), store.oncall.running()) == ((), {})
    assert store.oncall.escalation(begun.incident_id) == ended


def test_a_step_that_is_written_twice_is_noticed_once(store: Store, begun: Escalation) -> None:
    (first,) = noticed(store, begun, "ann")
    assert noticed(store, begun, "ann") == (first,)
    assert store.oncall.waiting() == {"ann": (first,)}
    message = sent(store, (first,), MAIL, WEBHOOK)
    assert store.oncall.waiting() == {}
    assert [(one.channel, one.sent_at) for one in store.oncall.notified(begun.incident_id)] == [
        (MAIL, None),
        (WEBHOOK, None),
    ]
    assert store.oncall.message(message.id) == message


def test_what_waits_for_a_digest_needs_none_once_the_escalation_ends(store: Store, begun: Escalation) -> None:
    noticed(store, begun, "ann", "")
    store.oncall.save([replace(begun, next_at=None, ended_at=T0, end=EscalationEnd.OVER)])
    assert store.oncall.waiting() == {}
    assert [one.is_waiting for one in store.oncall.notified(begun.incident_id)] == [False, False]


def test_what_a_person_was_sent_before_counts_once_however_many_channels(store: Store, begun: Escalation) -> None:
    first = noticed(store, begun, "ann")
    second = noticed(store, replace(begun, taken=1), "ann")
    sent(store, first, MAIL, WEBHOOK)
    digest = replace(message_of((*first, *second), T0 + MINUTE), incidents=(begun.incident_id, "another"))
    store.oncall.send([(digest, (MAIL,))], T0 + MINUTE)
    assert store.oncall.sent_before("ann", T0 - MINUTE) == SentBefore(singles=(T0,), digest_at=T0 + MINUTE)
    assert store.oncall.sent_before("ann", T0 + MINUTE) == SentBefore()
    assert store.oncall.sent_before("bob", T0 - MINUTE) == SentBefore()


def test_a_message_is_claimed_once_tried_again_and_given_up(store: Store, begun: Escalation) -> None:
    queues, message = store.oncall_queues, sent(store, noticed(store, begun, "ann"), MAIL)
    (claimed,) = queues.due(MAIL, T0, 10)
    assert claimed.opened() == message
    assert queues.due(MAIL, T0, 10) == ()
    queues.free_claims(MAIL)
    assert [one.key for one in queues.due(MAIL, T0, 10)] == [claimed.key]
    busy = DeliveryError("ann@example.com: busy", retry=True)
    queues.failed(claimed, Failure(cause=busy, next_at=T0 + MINUTE), T0)
    assert queues.backlog(MAIL) == Backlog(waiting=1, failing=1, given_up=0, oldest_at=T0)
    (again,) = queues.due(MAIL, T0 + MINUTE, 10)
    queues.failed(again, Failure(cause=busy, next_at=None, why="it failed too often"), T0 + MINUTE)
    assert queues.backlog(MAIL) == Backlog(given_up=1)
    (letter,) = queues.given_up(MAIL, 10)
    assert (letter.id, letter.attempts, letter.error) == (message.id, 2, "ann@example.com: busy")
    queues.again(MAIL, message.id, T0 + MINUTE, BY)
    (third,) = queues.due(MAIL, T0 + MINUTE, 10)
    queues.accepted(MAIL, [third.message_id], T0 + 2 * MINUTE)
    assert [one.sent_at for one in store.oncall.notified(begun.incident_id)] == [T0 + 2 * MINUTE]
    with pytest.raises(NotFound):
        queues.again(MAIL, message.id, T0, BY)


def test_the_latest_problem_of_the_text_is_kept(store: Store, begun: Escalation) -> None:
    assert store.oncall_queues.latest_problem() is None
    message = sent(store, noticed(store, begun, "ann"), MAIL)
    store.oncall_queues.note_problem(message.id, "no such name")
    assert store.oncall_queues.latest_problem() == (T0, "no such name")


def test_a_webhook_gets_the_end_of_its_message_once_and_nobody_else(store: Store, begun: Escalation) -> None:
    other = replace(begun, incident_id=store.incidents.open(opened(incident("b" * 12)), T0).incident.id)
    store.oncall.save([begun, other])
    single = sent(store, noticed(store, begun, "ann"), MAIL, WEBHOOK)
    both = sent(store, (*noticed(store, replace(begun, taken=1), "ann"), *noticed(store, other, "ann")), WEBHOOK)
    lost = sent(store, noticed(store, other, "bob"), WEBHOOK)
    taken = {one.message_id: one for one in store.oncall_queues.due(WEBHOOK, T0, 10)}
    gone = DeliveryError("gone", retry=False)
    store.oncall_queues.failed(taken[lost.id], Failure(cause=gone, next_at=None, why="gone"), T0)

    def ended(known: Escalation, minutes: int) -> list[str]:
        at = T0 + minutes * MINUTE
        for _ in range(2):
            store.oncall.save([replace(known, next_at=None, ended_at=at, end=EscalationEnd.OVER)])
        return [one.opened().follows for one in store.oncall_queues.due(WEBHOOK, at, 10)]

    assert ended(begun, 1) == [single.id]
    assert ended(other, 2) == [both.id]
    end = store.oncall.message(single.id + FOLLOW_UP)
    assert end is not None
    assert (end.person, end.incidents, end.at) == ("ann", (begun.incident_id,), T0 + MINUTE)
    assert store.oncall.sent_before("ann", T0) == SentBefore(), "an end is no notification"


def test_an_override_is_added_once_undone_and_restored(store: Store) -> None:
    override = Override(
        id="o", schedule="primary", person="ann", starts_at=T0, ends_at=T0 + MINUTE, by="mara", made_at=T0
    )
    for _ in range(2):
        store.oncall.add_override(override, T0, BY)
    assert store.oncall.overrides(T0) == (override,)
    assert store.oncall.overrides(T0 + MINUTE) == ()
    store.oncall.remove_override("o", T0, BY)
    assert (store.oncall.overrides(T0), store.oncall.removed_overrides(T0)) == ((), (override,))
    store.oncall.remove_override("o", T0, BY, again=True)
    assert store.oncall.overrides(T0) == (override,)
    with pytest.raises(NotFound):
        store.oncall.remove_override("another", T0, BY)
    assert len(store.audit.page(limit=10).items) == 3
