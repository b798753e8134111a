"""The support forms: the fields of each, which are required, and the validation of what was sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as part
from types import MappingProxyType

import puremagic

from tickets.address import InvalidAddress, mail_address
from tickets.ticket import Attachment, Channel, Form, NewTicket

SUBJECT_MAX = 200
TEXT_MAX = 20_000
FIELD_MAX = 200
ATTACHMENTS_MAX = 5
ATTACHMENT_BYTES_MAX = 10 * 1024 * 1024
# Nothing a browser would run: SVG and HTML are never in it.
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "application/pdf"})
IMAGE_OR_PDF = "a PNG, JPEG, GIF, WebP, HEIC or PDF file"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form. pattern: a regular expression the whole value must match; "" = any text of one line.

    required: in the portal; through other channels a ticket is accepted without it, and `missing` tells the agent.
    """

    name: str
    label: str
    required: bool = False
    pattern: str = ""
    expected: str = "text of one line"
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """One form. needs_attachment: what picture it asks for; "" = none."""

    form: Form
    fields: tuple[FormField, ...]
    needs_attachment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """The error of one field, in words for the customer.

    key, values: the same in the portal's words, which are in every language; "" = it is said in English alone.
    """

    field: str
    message: str
    key: str = part(default="", compare=False)
    values: tuple[tuple[str, str | int], ...] = part(default=(), compare=False)


ASSET = FormField(
    name="asset",
    label="Coin or currency",
    required=True,
    pattern=r"[A-Za-z0-9.]{2,12}",
    expected="a symbol such as BTC",
)
NETWORK = FormField(name="network", label="Network", hint="For example Bitcoin, Ethereum, TRON (TRC-20), SEPA")
TXID = FormField(
    name="txid",
    label="Transaction hash",
    pattern=r"[A-Za-z0-9_:-]{4,128}",
    expected="4 to 128 letters and digits",
    hint="Also called TXID; you find it in the sending wallet.",
)
AMOUNT = FormField(
    name="amount", label="Amount", pattern=r"[0-9]{1,18}([.,][0-9]{1,18})?", expected="a number such as 0.25"
)
AMOUNT_USD = FormField(
    name="amount_usd",
    label="Worth in US dollars, about",
    pattern=r"[0-9]{1,15}([.,][0-9]{1,8})?",
    expected="a number such as 1500",
)
ADDRESS = FormField(
    name="address", label="Receiving address", pattern=r"[A-Za-z0-9:._-]{4,128}", expected="4 to 128 letters and digits"
)
ORDER_ID = FormField(
    name="order_id",
    label="Order ID",
    required=True,
    pattern=r"[A-Za-z0-9_-]{1,64}",
    expected="the order's ID, or none",
    hint='If no order was accepted, write "none".',
)
PAIR = FormField(
    name="pair",
    label="Trading pair",
    required=True,
    pattern=r"[A-Za-z0-9.]{2,12}[/_-]?[A-Za-z0-9.]{2,12}",
    expected="a pair such as BTC/USDT",
)
USER_ID = FormField(
    name="user_id",
    label="User ID",
    required=True,
    pattern=r"[A-Za-z0-9_-]{1,64}",
    expected="up to 64 letters and digits",
    hint="You find it in your profile.",
)
PHONE_COUNTRY = FormField(
    name="phone_country", label="Country of your phone number", pattern=r"\+?[A-Za-z0-9]{1,4}", expected="TR or +90"
)
METHOD = FormField(name="method", label="How you receive codes", hint="SMS, authenticator app, e-mail, security key")
ENDPOINT = FormField(name="endpoint", label="Endpoint", hint="For example GET /v1/orders")
ERROR_CODE = FormField(name="error_code", label="Error code", pattern=r"[A-Za-z0-9_ .-]{1,64}", expected="such as 503")

_MONEY = (ASSET, NETWORK, TXID, AMOUNT, AMOUNT_USD, ADDRESS)
FORMS: Mapping[Form, FormSpec] = MappingProxyType(
    {
        Form.ACCOUNT_VERIFICATION: FormSpec(
            form=Form.ACCOUNT_VERIFICATION, fields=(USER_ID,), needs_attachment="a screenshot of your document"
        ),
        Form.WITHDRAWAL: FormSpec(form=Form.WITHDRAWAL, fields=_MONEY),
        Form.DEPOSIT: FormSpec(form=Form.DEPOSIT, fields=_MONEY),
        Form.TRADING: FormSpec(form=Form.TRADING, fields=(ORDER_ID, PAIR, AMOUNT_USD)),
        Form.TWO_FACTOR: FormSpec(form=Form.TWO_FACTOR, fields=(METHOD, PHONE_COUNTRY)),
        Form.API: FormSpec(form=Form.API, fields=(ENDPOINT, ERROR_CODE)),
        Form.FEES: FormSpec(form=Form.FEES, fields=()),
        Form.OTHER: FormSpec(form=Form.OTHER, fields=()),
    }
)
# Fields that any form may carry: a client that fills in more than its form asks for is helped, not refused.
ANY_FORM: Mapping[str, FormField] = MappingProxyType({f.name: f for spec in FORMS.values() for f in spec.fields})


