"""Reads what happened in another helpdesk: new tickets are taken in as our own are, and agents' work is followed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from incidents.delivery import RETRY_AFTER_MAX, DeliveryError
from tickets import lifecycle
from tickets.forms import FIELD_MAX, SUBJECT_MAX, TEXT_MAX, validate
from tickets.helpdesk import (
    OVER,
    Helpdesk,
    HelpdeskComment,
    HelpdeskState,
    HelpdeskStatus,
    HelpdeskTicket,
    ProvenBy,
    form_of,
)
from tickets.identity import NOBODY, Identity
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Author, Channel, Form, Home, NewTicket, Proof, Ticket
from tickets.yes_no import yes_or_no
from tocsin.context.loops import Loop, Wake
from tocsin.desk.desk import Desk
from tocsin.desk.intake import receive
from tocsin.desk.ticket_actions import customer_answers, customer_writes, perform
from tocsin.storage.helpdesks import HelpdeskSight, KnownTicket

log = structlog.get_logger()

TOGETHER = 100
AGAIN_AFTER = timedelta(minutes=5)
NO_ADDRESS = "@helpdesk.invalid"  # RFC 2606: nobody's; what is written to such a customer is written in the helpdesk
EMAIL, NAME, LANGUAGE = "email", "name", "language"
Act = Callable[[Ticket], Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedHelpdesk:
    """One helpdesk as configured. forms: what its own topics are called -> ours. every: between two polls."""

    helpdesk: Helpdesk
    forms: Mapping[str, Form]
    proves: ProvenBy
    every: timedelta


class HelpdeskIntake:
    """Reads one helpdesk: what its webhooks spoke of at once, and everything that changed since, at intervals."""

    def __init__(self, desk: Desk, connected: ConnectedHelpdesk, wake: Wake) -> None:
        self._desk = desk
        self._connected = connected
        self._wake = wake
        self._poll_at: datetime | None = None  # None = at once
        self._read_at: datetime | None = None

    @property
    def name(self) -> str:
        """Unique in the configuration."""
        return self._connected.helpdesk.name

    def accept_call(self, headers: Mapping[str, str], body: bytes, now: datetime) -> int:
        """Takes a webhook: committed when this returns; how many tickets it is about. Raises NotGenuine, ValueError.

        headers: by lower-case name. What it says of a ticket is not believed: the ticket itself is read.
        """
        ids = self._connected.helpdesk.called(headers, body, now)
        self._desk.store.helpdesks.call(self.name, ids, now)
        self._wake(Loop.HELPDESK)
        return len(ids)

    def run(self, now: datetime) -> int:
        """Reads what is due; returns how many tickets were new or had changed. A helpdesk that fails is asked later."""
        try:
            read = self._read_called(now) if _is_due(self._read_at, now) else 0
            return read + (self._poll(now) if _is_due(self._poll_at, now) else 0)
        except DeliveryError as error:
            wait = min(error.retry_after or timedelta(0), RETRY_AFTER_MAX)
            self._poll_at = self._read_at = now + max(self._connected.every, wait)
            self._desk.metrics.tick_failures.labels("helpdesk").inc()
            log.warning("helpdesk not read", helpdesk=self.name, error=str(error), again_at=str(self._poll_at))
            return 0

    def _read_called(self, now: datetime) -> int:
        done = 0
        store = self._desk.store.helpdesks
        while calls := {one: at for one, at in store.calls(self.name, TOGETHER).items() if at <= now}:
            done += self._work_off(self._connected.helpdesk.read(list(calls)), now)
            store.worked_off(self.name, calls)
        return done

    def _poll(self, now: datetime) -> int:
        done = 0
        place = self._desk.store.helpdesks.start(self.name, now)
        while True:
            page = self._connected.helpdesk.changed(place.cursor, place.since)
            done += self._work_off(page.tickets, now)
            if page.cursor != place.cursor:
                self._desk.store.helpdesks.move(self.name, page.cursor)
                place = replace(place, cursor=page.cursor)
            if not page.has_more:
                break
        self._poll_at = now + self._connected.every
        return done

    def _work_off(self, tickets: Sequence[HelpdeskTicket], now: datetime) -> int:
        """Works off each ticket; one that fails by a mistake of ours is noted to be read again, and delays no other."""
        store = self._desk.store.helpdesks
        since = store.start(self.name, now).since
        known = store.known(self.name, [one.id for one in tickets])
        changed = 0
        for there in tickets:
            try:
                changed += self._one(there, known.get(there.id), since, now)
            except DeliveryError:
                raise
            except Exception:
                log.exception("a ticket of a helpdesk was not taken in", helpdesk=self.name, ticket=there.id)
                self._desk.metrics.tick_failures.labels("helpdesk").inc()
                store.call(self.name, [there.id], now + AGAIN_AFTER)
        if changed:
            self._wake(Loop.MAIL)
        return changed

    def _one(self, there: HelpdeskTicket, known: KnownTicket | None, since: datetime, now: datetime) -> bool:
        if there.is_ours or (known is not None and known.version == there.version):
            return False
        if known is not None:
            _follow(self._desk, self._connected, there, known, now)
            return True
        if there.created_at < since or there.status in OVER:
            return False
        if there.text is None:
            there = next(iter(self._connected.helpdesk.read([there.id])), there)
        new = as_ticket(there, self._connected)
        identity = _identity(self._connected.proves, new)
        receipt = receive(self._desk, new, now, identity=identity, idempotency_key=there.id)
        self._desk.store.helpdesks.saw(receipt.ticket.id, _sight(there, None, "", 0), now)
        return True


def _sight(there: HelpdeskTicket, state: HelpdeskState | None, last_comment: str, written: int) -> HelpdeskSight:
    return HelpdeskSight(
        version=there.version, known=state, last_comment=last_comment, comments=there.comments, written=written
    )


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is None or at <= now


def as_ticket(there: HelpdeskTicket, connected: ConnectedHelpdesk) -> NewTicket:
    """A helpdesk's ticket as one of ours: what its fields say in a form that we do not take is left out."""
    said = {name: value.strip() for name, value in there.fields.items() if value.strip()}
    named = {name: said.pop(name, "") for name in ("form", "customer_id", LANGUAGE)}
    new = NewTicket(
        form=form_of(named["form"], connected.forms),
        subject=_clean(there.subject, SUBJECT_MAX),
        text=_clean(there.text or "", TEXT_MAX) or _clean(there.subject, TEXT_MAX) or "(no text)",
        name=_clean(there.name, FIELD_MAX),
        email=there.email.strip() or f"{there.id}{NO_ADDRESS}",
        customer_id=_clean(named["customer_id"], FIELD_MAX),
        language=(named[LANGUAGE] or there.language)[:35],
        channel=Channel.HELPDESK,
        fields=tuple(said.items()),
        home=Home(helpdesk=connected.helpdesk.name, id=there.id, url=there.url),
    )
    wrong = {problem.field for problem in validate(new)}
    return replace(
        new,
        email=f"{there.id}{NO_ADDRESS}" if EMAIL in wrong else new.email,
        fields=tuple((name, value) for name, value in new.fields if name not in wrong),
    )


