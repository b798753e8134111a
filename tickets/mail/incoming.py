"""Reads a mail that came in: who it is from, what it answers, what it says, and whether a person wrote it. Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as MimeMessage
from email.utils import getaddresses, parseaddr
from enum import StrEnum
from html.parser import HTMLParser

from tickets.mail.reports import DeliveryReport, ids_in, report_of

HEADER_MAX = 20_000
_AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "list-unsubscribe")
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


class MailKind(StrEnum):
    """Who wrote a mail, as far as it says."""

    PERSON = "person"
    AUTO_REPLY = "automatic reply"
    REPORT = "report"  # of a mail server, or of a mail program


class MailOutcome(StrEnum):
    """What became of a mail that came in."""

    JOINED = "joined its ticket"
    OPENED = "opened a ticket"
    BOUNCE = "a mail of ours came back"
    AUTO_REPLY = "automatic reply"
    NOTICE = "delivery notice"
    OURS = "our own mail"
    NO_SENDER = "no address to answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file of a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """A mail that came in. sender: the address of From; "" = there is none. to: every address that it was sent to.

    answers: the Message-IDs that it names, the latest first. text: all of it, quotes too. report: where it is one.
    """

    kind: MailKind
    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    language: str
    answers: tuple[str, ...] = ()
    files: tuple[MailFile, ...] = ()
    report: DeliveryReport | None = None


def key_of(raw: bytes) -> str:
    """What tells one mail from another: its Message-ID, its sender and its body.

    A mail that two servers hand over has other lines of passage and the same key; another mail that a program gave a
    Message-ID already used has another.
    """
    headers, body = _split(raw)
    named = message_from_bytes(headers + b"\r\n\r\n")
    said = "\n".join(_header(named, name) for name in ("message-id", "from", "date", "subject"))
    return hashlib.sha256(said.encode("utf-8", "replace") + b"\n" + body.strip()).hexdigest()


def sender_of(raw: bytes) -> str:
    """The address of From, in lower case."""
    return parseaddr(_header(message_from_bytes(_split(raw)[0] + b"\r\n\r\n"), "from"))[1].casefold()


def read_mail(raw: bytes) -> IncomingMail:
    """Reads a mail, however it is made: what can't be read in it is left out, and no mail is refused."""
    message = message_from_bytes(raw)
    name, sender = parseaddr(_header(message, "from"))
    bodies, files = list(_texts(message)), tuple(_files(message))
    report = report_of(message)
    answers = (*ids_in(_header(message, "in-reply-to")), *reversed(ids_in(_header(message, "references"))))
    return IncomingMail(
        kind=MailKind.REPORT if report else MailKind.AUTO_REPLY if _is_automatic(message) else MailKind.PERSON,
        sender=sender.strip(),
        name=" ".join(_words(name).split())[:200],
        to=tuple(dict.fromkeys(a.casefold() for n in _TO for _, a in getaddresses(_headers(message, n)) if a)),
        subject=" ".join(_words(_header(message, "subject")).split()),
        text="\n".join(bodies).replace("\x00", "").strip("\n"),
        language=_header(message, "content-language").partition(",")[0].strip()[:35],
        answers=tuple(dict.fromkeys(answers)),
        files=files,
        report=report,
    )


def _split(raw: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def _is_automatic(message: MimeMessage) -> bool:
    """Whether a machine wrote it (RFC 3834, 5): `auto-replied (vacation)` says so as `auto-replied` does."""
    said = re.split(r"[\s;(]", _header(message, "auto-submitted").strip().casefold())[0]
    if said not in ("", "no") or _header(message, "precedence").strip().casefold() in _AUTOMATIC_PRECEDENCE:
        return True
    has_no_way_back = _header(message, "return-path").strip() == "<>"
    return has_no_way_back or any(message.get(name) is not None for name in _AUTOMATIC_HEADERS)


def _headers(message: MimeMessage, name: str) -> list[str]:
    found = []
    for key, value in message.raw_items():
        if key.lower() == name:
            text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found.append(" ".join(text[:HEADER_MAX].split()))
    return found


def _header(message: MimeMessage, name: str) -> str:
    return next(iter(_headers(message, name)), "")


def _words(value: str) -> str:
    """A header's text, its encoded words (RFC 2047) decoded; as it stands where they are wrong."""
    try:
        return str(make_header(decode_header(value))) if "=?" in value else value
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return value


def _texts(part: MimeMessage) -> Iterator[str]:
    """The text that a reader sees, in order: of alternatives the plain one."""
    if _is_file(part) or part.get_content_maintype() == "message":
        return
    if part.is_multipart():
        inner = [one for one in part.get_payload() if isinstance(one, MimeMessage)]
        if part.get_content_type() == "multipart/alternative":
            plain = next((one for one in inner if one.get_content_type() == "text/plain"), None)
            inner = [plain] if plain is not None and _decoded(plain).strip() else inner[-1:]
        for one in inner:
            yield from _texts(one)
    elif part.get_content_type() == "text/html":
        yield plain_text(_decoded(part))
    elif part.get_content_maintype() == "text":
        yield _decoded(part)


def _is_file(part: MimeMessage) -> bool:
    if part.is_multipart():
        return False
    is_text = part.get_content_maintype() == "text"
    return part.get_content_disposition() == "attachment" or bool(part.get_filename()) or not is_text


def _files(message: MimeMessage) -> Iterator[MailFile]:
    for part in message.walk():
        if _is_file(part) and part.get_content_maintype() != "message":
            content = part.get_payload(decode=True)
            name = _words(str(part.get_filename() or "")) or f"file.{part.get_content_subtype()}"
            if isinstance(content, bytes) and content:
                yield MailFile(name=" ".join(name.split())[-100:], content=content)


def _decoded(part: MimeMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


class _Plain(HTMLParser):
    """Collects the text of HTML: a line for each block, ">" before each line of a quotation."""

    BLOCKS = frozenset(
        (
            "p",
            "div",
            "br",
            "tr",
            "li",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "table",
            "ul",
            "ol",
            "hr",
            "pre",
        )
    )
    UNSEEN = frozenset(("head", "style", "script", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._quotes = 0
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's
        """Begins a line at a block."""
        self._unseen += tag in self.UNSEEN
        self._quotes += tag == "blockquote"
        if tag in self.BLOCKS:
            self._break(is_wanted=tag == "br")

    def handle_endtag(self, tag: str) -> None:
        """Ends the line at a block's end, with a blank one after a paragraph."""
        if tag in self.UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        if tag in self.BLOCKS:
            self._break(is_wanted=tag == "p")

    def handle_data(self, data: str) -> None:
        """Adds the text as a browser flows it."""
        if self._unseen:
            return
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if not self.lines[-1].strip(" >"):
            self.lines[-1] = "> " * self._quotes
            text = text.lstrip(" ")
        self.lines[-1] += text

    def _break(self, *, is_wanted: bool) -> None:
        if self.lines[-1].strip(" >") or is_wanted:
            self.lines.append("")


def plain_text(html: str) -> str:
    """The text of an HTML mail in lines, quotations marked with ">" as plain mails mark them."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    text = "\n".join(line.replace("\u00a0", " ").rstrip() for line in reader.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
