"""Actions of customers and agents on one ticket: each is checked, recorded, audited and mailed in one transaction."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from tickets import lifecycle
from tickets.follow_up import follow_up
from tickets.forms import validate
from tickets.identity import customer_of, is_proven
from tickets.lifecycle import Change
from tickets.linking import answer_of
from tickets.mail.compose import agent_reply, known_so_far, without_links
from tickets.mail.message import Mail
from tickets.ticket import Attachment, Author, Channel, Message, NewTicket, Ticket, TicketStatus
from tocsin.desk.desk import Desk
from tocsin.desk.intake import InvalidTicket, transactions_of
from tocsin.desk.join_first import words_for
from tocsin.desk.letterhead import letterhead
from tocsin.storage import AuditEntry, TicketChange
from tocsin.storage.outbox import MailState, TicketMail

_NOT_SENT = {MailState.WAITING: " (not sent yet)", MailState.GIVEN_UP: " (could not be delivered)"}
Act = Callable[[Ticket], Change]
LINKS = frozenset({lifecycle.Action.LINK, lifecycle.Action.UNLINK, lifecycle.Action.CONFIRM, lifecycle.Action.REJECT})
"""The actions by which an agent says which incident a ticket is of: linking learns from them."""


def perform(
    desk: Desk,
    ticket_id: str,
    act: Act,
    *,
    actor: str,
    action: str,
    now: datetime,
    key: str = "",
    files: Sequence[Attachment] = (),
    answer: Callable[[Ticket], tuple[Mail, ...]] | None = None,
    last_comment: str = "",
    mentions: tuple[str, ...] = (),
) -> Ticket:
    """Does one action on one ticket. Raises TransitionError where its state does not allow it, NotFound without it.

    key: of the form that asked for it; the same key again writes no second message. files: come with the message.
    answer: the mails about the ticket as it then is; called inside the transaction, so it asks the store nothing.
    last_comment: the comment in the ticket's helpdesk that asked for it. mentions: users whom its note calls.
    """
    message = message_id(ticket_id, key)
    if key and (done := _written(desk, ticket_id, message)):
        return done
    entry = AuditEntry(actor=actor, action=action, subject_kind="ticket", subject=ticket_id)
    active = active_ids(desk) if action in LINKS else frozenset()

    def change(ticket: Ticket) -> TicketChange:
        done = act(ticket)
        learnt = answer_of(ticket, done.ticket, active) if action in LINKS else None
        changed = recorded(desk, done, now, message=message, files=files)
        return replace(
            changed,
            mails=(*changed.mails, *(answer(done.ticket) if answer else ())),
            answer=learnt,
            last_comment=last_comment,
            mentions=mentions,
        )

    return desk.store.tickets.change(ticket_id, change, now, entry)


def active_ids(desk: Desk) -> frozenset[str]:
    """The incidents that an agent could have chosen."""
    return frozenset(i.id for i in desk.store.incidents.active())


def message_id(ticket_id: str, key: str) -> str:
    """The id of a new message: the same each time one form of one ticket is sent; random without a form."""
    return hashlib.sha256(f"{ticket_id}:{key}".encode()).hexdigest()[:32] if key else uuid4().hex


def _written(desk: Desk, ticket_id: str, message: str) -> Ticket | None:
    if all(m.id != message for m in desk.store.tickets.thread(ticket_id)):
        return None
    return desk.store.tickets.get(ticket_id)


def recorded(
    desk: Desk, change: Change, now: datetime, *, message: str = "", files: Sequence[Attachment] = ()
) -> TicketChange:
    """The change that an action makes: the ticket, its message with files, and the mail about it.

    A customer's message in another helpdesk stays there alone.
    """
    if change.author is None or (change.ticket.home is not None and change.author is Author.CUSTOMER):
        return TicketChange(ticket=change.ticket, detail=change.detail)
    name = message or uuid4().hex
    kept = tuple((f"{name}-{k}", file) for k, file in enumerate(files, start=1))
    said = Message(
        id=name,
        ticket_id=change.ticket.id,
        author=change.author,
        name=change.ticket.name if change.author is Author.CUSTOMER else change.actor,
        text=change.text,
        at=now,
        attachments=tuple(file_id for file_id, _ in kept),
    )
    return TicketChange(
        ticket=change.ticket,
        detail=change.detail,
        messages=(said,),
        mails=_mails(desk, change, said, now),
        files=kept,
    )


def _mails(desk: Desk, change: Change, message: Message, now: datetime) -> tuple[Mail, ...]:
    if change.author is not Author.AGENT:
        return ()
    return (agent_reply(letterhead(desk, change.ticket.id), change.ticket, message, now),)


def customer_writes(
    desk: Desk,
    ticket: Ticket,
    text: str,
    now: datetime,
    *,
    unsolved: bool = False,
    files: Sequence[Attachment] = (),
    key: str = "",
    last_comment: str = "",
) -> Ticket:
    """The customer adds a message; on a resolved ticket that opens it again. Raises InvalidTicket, TransitionError.

    One with news goes to a person, on top of the queue; one on a ticket that waits for its incident is answered with
    what is known now, once for the same words. last_comment: the comment in the ticket's helpdesk that it is.
    """
    problems = validate(
        NewTicket(
            form=ticket.form,
            subject=ticket.subject,
            text=text,
            email=ticket.email,
            channel=Channel.API,
            attachments=tuple(files),
        )
    )
    if problems:
        raise InvalidTicket(problems)

    intent, transactions = desk.reader.intent(text), transactions_of(desk, ticket)
    words = words_for(desk, ticket)

    def act(current: Ticket) -> Change:
        news = follow_up(current, text, transactions, now=now, intent=intent)
        if news.reason:
            return lifecycle.comment_with_news(current, text, now, reason=news.reason, priority=news.priority)
        return lifecycle.comment(current, text, now, unsolved=unsolved)

    def answer(left: Ticket) -> tuple[Mail, ...]:
        waits = left.status is TicketStatus.AWAITING_INCIDENT and left.incident_id == ticket.incident_id
        return (known_so_far(letterhead(desk, left.id), left, words, now),) if waits and words is not None else ()

    return perform(
        desk,
        ticket.id,
        act,
        actor="customer",
        action="comment",
        now=now,
        key=key,
        files=files,
        answer=answer,
        last_comment=last_comment,
    )


def customer_answers(desk: Desk, ticket: Ticket, incident_id: str, is_about: bool, now: datetime) -> None:
    """The customer says whether the ticket is about the incident that they were asked about; twice is as once.

    It holds for all their open tickets that carry the question, as far as it is proven that they are theirs. Raises
    TransitionError where they were not asked that.
    """
    incident = desk.store.incidents.get(incident_id) if ticket.asked_about == incident_id else None
    may_wait = incident is not None and incident.is_active and not incident.shadow

    same = desk.store.tickets.of_proven(customer_of(ticket)) if is_proven(ticket) else ()
    others = [t.id for t in same if t.asked_about == incident_id]

    def change(current: Ticket) -> TicketChange | None:
        if current.id != ticket.id and (current.asked_about != incident_id or current.status not in lifecycle.OPEN):
            return None
        done = lifecycle.answer_question(current, incident_id, is_about, now, may_wait=may_wait)
        return None if current.is_about is is_about else TicketChange(ticket=done.ticket, detail=done.detail)

    entry = AuditEntry(actor=lifecycle.CUSTOMER, action=lifecycle.Action.ANSWER, subject_kind="ticket")
    desk.store.tickets.change_all([ticket.id, *others], change, now, entry)


def customer_closes(desk: Desk, ticket: Ticket, now: datetime) -> Ticket:
    """Closes a ticket because its customer says that it is settled."""

    def act(current: Ticket) -> Change:
        return lifecycle.close(current, "customer", now)

    return perform(desk, ticket.id, act, actor="customer", action="close", now=now)


def customer_undoes_close(desk: Desk, ticket: Ticket, now: datetime) -> Ticket:
    """Opens a ticket again that its customer closed, as it was before."""

    def act(current: Ticket) -> Change:
        return lifecycle.undo_close(current, "customer", now)

    return perform(desk, ticket.id, act, actor="customer", action="undo close", now=now)


def view(desk: Desk, ticket: Ticket, actor: str, now: datetime) -> tuple[Message, ...]:
    """A ticket's thread for one reader, oldest first, with what was mailed by itself; the reading is audited."""
    desk.store.audit.add(AuditEntry(actor=actor, action="view", subject_kind="ticket", subject=ticket.id), now)
    mails = [_as_message(desk, one) for one in desk.store.mail.written_to(ticket.id) if one.mail.automatic]
    return tuple(sorted([*desk.store.tickets.thread(ticket.id), *mails], key=lambda m: m.at))


