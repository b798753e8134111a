"""A ticket's page at the desk: thread, account, why it was routed there, and actions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.incident import Incident
from tickets import lifecycle
from tickets.identity import customer_of, is_proven, proven_id
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Proof, Ticket
from tocsin.context.loops import Loop
from tocsin.desk.intake import assess, transactions_of
from tocsin.desk.ticket_actions import download, file_names, perform, view
from tocsin.storage import ListPage, NotFound
from tocsin.web.desk.queue import linkable_incident
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.answers import form_key, saved
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/desk/tickets/{number}", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
OTHERS = 10
PROOFS: Mapping[Proof, str] = {
    Proof.NONE: "claimed by the sender, not proven",
    Proof.SIGNED: "the exchange signed who it is",
    Proof.SESSION: "signed in at the exchange",
    Proof.MAIL: "came by a mail to this address",
    Proof.MACHINE: "the exchange's own program says so",
}
Act = Callable[[Ticket, str, Mapping[str, str], datetime], Change]
ACTIONS: Mapping[str, Act] = {
    "accept": lambda t, by, said, now: lifecycle.accept(t, by, now),
    "reply": lambda t, by, said, now: lifecycle.reply(t, by, said.get("text", ""), now),
    "note": lambda t, by, said, now: lifecycle.note(t, by, said.get("text", ""), now),
    "link": lambda t, by, said, now: lifecycle.link(t, said.get("incident", ""), by, now),
    "confirm": lambda t, by, said, now: lifecycle.confirm(t, by, now),
    "reject": lambda t, by, said, now: lifecycle.reject(t, by, now),
    "unlink": lambda t, by, said, now: lifecycle.unlink(t, by, now),
    "resolve": lambda t, by, said, now: lifecycle.resolve(t, by, now),
    "reopen": lambda t, by, said, now: lifecycle.reopen(t, by, now),
    "close": lambda t, by, said, now: lifecycle.close(t, by, now),
    "undo close": lambda t, by, said, now: lifecycle.undo_close(t, by, now),
    "undo merge": lambda t, by, said, now: lifecycle.undo_merge(t, by, now),
}


@router.get("")
def ticket(request: Request, number: str, who: Agent, cursor: str | None = None) -> HTMLResponse:
    """The ticket; cursor: of the customer's other tickets. The reading is audited."""
    return _page(request, who, ticket_of(services_of(request), number), cursor=cursor)


def ticket_of(services: WebServices, number: str) -> Ticket:
    """The ticket of that number; raises NotFound."""
    found = services.store.tickets.by_number(number)
    if found is None:
        raise NotFound("ticket", number)
    return found


def _page(
    request: Request,
    who: Principal,
    found: Ticket,
    *,
    problem: str = "",
    values: Mapping[str, str] | None = None,
    cursor: str | None = None,
) -> HTMLResponse:
    services = services_of(request)
    thread = view(services.desk, found, who.name, services.now())
    others = _others(services, found, cursor)
    suggested, probability, reasons = _suggestion(services, found)
    return page(
        request,
        "desk_ticket.html",
        who,
        status=409 if problem else 200,
        t=found,
        thread=thread,
        names=file_names(services.desk, thread),
        incident=services.store.incidents.get(found.incident_id) if found.incident_id else None,
        first=services.store.tickets.get(found.merged_into) if found.merged_into else None,
        suggested=suggested,
        probability=probability,
        reasons=reasons,
        candidates=[i for i in services.store.incidents.active() if i.id != found.incident_id and not i.shadow][-100:],
        transactions=transactions_of(services.desk, found),
        others=[(o, is_proven(o) and customer_of(o) == customer_of(found)) for o in others.items if o.id != found.id],
        proven_id=proven_id(found),
        proof=PROOFS[found.proof],
        next_cursor=others.next_cursor,
        open=found.status in lifecycle.OPEN,
        key=form_key({}),
        text=(values or {}).get("text", ""),
        problem=problem,
    )


def _others(services: WebServices, found: Ticket, cursor: str | None) -> ListPage[Ticket]:
    """Tickets that name the same address or customer ID, this one among them; the page says which were proven."""
    return services.store.tickets.naming(email=found.email, customer_id=found.customer_id, cursor=cursor, limit=OTHERS)


def _suggestion(services: WebServices, found: Ticket) -> tuple[Incident | None, float | None, tuple[str, ...]]:
    """The incident that an open, unlinked ticket may belong to, how likely, and why."""
    if found.incident_id or found.status not in lifecycle.OPEN:
        return None, None, ()
    d = assess(services.desk, found, services.now()).dampening
    incident_id = d.incident_id or d.suggested_id
    incident = services.store.incidents.get(incident_id) if incident_id else None
    if incident is None or not incident.is_active:
        return None, None, ()
    return incident, d.probability, d.link_reasons


@router.post("")
def act(request: Request, number: str, who: Agent, sent: Sent) -> Response:
    """Does what a button of the ticket's page says."""
    services, values = services_of(request), said(sent)
    found = ticket_of(services, number)
    try:
        _do(services, found, who.name, values)
    except TransitionError as error:
        return _page(request, who, found, problem=str(error), values=values)
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(f"/desk/tickets/{found.number}", 303)


def _do(services: WebServices, found: Ticket, by: str, values: Mapping[str, str]) -> None:
    action, now = values.get("action", ""), services.now()
    if action not in ACTIONS:
        raise TransitionError(f"action {action[:40]!r} is not one of {', '.join(ACTIONS)}")
    if action == "link":
        linkable_incident(services, values.get("incident", ""))
    key = values.get("key", "")[:64]

    def act(current: Ticket) -> Change:
        return ACTIONS[action](current, by, values, now)

    perform(services.desk, found.id, act, actor=by, action=action, now=now, key=key)


@router.get("/files/{file_id}")
def file(request: Request, number: str, file_id: str, who: Agent) -> Response:
    """A file of the ticket's thread, to be saved; audited."""
    services = services_of(request)
    found = ticket_of(services, number)
    return saved(download(services.desk, found, file_id, who.name, services.now()), file_id)
