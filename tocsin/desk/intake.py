"""Takes in a ticket: recognise a repeat, route, guard, link, dampen, record; the answer goes to the outbox."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import structlog

from incidents.incident import Incident
from tickets.admission import WITHIN, EarlierTickets, TooManyTickets, admit, fingerprint
from tickets.dampening import Dampening, DampeningReason, Reply, dampen
from tickets.forms import FieldError, validate
from tickets.guard import GuardDecision, must_stay_human
from tickets.identity import Identity, customer_of, identified, is_proven, proven_id
from tickets.intent import Intent, message_of
from tickets.linking import rank
from tickets.mail.compose import confirmation
from tickets.mail.message import Mail
from tickets.routing import on_top, route
from tickets.second_ticket import SecondTicket, second_ticket
from tickets.ticket import Author, Message, NewTicket, Ticket, Transaction
from tocsin.desk.account_look import Look
from tocsin.desk.desk import Desk
from tocsin.desk.join_first import joining
from tocsin.desk.letterhead import letterhead
from tocsin.desk.surroundings import Surroundings, surroundings
from tocsin.storage import AuditEntry, MailLimit

log = structlog.get_logger()

UNPROVEN_WITHIN = timedelta(hours=1)
EARLIER = 50
"""So many of the customer's tickets, the latest, are looked at beside a new one."""


