"""kill -9 while subscribers are notified: each is notified all the same, and only the batch in flight comes twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statuspage.subscriptions.subscription import Subscription, SubscriptionStatus
from tests.faults.killed import SUBSCRIBERS
from tests.faults.stage import Stage
from tests.tocsin.storage.examples import mail
from tocsin.storage import load_cipher
from tocsin.subscriptions.notify import SINK
from tocsin.wiring.installation import KEY_FILE

COUNT = 50
PEOPLE = [f"reader{k}@example.com" for k in range(COUNT)]


@pytest.mark.parametrize("point", SUBSCRIBERS)
def test_killed_while_subscribers_are_notified(point: str, stage: Stage) -> None:
    stage.write_config(heartbeat="null\nsubscriptions: {gather: 0s}")
    subscribe_all(stage)
    stage.start(at=point)
    stage.exchange.stuck.add("tron")
    stage.until(lambda: stage.summary().get("incidents"), "the page shows the incident")
    stage.until(lambda: is_notified(stage), "everybody is notified of it")
    stage.exchange.stuck.clear()
    stage.until(lambda: stage.summary().get("incidents") == [], "the page shows its end")
    stage.until(lambda: is_notified(stage) and is_over(stage), "everybody is notified of its end")
    assert stage.kills == 1, f"the service never came to the point {point!r}"
    subjects = {tuple(stage.inbox.subjects_of(one)) for one in PEOPLE}
    assert len(subjects) == 1, "all were notified the same, each once"
    (notified,) = subjects
    assert "Investigating" in notified[0]
    assert "Resolved" in notified[-1]
    for message_id, count in stage.inbox.counts.items():
        assert count == (2 if message_id in stage.in_flight else 1), "only the batch in flight is repeated"


def subscribe_all(stage: Stage) -> None:
    """As if they had come by the form before the service started."""
    load_cipher(stage.data / KEY_FILE)
    now = datetime.now(UTC) - timedelta(minutes=1)
    with stage.store() as store:
        for k, email in enumerate(PEOPLE):
            one = Subscription(id=f"{k:032x}", email=email, created_at=now)
            assert store.subscriptions.sign_up(one, replace(mail(f"confirm:{k}"), subscription_id=one.id), now)
            store.subscriptions.change(one.id, status=SubscriptionStatus.ACTIVE, confirmed_at=now)
        store.mail.sent([m.id for m in store.mail.due(now, COUNT)], now)


def is_notified(stage: Stage) -> bool:
    """Nothing waits for a subscriber."""
    with stage.store() as store:
        state = store.sinks.state(SINK)
        return state is not None and state.waiting == 0 and store.mail.counts().waiting == 0


def is_over(stage: Stage) -> bool:
    return any("Resolved" in str(one["Subject"]) for one in list(stage.inbox.mails))
