"""The agents' desk: incidents as one row each, with their tickets inside, and the queue of what needs a human."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from incidents.incident import Incident
from tickets import lifecycle
from tickets.lifecycle import Change, TransitionError
from tickets.ticket import Priority, Ticket, TicketStatus
from tocsin.desk import perform, view
from tocsin.publicwords import public_incident_of
from tocsin.storage import NotFound, TicketFilter
from tocsin.web.access import AGENTS, Principal
from tocsin.web.pages import page
from tocsin.web.services import Services, runtime_of, services_of

router = APIRouter(prefix="/desk", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
S = TicketStatus
QUEUES: Mapping[str, tuple[str, TicketFilter]] = {
    "queue": ("Needs a human", TicketFilter(status=(S.NEW, S.IN_PROGRESS))),
    "mine": ("Mine", TicketFilter(status=(S.NEW, S.IN_PROGRESS, S.AWAITING_CUSTOMER))),
    "customer": ("Awaiting the customer", TicketFilter(status=(S.AWAITING_CUSTOMER,))),
    "incident": ("Awaiting an incident", TicketFilter(status=(S.AWAITING_INCIDENT,))),
    "done": ("Resolved and closed", TicketFilter(status=(S.RESOLVED, S.CLOSED, S.MERGED))),
}
ORDER = tuple(Priority)
LIST = 50
Act = Callable[[Ticket, str, Mapping[str, str], datetime], Change]
ACTIONS: Mapping[str, Act] = {
    "accept": lambda t, by, said, now: lifecycle.accept(t, by, now),
    "reply": lambda t, by, said, now: lifecycle.reply(t, by, said.get("text", ""), now),
    "note": lambda t, by, said, now: lifecycle.note(t, by, said.get("text", ""), now),
    "link": lambda t, by, said, now: lifecycle.link(t, said.get("incident", ""), by, now),
    "unlink": lambda t, by, said, now: lifecycle.unlink(t, by, now),
    "resolve": lambda t, by, said, now: lifecycle.resolve(t, by, now),
    "reopen": lambda t, by, said, now: lifecycle.reopen(t, by, now),
    "close": lambda t, by, said, now: lifecycle.close(t, by, now),
}


@router.get("")
def queue(request: Request, who: Agent, show: str = "queue", cursor: str | None = None) -> HTMLResponse:
    """What to do next: open incidents as one row each, then single tickets, the most pressing first."""
    services = services_of(request)
    if show not in QUEUES:
        raise HTTPException(404, f"there is no list {show!r}; there are {', '.join(QUEUES)}")
    tickets = services.store.tickets(_filter(show, who.name), cursor, LIST)
    incidents = services.store.active_incidents()
    counts = services.store.linked_counts([i.id for i in incidents])
    return page(
        request,
        "desk.html",
        who,
        show=show,
        queues={name: words for name, (words, _) in QUEUES.items()},
        tickets=sorted(tickets.items, key=lambda t: (ORDER.index(t.routing.priority), t.created_at)),
        next_cursor=tickets.next_cursor,
        incidents=[(i, counts.get(i.id, 0)) for i in incidents if not i.shadow],
        waiting=services.store.ticket_counts(),
    )


def _filter(show: str, name: str) -> TicketFilter:
    wanted = QUEUES[show][1]
    return TicketFilter(status=wanted.status, assignee=name) if show == "mine" else wanted


@router.get("/incidents/{incident_id}")
def incident(request: Request, incident_id: str, who: Agent, cursor: str | None = None) -> HTMLResponse:
    """An incident as the desk sees it: what customers are told, and who waits for it."""
    services = services_of(request)
    found = _incident(services, incident_id)
    outside = public_incident_of(services, found.id, "en")
    return page(
        request,
        "desk_incident.html",
        who,
        i=found,
        outside=outside,
        tickets=services.store.linked(found.id, cursor, LIST),
        count=services.store.linked_counts([found.id]).get(found.id, 0),
        done="",
        problem="",
    )


def _incident(services: Services, incident_id: str) -> Incident:
    found = services.store.incident(incident_id)
    if found is None:
        raise NotFound("incident", incident_id)
    return found


@router.get("/tickets/{number}")
def ticket(request: Request, number: str, who: Agent) -> HTMLResponse:
    """One ticket: thread, what the account says, why it is where it is."""
    return _ticket_page(request, who, _ticket(services_of(request), number), "")


def _ticket(services: Services, number: str) -> Ticket:
    found = services.store.ticket_by_number(number)
    if found is None:
        raise NotFound("ticket", number)
    return found


def _ticket_page(request: Request, who: Principal, ticket: Ticket, problem: str) -> HTMLResponse:
    services = services_of(request)
    now = services.now()
    account = services.account
    return page(
        request,
        "desk_ticket.html",
        who,
        status=409 if problem else 200,
        t=ticket,
        thread=view(services, ticket, who.name, now),
        incident=services.store.incident(ticket.incident_id) if ticket.incident_id else None,
        candidates=[i for i in services.store.active_incidents() if i.id != ticket.incident_id and not i.shadow],
        transactions=account.transactions(ticket.customer_id) if account and ticket.customer_id else None,
        others=[o for o in _others(services, ticket) if o.id != ticket.id],
        problem=problem,
    )


def _others(services: Services, ticket: Ticket) -> tuple[Ticket, ...]:
    return services.store.tickets_of(email=ticket.email, customer_id=ticket.customer_id).items


@router.post("/tickets/{number}")
async def ticket_action(request: Request, number: str, who: Agent) -> Response:
    """Does what a button of the ticket's page says."""
    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return await run_in_threadpool(_do, request, who, number, said)


def _do(request: Request, who: Principal, number: str, said: Mapping[str, str]) -> Response:
    services = services_of(request)
    found = _ticket(services, number)
    now = services.now()
    action = said.get("action", "")
    if action not in ACTIONS:
        raise HTTPException(422, f"action {action!r} is not one of {', '.join(ACTIONS)}")
    try:
        if action == "link":
            _incident(services, said.get("incident", ""))
        perform(services, found.id, lambda t: ACTIONS[action](t, who.name, said, now), who.name, action, now)
    except TransitionError as error:
        return _ticket_page(request, who, found, str(error))
    runtime_of(request).wake("mail")
    return RedirectResponse(f"/desk/tickets/{number}", 303)
