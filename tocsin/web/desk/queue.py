"""The agents' queue: a row per incident with its tickets, and the tickets that need a human."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.incident import Incident
from tickets.lifecycle import TransitionError
from tickets.ticket import TicketStatus
from tocsin.context.loops import Loop
from tocsin.desk.bulk_actions import link_all
from tocsin.desk.flood import RECENT
from tocsin.desk.ticket_actions import pressing
from tocsin.storage import TicketFilter
from tocsin.web.http.access import AGENTS, Principal, Sent
from tocsin.web.http.answers import ACTIVE, incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

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
LIST = 50
INCIDENTS = 20


@router.get("")
def queue(
    request: Request,
    who: Agent,
    show: str = "queue",
    cursor: str | None = None,
    incidents: str | None = None,
) -> HTMLResponse:
    """What to do next: open incidents as one row each, then single tickets; incidents: the cursor of the first list."""
    services = services_of(request)
    if show not in QUEUES:
        raise HTTPException(404, f"there is no list {show!r}; there are {', '.join(QUEUES)}")
    found = services.store.incidents.page(incidents, INCIDENTS, ACTIVE)
    live = [i for i in found.items if not i.shadow]
    counts = services.store.tickets.linked_counts([i.id for i in live])
    recent = services.store.tickets.linked_counts([i.id for i in live], services.now() - RECENT)
    return page(
        request,
        "desk.html",
        who,
        show=show,
        queues={name: words for name, (words, _) in QUEUES.items()},
        tickets=pressing(services.desk, _filter(show, who.name), cursor, LIST),
        incidents=[(i, counts.get(i.id, 0), recent.get(i.id, 0)) for i in live],
        more_incidents=found.next_cursor,
        targets=[i for i in services.store.incidents.active() if not i.shadow][-100:],
        new=services.store.tickets.counts(TicketFilter(status=(S.NEW,))).get(S.NEW, 0),
    )


def _filter(show: str, name: str) -> TicketFilter:
    wanted = QUEUES[show][1]
    return TicketFilter(status=wanted.status, assignee=name) if show == "mine" else wanted


@router.post("")
def link_chosen(request: Request, who: Agent, sent: Sent) -> Response:
    """Links the tickets that are ticked to one incident; its page offers to undo it."""
    services = services_of(request)
    chosen = [str(value) for value in sent.getlist("ticket")][:LIST]
    incident = linkable_incident(services, str(sent.get("incident", "")))
    if not chosen:
        raise HTTPException(422, "no ticket is ticked; go back, tick those that belong to the incident, and link them")
    done = link_all(services.desk, chosen, incident.id, who.name, services.now())
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(f"/desk/incidents/{incident.id}?linked={done.batch}", 303)


def linkable_incident(services: WebServices, incident_id: str) -> Incident:
    """The incident if tickets may wait for it. Raises NotFound, TransitionError."""
    found = incident_of(services, incident_id)
    if found.shadow or not found.is_active:
        why = "in shadow: it links nobody" if found.shadow else f"{found.status}: nobody need wait for it"
        raise TransitionError(f"{found.reference} is {why}; choose an open one")
    return found
