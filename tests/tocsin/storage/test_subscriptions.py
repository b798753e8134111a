"""Who subscribed, on both databases: sealed, hashed, notified once, forgotten whole."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from statuspage.subscriptions.subscription import (
    Choice,
    Stop,
    Subscription,
    SubscriptionKind,
    SubscriptionStatus,
    SuppressionReason,
)
from tests.tocsin.storage.examples import BY, T0, at, failure, mail
from tickets.mail.message import Mail
from tocsin.storage import Bound, NotFound, Notification, Purpose, Store
from tocsin.storage.tables.columns import metadata
from tocsin.storage.tables.mail import outbox
from tocsin.storage.tables.public import (
    subscription_calls,
    subscription_notified,
    subscription_suppressions,
    subscription_tokens,
    subscriptions,
)

ADA = "ada@example.com"
HOUR = timedelta(hours=1)
LATER = T0 + timedelta(days=30)


def subscription(name: str = "s1", email: str = ADA, **changes: object) -> Subscription:
    one = Subscription(id=name, email=email, created_at=T0)
    return replace(one, **changes)  # type: ignore[arg-type]


def letter(one: Subscription, key: str = "confirm") -> Mail:
    return replace(mail(f"{key}:{one.id}"), to=one.email, subscription_id=one.id, ticket_id=None)


def signed_up(store: Store, name: str = "s1", email: str = ADA, **changes: object) -> Subscription:
    one = subscription(name, email, **changes)
    assert store.subscriptions.sign_up(one, letter(one), T0)
    return one


def active(store: Store, name: str = "s1", email: str = ADA, **changes: object) -> Subscription:
    signed_up(store, name, email, **changes)
    return store.subscriptions.change(name, status=SubscriptionStatus.ACTIVE, confirmed_at=T0)


def notified(one: Subscription, seq: int = 2) -> Notification:
    if one.kind is SubscriptionKind.WEBHOOK:
        return Notification(subscription_id=one.id, seq=seq, body='{"type":"x"}', key=f"x-{seq}-{one.id}")
    return Notification(subscription_id=one.id, seq=seq, mail=replace(letter(one, f"news:{seq}"), bulk=True))


def hook(store: Store, name: str = "h1", url: str = "https://h.example/x") -> Subscription:
    return active(store, name, kind=SubscriptionKind.WEBHOOK, url=url, secret="whsec_x")


def test_a_subscription_is_kept_as_it_is(store: Store) -> None:
    choice = Choice(everything=False, groups=("g",), components=("a", "b"))
    one = signed_up(
        store, kind=SubscriptionKind.WEBHOOK, url="https://h.example/x", language="de", choice=choice, secret="whsec_x"
    )
    assert store.subscriptions.get(one.id) == one
    assert store.subscriptions.find(SubscriptionKind.WEBHOOK, "ADA@example.com", "https://h.example/x") == one
    assert store.subscriptions.find(SubscriptionKind.MAIL, ADA) is None
    assert store.subscriptions.of_address(ADA) == (one,)


def test_nothing_personal_and_no_token_lies_open(store: Store) -> None:
    one = signed_up(
        store, kind=SubscriptionKind.WEBHOOK, url="https://secret-place.example/x", secret="whsec_verysecret"
    )
    secrets = [ADA, "secret-place", "verysecret", *(store.subscriptions.token(one.id, p) for p in Purpose)]
    with store._database.read() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)):
                text = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)
                assert not [s for s in secrets if s in text], table.name


def test_an_address_signs_up_once_and_its_mail_leaves_with_it(store: Store) -> None:
    one = signed_up(store)
    again = subscription("s2")
    assert not store.subscriptions.sign_up(again, letter(again), T0)
    (waiting,) = store.mail.due(T0)
    assert (waiting.mail.to, waiting.mail.subscription_id) == (ADA, one.id)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_opens_its_own_purpose_alone(store: Store, purpose: Purpose) -> None:
    one = signed_up(store)
    token = store.subscriptions.token(one.id, purpose)
    assert store.subscriptions.of_token(token, purpose) == one
    assert store.subscriptions.of_token(token, *(set(Purpose) - {purpose})) is None
    assert store.subscriptions.of_token(f"{token}x", *Purpose) is None


def test_what_is_changed_is_changed_and_what_is_gone_is_said(store: Store) -> None:
    one = signed_up(store)
    changed = store.subscriptions.change(one.id, status=SubscriptionStatus.ACTIVE, confirmed_at=at(5), language="fa")
    assert changed == replace(one, status=SubscriptionStatus.ACTIVE, confirmed_at=at(5), language="fa")
    assert store.subscriptions.get(one.id) == changed
    with pytest.raises(NotFound, match=r"subscription .nobody. does not exist"):
        store.subscriptions.change("nobody", language="de")


def test_a_bound_holds_for_each_who(store: Store) -> None:
    here, there = Bound(who="network 192.0.2.7", limit=2, window=HOUR), Bound(who="address x", limit=3, window=HOUR)
    assert [store.subscriptions.count_attempt([here, there], T0) for _ in range(3)] == [True, True, False]
    assert store.subscriptions.count_attempt([there], T0), "a refused try is not counted"
    assert not store.subscriptions.count_attempt([there], T0)
    assert store.subscriptions.count_attempt([here, there], at(61)), "the window has passed"


def test_who_leaves_leaves_a_hash_and_nothing_else(store: Store) -> None:
    one = active(store)
    store.subscribers.queue("story", [notified(one)], T0)
    assert store.subscriptions.forget(one.id, SuppressionReason.UNSUBSCRIBED, LATER)
    assert not store.subscriptions.forget(one.id, SuppressionReason.UNSUBSCRIBED, LATER)
    with store._database.read() as connection:
        for table in (subscriptions, subscription_tokens, subscription_notified, subscription_calls, outbox):
            assert connection.execute(select(table)).all() == [], table.name
        (row,) = connection.execute(select(subscription_suppressions)).all()
        assert ADA not in str(row)
    assert store.subscriptions.suppression("Ada@Example.com", T0) is SuppressionReason.UNSUBSCRIBED
    assert store.subscriptions.suppression(ADA, LATER) is None, "and the hash is past its time"
    assert store.subscriptions.suppression("bo@example.com", T0) is None


def test_everybody_active_is_found_once_page_by_page(store: Store) -> None:
    names = [f"s{k}" for k in range(5)]
    for name in names:
        active(store, name, f"{name}@example.com")
    signed_up(store, "s9", "pending@example.com")
    first = store.subscribers.page("", 3)
    rest = store.subscribers.page(first[-1].id, 3)
    assert [one.id for one in (*first, *rest)] == names
    assert store.subscribers.page("s4", 3) == ()


def test_each_gets_each_entry_once(store: Store) -> None:
    one = active(store)
    assert store.subscribers.queue("story", [notified(one)], T0) == 1
    assert store.subscribers.queue("story", [notified(one)], T0) == 0
    assert store.subscribers.last_notified("story", [one.id, "other"]) == {one.id: 2}
    assert store.subscribers.queue("story", [notified(one, 5)], T0) == 1
    assert store.subscribers.last_notified("story", [one.id]) == {one.id: 5}
    assert len(store.mail.due(T0, bulk=True)) == 2


def test_who_left_meanwhile_is_not_notified(store: Store) -> None:
    one, other = active(store), active(store, "s2", "bo@example.com")
    store.subscriptions.forget(one.id, None, LATER)
    assert store.subscribers.queue("story", [notified(one), notified(other)], T0) == 1
    (waiting,) = store.mail.due(T0, bulk=True)
    assert waiting.mail.to == "bo@example.com"


def test_a_single_persons_mail_never_waits_behind_very_many(store: Store) -> None:
    store.subscribers.queue("story", [notified(active(store, f"s{k}", f"s{k}@example.com")) for k in range(5)], T0)
    store.mail.enqueue([mail("ticket")], at(1))
    alone = store.mail.due(at(1), limit=10)
    assert "ticket" in [one.mail.key for one in alone]
    assert not any(one.mail.bulk for one in alone)
    assert len(store.mail.due(at(1), bulk=True)) == 5


def test_a_subscribers_mail_is_forgotten_once_it_left(store: Store) -> None:
    one = signed_up(store)
    store.mail.enqueue([mail("ticket")], T0)
    store.mail.sent([m.id for m in store.mail.due(T0)], T0)
    with store._database.read() as connection:
        (row,) = connection.execute(select(outbox)).all()
    assert (row.subscription_id, row.state) == (None, "sent")
    assert store.subscriptions.get(one.id) is not None


def test_a_webhook_is_called_in_order_and_one_that_fails_delays_itself_alone(store: Store) -> None:
    one, other = hook(store), hook(store, "h2", "https://h.example/y")
    for seq in (2, 5):
        store.subscribers.queue("story", [notified(one, seq), notified(other, seq)], T0)
    first = store.subscribers.due_calls(T0)
    assert [(c.subscription_id, c.key) for c in first] == [("h1", "x-2-h1"), ("h2", "x-2-h2")]
    assert store.subscribers.due_calls(T0) == (), "they are claimed, and nothing overtakes them"
    store.subscribers.call_failed(first[0].id, "503", at(5))
    store.subscribers.call_done(first[1].id)
    (second,) = store.subscribers.due_calls(T0)
    assert second.key == "x-5-h2"
    assert [c.key for c in store.subscribers.due_calls(at(5))] == ["x-2-h1", "x-5-h2"]


def test_what_a_killed_process_had_claimed_is_called_by_the_next(store: Store) -> None:
    store.subscribers.queue("story", [notified(hook(store))], T0)
    assert len(store.subscribers.due_calls(T0)) == 1
    assert store.subscribers.free_calls() == 1
    assert len(store.subscribers.due_calls(T0)) == 1


def test_failures_are_counted_in_a_row(store: Store) -> None:
    one = active(store)
    assert [store.subscriptions.count_failure(one.id) for _ in range(2)] == [1, 2]
    store.subscriptions.clear_failures([one.id])
    assert store.subscriptions.count_failure(one.id) == 1
    assert store.subscriptions.count_failure("nobody") == 0


def test_what_is_stopped_gets_nothing_but_the_notice(store: Store) -> None:
    one = hook(store)
    store.mail.sent([m.id for m in store.mail.due(T0)], T0)
    store.subscribers.queue("story", [notified(one)], T0)
    store.subscribers.queue("story", [notified(one, 5)], T0)
    (call,) = store.subscribers.due_calls(T0)
    store.subscribers.give_up_calls(call, failure("503"), Stop.FAILING, letter(one, "stopped"), at(1))
    kept = store.subscriptions.get(one.id)
    assert kept is not None
    assert (kept.status, kept.stop, kept.stopped_at) == (SubscriptionStatus.DISABLED, Stop.FAILING, at(1))
    assert store.subscribers.due_calls(at(60)) == ()
    assert [m.mail.key for m in store.mail.due(at(1))] == ["stopped:h1"]
    assert store.subscribers.page() == ()


def test_calls_that_were_given_up_stay_visible_and_can_be_tried_again(store: Store) -> None:
    one = hook(store)
    for seq in (2, 5):
        store.subscribers.queue("story", [notified(one, seq)], T0)
    (call,) = store.subscribers.due_calls(T0)
    store.subscribers.give_up_calls(call, failure("503"), Stop.FAILING, None, at(1))
    first, second = store.subscribers.given_up_calls()
    assert (first.id, first.what, first.attempts) == (str(call.id), "call of the webhook at h.example", 1)
    assert (first.error, first.why, second.attempts) == ("503", "it is over", 0)
    backlog = store.subscribers.calls_backlog()
    assert (backlog.waiting, backlog.given_up, backlog.oldest_at) == (0, 2, None)
    store.subscribers.call_again(first.id, at(2), BY)
    kept = store.subscriptions.get(one.id)
    assert kept is not None
    assert (kept.status, kept.stop) == (SubscriptionStatus.ACTIVE, None)
    assert [(c.key, c.attempts) for c in store.subscribers.due_calls(at(2))] == [("x-2-h1", 0)]
    assert store.subscribers.calls_backlog().waiting == 2
    with pytest.raises(NotFound):
        store.subscribers.call_again(first.id, at(2), BY)
    store.subscribers.give_up_calls(call, failure("503"), Stop.FAILING, None, at(3))
    store.subscriptions.tidy(at(3) + timedelta(days=8), timedelta(days=9), timedelta(days=30))
    assert store.subscribers.given_up_calls() == (), "for a week"


def test_what_need_not_be_kept_goes(store: Store) -> None:
    pending, kept = signed_up(store), active(store, "s2", "bo@example.com")
    stopped = active(store, "s3", "cy@example.com")
    store.subscriptions.stop(stopped.id, Stop.BOUNCED, T0)
    assert store.subscriptions.tidy(T0 + HOUR, 2 * HOUR, timedelta(days=30)) == 0
    assert store.subscriptions.tidy(T0 + 3 * HOUR, 2 * HOUR, timedelta(days=30)) == 1
    assert store.subscriptions.get(pending.id) is None
    assert store.subscriptions.tidy(T0 + timedelta(days=31), 2 * HOUR, timedelta(days=30)) == 1
    assert store.subscriptions.counts() == {(SubscriptionKind.MAIL, SubscriptionStatus.ACTIVE): 1}
    assert store.subscriptions.get(kept.id) is not None
