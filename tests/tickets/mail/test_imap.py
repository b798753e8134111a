import ssl
from collections.abc import Iterator

import pytest

from incidents.delivery import DeliveryError
from tests.detectors.sources.certificates import Authority
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.tickets.mail.incoming_mails import answer
from tickets.mail import imap
from tickets.mail.imap import ImapMailbox, ImapServer
from tickets.mail.message import MailboxPlace, Security


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    return Authority(folder)


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Dovecot]:
    signed = authority.sign("imap")
    with dovecot((signed.certificate, signed.key)) as running:
        yield running


def mailbox(server: Dovecot, user: str, **changes: object) -> ImapMailbox:
    values: dict[str, object] = {"port": server.port, "security": Security.NONE, "user": user, "password": PASSWORD}
    return ImapMailbox(ImapServer(host="127.0.0.1", **{**values, **changes}))  # type: ignore[arg-type]


def subject_numbers(mails: object) -> list[str]:
    return [one.content.split(b"answer-")[1].split(b"@")[0].decode() for one in mails]  # type: ignore[attr-defined]


def test_the_first_look_takes_what_nobody_has_read_and_later_ones_what_came_since(server: Dovecot) -> None:
    server.deliver("first", answer("old", number=1), flags=r"(\Seen)")
    server.deliver("first", answer("new", number=2), answer("new", number=3))
    box = mailbox(server, "first")
    first = box.after(None, 10)
    assert subject_numbers(first.mails) == ["2", "3"]
    assert box.after(first.place, 10).mails == ()
    server.deliver("first", answer("seen by a person before we look", number=4), flags=r"(\Seen)")
    assert subject_numbers(box.after(first.place, 10).mails) == ["4"]


def test_many_unread_ones_are_asked_for_until_none_is_left(server: Dovecot) -> None:
    server.deliver("many", *(answer("x", number=k) for k in range(5)))
    box, taken = mailbox(server, "many"), []
    while not (reading := box.after(None, 2)).place:
        box.mark_read([one.place for one in reading.mails])
        taken += subject_numbers(reading.mails)
    assert taken + subject_numbers(reading.mails) == ["0", "1", "2", "3", "4"]


def test_of_the_known_a_reading_goes_on_where_the_last_one_ended(server: Dovecot) -> None:
    box = mailbox(server, "steps")
    place = box.after(None, 10).place
    server.deliver("steps", *(answer("x", number=k) for k in range(3)))
    first = box.after(place, 2)
    assert subject_numbers(first.mails) == ["0", "1"]
    assert subject_numbers(box.after(first.place, 2).mails) == ["2"]


def test_nothing_is_marked_or_deleted_before_it_is_said_to_be_taken(server: Dovecot) -> None:
    server.deliver("marks", answer("x", number=1), answer("y", number=2))
    box = mailbox(server, "marks")
    reading = box.after(None, 10)
    assert all(b"Seen" not in one for one in server.flags("marks"))
    box.mark_read([reading.mails[0].place])
    assert [b"Seen" in one for one in server.flags("marks")] == [True, False]


def test_where_the_server_numbers_anew_what_is_unread_is_read(server: Dovecot) -> None:
    server.deliver("anew", answer("x", number=1), answer("y", number=2))
    box = mailbox(server, "anew")
    place = box.after(None, 10).place
    assert place is not None
    other = MailboxPlace(validity=place.validity - 1, uid=7_000)
    assert subject_numbers(box.after(other, 10).mails) == ["1", "2"]
    box.mark_read([MailboxPlace(validity=place.validity - 1, uid=1)])
    assert all(b"Seen" not in one for one in server.flags("anew"))


def test_an_empty_mailbox_has_a_place_too(server: Dovecot) -> None:
    box = mailbox(server, "empty")
    place = box.after(None, 10).place
    server.deliver("empty", answer("x", number=1), flags=r"(\Seen)")
    assert subject_numbers(box.after(place, 10).mails) == ["1"]


def test_of_a_mail_beyond_all_measure_the_beginning_is_read(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MAIL_BYTES_MAX", 1000)
    server.deliver("large", answer("x" * 5000, number=1))
    (mail,) = mailbox(server, "large").after(None, 10).mails
    assert len(mail.content) == 1000


def test_over_tls_and_starttls_with_a_certificate_that_is_checked(server: Dovecot, authority: Authority) -> None:
    server.deliver("tls", answer("x", number=1))
    trusted = ssl.create_default_context(cafile=authority.ca)
    over = {"context": trusted, "password": PASSWORD}
    for port, security in ((server.tls_port, Security.TLS), (server.port, Security.STARTTLS)):
        assert len(mailbox(server, "tls", port=port, security=security, **over).after(None, 9).mails) == 1
        with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
            mailbox(server, "tls", port=port, security=security).after(None, 9)


def test_what_is_wrong_is_said_in_words_with_where_to_mend_it(server: Dovecot) -> None:
    with pytest.raises(DeliveryError, match=r"refused user 'ada': .* mend mail.inbound.user") as refused:
        mailbox(server, "ada", password="wrong").after(None, 9)
    assert refused.value.retry
    with pytest.raises(DeliveryError, match="no folder 'Nowhere'"):
        mailbox(server, "ada", folder="Nowhere").after(None, 9)
    with pytest.raises(DeliveryError, match="could not be used: ConnectionRefusedError"):
        mailbox(server, "ada", port=1).after(None, 9)
    with pytest.raises(ValueError, match="never sent unprotected"):
        ImapMailbox(ImapServer(host="mail.example.com", security=Security.NONE, user="a", password="b"))
