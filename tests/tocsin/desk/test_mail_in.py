"""The mailbox is read over a real IMAP server: nothing is lost, nothing is done twice, and nothing goes in circles."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from incidents.delivery import DeliveryError
from tests.dovecot import Dovecot, dovecot
from tests.tickets.mail import incoming_mails as shapes
from tests.tickets.mail.incoming_mails import answer, report
from tests.tocsin.desk.test_mail_outcome import agent_answers, root, thread, ticket_of, with_inbound
from tests.tocsin.web.running import Running
from tickets.mail.incoming import MailOutcome, read_mail
from tickets.mail.message import IncomingMailbox, MailboxPlace, MailboxReading
from tickets.ticket import Author
from tocsin.desk.mail_in import ATTEMPTS, HOURLY, MailIn
from tocsin.desk.mail_outcome import NOTES_A_DAY, work_off_mail
from tocsin.storage import TicketFilter
from tocsin.storage.inbound_mails import FAILED


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def tocsin(tmp_path: Path, server: Dovecot) -> Iterator[Running]:
    made = with_inbound(tmp_path, port=server.port, user=user(tmp_path))
    yield made
    made.close()


def user(folder: Path) -> str:
    """An account of this test alone."""
    return f"u{abs(hash(folder))}"


def inbox(tocsin: Running) -> MailIn:
    (found,) = tocsin.services.inboxes
    assert isinstance(found, MailIn)
    return found


def poll(tocsin: Running) -> int:
    tocsin.clock.pass_(seconds=30)
    return inbox(tocsin).poll(tocsin.clock())


def outcomes(tocsin: Running) -> dict[str, int]:
    return tocsin.services.store.inbound_mails.outcomes()


def numbers(tocsin: Running) -> int:
    return len(tocsin.services.store.tickets.page(TicketFilter()).items)


def test_a_thread_of_a_hundred_mails_is_one_ticket_in_their_order(
    tocsin: Running, server: Dovecot, tmp_path: Path
) -> None:
    ticket = ticket_of(tocsin)
    about = [root(tocsin, ticket)]
    mails = []
    for k in range(100):
        mails.append(answer(f"Word {k} of mine", about=tuple(about), number=k))
        about.append(f"<answer-{k}@mail.example.org>")
    server.deliver(user(tmp_path), *mails)
    poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.JOINED: HOURLY, "": 100 - HOURLY}, "what is too much for an hour waits"
    while "" in outcomes(tocsin):
        tocsin.clock.pass_(hours=1)
        poll(tocsin)
    assert [text for _, text in thread(tocsin, ticket)] == [f"Word {k} of mine" for k in range(100)]
    assert numbers(tocsin) == 1
    assert all(b"Seen" in one for one in server.flags(user(tmp_path)))


class DiesBeforeTelling:
    """The process is killed after it kept the mails, and before it marked them on the server."""

    def __init__(self, mailbox: IncomingMailbox) -> None:
        self._mailbox = mailbox

    def after(self, place: MailboxPlace | None, at_most: int) -> MailboxReading:
        return self._mailbox.after(place, at_most)

    def mark_read(self, places: Sequence[MailboxPlace]) -> None:
        raise SystemExit(f"killed before {len(places)} were marked")


def test_killed_before_the_server_is_nothing_is_lost_or_done_twice(
    tocsin: Running, server: Dovecot, tmp_path: Path
) -> None:
    ticket = ticket_of(tocsin)
    server.deliver(user(tmp_path), answer("One", about=(root(tocsin, ticket),)), answer("A new matter", number=2))
    whole = inbox(tocsin)
    with pytest.raises(SystemExit):
        replace(whole, mailbox=DiesBeforeTelling(whole.mailbox)).poll(tocsin.clock())
    for _ in range(2):
        poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.JOINED: 1, MailOutcome.OPENED: 1}
    assert [text for _, text in thread(tocsin, ticket)] == ["One"]
    assert numbers(tocsin) == 2


def test_killed_between_a_mails_ticket_and_its_end_it_is_one_ticket(
    tocsin: Running, server: Dovecot, tmp_path: Path
) -> None:
    ticket = ticket_of(tocsin)
    server.deliver(user(tmp_path), answer("One", about=(root(tocsin, ticket),)), answer("A new matter", number=2))
    store, box = tocsin.services.store.inbound_mails, inbox(tocsin)
    box._read(tocsin.clock())
    for kept in store.due(tocsin.clock(), 10):
        work_off_mail(tocsin.services.desk, read_mail(kept.opened()), kept.id, tocsin.clock())
    poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.JOINED: 1, MailOutcome.OPENED: 1}
    assert [text for _, text in thread(tocsin, ticket)] == ["One"]
    assert numbers(tocsin) == 2


def test_a_mail_that_two_servers_hand_over_is_one(tocsin: Running, server: Dovecot, tmp_path: Path) -> None:
    mail = answer("A new matter")
    server.deliver(user(tmp_path), b"Received: by a.example\n" + mail, b"Received: by b.example\n" + mail)
    poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.OPENED: 1}


def test_an_automatic_reply_to_every_mail_ends_in_a_few_notes(tocsin: Running, server: Dovecot, tmp_path: Path) -> None:
    ticket = ticket_of(tocsin)
    about = agent_answers(tocsin, ticket)
    written = len(tocsin.services.store.mail.of_ticket(ticket.id))
    for k in range(NOTES_A_DAY + 3):
        reply = report(shapes.VACATION.replace("1772460300", str(k)), about, root(tocsin, ticket))
        server.deliver(user(tmp_path), reply)
        poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.AUTO_REPLY: NOTES_A_DAY + 3}
    assert [author for author, _ in thread(tocsin, ticket)].count(Author.INTERNAL) == NOTES_A_DAY
    assert len(tocsin.services.store.mail.of_ticket(ticket.id)) == written


def test_a_robot_that_answers_every_confirmation_as_a_person_would_is_slowed(
    tocsin: Running, server: Dovecot, tmp_path: Path
) -> None:
    for k in range(HOURLY + 5):
        server.deliver(user(tmp_path), answer(f"Thank you for mail {k}.", number=k))
    poll(tocsin)
    assert outcomes(tocsin) == {MailOutcome.OPENED: HOURLY, "": 5}
    assert tocsin.services.store.mail.counts().waiting <= 5, "an address that nobody proved gets few confirmations"
    server.deliver(user(tmp_path), answer("I am somebody else", sender="bo@example.org", number=900))
    poll(tocsin)
    assert outcomes(tocsin)[MailOutcome.OPENED] == HOURLY + 1, "nobody else waits for that"


class Unreachable:
    """A mailbox whose server is away."""

    def after(self, place: MailboxPlace | None, at_most: int) -> MailboxReading:
        raise DeliveryError(f"away, {place} {at_most}", retry=True)

    def mark_read(self, places: Sequence[MailboxPlace]) -> None:
        raise DeliveryError(f"away, {places}", retry=True)


def test_what_is_kept_is_worked_off_while_the_server_is_away(tocsin: Running, server: Dovecot, tmp_path: Path) -> None:
    server.deliver(user(tmp_path), answer("A new matter"))
    box = inbox(tocsin)
    box._read(tocsin.clock())
    with pytest.raises(DeliveryError):
        replace(box, mailbox=Unreachable()).poll(tocsin.clock())
    assert outcomes(tocsin) == {MailOutcome.OPENED: 1}


def test_a_mail_that_fails_delays_no_other_and_is_kept_as_it_came(
    tocsin: Running, server: Dovecot, tmp_path: Path
) -> None:
    mails = tocsin.services.store.inbound_mails
    server.deliver(user(tmp_path), answer("This one is damaged"), answer("This one is not", number=2))
    box = inbox(tocsin)
    box._read(tocsin.clock())
    first = mails.due(tocsin.clock(), 1)[0]
    with closing(sqlite3.connect(tmp_path / "data" / "tocsin.db")) as database:
        database.execute("UPDATE inbound_mails SET sealed = x'00' WHERE id = ?", (first.id,))
        database.commit()
    poll(tocsin)
    assert outcomes(tocsin) == {"": 1, MailOutcome.OPENED: 1}
    for _ in range(ATTEMPTS):
        tocsin.clock.pass_(days=1)
        poll(tocsin)
    assert outcomes(tocsin) == {FAILED: 1, MailOutcome.OPENED: 1}
