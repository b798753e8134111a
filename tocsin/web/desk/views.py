"""Saved views of the queue: kept under a name, for oneself or for everybody at the desk."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tickets.lifecycle import TransitionError
from tocsin.storage.desk_views import MOST
from tocsin.web.desk.view import view_of_query
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/desk/views", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
NAME_LONGEST = 60


@router.post("")
def keep(request: Request, who: Agent, sent: Sent) -> Response:
    """Keeps a view under a name."""
    services, values = services_of(request), said(sent)
    view, name = view_of_query(values.get("query", "")), " ".join(values.get("name", "").split())
    if view is None or not 0 < len(name) <= NAME_LONGEST:
        raise HTTPException(422, f"a view has a name of 1 to {NAME_LONGEST} characters and a query of the queue")
    if sum(one.owner == who.name for one in services.store.desk_views.of(who.name)) >= MOST:
        raise TransitionError(f"{who.name} has {MOST} views already: remove one first")
    services.store.desk_views.add(who.name, name, view.query, shared=values.get("shared") == "yes")
    return RedirectResponse(f"/desk?{view.query}", 303)


@router.post("/remove")
def remove(request: Request, who: Agent, sent: Sent) -> Response:
    """Removes one of the caller's own views."""
    view_id = said(sent).get("id", "")
    if not (view_id.isascii() and view_id.isdigit() and len(view_id) < 10):
        raise HTTPException(422, f"a view's id is a number, not {view_id[:40]!r}")
    services_of(request).store.desk_views.remove(int(view_id), who.name)
    return RedirectResponse("/desk", 303)
