"""E-mail addresses: one rule for forms, API, configuration and everything that writes mail."""

import re
from email.utils import parseaddr

import idna

LOCAL_MAX, ADDRESS_MAX = 64, 254
"""Characters before the @, and of the whole address as mail servers read it (RFC 5321, 4.5.3.1)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class InvalidAddress(ValueError):
    """The text is no address that mail can be sent to; the message says why, without the address."""


def mail_address(text: str) -> str:
    """The address as mail servers read it: the part before the @ as it is, the domain in lower case and in ASCII.

    `kunde@bücher.example` becomes `kunde@xn--bcher-kva.example` (IDNA 2008). Before the @ stand words of ASCII with
    single dots between them (the dot-atom of RFC 5322): nobody's address has quoted words, and letters outside ASCII
    need a mail server that few have. The domain has at least two parts. Raises InvalidAddress.
    """
    local, at, domain = text.rpartition("@")
    if not at:
        raise InvalidAddress("it has no @")
    if len(local) > LOCAL_MAX:
        raise InvalidAddress(f"before the @ are {len(local)} characters, at most {LOCAL_MAX} may be")
    if not _LOCAL.fullmatch(local):
        raise InvalidAddress("before the @ may be letters a to z, digits and !#$%&'*+/=?^_`{|}~-, single dots between")
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > ADDRESS_MAX:
        raise InvalidAddress(f"it has {len(address)} characters, at most {ADDRESS_MAX} may be")
    return address


def _ascii_domain(domain: str) -> str:
    if len(domain) > ADDRESS_MAX:
        raise InvalidAddress(f"after the @ are {len(domain)} characters, at most {ADDRESS_MAX} may be")
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidAddress("after the @ stands no domain name") from error
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise InvalidAddress("after the @ a domain name such as example.com is expected")
    return ascii_domain


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent to it."""
    try:
        mail_address(text)
    except InvalidAddress:
        return False
    return True


def named_address(text: str) -> tuple[str, str]:
    """Name and address of `Support <support@example.com>` or `support@example.com` ("" = no name).

    Raises InvalidAddress.
    """
    if not text.isprintable():
        raise InvalidAddress("it has a control character")
    if not text.endswith(">"):
        return "", mail_address(text)
    name, address = parseaddr(text)
    return name, mail_address(address)


def masked(address: str) -> str:
    """The address in so far as whoever reads over a shoulder may know it: `a…@example.com`."""
    local, _, domain = address.encode(errors="replace").decode().rpartition("@")
    return f"{local[:1]}…@{domain}"
