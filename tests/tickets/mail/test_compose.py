import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.incident import UpdateKind
from tests.tickets.make import NOON, minutes, update, waiting
from tickets.broadcast import broadcast
from tickets.mail.compose import Letterhead, PublicWords, agent_reply, confirmation, incident_mail, one_line, to_email
from tickets.mail.message import Mail, Sender
from tickets.ticket import Author, Message, Ticket, TicketStatus

HEAD = Letterhead(exchange="Example Exchange", domain="example.com", status_url="https://status.example.com/")
WORDS = PublicWords(title="Bitcoin withdrawals delayed", body="Withdrawals of Bitcoin take longer than usual.")
SENDER = Sender(address="support@example.com", name="Example Exchange")


def notified(kind: UpdateKind, *tickets: Ticket) -> Mail:
    (message,) = broadcast(update(kind, seq=len(kind)), tickets or (waiting(),))
    return incident_mail(HEAD, message, WORDS, NOON)


def test_the_confirmation_names_the_ticket_and_nothing_that_is_not_public() -> None:
    mail = confirmation(HEAD, waiting(), NOON)
    assert "TOC-1" in mail.subject
    assert "TOC-1" in mail.text
    assert WORDS.title not in mail.text
    assert mail.references == ()


def test_the_confirmation_of_a_disclosed_incident_carries_its_public_words() -> None:
    mail = confirmation(HEAD, waiting(), NOON, WORDS)
    assert WORDS.title in mail.text
    assert WORDS.body in mail.text
    assert HEAD.status_url in mail.text


def test_a_resolution_says_how_to_say_that_it_is_not_solved() -> None:
    assert "Still not solved?" in notified(UpdateKind.RESOLVED).text


def test_a_resolution_names_what_stays_open() -> None:
    mail = notified(UpdateKind.RESOLVED, waiting(keep_open=True))
    assert "marked your ticket as solved" not in mail.text
    assert "TOC-1: it stays open" in mail.text


def test_a_retraction_promises_a_person() -> None:
    assert "will read it and answer you" in notified(UpdateKind.RETRACTED).text


def test_a_return_says_that_it_is_not_over_and_that_the_ticket_waits() -> None:
    again = update(UpdateKind.REOPENED, last_resolved_at=NOON)
    (message,) = broadcast(again, (waiting(status=TicketStatus.RESOLVED, resolved_at=NOON),))
    mail = incident_mail(HEAD, message, WORDS, NOON)
    assert mail.subject == "[TOC-1] Not over: Bitcoin withdrawals delayed"
    assert "is open again and waits for this" in mail.text


def test_every_later_mail_is_in_the_thread_of_the_confirmation() -> None:
    first = confirmation(HEAD, waiting(), NOON)
    reply = agent_reply(
        HEAD, waiting(), Message(id="m1", ticket_id="t1", author=Author.AGENT, name="Mia", text="Hi", at=NOON), NOON
    )
    for mail in (notified(UpdateKind.RESOLVED), reply):
        sent = to_email(mail, SENDER, NOON)
        assert sent["In-Reply-To"] == first.message_id
        assert sent["References"] == first.message_id


def test_the_message_id_depends_on_the_key_alone_and_hides_the_address() -> None:
    first, second = notified(UpdateKind.RESOLVED), notified(UpdateKind.RESOLVED, waiting(subject="other"))
    assert first.message_id == second.message_id
    assert first.message_id != notified(UpdateKind.DISCLOSED).message_id
    assert "ada" not in first.message_id
    later = to_email(first, SENDER, NOON + minutes(5))
    assert later["Message-ID"] == first.message_id


def test_machines_do_not_answer_machines() -> None:
    reply = agent_reply(
        HEAD, waiting(), Message(id="m1", ticket_id="t1", author=Author.AGENT, name="Mia", text="Hi", at=NOON), NOON
    )
    assert to_email(confirmation(HEAD, waiting(), NOON), SENDER, NOON)["Auto-Submitted"] == "auto-generated"
    assert to_email(reply, SENDER, NOON)["Auto-Submitted"] is None


@pytest.mark.parametrize(
    "subject",
    [
        "Help\r\nBcc: everybody@example.org",
        "Help\nContent-Type: text/html\n\n<script>",
        "a\u2028b\u202eevil\x00",
        "\ud800 lone",
        "x" * 5_000,
        "",
    ],
)
def test_a_hostile_subject_stays_a_subject(subject: str) -> None:
    sent = bytes(to_email(confirmation(HEAD, waiting(subject=subject, name=subject), NOON), SENDER, NOON))
    read = message_from_bytes(sent, policy=default)
    assert read["Bcc"] is None
    assert read.get_content_type() == "multipart/alternative"
    assert read["Subject"].strip().startswith("[TOC-1]")
    assert len(read["Subject"]) <= 150