def _as_message(desk: Desk, written: TicketMail) -> Message:
    """A mail as an entry of the thread, without its links: they open more than the page that shows it."""
    return Message(
        id=f"mail-{written.id}",
        ticket_id=written.mail.ticket_id or "",
        author=Author.MAIL,
        name=f"{desk.text.site.name}{_NOT_SENT.get(written.state, '')}",
        text=without_links(written.mail),
        at=written.at,
    )


def download(desk: Desk, ticket: Ticket, file_id: str, actor: str, now: datetime) -> Attachment | None:
    """A file of this ticket's thread, None where there is none of that id; the reading is audited."""
    found = desk.store.tickets.attachment(file_id)
    if found is None or found.ticket_id != ticket.id:
        return None
    detail = (("attachment", file_id),)
    entry = AuditEntry(actor=actor, action="download", subject_kind="ticket", subject=ticket.id, detail=detail)
    desk.store.audit.add(entry, now)
    return found.file


def file_names(desk: Desk, thread: Iterable[Message]) -> dict[str, str]:
    """The names of a thread's files by id, as their senders called them."""
    found = ((file_id, desk.store.tickets.attachment(file_id)) for message in thread for file_id in message.attachments)
    return {file_id: stored.file.name for file_id, stored in found if stored is not None}