def _clean(text: str, limit: int) -> str:
    return text.replace("\x00", "").strip()[:limit]


def _identity(proves: ProvenBy, new: NewTicket) -> Identity:
    """What the helpdesk is believed about whose a ticket is."""
    if proves is ProvenBy.NOTHING or new.email.endswith(NO_ADDRESS):
        return NOBODY
    if proves is ProvenBy.ADDRESS:
        return Identity(proof=Proof.MAIL, email=new.email)
    return Identity(proof=Proof.MACHINE, vouches=True)


def _follow(desk: Desk, connected: ConnectedHelpdesk, there: HelpdeskTicket, known: KnownTicket, now: datetime) -> None:
    """Does here what was done there since the ticket was last read."""
    store, helpdesk = desk.store.helpdesks, connected.helpdesk
    has_new = there.comments is None or there.comments != known.comments
    comments = _after(helpdesk.comments(there.id), known.last_comment) if has_new else ()
    for comment in comments:
        _follow_comment(desk, known.ticket_id, comment, now)
    state = known.known
    if _differs(desk, connected, there, state):
        # What Tocsin itself set is known once it was set: what is read after that tells it from an agent's work.
        there = next(iter(helpdesk.read([there.id])), there)
        has_written = any(comment.author is Author.CUSTOMER for comment in comments)
        state = _follow_state(desk, connected, there, known, has_written, now)
    last_comment = comments[-1].id if comments else known.last_comment
    store.saw(known.ticket_id, _sight(there, state, last_comment, known.written), now)


def _after(comments: Sequence[HelpdeskComment], last_comment: str) -> Sequence[HelpdeskComment]:
    places = [place for place, comment in enumerate(comments, start=1) if comment.id == last_comment]
    return comments[places[-1] :] if places else comments


