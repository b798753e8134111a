from email.message import EmailMessage

import pytest

from tests.tickets.mail import incoming_mails as shapes
from tickets.mail.incoming import MailKind, key_of, plain_text, read_mail, sender_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        pytest.param("", MailKind.PERSON, id="a person"),
        pytest.param("Auto-Submitted: no\n", MailKind.PERSON, id="a person, as the mail says"),
        pytest.param("Auto-Submitted: auto-replied\n", MailKind.AUTO_REPLY, id="RFC 3834"),
        pytest.param("Auto-Submitted: auto-replied (vacation)\n", MailKind.AUTO_REPLY, id="Pigeonhole's comment"),
        pytest.param("Auto-Submitted: Auto-Generated; x=y\n", MailKind.AUTO_REPLY, id="with a parameter"),
        pytest.param("Precedence: bulk\n", MailKind.AUTO_REPLY, id="old vacation"),
        pytest.param("X-Autoreply: yes\n", MailKind.AUTO_REPLY, id="X-Autoreply"),
        pytest.param("List-Id: <news.example.org>\n", MailKind.AUTO_REPLY, id="a list"),
        pytest.param("X-Auto-Response-Suppress: All\n", MailKind.PERSON, id="wants no answer, and is a person's"),
        pytest.param("Precedence: first-class\n", MailKind.PERSON, id="another precedence"),
    ],
)
def test_whether_a_person_wrote_it(heads: str, kind: MailKind) -> None:
    assert read_mail(shapes.answer("Hello", more=heads)).kind is kind


def test_who_has_no_way_back_is_not_a_person() -> None:
    assert read_mail(b"Return-Path: <>\nFrom: a@example.com\n\nhello").kind is MailKind.AUTO_REPLY
    assert read_mail(shapes.report(shapes.VACATION)).kind is MailKind.AUTO_REPLY
    assert read_mail(shapes.report(shapes.EXIM)).kind is MailKind.REPORT


def test_what_it_answers_the_latest_first() -> None:
    mail = read_mail(shapes.answer("x", about=("<a@x.example>", "<b@x.example>", "<c@x.example>")))
    assert mail.answers == ("<c@x.example>", "<b@x.example>", "<a@x.example>")


def test_of_alternatives_the_plain_one_and_every_file() -> None:
    made = EmailMessage()
    made["From"] = "Ада <ada@example.org>"
    made["Subject"] = "Встреча"
    made.set_content("plain wörds\n")
    made.add_alternative("<p>html words</p>", subtype="html")
    made.add_attachment(PNG, maintype="image", subtype="png", filename="снимок.png")
    made.add_attachment("a,b\n", subtype="csv", filename="a.csv")
    mail = read_mail(bytes(made))
    assert (mail.text, mail.sender, mail.name, mail.subject) == ("plain wörds", "ada@example.org", "Ада", "Встреча")
    assert [(one.name, one.content[:4]) for one in mail.files] == [("снимок.png", PNG[:4]), ("a.csv", b"a,b\n")]


def test_of_html_alone_the_words_with_its_quotations_marked() -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>Still   <b>pending</b>.<br>Thanks&nbsp;a&amp;b</p>"
        "<div>On Monday Support &lt;support@example.com&gt; wrote:</div><blockquote><p>Hello,</p><p>number 1</p>"
        "</blockquote><script>alert(1)</script></body></html>"
    )
    text = plain_text(html)
    assert text.startswith("Still pending.\nThanks a&b\n")
    assert "> Hello," in text.splitlines()
    assert "alert" not in text
    assert "color" not in text


def test_an_empty_plain_part_gives_way_to_the_html() -> None:
    made = EmailMessage()
    made.set_content("\n")
    made.add_alternative("<p>html words</p>", subtype="html")
    assert read_mail(bytes(made)).text == "html words"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"no header at all",
        b"From: \xff\xfe <a@example.com>\nSubject: =?nonsense?q?x?=\nMessage-ID: [x]\n\nhi",
        b"Content-Type: text/plain; charset=klingon\nFrom: a@example.com\n\nhi",
        b"Content-Type: multipart/mixed; boundary=x\nFrom: a@example.com\n\nhi",
        b"Content-Type: multipart/mixed\nFrom: a@example.com\n\nhi",
        b"Content-Transfer-Encoding: base64\nFrom: a@example.com\n\n!!!!",
        b"From: =?utf-8?b?////?= <a@example.com>\nReferences: " + b"<a@b>" * 50_000 + b"\n\nhi",
        b"From: a@example.com\nTo: " + b"x@y.example, " * 2000 + b"\n\nhi",
    ],
)
def test_a_mail_that_is_wrong_is_read_as_far_as_it_goes(raw: bytes) -> None:
    mail = read_mail(raw)
    assert mail.kind is MailKind.PERSON
    assert "\x00" not in mail.text


def test_unicode_headers_that_are_not_encoded_are_read() -> None:
    mail = read_mail("From: Ада <ada@bücher.example>\nSubject: Привет\n\nhi".encode())
    assert (mail.name, mail.sender, mail.subject) == ("Ада", "ada@bücher.example", "Привет")


def test_the_same_mail_by_two_servers_is_one_and_another_with_its_id_is_another() -> None:
    mail = shapes.answer("Hello")
    assert key_of(b"Received: by a.example\n" + mail) == key_of(b"Received: by b.example\n" + mail)
    assert key_of(mail) != key_of(shapes.answer("Hello again"))
    assert key_of(mail) != key_of(shapes.answer("Hello", sender="eve@example.org"))


def test_the_sender_is_the_address_and_not_what_the_name_says() -> None:
    raw = b'From: "ada@example.org" <eve@example.net>\n\nhi'
    assert (sender_of(raw), read_mail(raw).sender) == ("eve@example.net", "eve@example.net")
