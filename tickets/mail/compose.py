"""Writes every mail to a customer: confirmation, update, resolution, retraction, an agent's reply. Pure."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from html import escape
from textwrap import wrap
from typing import Any

from incidents.delivery import DeliveryError
from incidents.markup import Markdown
from tickets.address import InvalidAddress, mail_address
from tickets.broadcast import CustomerMessage, Mailing
from tickets.mail.frames import FRAMES, RIGHT_TO_LEFT, language_of
from tickets.mail.message import Mail, Sender
from tickets.ticket import Message, Ticket

SUBJECT_MAX = 150
_LINKS = tuple(words[name] for words in FRAMES.values() for name in ("where.state", "where.ticket"))
"""How a paragraph begins that is a link of ours."""
_LINK = re.compile(rf"^({'|'.join(map(re.escape, _LINKS))})(https?://[^\s<>\"']+)$")
LINE_MAX = 76  # characters of a line that holds encoded words (RFC 2047, 2)
OURS = frozenset({"list-unsubscribe", "subject", "from"})
"""Headers that are written here and not by the standard library.

It would encode a long address of List-Unsubscribe beyond use. Of a subject or a name it encodes each word by itself
and, on Python 3.11, leaves the space between two encoded words outside of both, where RFC 2047 (6.2) has readers drop
it. It also takes `=?utf-8?q?…?=` that a customer typed for an encoded word.
"""


PLAIN = frozenset({
    "auto-submitted",
    "content-transfer-encoding",
    "content-type",
    "date",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "x-auto-response-suppress",
})  # fmt: skip
"""Headers of ASCII words that nobody typed: the standard library would parse each, for half of a mail's time."""


