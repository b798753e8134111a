"""An incident's page at the desk: the public words, the waiting customers, and actions on all of them at once."""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.incident import Incident
from tickets.lifecycle import TransitionError
from tickets.mail.message import Mail
from tocsin.context.loops import Loop
from tocsin.desk import bulk_actions
from tocsin.desk.angry import angry
from tocsin.desk.flood import flood_of
from tocsin.desk.specimen import answer_mail
from tocsin.storage import NotFound
from tocsin.storage.bulk_actions import BulkAction, BulkKind
from tocsin.web.desk.flood_chart import arrivals_chart
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.answers import incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/desk/incidents/{incident_id}", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
LIST = 50
UNDO_WITHIN = timedelta(hours=24)


@router.get("")
def incident(
    request: Request,
    incident_id: str,
    who: Agent,
    *,
    cursor: str | None = None,
    linked: str = "",
    answered: str = "",
    done: str = "",
    count: int = 0,
    opened_with: int = 0,
) -> HTMLResponse:
    """The incident; linked, answered: the action whose undoing is offered; done, count: what was just done.

    opened_with: of a message to all, how many customers it would have reached when its form was opened.
    """
    services = services_of(request)
    found = incident_of(services, incident_id)
    flood = flood_of(services.desk, found, services.now())
    link = _action(services, found, linked) if linked else None
    return page(
        request,
        "desk_incident.html",
        who,
        i=found,
        outside=services.desk.text.incident(found.id, services.site.language),
        tickets=services.store.tickets.linked(found.id, cursor, LIST),
        open_count=flood.unsettled,
        count=services.store.tickets.linked_counts([found.id]).get(found.id, 0),
        linked=linked,
        linked_count=link.count if link else 0,
        informed_count=len(bulk_actions.informed_by(services.desk, link)) if link else 0,
        answered=answered,
        done=done,
        done_count=count,
        undoable=_undoable(services, found, (linked, answered)),
        angry_count=len(angry(services.desk, found)) if found.is_active else 0,
        undo_hours=UNDO_WITHIN // timedelta(hours=1),
        flood=flood,
        arrivals=arrivals_chart(flood, ZoneInfo(services.config.site.time_zone)),
        joined=count - opened_with,
    )


def _undoable(services: WebServices, incident: Incident, shown: tuple[str, ...]) -> list[BulkAction]:
    """What agents did at once within the last day, but the actions whose undoing is offered on top."""
    recent = services.store.bulk_actions.since(incident.id, services.now() - UNDO_WITHIN)
    return [one for one in recent if one.batch not in shown]


def _action(services: WebServices, incident: Incident, batch: str) -> BulkAction:
    found = services.store.bulk_actions.get(batch)
    if found is None or found.incident_id != incident.id:
        raise NotFound("action on many tickets", batch)
    return found


@router.get("/answer")
def answer_form(request: Request, incident_id: str, who: Agent) -> HTMLResponse:
    """One message to all who are linked when it is sent; how many those are now stands on the button."""
    return _answer_form(request, who, incident_of(services_of(request), incident_id), {})


def _answer_form(
    request: Request,
    who: Principal,
    found: Incident,
    values: dict[str, str],
    *,
    problem: str = "",
    preview: Mail | None = None,
) -> HTMLResponse:
    return page(
        request,
        "desk_answer.html",
        who,
        status=409 if problem else 200,
        i=found,
        count=len(bulk_actions.listeners(services_of(request).desk, found.id)),
        text=values.get("text", ""),
        problem=problem,
        preview=preview,
    )


@router.post("/answer")
def answer(request: Request, incident_id: str, who: Agent, sent: Sent) -> Response:
    """Writes to all who are linked now; the page then says how many joined, or left, since the form was opened."""
    services, values = services_of(request), said(sent)
    found = incident_of(services, incident_id)
    if values.get("preview"):
        mail = answer_mail(services.desk, values.get("text", ""), who.name, services.now())
        return _answer_form(request, who, found, values, preview=mail)
    try:
        done = bulk_actions.answer_all(services.desk, found.id, values.get("text", ""), who.name, services.now())
    except TransitionError as error:
        return _answer_form(request, who, found, values, problem=str(error))
    runtime_of(request).wake(Loop.MAIL)
    opened_with = values.get("count", "")
    seen = int(opened_with) if opened_with.isascii() and opened_with.isdigit() and len(opened_with) < 10 else done.count
    said_of_it = f"done=written&count={done.count}&opened_with={seen}&answered={done.batch if done.count else ''}"
    return RedirectResponse(f"/desk/incidents/{found.id}?{said_of_it}", 303)


@router.post("/resolve")
def resolve(request: Request, incident_id: str, who: Agent) -> Response:
    """Resolves all that may be; nobody is written to."""
    services = services_of(request)
    found = incident_of(services, incident_id)
    many = bulk_actions.resolve_all(services.desk, found.id, who.name, services.now())
    return RedirectResponse(f"/desk/incidents/{found.id}?done=resolved&count={many}", 303)


@router.post("/undo")
def undo(request: Request, incident_id: str, who: Agent, sent: Sent) -> Response:
    """Undoes one action on many tickets, and takes back by mail what their customers were written because of it."""
    services = services_of(request)
    found = incident_of(services, incident_id)
    action = _action(services, found, said(sent).get("batch", ""))
    if action.at < services.now() - UNDO_WITHIN:
        raise TransitionError(f"This was done more than {UNDO_WITHIN // timedelta(hours=1)} hours ago: it stays.")
    done = bulk_actions.undo(services.desk, action, who.name, services.now())
    runtime_of(request).wake(Loop.MAIL)
    what = "withdrawn" if action.kind is BulkKind.ANSWER else "unlinked"
    return RedirectResponse(f"/desk/incidents/{found.id}?done={what}&count={done.count}", 303)
