"""One rule of what an e-mail address is."""

from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.make import NOON, new, waiting
from tickets.address import InvalidAddress, is_mail_address, mail_address, masked, named_address
from tickets.forms import validate
from tickets.mail.compose import Letterhead, confirmation, to_email
from tickets.mail.message import Sender
from tickets.ticket import Channel

SENDER = Sender(address="support@example.com")
ACCEPTED = {
    "ada@example.com": "ada@example.com",
    "Ada.Lovelace+btc@Example.COM": "Ada.Lovelace+btc@example.com",
    "kunde@bücher.example": "kunde@xn--bcher-kva.example",
    "kunde@straße.example": "kunde@xn--strae-oqa.example",
    "o'neil@mail.example.co.uk": "o'neil@mail.example.co.uk",
    "a@例え.テスト": "a@xn--r8jz45g.xn--zckzah",
    "a@xn--bcher-kva.example": "a@xn--bcher-kva.example",
    "!#$%&'*+/=?^_`{|}~-@example.com": "!#$%&'*+/=?^_`{|}~-@example.com",
    f"{'a' * 64}@example.com": f"{'a' * 64}@example.com",
    "1@2.example": "1@2.example",
}
REFUSED = [
    "",
    "ada",
    "@example.com",
    "ada@",
    "kunde@example..com",
    "kunde@.example.com",
    "x@y.",
    "x@[",
    "x@[127.0.0.1]",
    "x@127.0.0.1",
    "x@localhost",
    "x@-example.com",
    "x@example-.com",
    "x@exa_mple.com",
    "x@example.com>",
    ".x@example.com",
    "x.@example.com",
    "x..y@example.com",
    'x"y@example.com',
    '"a b"@example.com',
    '"a\x00b"@example.com',
    "a b@example.com",
    "a@b@example.com",
    "a,b@example.com",
    "a@example.com\r\nBcc: x@y.example",
    "a@example.com\n",
    " a@example.com",
    "Ada <ada@example.com>",
    "用户@example.com",
    "a@exam\u200bple..com",
    "a@\ud800.example",
    f"{'a' * 65}@example.com",
    f"a@{'b' * 64}.example",
    f"a@{'.'.join(['b' * 62] * 4)}.example",
    f"a@{'ü' * 5000}.example",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_an_address_is_read_as_mail_servers_do(text: str) -> None:
    assert mail_address(text) == ACCEPTED[text]
    assert validate(new(email=text, channel=Channel.API)) == ()


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_none_is_refused_at_the_door_and_where_mail_is_written(text: str) -> None:
    assert not is_mail_address(text)
    (error,) = validate(new(email=text, channel=Channel.API))
    assert error.field == "email"
    mail = confirmation(Letterhead(exchange="X", domain="example.com"), waiting(email=text), NOON)
    with pytest.raises(InvalidAddress) as caught:
        to_email(mail, SENDER, NOON)
    assert not text or text not in str(caught.value), "what is wrong is reported without the address"


@given(st.text(max_size=40) | st.from_regex(r"[a-z.\"\[]{1,8}@[a-zé.\[\]-]{1,12}", fullmatch=True))
def test_whatever_is_accepted_can_be_written_to(text: str) -> None:
    if not is_mail_address(text):
        return
    mail = confirmation(Letterhead(exchange="X", domain="example.com"), waiting(email=text), NOON)
    read = message_from_bytes(bytes(to_email(mail, SENDER, NOON)), policy=default)
    (to,) = read["To"].addresses
    assert to.addr_spec == mail_address(text)


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("support@example.com", "", "support@example.com"),
        ("Support <support@example.com>", "Support", "support@example.com"),
        ('"Börse, Zürich" <hilfe@börse.example>', "Börse, Zürich", "hilfe@xn--brse-5qa.example"),
    ],
)
def test_a_sender_may_have_a_name(text: str, name: str, address: str) -> None:
    assert named_address(text) == (name, address)


@pytest.mark.parametrize(
    "text", ["Support <support@example..com>", "Support <>", "a, b <c@d.example>", "a\n<a@b.example>"]
)
def test_a_sender_whose_address_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        named_address(text)


def test_an_address_is_masked() -> None:
    assert masked("ada@example.com") == "a…@example.com"
    assert masked("x") == "…@x"
    assert masked("x@\ud800") == "x…@?"