class _Policy(EmailPolicy):
    """SMTP's rules; what is OURS is kept and sent as it was given, in lines that are ready; PLAIN is not parsed."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """The header as it is kept."""
        return (name, str(value)) if name.lower() in OURS | PLAIN else super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The header as it is read again, to be added to."""
        return value if name.lower() in PLAIN else super().header_fetch_parse(name, value)

    def fold(self, name: str, value: str) -> str:
        """A header's lines."""
        return f"{name}: {value}{self.linesep}" if name.lower() in OURS else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header's lines, as they are sent."""
        return self.fold(name, value).encode() if name.lower() in OURS else super().fold_binary(name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The sender details of every mail. exchange: its public name. domain: the right-hand side of Message-IDs.

    status_url, ticket_url: "" where there is none; ticket_url: the page of the ticket that the mail is about.
    reads_answers: whether an answer to the mail is read. reply_to: where it goes; "" = where the sender says.
    """

    exchange: str
    domain: str
    status_url: str = ""
    ticket_url: str = ""
    reads_answers: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicWords:
    """The public words of an incident in the reader's language; plain text.

    message: a human's own words, Markdown. unaffected: a sentence that says what no incident touches, or "".
    """

    title: str
    body: str
    message: str = ""
    unaffected: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PersonsWords:
    """A person's words in a mail: Markdown, shown as HTML in one part and as plain text in the other."""

    markdown: str


Paragraph = str | PersonsWords


@dataclass(frozen=True, slots=True)
class MailFrame:
    """The words of a mail around what it tells, in one language."""

    language: str

    def __getitem__(self, name: str) -> str:
        return FRAMES[self.language][name]

    @property
    def direction(self) -> str:
        """In which direction it is written."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def confirmation(head: Letterhead, ticket: Ticket, now: datetime, words: PublicWords | None = None) -> Mail:
    """The acknowledgement: the ticket's number, and, of a disclosed incident, what is known.

    To an address that nobody proved it has no word of the sender: whoever that is could make us mail it to anybody.
    """
    frame = _frame(ticket, words)
    if words is None:
        middle: list[Paragraph] = [frame["received.alone"]]
    elif ticket.asked_about is not None:
        middle = _question(frame, words, ticket)
    else:
        otherwise = "linked.reply" if _is_answer_read(head, ticket) else "linked.else"
        middle = [frame["linked.lead"], *_public(words), frame["linked.waits"], frame[otherwise]]
    number = [] if ticket.home else [frame["received.number"].format(number=ticket.number)]
    lines = [*number, *middle, *_where(frame, head, ticket, status=words is not None)]
    subject = frame["received.subject"] + (f": {ticket.subject}" if ticket.is_address_proven else "")
    return _mail(head, ticket, now, frame, key=f"confirmation:{ticket.id}", subject=subject, lines=lines)


def joined(head: Letterhead, ticket: Ticket, first: Ticket, words: PublicWords | None, now: datetime) -> Mail:
    """The acknowledgement of a second ticket about one transaction, which became part of the first.

    words: of the incident that the first waits for; None = it waits for none that is public.
    """
    frame = _frame(ticket, words)
    known = [frame["so_far.lead"], *_public(words)] if words is not None else []
    lines: list[Paragraph] = [
        frame["received.number"].format(number=ticket.number),
        frame["joined.lead"].format(number=first.number),
        *known,
        frame["joined.else"],
        *_where(frame, head, ticket, status=words is not None),
    ]
    subject = frame["received.subject"] + (f": {ticket.subject}" if ticket.is_address_proven else "")
    return _mail(head, ticket, now, frame, key=f"confirmation:{ticket.id}", subject=subject, lines=lines)


def question(head: Letterhead, ticket: Ticket, words: PublicWords, now: datetime) -> Mail:
    """Asks the customer of an earlier ticket whether it is about an incident that has become known since."""
    frame = _frame(ticket, words)
    key = f"question:{ticket.id}:{ticket.asked_about}"
    lines = [*_question(frame, words, ticket), *_where(frame, head, ticket, status=True)]
    return _mail(head, ticket, now, frame, key=key, subject=_titled(frame, "question.subject", words), lines=lines)


def _question(frame: MailFrame, words: PublicWords, ticket: Ticket) -> list[Paragraph]:
    """The question whether it is this incident; the mail's link opens the page where it is answered with one click.

    In another helpdesk a reply there answers it as well.
    """
    ask = "question.reply" if ticket.home else "question.ask"
    return [frame["question.lead"], *_public(words), frame[ask], frame["question.else"]]


def mistaken(head: Letterhead, ticket: Ticket, words: PublicWords | None, now: datetime, *, key: str) -> Mail:
    """Takes back what was written about an incident that a ticket was linked to by mistake."""
    frame = _frame(ticket, words)
    lines: list[Paragraph] = [
        frame["mistaken.title"].format(title=one_line(words.title)) if words else frame["mistaken.lead"],
        frame["mistaken.sorry"],
        frame["mistaken.open"],
        *_where(frame, head, ticket, status=False),
    ]
    return _mail(head, ticket, now, frame, key=key, subject=frame["mistaken.subject"], lines=lines)


def withdrawn(head: Letterhead, ticket: Ticket, answer: str, now: datetime, *, key: str) -> Mail:
    """Takes back an agent's answer, which it quotes. answer: Markdown."""
    frame = _frame(ticket, None)
    lines: list[Paragraph] = [
        frame["withdrawn.lead"],
        PersonsWords(answer),
        frame["withdrawn.goes_on"],
        *_where(frame, head, ticket, status=False),
    ]
    return _mail(head, ticket, now, frame, key=key, subject=frame["withdrawn.subject"], lines=lines)


def known_so_far(head: Letterhead, ticket: Ticket, words: PublicWords, now: datetime) -> Mail:
    """The answer to "any update?": what is known of the ticket's incident now. The same words are mailed once."""
    frame = _frame(ticket, words)
    said = hashlib.sha256(f"{words.title}\n{words.body}\n{words.message}".encode()).hexdigest()[:20]
    lines: list[Paragraph] = [
        frame["so_far.lead"],
        *_public(words),
        frame["so_far.news"],
        frame["so_far.else"],
        *_where(frame, head, ticket, status=True),
    ]
    key = f"known so far:{ticket.id}:{said}"
    return _mail(head, ticket, now, frame, key=key, subject=_titled(frame, "so_far.subject", words), lines=lines)


def incident_mail(head: Letterhead, message: CustomerMessage, words: PublicWords, now: datetime) -> Mail:
    """An incident's update, resolution or retraction for one customer, in the thread of their first ticket."""
    ticket = message.ticket
    frame = _frame(ticket, words)
    name, said = _incident_words(head, frame, message)
    lines = [*_public(words), *said, *_where(frame, head, ticket, status=True)]
    return _mail(head, ticket, now, frame, key=message.key, subject=_titled(frame, name, words), lines=lines)


def _incident_words(head: Letterhead, frame: MailFrame, message: CustomerMessage) -> tuple[str, list[str]]:
    """Which subject the mail has, and what follows the incident's own words."""
    match message.mailing:
        case Mailing.UPDATE:
            return "update.subject", [frame["update.news"]]
        case Mailing.RETURN:
            return "return.subject", [frame["return.waits"]]
        case Mailing.RESOLUTION:
            return "solved.subject", _ending(head, frame, message)
        case Mailing.CORRECTION:
            return "correction.subject", [frame["correction.replaces"]]
        case Mailing.RETRACTION:
            return "correction.subject", [frame["retraction.open"]]


def _is_answer_read(head: Letterhead, ticket: Ticket) -> bool:
    """Another helpdesk sends the mails of its tickets itself, and reads what is answered."""
    return head.reads_answers or ticket.home is not None


def _ending(head: Letterhead, frame: MailFrame, message: CustomerMessage) -> list[str]:
    still = "solved.reply" if _is_answer_read(head, message.ticket) else "solved.still"
    settled = len(message.tickets) > len(message.stays_open) + len(message.not_done)
    lines = [frame["solved.marked"], frame[still]] if settled else []
    if message.not_done:
        lines.append(frame["solved.not_done"].format(numbers=", ".join(message.not_done)))
    if message.stays_open:
        lines.append(frame["solved.kept"].format(numbers=", ".join(message.stays_open)))
    return lines


def agent_reply(head: Letterhead, ticket: Ticket, message: Message, now: datetime) -> Mail:
    """An agent's answer."""
    frame = _frame(ticket, None)
    lines: list[Paragraph] = [PersonsWords(message.text), *_where(frame, head, ticket, status=False)]
    subject = ticket.subject if ticket.is_address_proven else frame["reply.subject"]
    return _mail(head, ticket, now, frame, key=f"reply:{message.id}", subject=subject, lines=lines, automatic=False)


def _frame(ticket: Ticket, words: PublicWords | None) -> MailFrame:
    """The mail's own words: in the language of what it says of an incident, else the ticket's."""
    return MailFrame(language_of(*([words.language] if words else []), ticket.language))


def _titled(frame: MailFrame, name: str, words: PublicWords) -> str:
    return frame[name].format(title=words.title)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of an idempotency key: the same for the same key, always; nothing personal can be read from it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def thread_id(ticket: Ticket, domain: str) -> str:
    """The Message-ID of a ticket's confirmation, which every later mail of the ticket refers to."""
    return message_id(f"confirmation:{ticket.id}", domain)


def to_email(mail: Mail, sender: Sender, now: datetime) -> EmailMessage:
    """The mail as RFC 5322 has it. Raises InvalidAddress where an address is not one."""
    out = EmailMessage(policy=_Policy(linesep="\r\n"))
    out["Message-ID"] = mail.message_id
    out["Date"] = format_datetime(now)
    out["From"] = _from(sender)
    out["To"] = mail_address(mail.to)
    out["Subject"] = encoded(one_line(mail.subject), after=len("Subject: "))
    if mail.reply_to or sender.reply_to:
        out["Reply-To"] = mail_address(mail.reply_to or sender.reply_to)
    if mail.references:
        out["In-Reply-To"] = mail.references[-1]
        out["References"] = " ".join(mail.references)
    if mail.automatic:
        out["Auto-Submitted"] = "auto-generated"  # RFC 3834
        out["X-Auto-Response-Suppress"] = "All"
    if mail.unsubscribe_url:
        out["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        out["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    out.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        out.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        out.set_boundary("part-" + hashlib.sha256(mail.message_id.encode()).hexdigest()[:32])
    return out


def content_of(mail: Mail, sender: Sender, now: datetime) -> bytes:
    """The mail as it is sent. Raises DeliveryError where its address, or ours, is not one."""
    try:
        return bytes(to_email(mail, sender, now))
    except InvalidAddress as error:
        raise DeliveryError(f"mail {mail.key}: its address or ours is none: {error}", retry=False) from error


def encoded(text: str, *, after: int = 0) -> str:
    """A line of text as a header carries it: folded at spaces where it is ASCII, else as encoded words (RFC 2047).

    All of it is encoded then: a space between two encoded words is no part of the text, so each space stands within
    one. Words that look encoded are encoded once more, so that readers show what was typed. after: characters before it
    on its line.
    """
    if _is_plain(text):
        lines = wrap("x" * after + text, LINE_MAX, break_long_words=False, break_on_hyphens=False)
        return "\r\n ".join(lines)[after:]
    return Header(text, "utf-8", maxlinelen=LINE_MAX - 1, header_name="x" * max(0, after - 2)).encode(linesep="\r\n")


def _from(sender: Sender) -> str:
    name, address = one_line(sender.name, 80), mail_address(sender.address)
    if _is_plain(name):
        return formataddr((name, address))
    return f"{encoded(name, after=len('From: '))}\r\n <{address}>"


def _is_plain(text: str) -> bool:
    """Whether every reader shows it as it is written."""
    return text.isascii() and "=?" not in text


def one_line(text: str, limit: int = SUBJECT_MAX) -> str:
    """Text that is safe in a header: one line, no control or direction character, at most `limit` characters.

    Joiners stay (U+200C, U+200D): Persian words and families of emoji are written with them.
    """
    flat = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+", " ", text)
    flat = re.sub(r"[\ud800-\udfff]", "\ufffd", re.sub(r"\s+", " ", flat)).strip()
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def _public(words: PublicWords) -> list[Paragraph]:
    said: list[Paragraph] = [one_line(words.title), words.body]
    if words.message:
        said.append(PersonsWords(words.message))
    return [*said, words.unaffected] if words.unaffected else said


def _where(frame: MailFrame, head: Letterhead, ticket: Ticket, *, status: bool) -> list[str]:
    """Our links. Of a ticket that lives elsewhere our page is linked only where a question is answered on it."""
    lines = []
    if status and head.status_url:
        lines.append(f"{frame['where.state']}{head.status_url}")
    if head.ticket_url and (ticket.home is None or ticket.asked_about is not None):
        lines.append(f"{frame['where.ticket']}{head.ticket_url}")
    return lines


def without_links(mail: Mail) -> str:
    """A mail's text without its greeting, its signature and our links, of which one proves that its reader got it."""
    paragraphs = mail.text.strip().split("\n\n")[1:-1]
    return "\n\n".join(p for p in paragraphs if not p.startswith(_LINKS))


def as_answer(mail: Mail) -> str:
    """A mail's text as an answer in another helpdesk, which greets and signs by itself."""
    return "\n\n".join(mail.text.strip().split("\n\n")[1:-1])


def _mail(
    head: Letterhead,
    ticket: Ticket,
    now: datetime,
    frame: MailFrame,
    *,
    key: str,
    subject: str,
    lines: Sequence[Paragraph],
    automatic: bool = True,
) -> Mail:
    named = ticket.is_address_proven and ticket.name.strip()
    hello = frame["hello.name"].format(name=one_line(ticket.name, 80)) if named else frame["hello"]
    paragraphs = [hello, *lines, f"{head.exchange}, {now:%Y-%m-%d %H:%M} UTC"]
    markdown = Markdown()
    root, own = thread_id(ticket, head.domain), message_id(key, head.domain)
    return Mail(
        key=key,
        to=ticket.email,
        subject=one_line(f"[{ticket.number}] {one_line(subject)}"),
        text="\n\n".join(markdown.to_text(p.markdown) if isinstance(p, PersonsWords) else p for p in paragraphs) + "\n",
        html=_html(frame, paragraphs, markdown),
        message_id=own,
        references=() if own == root else (root,),
        ticket_id=ticket.id,
        incident_id=ticket.incident_id,
        automatic=automatic,
        helpdesk=ticket.home.helpdesk if ticket.home else "",
        reply_to="" if ticket.home else head.reply_to,
    )


def _html(frame: MailFrame, paragraphs: Sequence[Paragraph], markdown: Markdown) -> str:
    body = "\n".join(_paragraph(p, markdown) for p in paragraphs)
    language = f'lang="{frame.language}" dir="{frame.direction}"'
    return f'<!doctype html>\n<html {language}><head><meta charset="utf-8"></head>\n<body>\n{body}\n</body></html>\n'


def _paragraph(paragraph: Paragraph, markdown: Markdown) -> str:
    if isinstance(paragraph, PersonsWords):
        return f'<div dir="auto">{markdown.to_html(paragraph.markdown)}</div>'
    return f"<p>{_linked(escape(paragraph)).replace(chr(10), '<br>')}</p>"


def _linked(escaped: str) -> str:
    """Our own addresses, which stand at the end of a line of ours, as links; nothing else is made one."""
    return _LINK.sub(r'\1<a href="\2">\2</a>', escaped)
