import pytest

from tests.tickets.make import new
from tickets.forms import ATTACHMENT_BYTES_MAX, FORMS, media_type, missing, validate
from tickets.ticket import Attachment, Channel, Form

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"


def attached(content: bytes, name: str = "proof.png") -> Attachment:
    return Attachment(name=name, media_type="image/png", content=content)


def test_every_form_has_its_specification() -> None:
    assert set(FORMS) == set(Form)


@pytest.mark.parametrize(
    ("form", "names"),
    [
        (Form.WITHDRAWAL, {"asset"}),
        (Form.DEPOSIT, {"asset"}),
        (Form.TRADING, {"order_id", "pair"}),
        (Form.ACCOUNT_VERIFICATION, {"attachments"}),
        (Form.FEES, set()),
        (Form.OTHER, set()),
    ],
)
def test_the_portal_asks_for_what_a_form_needs(form: Form, names: set[str]) -> None:
    assert {e.field for e in validate(new(form=form, channel=Channel.PORTAL))} == names


def test_a_ticket_by_another_channel_is_accepted_and_the_agent_notified_what_is_missing() -> None:
    ticket = new(form=Form.TRADING, channel=Channel.EMAIL)
    assert validate(ticket) == ()
    assert [name for name, _ in missing(ticket)] == ["order_id", "pair"]


@pytest.mark.parametrize(
    ("ticket", "field", "word"),
    [
        pytest.param(new(text="  "), "text", "say what happened", id="no text"),
        pytest.param(new(text="x" * 20_001), "text", "20000", id="too long a text"),
        pytest.param(new(subject="x" * 201), "subject", "200", id="too long a subject"),
        pytest.param(new(text="a\x00b"), "text", "U+0000", id="a null character"),
        pytest.param(new(customer_id="a\x00b"), "customer_id", "U+0000", id="one in the customer's number"),
        pytest.param(new(organisation="a\x00b"), "organisation", "U+0000", id="one in the organisation"),
        pytest.param(new(email="nobody"), "email", "name@example.com", id="no address"),
        pytest.param(new(email="a@b.c\r\nBcc: x@y.z"), "email", "name@example.com", id="an injected header"),
        pytest.param(new(fields={"amount": "lots"}), "amount", "a number", id="no number"),
        pytest.param(new(fields={"colour": "red"}), "colour", "no such field", id="an unknown field"),
        pytest.param(new(fields={"network": "a\nb"}), "network", "one line", id="two lines"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(ticket: object, field: str, word: str) -> None:
    (error,) = validate(ticket)  # type: ignore[arg-type]
    assert error.field == field
    assert word in error.message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(SVG, "PNG, JPEG", id="SVG"),
        pytest.param(HTML, "PNG, JPEG", id="HTML"),
        pytest.param(HTML + PNG, "PNG, JPEG", id="HTML with a picture behind it"),
        pytest.param(b"", "PNG, JPEG", id="nothing"),
        pytest.param(PNG + b"\x00" * ATTACHMENT_BYTES_MAX, "10 MiB", id="too large"),
    ],
)
def test_an_attachment_is_judged_by_its_bytes(content: bytes, word: str) -> None:
    (error,) = validate(new(attachments=(attached(content),)))
    assert word in error.message


def test_a_picture_is_accepted_and_a_sixth_is_not() -> None:
    assert media_type(PNG) == "image/png"
    assert validate(new(attachments=(attached(PNG),) * 5)) == ()
    assert [e.field for e in validate(new(attachments=(attached(PNG),) * 6))] == ["attachments"]
