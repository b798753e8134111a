"""The console's pages of what comes after an incident: DORA's first notice, the postmortem, and its action items."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.action_item import ItemState
from incidents.incident import Incident
from incidents.lifecycle import TransitionError
from incidents.review import ALLOWED_STEPS, ReviewStep
from tocsin.response.after_actions import add_item, item_trackers, review_postmortem, settle_item, write_postmortem
from tocsin.response.after_incident import notice_of, postmortem_of
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key, incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/console", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]


@router.get("/incidents/{incident_id}/dora")
def first_notice_page(request: Request, incident_id: str, who: Engineer) -> HTMLResponse:
    """When the first notice is due, what is missing, and every field."""
    services = services_of(request)
    incident = incident_of(services, incident_id)
    notice = notice_of(services.response, services.config, incident, services.now())
    return page(request, "first_notice.html", who, i=incident, notice=notice)


@router.get("/incidents/{incident_id}/postmortem")
def postmortem_page(request: Request, incident_id: str, who: Engineer, version: int | None = None) -> HTMLResponse:
    """The postmortem as people wrote it, or else the draft; its review, its versions, its action items."""
    services = services_of(request)
    return _postmortem(request, who, incident_of(services, incident_id), version)


@router.post("/incidents/{incident_id}/postmortem")
def work_on_postmortem(request: Request, incident_id: str, who: Engineer, sent: Sent) -> Response:
    """Keeps a version, takes a step of the review, or adds an action item."""
    services, values = services_of(request), said(sent)
    incident = incident_of(services, incident_id)
    try:
        _do(services, incident, values, who.name)
    except ValueError as error:  # a TransitionError too
        return _postmortem(request, who, incident, None, problem=str(error), tried=values)
    return RedirectResponse(f"/console/incidents/{incident.id}/postmortem", 303)


@router.get("/actions")
def action_items(request: Request, who: Engineer) -> HTMLResponse:
    """What is still to be done after incidents, and what was done lately."""
    return _actions(request, who)


@router.post("/actions/{item_id}")
def settle_action_item(request: Request, who: Engineer, item_id: str, sent: Sent) -> Response:
    """Sets an action item to done, dropped, or open again; whoever did it on its postmortem stays there."""
    services, values = services_of(request), said(sent)
    state = values.get("state", "")
    try:
        if state not in set(ItemState):
            raise TransitionError(
                f"state is {state[:20]!r}; expected {', '.join(ItemState)}; send the form of this page"
            )
        item = settle_item(services.response, item_id, ItemState(state), who.name, services.now())
    except TransitionError as error:
        return _actions(request, who, str(error))
    was_there = values.get("back") == "postmortem"
    return RedirectResponse(
        f"/console/incidents/{item.incident_id}/postmortem#do" if was_there else "/console/actions", 303
    )


def _do(services: WebServices, incident: Incident, values: Mapping[str, str], by: str) -> None:
    now, response, version = services.now(), services.response, _number(values.get("version", "0"))
    match action := values.get("action", ""):
        case "save":
            write_postmortem(response, incident, values.get("text", ""), based_on=version, by=by, now=now)
        case "add item":
            trackers = item_trackers(services.config)
            add_item(response, incident, values, trackers=trackers, key=form_key(values), by=by, now=now)
        case step if step in set(ReviewStep):
            review_postmortem(response, incident, ReviewStep(step), version=version, by=by, now=now)
        case _:
            raise TransitionError(f"action is {action[:40]!r}; send the form of this page")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise TransitionError(f"version is {text[:20]!r}, expected a number; send the form of this page")
    return int(text)


def _postmortem(
    request: Request,
    who: Principal,
    incident: Incident,
    version: int | None,
    *,
    problem: str = "",
    tried: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """problem, tried: why the form was refused, and what it said, which it keeps."""
    services = services_of(request)
    store, now = services.store, services.now()
    review = store.postmortems.review(incident.id)
    shown = version or review.version
    draft = postmortem_of(services.response, services.config, services.desk.text, incident, now)
    return page(
        request,
        "postmortem.html",
        who,
        status=409 if problem else 200,
        i=incident,
        draft=draft,
        review=review,
        steps=ALLOWED_STEPS[review.state] if review.version else (),
        kept=store.postmortems.text(incident.id, shown) if shown else None,
        versions=store.postmortems.versions(incident.id),
        items=store.action_items.of_incident(incident.id),
        trackers=item_trackers(services.config),
        key=form_key({}),
        today=now.date(),
        problem=problem,
        tried=tried or {},
    )


def _actions(request: Request, who: Principal, problem: str = "") -> HTMLResponse:
    services = services_of(request)
    items = services.store.action_items
    return page(
        request,
        "action_items.html",
        who,
        status=409 if problem else 200,
        waiting=sorted(items.open(), key=lambda one: (one.due_on is None, one.due_on or one.at.date(), one.at)),
        past=items.over(),
        trackers=item_trackers(services.config),
        today=services.now().date(),
        problem=problem,
    )
