"""Furious customers of an incident: their tickets in one list, to be read and then left waiting together."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tocsin.context.loops import Loop
from tocsin.desk.angry import angry
from tocsin.desk.bulk_actions import let_wait
from tocsin.web.desk.queue import linkable_incident
from tocsin.web.http.access import AGENTS, Principal, Sent
from tocsin.web.http.answers import incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import runtime_of, services_of

router = APIRouter(prefix="/desk/incidents/{incident_id}/angry", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
READ_AT_ONCE = 50


@router.get("")
def angry_tickets(request: Request, incident_id: str, who: Agent) -> HTMLResponse:
    """The oldest of them with all that they say; nothing is changed."""
    services = services_of(request)
    found = incident_of(services, incident_id)
    tickets = angry(services.desk, found)
    return page(
        request, "desk_angry.html", who, i=found, count=len(tickets), tickets=tickets[:READ_AT_ONCE]
    )  # fmt: skip


@router.post("")
def leave_waiting(request: Request, incident_id: str, who: Agent, sent: Sent) -> Response:
    """Links the tickets that are ticked and still in the list; the incident's page offers to undo it."""
    services = services_of(request)
    found = linkable_incident(services, incident_id)
    chosen = {str(value) for value in sent.getlist("ticket")}
    tickets = [ticket.id for ticket in angry(services.desk, found) if ticket.id in chosen]
    if not tickets:
        raise HTTPException(422, "no ticket is ticked; go back, tick those that may wait for the incident")
    done = let_wait(services.desk, tickets, found.id, who.name, services.now())
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(f"/desk/incidents/{found.id}?linked={done.batch}", 303)
