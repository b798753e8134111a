import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from incidents.delivery import DeliveryError
from tests.patience import PATIENCE_S, until
from tests.tocsin.storage.examples import mail
from tests.tocsin.web.running import Running
from tickets.mail.message import Mail, UnreachedError
from tocsin.delivery.channel import deliver_due
from tocsin.delivery.mail_queue import POLICY, MailQueue


class Post:
    """A mailer whose answers the test decides. refuses: key -> whether trying again may help.

    hangs_up_at: the key at which the server hangs up, and is not reached again in that run.
    stalls_at: the key at which it says nothing until `go`.
    """

    def __init__(self, **refuses: bool) -> None:
        self.refuses = refuses
        self.sent: list[str] = []
        self.asked: list[str] = []
        self.hangs_up_at = self.stalls_at = ""
        self.go = threading.Event()

    @contextmanager
    def sending(self) -> Iterator[Callable[[Mail], None]]:
        yield self._one
        self.asked.clear()

    def _one(self, mail: Mail) -> None:
        if self.hangs_up_at and self.hangs_up_at in self.asked:
            raise UnreachedError("connection refused", retry=True)
        self.asked.append(mail.key)
        if mail.key == self.hangs_up_at:
            raise DeliveryError("hung up", retry=True)
        if mail.key == self.stalls_at:
            self.go.wait(PATIENCE_S)
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


def test_behind_one_mail_at_which_the_server_hangs_up_nothing_is_counted_or_given_up(tocsin: Running) -> None:
    post = Post()
    keys = [f"{n:02}" for n in range(30)]
    queued = queue(tocsin, post, *keys)
    post.hangs_up_at = "00"
    for _ in range(POLICY.give_up_after or 0):
        send(tocsin, queued)
        tocsin.clock.pass_(minutes=15)
        if queued.backlog().given_up:
            break
    assert sorted(post.sent) == keys[1:], "they leave while it waits for its next try"
    (letter,) = queued.given_up(50)
    assert letter.attempts == POLICY.give_up_after


def test_a_server_that_is_not_reached_uses_up_no_attempts_and_is_left_alone_for_a_while(tocsin: Running) -> None:
    post = Post()
    queued = queue(tocsin, post, "a", "b", "c")
    post.hangs_up_at, post.asked = "nothing", ["nothing"]
    for seconds in range(0, 3600, 60):
        post.asked = ["nothing"]
        assert send(tocsin, queued, seconds) == 0
    counts = tocsin.services.store.mail.counts()
    assert (counts.waiting, counts.failing, counts.given_up) == (3, 0, 0)
    post.hangs_up_at = ""
    assert send(tocsin, queued, 3541) == 0, "it is left alone"
    assert send(tocsin, queued, 3661) == 3


def test_what_is_accepted_is_marked_while_the_server_stalls_at_the_next(tocsin: Running) -> None:
    post = Post()
    keys = [f"{n:02}" for n in range(20)]
    queued = queue(tocsin, post, *keys)
    post.stalls_at = "10"
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, tocsin, queued)
        counts = tocsin.services.store.mail.counts
        until(lambda: counts().sent == 10, "all before it are marked")
        killed = tocsin.services.store.mail
        assert killed.free_claims() == 10, "the next process repeats the one in flight alone, and begins the others"
        post.go.set()
        assert sending.result() == 20
