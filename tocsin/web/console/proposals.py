"""Proposals of machines: an engineer reads what one asks for, and approves or rejects it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.lifecycle import Action, TransitionError
from tocsin.context.word_check import InsideWords
from tocsin.response.proposals import approve, reject
from tocsin.storage import AlreadyActive
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/proposals", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
SHOWN = 100
WORDS = {action: action.value.capitalize() for action in Action} | {
    Action.APPROVE: "Publish",
    Action.ADD_MESSAGE: "Write to the public",
    Action.ADD_NOTE: "Add a note for engineers",
    Action.CONFIRM: "Confirm: it is real",
    Action.IDENTIFY: "Cause identified",
    Action.MONITOR: "Fix in place, monitoring",
    Action.SET_SEVERITY: "Set the severity",
    Action.WITHHOLD: "Do not publish by itself",
}
"""What an action is called: as its button on the incident's page; "approve" is what a person does to the proposal."""


@router.get("")
def proposals(request: Request, who: Engineer) -> HTMLResponse:
    """The open ones, and below them the latest that were decided or expired."""
    return _page(request, who)


def _page(request: Request, who: Principal, problem: str = "") -> HTMLResponse:
    services = services_of(request)
    latest, now = services.store.proposals.latest(SHOWN), services.now()
    waiting = [one for one in latest if one.is_open(now)]
    about = services.store.incidents.several(list({one.incident_id for one in waiting}))
    return page(
        request,
        "proposals.html",
        who,
        status=409 if problem else 200,
        waiting=waiting,
        about={incident.id: incident for incident in about},
        past=[one for one in latest if not one.is_open(now)],
        words_of=WORDS,
        problem=problem,
    )


@router.post("/{proposal_id}")
def decide(request: Request, who: Engineer, proposal_id: str, sent: Sent) -> Response:
    """Approves it, which does it in the engineer's name, or rejects it."""
    services, now = services_of(request), services_of(request).now()
    try:
        match said(sent).get("decision"):
            case "approve":
                approve(services.response, proposal_id, who.name, now)
            case "reject":
                reject(services.response, proposal_id, who.name, now)
            case _:
                raise TransitionError("decision is neither approve nor reject; send the form of this page")
    except (TransitionError, AlreadyActive, InsideWords) as error:
        return _page(request, who, str(error))
    return RedirectResponse("/console/proposals", 303)