def _follow_comment(desk: Desk, ticket_id: str, comment: HelpdeskComment, now: datetime) -> None:
    ticket = desk.store.tickets.get(ticket_id)
    if ticket is None:
        return
    if comment.author is Author.CUSTOMER:
        text = _clean(comment.text, TEXT_MAX) or "(no text)"
        answer = yes_or_no(text) if _is_asked(ticket) else None
        if ticket.asked_about is not None and answer is not None:
            asked = ticket.asked_about
            _unless_impossible(lambda: customer_answers(desk, ticket, asked, answer, now), ticket)
            return
        _unless_impossible(lambda: customer_writes(desk, ticket, text, now, last_comment=comment.id), ticket)
        return

    def answered(current: Ticket) -> Change:
        return lifecycle.answered_elsewhere(current, comment.by, now)

    _act(desk, ticket, answered, now, by=comment.by, action=lifecycle.Action.REPLY, last_comment=comment.id)


def _is_asked(ticket: Ticket) -> bool:
    """Whether a yes or no answers our question, and no agent's."""
    return ticket.is_about is None and not ticket.assignee and ticket.first_response_at is None


def _act(desk: Desk, ticket: Ticket, act: Act, now: datetime, *, by: str, action: str, last_comment: str = "") -> bool:
    """Whether it was done: what the ticket's state no longer allows here was done here already, or is of no use."""
    return _unless_impossible(
        lambda: perform(desk, ticket.id, act, actor=by, action=action, now=now, last_comment=last_comment), ticket
    )


def _unless_impossible(do: Callable[[], object], ticket: Ticket) -> bool:
    try:
        do()
    except TransitionError as error:
        log.info("what was done in a helpdesk changes nothing here", ticket=ticket.number, why=str(error))
        return False
    return True


def _incident_there(desk: Desk, connected: ConnectedHelpdesk, there: HelpdeskTicket) -> str:
    return desk.store.helpdesks.incident_of(connected.helpdesk.name, there.related) if there.related else ""


def _differs(desk: Desk, connected: ConnectedHelpdesk, there: HelpdeskTicket, known: HelpdeskState) -> bool:
    if there.related is None:
        return True
    is_moved = (there.status in OVER) != (known.status is HelpdeskStatus.SOLVED) or (
        there.status is HelpdeskStatus.OPEN and known.status is not None
    )
    return is_moved or _incident_there(desk, connected, there) != known.incident_id


def _follow_state(  # noqa: PLR0917 - the parts of one look, each from another place
    desk: Desk,
    connected: ConnectedHelpdesk,
    there: HelpdeskTicket,
    known: KnownTicket,
    has_written: bool,
    now: datetime,
) -> HelpdeskState:
    """Follows what agents did to a ticket's status and relation; returns its state there as it is known now."""
    by = f"agent in {connected.helpdesk.name}"
    ticket = desk.store.tickets.get(known.ticket_id)
    state = known.known
    if ticket is None:
        return state
    for act, action in _steps(desk, connected, there, known, has_written, by, now):
        _act(desk, ticket, act, now, by=by, action=action)
    incident_id = _incident_there(desk, connected, there)
    if there.status in OVER:
        return HelpdeskState(status=HelpdeskStatus.SOLVED, incident_id=incident_id)
    is_opened = there.status is HelpdeskStatus.OPEN or state.status is HelpdeskStatus.SOLVED
    return HelpdeskState(status=None if is_opened else state.status, incident_id=incident_id)


def _steps(  # noqa: PLR0917 - as above
    desk: Desk,
    connected: ConnectedHelpdesk,
    there: HelpdeskTicket,
    known: KnownTicket,
    has_written: bool,
    by: str,
    now: datetime,
) -> Iterable[tuple[Act, str]]:
    before = known.known
    incident_id = _incident_there(desk, connected, there)
    if incident_id != before.incident_id and incident_id:
        yield (lambda t: lifecycle.link(t, incident_id, by, now)), lifecycle.Action.LINK
    elif incident_id != before.incident_id:
        yield (lambda t: lifecycle.unlink(t, by, now)), lifecycle.Action.UNLINK
    if there.status in OVER and before.status is not HelpdeskStatus.SOLVED:
        yield (lambda t: lifecycle.resolve(t, by, now)), lifecycle.Action.RESOLVE
    if has_written:  # what the customer wrote has opened it here already
        return
    if before.status is HelpdeskStatus.SOLVED and there.status not in OVER:
        yield (lambda t: lifecycle.reopen(t, by, now)), lifecycle.Action.REOPEN
    if before.status is HelpdeskStatus.WAITING and there.status is HelpdeskStatus.OPEN:
        yield (lambda t: lifecycle.return_to_queue(t, f"{by} opened it", now)), lifecycle.Action.RETURN
