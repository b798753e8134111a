"""Works off one mail that came in: it becomes a message, a ticket or a note; doing it twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets import forms, lifecycle
from tickets.address import is_mail_address
from tickets.forms import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, MEDIA_TYPES, SUBJECT_MAX, TEXT_MAX
from tickets.identity import NOBODY, Identity
from tickets.lifecycle import Change
from tickets.mail.incoming import IncomingMail, MailFile, MailKind, MailOutcome
from tickets.mail.quotes import OurNames, own_words
from tickets.ticket import Attachment, Channel, Form, NewTicket, Proof, Ticket
from tickets.yes_no import yes_or_no
from tocsin.desk.desk import Desk
from tocsin.desk.intake import receive
from tocsin.desk.mail_thread import is_same_address, mail_answered, ticket_answered
from tocsin.desk.ticket_actions import customer_answers, customer_writes, message_id, perform

MAIL = "mail"
NOTES_A_DAY = 3
NO_TEXT = "(no text)"
CUT = "\n[…]"


TAKEN = (MailOutcome.JOINED, MailOutcome.OPENED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """What became of a mail, and the ticket that it is in; None = in none."""

    outcome: MailOutcome
    ticket: Ticket | None = None


def work_off_mail(desk: Desk, mail: IncomingMail, mail_id: str, now: datetime) -> MailResult:
    """Puts a mail where it belongs. mail_id: its own, the same each time it is worked off.

    Only who has a mail of ours, and writes from the address that it went to, writes into its ticket. Every other mail
    is a ticket of its own, of a sender whom nobody proved. Raises TooManyTickets, InvalidTicket.
    """
    if any(is_same_address(mail.sender, ours) for ours in desk.own_addresses):
        return MailResult(outcome=MailOutcome.OURS)
    if mail.report is not None:
        return _report(desk, mail, mail_id, now)
    ticket = ticket_answered(desk, mail.sender, mail.to, mail.answers)
    if mail.kind is not MailKind.PERSON:
        return _automatic(desk, mail, ticket, mail_id, now)
    if not is_mail_address(mail.sender):
        return MailResult(outcome=MailOutcome.NO_SENDER)
    if ticket is not None and ticket.home is None:
        try:
            return _join(desk, mail, ticket, mail_id, now)
        except lifecycle.TransitionError:  # closed long ago, so it is about something new
            return _open(desk, mail, mail_id, now, Identity(proof=Proof.MAIL, email=ticket.email))
    return _open(desk, mail, mail_id, now, NOBODY)


def _join(desk: Desk, mail: IncomingMail, ticket: Ticket, mail_id: str, now: datetime) -> MailResult:
    names = OurNames(addresses=desk.own_addresses, name=desk.sender_name, number=ticket.number)
    said, (files, left_out) = own_words(mail.text, names), attachments_of(mail.files)
    key = f"mail:{mail_id}"
    answer = yes_or_no(said) if _is_asked(ticket) and not files else None
    if not desk.store.tickets.written([message_id(ticket.id, key)]) and answer is not None and ticket.asked_about:
        customer_answers(desk, ticket, ticket.asked_about, answer, now)
        ticket = desk.store.tickets.get(ticket.id) or ticket
    changed = customer_writes(desk, ticket, _bounded(said or NO_TEXT, left_out), now, files=files, key=key)
    return MailResult(outcome=MailOutcome.JOINED, ticket=changed)


def _is_asked(ticket: Ticket) -> bool:
    """Whether a yes or no answers our question, and no agent's."""
    return ticket.is_about is None and not ticket.assignee and ticket.first_response_at is None


def _open(desk: Desk, mail: IncomingMail, mail_id: str, now: datetime, identity: Identity) -> MailResult:
    names = OurNames(addresses=desk.own_addresses, name=desk.sender_name)
    files, left_out = attachments_of(mail.files)
    said = (own_words(mail.text, names) or mail.text).strip() or mail.subject or NO_TEXT
    new = NewTicket(
        form=Form.OTHER,
        subject=(mail.subject or said.splitlines()[0])[:SUBJECT_MAX],
        text=_bounded(said, left_out),
        name=mail.name,
        email=mail.sender,
        language=mail.language,
        channel=Channel.EMAIL,
        attachments=files,
    )
    receipt = receive(desk, new, now, identity=identity, idempotency_key=f"mail:{mail_id}")
    return MailResult(outcome=MailOutcome.OPENED, ticket=receipt.ticket)


def _automatic(desk: Desk, mail: IncomingMail, ticket: Ticket | None, mail_id: str, now: datetime) -> MailResult:
    """An automatic reply is a note for agents, a few times a day: it changes nothing, and is never answered."""
    if ticket is None:
        return MailResult(outcome=MailOutcome.AUTO_REPLY)
    since = now - timedelta(days=1)
    if desk.store.inbound_mails.count_of_ticket(ticket.id, MailOutcome.AUTO_REPLY, since) < NOTES_A_DAY:
        names = OurNames(addresses=desk.own_addresses, name=desk.sender_name, number=ticket.number)
        said = _bounded(own_words(mail.text, names) or mail.subject, ())
        _note(desk, ticket, f"Automatic reply by mail: {mail.subject}\n\n{said}", mail_id, now)
    return MailResult(outcome=MailOutcome.AUTO_REPLY, ticket=ticket)


def _report(desk: Desk, mail: IncomingMail, mail_id: str, now: datetime) -> MailResult:
    """A bounce is noted on the ticket, and the mail counts as not delivered."""
    report = mail.report
    if report is None or not report.has_failed:
        return MailResult(outcome=MailOutcome.NOTICE)
    ticket = ticket_answered(desk, report.recipient, mail.to, report.about)
    if ticket is None:
        return MailResult(outcome=MailOutcome.BOUNCE)
    why = report.why or "the mail server gave no reason"
    sent = mail_answered(desk, ticket, report.about)
    about = f' "{sent.mail.subject}"' if sent else ""
    _note(desk, ticket, f"Our mail{about} to {ticket.email} came back: {why}", mail_id, now)
    if sent is not None:
        desk.store.mail.came_back(sent.id, why, now)
    return MailResult(outcome=MailOutcome.BOUNCE, ticket=ticket)


def _note(desk: Desk, ticket: Ticket, text: str, mail_id: str, now: datetime) -> None:
    def act(current: Ticket) -> Change:
        return lifecycle.note(current, MAIL, text[:TEXT_MAX], now)

    perform(desk, ticket.id, act, actor=MAIL, action=lifecycle.Action.NOTE, now=now, key=f"mail:{mail_id}")


def attachments_of(files: Sequence[MailFile]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files that are kept, by what their bytes show, and in words those that are not."""
    kept: list[Attachment] = []
    left_out: list[str] = []
    for one in files:
        media_type = forms.media_type(one.content)
        if media_type not in MEDIA_TYPES or len(one.content) > ATTACHMENT_BYTES_MAX or len(kept) >= ATTACHMENTS_MAX:
            left_out.append(f"{one.name} ({len(one.content) // 1024 + 1} KB)")
        else:
            kept.append(Attachment(name=one.name, media_type=media_type, content=one.content))
    return tuple(kept), tuple(left_out)


def _bounded(text: str, left_out: Sequence[str]) -> str:
    """The text, as long as a message may be, with the files that were not kept named at its end."""
    end = f"\n\n[Not kept: {', '.join(left_out)}]"[:1000] if left_out else ""
    room = TEXT_MAX - len(end)
    return (text if len(text) <= room else text[: room - len(CUT)] + CUT) + end
