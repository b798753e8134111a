from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from incidents.delivery import DeliveryError
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import Running
from tickets.mail.message import Mail, Outcome
from tocsin.delivery.delivery import Delivery
from tocsin.delivery.mail_queue import GIVE_UP, send_due


class Post:
    """A mailer whose answers the test decides. refuses: key -> whether trying again may help."""

    def __init__(self, **refuses: bool) -> None:
        self.refuses = refuses
        self.sent: list[str] = []

    def send(self, batch: Sequence[Mail]) -> tuple[Outcome, ...]:
        return tuple(self._one(m) for m in batch)

    def _one(self, mail: Mail) -> Outcome:
        if mail.key in self.refuses:
            return Outcome(key=mail.key, error=DeliveryError("busy", retry=self.refuses[mail.key]))
        self.sent.append(mail.key)
        return Outcome(key=mail.key)


def with_post(tocsin: Running, post: Post, *keys: str) -> Delivery:
    tocsin.services.store.mail.enqueue([mail(key) for key in keys], tocsin.clock())
    return replace(tocsin.services.delivery, mailer=post)


def test_each_mail_is_sent_once(tocsin: Running) -> None:
    post = Post()
    services = with_post(tocsin, post, "a", "b")
    assert send_due(services, tocsin.clock()) == 2
    assert send_due(services, tocsin.clock()) == 0
    assert sorted(post.sent) == ["a", "b"]
    assert services.store.mail.counts().sent == 2


def test_what_failed_is_tried_again_later_and_delays_no_other(tocsin: Running) -> None:
    post = Post(b=True)
    services = with_post(tocsin, post, "a", "b", "c")
    assert send_due(services, tocsin.clock()) == 2
    assert services.store.mail.counts().failing == 1
    post.refuses.clear()
    assert send_due(services, tocsin.clock()) == 0, "not before its time"
    assert send_due(services, tocsin.clock() + timedelta(seconds=5)) == 1
    assert sorted(post.sent) == ["a", "b", "c"]


def test_what_is_refused_for_good_is_given_up_at_once(tocsin: Running) -> None:
    services = with_post(tocsin, Post(a=False), "a")
    send_due(services, tocsin.clock())
    (failed,) = services.store.mail.given_up().items
    assert (failed.attempts, failed.error) == (1, "busy")


def test_a_server_that_stays_away_is_given_up_after_hours(tocsin: Running) -> None:
    services = with_post(tocsin, Post(a=True), "a")
    for _ in range(GIVE_UP):
        assert services.store.mail.counts().waiting == 1
        send_due(services, tocsin.clock())
        tocsin.clock.pass_(minutes=15)
    (failed,) = services.store.mail.given_up().items
    assert failed.attempts == GIVE_UP


def test_what_a_killed_process_had_claimed_is_sent_by_the_next(tocsin: Running) -> None:
    post = Post()
    services = with_post(tocsin, post, "a")
    assert len(services.store.mail.due(tocsin.clock())) == 1
    assert send_due(services, tocsin.clock()) == 0, "it is another's"
    assert services.store.mail.free_claims(tocsin.clock()) == 1
    assert send_due(services, tocsin.clock()) == 1
    assert services.store.mail.free_claims(tocsin.clock()) == 0