def test_what_people_wrote_is_never_html() -> None:
    hostile = "<script>alert(1)</script>\n<a href=javascript:alert(1)>javascript:alert(1)</a> https://evil.example/"
    message = Message(id="m1", ticket_id="t1", author=Author.AGENT, name="Mia", text=hostile, at=NOON)
    mail = agent_reply(HEAD, waiting(name="<b>Ada</b>"), message, NOON)
    assert "<script>" not in mail.html
    assert "<b>" not in mail.html
    assert mail.html.count("<a ") == 1
    assert '<a href="https://evil.example/" rel="noopener noreferrer">https://evil.example/</a>' in mail.html
    assert hostile in mail.text


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="before the @"):
        to_email(confirmation(HEAD, waiting(email="a@b\r\nBcc: x@y.example"), NOON), SENDER, NOON)


def test_one_line_keeps_other_scripts() -> None:
    assert one_line("  提现\t失败\n快  ") == "提现 失败 快"


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("می\u200cخواهم پول", id="Persian with a non-joiner"),
        pytest.param("é 👩\u200d👩\u200d👧 è 👍🏽 ü 🇩🇪 ö", id="emoji between accented words"),
        pytest.param("क्\u200dष नहीं मिला", id="Hindi with a joiner"),
        pytest.param("Не зачислен мой депозит на биржу уже третий день подряд", id="Cyrillic over several lines"),
        pytest.param("u\u0308ber e\u0301te\u0301", id="accents of their own"),
        pytest.param("a " + "x" * 100 + " b é", id="a long word"),
        pytest.param("é =?utf-8?q?Gr=C3=BC=C3=9Fe?= è =?utf-8?b?w6k=?=", id="encoded words among accented ones"),
    ],
)
def test_a_subject_is_read_as_it_was_typed(subject: str) -> None:
    assert read_everywhere(with_subject(subject)) == {subject}


WORDS_OF_MANY = [
    "Grüße",
    "Zürich",
    "über",
    "Ämter",
    "提现",
    "失敗しました",
    "Überweisung",
    "çekme",
    "вывод",
    "plain",
    "برداشت",
]


def read_everywhere(sent: bytes) -> set[str]:
    """The subject as old readers and new ones show it."""
    old, new = message_from_bytes(sent), message_from_bytes(sent, policy=default)
    shown = str(make_header(decode_header(old["Subject"])))
    return {re.sub(r"\r\n(?=[ \t])", "", shown), str(new["Subject"])}


def with_subject(subject: str) -> bytes:
    return bytes(to_email(replace(notified(UpdateKind.RESOLVED), subject=subject), SENDER, NOON))


@given(st.lists(st.sampled_from(WORDS_OF_MANY) | st.text("äöüßéa ", min_size=1, max_size=12), min_size=1, max_size=14))
def test_every_reader_shows_every_space_of_a_subject(words: list[str]) -> None:
    subject = one_line(" ".join(words))
    sent = with_subject(subject)
    assert read_everywhere(sent) == {subject}
    head = sent.partition(b"\r\n\r\n")[0]
    assert max(map(len, re.findall(rb"(?m)^.*=\?utf-8\?.*$", head)), default=0) <= 77  # and the carriage return


@pytest.mark.parametrize(
    "typed", ["=?utf-8?q?free_money?=", "a =?utf-8?b?w7w=?= b", "=?utf-8?q?=0D=0ABcc:_x@y.example?=", "=?", "?="]
)
def test_what_a_customer_typed_is_not_decoded(typed: str) -> None:
    sent = with_subject(typed)
    assert read_everywhere(sent) == {typed}
    assert message_from_bytes(sent)["Bcc"] is None


@pytest.mark.parametrize(
    "name", ["Börse Zürich Österreich", "Northbridge, Inc.", "=?utf-8?q?x?=", "取引所 サポート", "", '"']
)
def test_the_senders_name_is_read_as_it_is(name: str) -> None:
    sent = bytes(to_email(notified(UpdateKind.RESOLVED), Sender(address="s@bücher.example", name=name), NOON))
    (address,) = message_from_bytes(sent, policy=default)["From"].addresses
    assert address.addr_spec == "s@xn--bcher-kva.example"
    old, _ = parseaddr(re.sub(r"\r\n(?=[ \t])", "", message_from_bytes(sent)["From"]))
    assert str(make_header(decode_header(old))) == name
