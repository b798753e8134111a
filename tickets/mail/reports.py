"""Reads what mail servers say of a mail that they did not deliver: RFC 3464, RFC 8098, and Exim's older shape. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as MimeMessage
from email.parser import HeaderParser

WHY_MAX = 400
_ID = re.compile(r"<[^<>\s]{1,250}@[^<>\s]{1,250}>|<[^<>\s@]{3,250}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What became of one of our mails. has_failed: it is given up; else it is late, was read, or is only confirmed.

    recipient: "" = the report does not say. why: the other server's words. about: the Message-IDs of the mail and its
    thread, the mail's own first.
    """

    has_failed: bool
    recipient: str
    why: str
    about: tuple[str, ...]


def ids_in(value: str) -> tuple[str, ...]:
    """The Message-IDs in a header, with their angle brackets."""
    return tuple(dict.fromkeys(_ID.findall(value[:20_000])))


def report_of(message: MimeMessage) -> DeliveryReport | None:
    """What the mail reports; None where it is no report.

    Exim's `Status` is 5.0.0 for everything, so the reason is the `Diagnostic-Code`. A `reject` of Sieve is a
    disposition notification that says "deleted".
    """
    kind = str(message.get_param("report-type") or "").casefold() if message.is_multipart() else ""
    failed = _text(message, "X-Failed-Recipients")
    if message.get_content_type() != "multipart/report" and not failed:
        return None
    about = _about(message)
    blocks = list(_blocks(message, "message/delivery-status"))
    for block in blocks:
        if block.get("Action") is not None and _text(block, "Action").casefold() == "failed":
            why = _typed(_text(block, "Diagnostic-Code")) or _text(block, "Status")
            recipient = _typed(_text(block, "Final-Recipient")) or _typed(_text(block, "Original-Recipient"))
            return DeliveryReport(has_failed=True, recipient=_address(recipient), why=why[:WHY_MAX], about=about)
    if blocks:
        return DeliveryReport(has_failed=False, recipient="", why="", about=about)
    if kind == "disposition-notification" or failed == "":
        return _disposition(message, about)
    return DeliveryReport(has_failed=True, recipient=_address(failed), why=_exim_reason(message), about=about)


def _disposition(message: MimeMessage, about: tuple[str, ...]) -> DeliveryReport:
    for block in _blocks(message, "message/disposition-notification"):
        said = _text(block, "Disposition").casefold()
        about = tuple(dict.fromkeys((*ids_in(_text(block, "Original-Message-ID")), *about)))
        recipient = _address(_typed(_text(block, "Final-Recipient")))
        has_failed = said.startswith("automatic-action") and said.rpartition(";")[2].strip().startswith("deleted")
        why = "the recipient's mail rules refused it" if has_failed else ""
        return DeliveryReport(has_failed=has_failed, recipient=recipient, why=why, about=about)
    return DeliveryReport(has_failed=False, recipient="", why="", about=about)


def _blocks(message: MimeMessage, kind: str) -> Iterator[MimeMessage]:
    """The groups of fields in the report's parts of that type."""
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, MimeMessage))
        else:
            yield from (HeaderParser().parsestr(one) for one in str(payload).split("\n\n"))


def _about(message: MimeMessage) -> tuple[str, ...]:
    """The Message-IDs of the mail that came back, by the copy that the report holds."""
    found: list[str] = []
    for part in message.walk():
        if part is message:
            continue
        is_head = part.get_content_type() == "text/rfc822-headers"
        returned = HeaderParser().parsestr(_decoded(part)) if is_head else part
        for name in ("Message-ID", "In-Reply-To", "References"):
            found.extend(ids_in(_text(returned, name)))
    if not found:  # one part of plain text, with the headers at its end
        text = _decoded(message) if not message.is_multipart() else ""
        for line in re.findall(r"(?im)^(?:message-id|references|in-reply-to):\s*(.+(?:\n[ \t].+)*)", text):
            found.extend(ids_in(line))
    return tuple(dict.fromkeys(found))


def _exim_reason(message: MimeMessage) -> str:
    """The indented lines below the address that failed."""
    text = "\n".join(_decoded(part) for part in message.walk() if part.get_content_type() == "text/plain")
    said = re.search(r"\n[ \t]+\S+@\S+\n((?:[ \t]{3,}\S.*\n?)+)", text)
    return " ".join(said.group(1).split())[:WHY_MAX] if said else ""


def _decoded(part: MimeMessage) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _typed(value: str) -> str:
    """The value of a field of the form `type; value`."""
    return value.partition(";")[2].strip() or value


def _address(text: str) -> str:
    return text.partition(",")[0].strip().strip("<>").casefold()


def _text(message: MimeMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())