def media_type(content: bytes) -> str:
    """The media type that the bytes themselves show; "" where they show none that puremagic knows."""
    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return ""
    # At its start, not its end: a page that ends like a picture is still a page.
    leading = [m.mime_type for m in matches if 0 <= m.offset <= 12]
    return next((found for found in leading if found in MEDIA_TYPES), leading[0] if leading else "")


def validate(ticket: NewTicket) -> tuple[FieldError, ...]:
    """Everything that is wrong with what was sent, all at once; () = it can be accepted."""
    errors = [*_text_errors(ticket), *_field_errors(ticket), *_attachment_errors(ticket.attachments)]
    if ticket.channel is Channel.PORTAL:
        errors += [
            FieldError(field=name, message=f"{label} is missing.", key="error.missing", values=(("field", name),))
            for name, label in missing(ticket)
        ]
    return tuple(errors)


def missing(ticket: NewTicket) -> tuple[tuple[str, str], ...]:
    """(name, label) of what the form asks for and was not sent; what an agent will have to ask."""
    spec, sent = FORMS[ticket.form], dict(ticket.fields)
    lacking = [(f.name, f.label) for f in spec.fields if f.required and not _answer(ticket, sent, f.name)]
    if spec.needs_attachment and not ticket.attachments:
        lacking.append(("attachments", spec.needs_attachment[0].upper() + spec.needs_attachment[1:]))
    return tuple(lacking)


def _answer(ticket: NewTicket, sent: Mapping[str, str], name: str) -> str:
    if name == "user_id" and ticket.customer_id:
        return ticket.customer_id
    return sent.get(name, "").strip()


def _text_errors(ticket: NewTicket) -> list[FieldError]:
    errors = []
    if not ticket.text.strip():
        errors.append(FieldError(field="text", message="Please say what happened.", key="error.text"))
    try:
        mail_address(ticket.email)
    except InvalidAddress as error:
        message = f"An e-mail address such as name@example.com is expected; {error}."
        errors.append(FieldError(field="email", message=message, key="error.email"))
    for field, value, limit in (
        ("subject", ticket.subject, SUBJECT_MAX),
        ("text", ticket.text, TEXT_MAX),
        ("name", ticket.name, FIELD_MAX),
        ("phone", ticket.phone, FIELD_MAX),
        ("customer_id", ticket.customer_id, FIELD_MAX),
        ("organisation", ticket.organisation, FIELD_MAX),
    ):
        if len(value) > limit:
            errors.append(_too_long(field, value, limit))
        if "\x00" in value:
            message = "This has a character (U+0000) that no text has."
            errors.append(FieldError(field=field, message=message, key="error.character"))
    return errors


def _field_errors(ticket: NewTicket) -> list[FieldError]:
    errors = []
    for name, value in ticket.fields:
        spec = ANY_FORM.get(name)
        if spec is None:
            known = ", ".join(sorted(ANY_FORM))
            errors.append(FieldError(field=name[:64], message=f"There is no such field; there are {known}."))
        elif len(value) > FIELD_MAX:
            errors.append(_too_long(name, value, FIELD_MAX))
        elif value.strip() and not _fits(spec, value.strip()):
            message = f"{spec.label}: expected is {spec.expected}."
            errors.append(FieldError(field=name, message=message, key="error.value", values=(("field", name),)))
    return errors


def _too_long(field: str, value: str, limit: int) -> FieldError:
    message = f"At most {limit} characters; this has {len(value)}."
    values = (("limit", limit), ("length", len(value)))
    return FieldError(field=field, message=message, key="error.long", values=values)


def _fits(field: FormField, value: str) -> bool:
    return value.isprintable() and (not field.pattern or re.fullmatch(field.pattern, value) is not None)


def _attachment_errors(attachments: tuple[Attachment, ...]) -> list[FieldError]:
    errors = []
    if len(attachments) > ATTACHMENTS_MAX:
        message = f"At most {ATTACHMENTS_MAX}; these are {len(attachments)}."
        errors.append(_file_error(message, "error.files", limit=ATTACHMENTS_MAX, length=len(attachments)))
    for one in attachments[:ATTACHMENTS_MAX]:
        name = one.name[:80]
        if len(one.content) > ATTACHMENT_BYTES_MAX:
            size = ATTACHMENT_BYTES_MAX // 1024 // 1024
            errors.append(_file_error(f"{name}: at most {size} MiB.", "error.large", file=name, limit=size))
        elif media_type(one.content) not in MEDIA_TYPES:
            errors.append(_file_error(f"{name}: expected is {IMAGE_OR_PDF}.", "error.kind", file=name))
    return errors


def _file_error(message: str, key: str, **values: str | int) -> FieldError:
    return FieldError(field="attachments", message=message, key=key, values=tuple(values.items()))
