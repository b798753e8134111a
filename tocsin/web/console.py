"""The engineers' console: what is broken, how sure we are, what changed, and what to do about it."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detectors.watch import FailureKind
from incidents.delivery import DeliveryError
from incidents.incident import ENDED, EndReason, Incident, Severity
from incidents.lifecycle import Action, Opening, TransitionError, allowed_actions
from tocsin.actions import act, open_incident
from tocsin.publicwords import public_incident_of
from tocsin.storage import NotFound
from tocsin.watchview import watch_rows
from tocsin.web.access import ADMINISTRATORS, ENGINEERS, Principal
from tocsin.web.pages import page
from tocsin.web.services import runtime_of, services_of

router = APIRouter(prefix="/console", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
PLOT_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}


@router.get("")
def overview(request: Request, who: Engineer, cursor: str | None = None) -> HTMLResponse:
    """What is open now, then what is over, newest first."""
    services = services_of(request)
    active = services.store.active_incidents()
    ended = services.store.incidents(cursor, 25, tuple(ENDED))
    counts = services.store.linked_counts([i.id for i in (*active, *ended.items)])
    return page(
        request, "console.html", who, active=active[::-1], ended=ended, counts=counts, watches=watch_rows(runtime_of(request))
    )


@router.get("/incidents/new")
def new(request: Request, who: Engineer) -> HTMLResponse:
    """The form to open one by hand."""
    return _new(request, who, {}, "")


def _new(request: Request, who: Principal, values: dict[str, str], problem: str) -> HTMLResponse:
    return page(
        request,
        "incident_new.html",
        who,
        status=422 if problem else 200,
        components=list(services_of(request).graph),
        kinds=tuple(FailureKind),
        severities=tuple(Severity),
        values=values,
        problem=problem,
        key=values.get("key") or secrets.token_urlsafe(12),
    )


@router.post("/incidents/new")
def opened(
    request: Request,
    who: Engineer,
    key: Annotated[str, Form(max_length=64)],
    title: Annotated[str, Form(max_length=200)] = "",
    component: Annotated[str, Form()] = "",
    kind: Annotated[FailureKind, Form()] = FailureKind.OTHER,
    severity: Annotated[str, Form()] = "",
) -> Response:
    """Opens it; sending the form twice opens one."""
    services = services_of(request)
    opening = Opening(
        key=key,
        title=title,
        components=(component,) if component else (),
        kind=kind,
        severity=Severity(severity) if severity in tuple(Severity) else None,
    )
    try:
        update = open_incident(runtime_of(request), opening, who.name, services.now())
    except ValueError as error:
        values = {"key": key, "title": title, "component": component, "kind": kind.value, "severity": severity}
        return _new(request, who, values, str(error))
    return RedirectResponse(f"/console/incidents/{update.incident.id}", 303)


def _found(request: Request, incident_id: str) -> Incident:
    incident = services_of(request).store.incident(incident_id)
    if incident is None:
        raise NotFound("incident", incident_id)
    return incident


@router.get("/incidents/{incident_id}")
def incident_page(request: Request, incident_id: str, who: Engineer) -> HTMLResponse:
    """One incident: the ticket, the evidence, what the public is told, what can be done, the timeline."""
    return _incident_page(request, who, _found(request, incident_id), "")


def _incident_page(request: Request, who: Principal, incident: Incident, problem: str) -> HTMLResponse:
    services = services_of(request)
    return page(
        request,
        "incident.html",
        who,
        status=409 if problem else 200,
        i=incident,
        ticket=services.store.engineering_ticket(incident.id),
        timeline=services.store.timeline(incident.id)[::-1],
        count=services.store.linked_counts([incident.id]).get(incident.id, 0),
        outside=public_incident_of(services, incident.id, "en"),
        actions=allowed_actions(incident.status),
        severities=tuple(Severity),
        end_reasons=(EndReason.FIXED, EndReason.RECOVERED, EndReason.PLANNED),
        graph=services.graph,
        problem=problem,
    )


@router.post("/incidents/{incident_id}")
async def incident_action(request: Request, incident_id: str, who: Engineer) -> Response:
    """Does what a button of the incident's page says."""
    from starlette.concurrency import run_in_threadpool

    said = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        action = Action(said.get("action", ""))
    except ValueError:
        raise HTTPException(422, f"action {said.get('action')!r} is not one of {', '.join(Action)}") from None
    try:
        now = services_of(request).now()
        await run_in_threadpool(act, runtime_of(request), incident_id, action, who.name, said, now)
    except TransitionError as error:
        return await run_in_threadpool(_incident_page, request, who, _found(request, incident_id), str(error))
    return RedirectResponse(f"/console/incidents/{incident_id}", 303)


@router.get("/incidents/{incident_id}/plots/{name}")
def plot(request: Request, incident_id: str, name: str, who: Engineer) -> Response:
    """A plot of the engineering ticket, as a picture."""
    ticket = services_of(request).store.engineering_ticket(incident_id)
    if ticket is None or name not in ticket.plots:
        raise HTTPException(404, f"{name} is not a plot of this incident")
    kind = "image/png" if name.endswith(".png") else "image/svg+xml"
    return Response(ticket.plots[name], media_type=kind, headers=PLOT_HEADERS)


@router.get("/watches")
def watches(request: Request, who: Engineer) -> HTMLResponse:
    """Every watch: when it was last scored, how many series, what is wrong with it."""
    return page(request, "watches.html", who, watches=watch_rows(runtime_of(request)))


@router.get("/delivery")
def delivery(request: Request, who: Engineer) -> HTMLResponse:
    """Who is told, what they have not been told yet, and why."""
    return _delivery(request, who, "", "")


def _delivery(request: Request, who: Principal, done: str, problem: str) -> HTMLResponse:
    services = services_of(request)
    states = [services.store.sink_state(s.name) for s in services.sinks]
    return page(
        request,
        "delivery.html",
        who,
        sinks=[s for s in states if s is not None],
        mail=services.store.mail_counts(),
        done=done,
        problem=problem,
    )


@router.post("/delivery/{sink}/test")
def send_test(request: Request, sink: str, who: Engineer) -> HTMLResponse:
    """Sends a harmless test to one receiver."""
    found = next((s for s in services_of(request).sinks if s.name == sink), None)
    if found is None:
        raise HTTPException(404, f"{sink} is not a receiver of this configuration")
    try:
        return _delivery(request, who, found.send_test(), "")
    except DeliveryError as error:
        return _delivery(request, who, "", str(error))


@router.get("/audit")
def audit(
    request: Request, who: Annotated[Principal, Depends(ADMINISTRATORS)], cursor: str | None = None
) -> HTMLResponse:
    """Who did and saw what, newest first."""
    services = services_of(request)
    return page(
        request, "audit.html", who, log=services.store.audit_log(cursor, limit=100), broken_at=services.store.audit_break()
    )
