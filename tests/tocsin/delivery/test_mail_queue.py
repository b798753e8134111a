from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from incidents.delivery import DeliveryError
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import Running
from tickets.mail.message import Mail
from tocsin.delivery.channel import deliver_due
from tocsin.delivery.mail_queue import POLICY, MailQueue


class Post:
    """A mailer whose answers the test decides. refuses: key -> whether trying again may help."""

    def __init__(self, **refuses: bool) -> None:
        self.refuses = refuses
        self.sent: list[str] = []

    @contextmanager
    def sending(self) -> Iterator[Callable[[Mail], None]]:
        yield self._one

    def _one(self, mail: Mail) -> None:
        if mail.key in self.refuses:
            raise DeliveryError("busy", retry=self.refuses[mail.key])
        self.sent.append(mail.key)


def queue(tocsin: Running, post: Post, *keys: str) -> MailQueue:
    tocsin.services.store.mail.enqueue([mail(key) for key in keys], tocsin.clock())
    queue = tocsin.channel("mail")
    assert isinstance(queue, MailQueue)
    return replace(queue, mailer=post)


def send(tocsin: Running, queue: MailQueue, seconds: float = 0) -> int:
    return deliver_due(queue, tocsin.services.metrics, tocsin.clock() + timedelta(seconds=seconds))


def test_each_mail_is_sent_once(tocsin: Running) -> None:
    post = Post()
    queued = queue(tocsin, post, "a", "b")
    assert send(tocsin, queued) == 2
    assert send(tocsin, queued) == 0
    assert sorted(post.sent) == ["a", "b"]
    assert tocsin.services.store.mail.counts().sent == 2


def test_what_failed_is_tried_again_later_and_delays_no_other(tocsin: Running) -> None:
    post = Post(b=True)
    queued = queue(tocsin, post, "a", "b", "c")
    assert send(tocsin, queued) == 2
    assert tocsin.services.store.mail.counts().failing == 1
    post.refuses.clear()
    assert send(tocsin, queued) == 0, "not before its time"
    assert send(tocsin, queued, 5) == 1
    assert sorted(post.sent) == ["a", "b", "c"]


def test_what_is_refused_for_good_is_given_up_at_once(tocsin: Running) -> None:
    queued = queue(tocsin, Post(a=False), "a")
    send(tocsin, queued)
    (failed,) = queued.given_up(10)
    assert (failed.attempts, failed.error) == (1, "busy")


def test_a_server_that_stays_away_is_given_up_after_hours(tocsin: Running) -> None:
    queued = queue(tocsin, Post(a=True), "a")
    for _ in range(POLICY.give_up_after or 0):
        assert tocsin.services.store.mail.counts().waiting == 1
        send(tocsin, queued)
        tocsin.clock.pass_(minutes=15)
    (failed,) = queued.given_up(10)
    assert failed.attempts == POLICY.give_up_after


def test_what_a_killed_process_had_claimed_is_sent_by_the_next(tocsin: Running) -> None:
    post = Post()
    queued = queue(tocsin, post, "a")
    assert len(tocsin.services.store.mail.due(tocsin.clock())) == 1
    assert send(tocsin, queued) == 0, "it is another's"
    assert tocsin.services.store.mail.free_claims() == 1
    assert send(tocsin, queued) == 1
    assert tocsin.services.store.mail.free_claims() == 0
