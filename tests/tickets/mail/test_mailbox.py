from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.tickets.mail.sending import send_all
from tests.tickets.make import NOON, minutes, waiting
from tickets.mail.compose import Letterhead, confirmation
from tickets.mail.mailbox import Mailbox
from tickets.mail.message import Mail, Sender

SENDER = Sender(address="support@example.com", name="Example Exchange")
HEAD = Letterhead(exchange="Example Exchange", domain="example.com")


class Clock:
    """A minute later at every look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += minutes(1)
        return self.now


def mail(number: int, **more: str) -> Mail:
    return confirmation(HEAD, waiting(id=f"t{number}", number=f"TOC-{number}", **more), NOON)


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail", SENDER, Clock())


def test_what_is_delivered_can_be_read(mailbox: Mailbox) -> None:
    assert send_all(mailbox, [mail(1)]) == [None]
    (head,) = mailbox.list().mails
    read = mailbox.read(head.id)
    assert read is not None
    assert (head.to, head.subject) == ("ada@example.com", "[TOC-1] We have received your message: Bitcoin")
    assert "TOC-1" in read.text
    assert "<p>" in read.html


def test_a_second_delivery_of_the_same_message_is_a_no_op_whatever_the_time(mailbox: Mailbox, tmp_path: Path) -> None:
    assert send_all(mailbox, [mail(1), mail(1)]) == [None, None]
    assert send_all(Mailbox(tmp_path / "mail", SENDER, Clock()), [mail(1)]) == [None]
    assert len(mailbox.list().mails) == 1


def test_the_list_is_newest_first_and_paged(mailbox: Mailbox) -> None:
    send_all(mailbox, [mail(k) for k in range(7)])
    seen, before = [], None
    while True:
        page = mailbox.list(limit=3, before=before)
        seen += [m.subject.split("]")[0] for m in page.mails]
        before = page.next
        if before is None:
            break
    assert seen == [f"[TOC-{k}" for k in reversed(range(7))]


def test_the_list_of_one_address(mailbox: Mailbox) -> None:
    send_all(mailbox, [mail(1), mail(2, email="bob@example.com")])
    assert [m.to for m in mailbox.list(to="BOB@example.com").mails] == ["bob@example.com"]


@pytest.mark.parametrize("name", ["", "nothing", "../../etc/passwd", "0" * 40, "é" * 40])
def test_what_is_not_there_is_none(mailbox: Mailbox, name: str) -> None:
    assert mailbox.read(name) is None


def test_a_bad_address_fails_alone_and_for_good(mailbox: Mailbox) -> None:
    bad = replace(mail(1), to="no address at all")
    first, second = send_all(mailbox, [bad, mail(2)])
    assert first is not None
    assert not first.retry
    assert second is None


def test_a_folder_that_cannot_be_written_is_tried_again(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "mail" / "tmp").rmdir()
    (error,) = send_all(mailbox, [mail(1)])
    assert error is not None
    assert error.retry
    assert mailbox.list().mails == ()
