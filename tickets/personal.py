"""Takes what tells of a person out of a text: addresses, numbers, accounts and transactions; names it cannot know."""

import re
from ipaddress import ip_address

from tickets.follow_up import TRANSACTION

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\.[^\s@<>()\[\],;:\"'.]+")
_ACCOUNT = re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{25,}\b")
"""A wallet's address: a long run of letters and digits."""
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"\b\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?\b")
_PHONE = re.compile(r"\+\d[\d ().-]{6,}\d|\(0\d+\)[\d ./-]{4,}\d")
_NUMBER = re.compile(r"\b\d{9,}\b")
_NETWORK = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}", re.IGNORECASE
)
_SHAPES = (
    (_EMAIL, "[e-mail]"),
    (TRANSACTION, "[transaction]"),
    (_IBAN, "[account]"),
    (_ACCOUNT, "[account]"),
    (_CARD, "[card]"),
    (_PHONE, "[phone]"),
    (_NUMBER, "[number]"),
)


def without_personal(text: str) -> str:
    """The text with a word in brackets in place of each e-mail address, account, card, phone number, transaction,
    long number and public network address. What it takes out is more than it must be; instants and amounts stay.
    """
    for shape, word in _SHAPES:
        text = shape.sub(word, text)
    return _NETWORK.sub(_unless_public, text)


def _unless_public(found: re.Match[str]) -> str:
    try:
        return "[network address]" if ip_address(found[0]).is_global else found[0]
    except ValueError:
        return found[0]