class InvalidTicket(Exception):
    """The ticket cannot be accepted; nothing was stored."""

    def __init__(self, problems: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to the sender. created: False for a repeated key. path: the customer's own page of the ticket."""

    ticket: Ticket
    created: bool
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All decisions about a ticket before it is recorded. second: where no incident has it, but an open ticket does."""

    transactions: tuple[Transaction, ...] | None
    verdict: GuardDecision
    dampening: Dampening
    incident: Incident | None
    intent: Intent
    second: SecondTicket | None = None


def receive(
    desk: Desk, new: NewTicket, now: datetime, *, identity: Identity, idempotency_key: str | None, network: str = ""
) -> Receipt:
    """Accepts a ticket: committed, with its confirmation in the outbox, before this returns.

    network: where it was sent from, as `network_of` says; "" = unknown.

    One that lives in another helpdesk is known by its key alone: there its text and customer may be changed; it is
    there already, and never refused.
    Raises InvalidTicket, UnprovenIdentity where the ticket claims another customer than was proven, and TooManyTickets
    where one customer, text or network came too often.
    """
    new = identified(new, identity)
    problems = validate(new)
    if problems:
        raise InvalidTicket(problems)
    earlier = _earlier(desk, new)
    owner, request = (customer_of(new), digest(new)) if new.home is None else (f"helpdesk:{new.home.helpdesk}", "")
    if new.home is None:
        _admit(desk, new, now, earlier, idempotency_key, network)
    assessment = assess(desk, new, now, earlier=earlier)

    def make(ticket_id: str, number: str) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
        return _recorded(desk, new, assessment, now, ticket_id=ticket_id, number=number)

    second = assessment.second
    joins = second.first if second is not None and not second.news else None
    why = [("reason", assessment.dampening.reason.value)]
    if assessment.dampening.joins:
        why.append(("joins", assessment.dampening.joins))
    ticket, created = desk.store.tickets.add(
        make,
        idempotency_key,
        owner,
        request,
        now,
        AuditEntry(actor="customer", action="create", subject_kind="ticket", detail=tuple(why)),
        files=new.attachments,
        prefix=desk.prefix,
        mail_limit=None if new.is_address_proven or new.home else _mail_limit(desk, new, now),
        joining=joining(desk, joins, new, now) if joins is not None else None,
        network="" if is_proven(new) else network,
    )
    if created:
        desk.metrics.tickets.labels(ticket.status, ticket.form.slug).inc()
        log.info(
            "ticket received", ticket=ticket.number, fate=assessment.dampening.reason.name, incident=ticket.incident_id
        )
    return Receipt(ticket=ticket, created=created, path=f"/support/t/{desk.store.tickets.make_token(ticket.id)}")


def _admit(  # noqa: PLR0917 - what is known of one ticket before it is judged
    desk: Desk, new: NewTicket, now: datetime, earlier: Sequence[Ticket], idempotency_key: str | None, network: str
) -> None:
    """Raises TooManyTickets; never for what was taken before and is sent again. earlier: the proven customer's."""
    text, since, store, limits = fingerprint(new), now - WITHIN, desk.store.tickets, desk.limits
    if is_proven(new) and limits.customer <= EARLIER:
        counted = EarlierTickets(customer=[ticket.created_at for ticket in earlier])
    elif is_proven(new):
        counted = EarlierTickets(customer=store.times_of_proven(customer_of(new), since, limits.customer))
    else:
        counted = EarlierTickets(
            copies=store.times_of_copies(text, since, limits.copies) if text else (),
            network=store.times_of_network(network, since, limits.network) if network else (),
        )
    try:
        admit(new, limits, now, counted)
    except TooManyTickets as too_many:
        if idempotency_key is not None and store.sent_with(customer_of(new), idempotency_key) is not None:
            return
        desk.metrics.limited_tickets.labels(too_many.excess).inc()
        log.warning("ticket not taken for now", excess=too_many.excess, again_in_s=too_many.again_in.total_seconds())
        raise


def _mail_limit(desk: Desk, new: NewTicket, now: datetime) -> MailLimit:
    return MailLimit(email=new.email, since=now - UNPROVEN_WITHIN, at_most=desk.unproven_mails)


def assess(
    desk: Desk,
    new: NewTicket | Ticket,
    now: datetime,
    accounts: Look | None = None,
    *,
    earlier: Sequence[Ticket] | None = None,
    around: Surroundings | None = None,
) -> Assessment:
    """Decides routing, guard, link and answer of a ticket as things stand now.

    accounts: what the account API said of many customers; None = it is asked for this one. earlier: the customer's
    other tickets; None = they are read. around: as of an instant ago, where many are judged; None = as of now.
    """
    transactions = transactions_of(desk, new) if accounts is None else accounts.get(proven_id(new))
    earlier = _earlier(desk, new) if earlier is None else earlier
    intent = desk.reader.intent(message_of(new.subject, new.text))
    verdict = must_stay_human(new, transactions, earlier, now=now, intent=intent)
    around = around or surroundings(desk, now)
    known = {incident.id: incident for incident, _ in around.pairs}
    candidates, taught = [candidate for _, candidate in around.pairs], around.taught
    matches = rank(
        new,
        candidates,
        transactions,
        now,
        earlier=earlier,
        learnt=taught.learnt,
        excess=around.excess,
        reader=desk.reader,
    )
    best = max(matches, key=lambda m: m.probability, default=None)
    incident = known.get(best.incident_id) if best else None
    dampening = dampen(new, best, incident, verdict, earlier, bands=taught.bands)
    second = None
    if isinstance(new, NewTicket) and dampening.incident_id is None and dampening.reply is not Reply.QUESTION:
        second = second_ticket(new, verdict, earlier, transactions)
    return Assessment(
        transactions=transactions,
        verdict=verdict,
        dampening=dampening,
        incident=incident,
        intent=intent,
        second=second,
    )


def _earlier(desk: Desk, new: NewTicket | Ticket) -> tuple[Ticket, ...]:
    """The customer's other tickets; none where it is only claimed whose this one is."""
    if not is_proven(new):
        return ()
    theirs = desk.store.tickets.of_proven(customer_of(new), EARLIER)
    return tuple(t for t in theirs if not isinstance(new, Ticket) or t.id != new.id)


def transactions_of(desk: Desk, ticket: NewTicket | Ticket) -> tuple[Transaction, ...] | None:
    """The customer's transactions; None where the account did not answer, or it is only claimed whose the ticket is."""
    if desk.account is None or not proven_id(ticket):
        return None
    return desk.account.transactions(proven_id(ticket))


def _recorded(
    desk: Desk, new: NewTicket, assessment: Assessment, now: datetime, *, ticket_id: str, number: str
) -> tuple[Ticket, tuple[Message, ...], tuple[Mail, ...]]:
    d, second = assessment.dampening, assessment.second
    routing = route(new, assessment.transactions, now=now, intent=assessment.intent)
    ticket = Ticket(
        id=ticket_id,
        number=number,
        status=d.status,
        form=new.form,
        subject=new.subject,
        text=new.text,
        name=new.name,
        email=new.email,
        phone=new.phone,
        customer_id=new.customer_id,
        language=new.language,
        channel=new.channel,
        fields=new.fields,
        routing=on_top(routing, _beside(second)) if second is not None and second.news else routing,
        human_reason=assessment.verdict.reason if assessment.verdict.human else "",
        created_at=now,
        updated_at=now,
        organisation=new.organisation,
        requested_priority=new.requested_priority,
        incident_id=d.incident_id,
        probability=d.probability,
        link_reasons=d.link_reasons,
        linked_by="tocsin" if d.incident_id else "",
        suggested_id=d.suggested_id,
        asked_about=d.suggested_id if d.reason is DampeningReason.ASKED else None,
        proof=new.proof,
        is_address_proven=new.is_address_proven,
        home=new.home,
    )
    if ticket.home is not None:  # its thread is there, and what linking reads is in the ticket itself
        return ticket, (), _acknowledgement(desk, ticket, assessment, now)
    first = Message(
        id=f"{ticket_id}-m",
        ticket_id=ticket_id,
        author=Author.CUSTOMER,
        name=new.name,
        text=new.text,
        at=now,
        attachments=tuple(f"{ticket_id}-{k}" for k, _ in enumerate(new.attachments, start=1)),
    )
    return ticket, (first,), _acknowledgement(desk, ticket, assessment, now)


def _beside(second: SecondTicket) -> str:
    return f"{second.first.number} is about the same transaction, and this one {second.news}"


def _acknowledgement(desk: Desk, ticket: Ticket, assessment: Assessment, now: datetime) -> tuple[Mail, ...]:
    if assessment.dampening.reply is Reply.NONE:
        return ()
    if ticket.home is not None and assessment.dampening.reply is Reply.NEUTRAL:
        return ()  # its own helpdesk says that it arrived
    words = None
    if assessment.dampening.reply in (Reply.INCIDENT, Reply.QUESTION) and assessment.incident is not None:
        words = desk.known.words_of(assessment.incident, ticket.language or "en")
    return (confirmation(letterhead(desk, ticket.id), ticket, now, words),)


def digest(new: NewTicket) -> str:
    """A hash of everything that was sent; a request with the same idempotency key must have the same hash."""
    plain = {
        "form": new.form,
        "subject": new.subject,
        "text": new.text,
        "name": new.name,
        "email": new.email,
        "phone": new.phone,
        "customer_id": new.customer_id,
        "language": new.language,
        "fields": sorted(new.fields),
        "attachments": [hashlib.sha256(a.content).hexdigest() for a in new.attachments],
    }
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()
