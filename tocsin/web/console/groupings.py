"""What people decided about which signals belong together: all of it, with undo."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.lifecycle import TransitionError
from tocsin.response.grouping_actions import is_undoable, take_back
from tocsin.storage import AlreadyActive
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/groupings", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
LIST = 50


@router.get("")
def groupings(request: Request, who: Engineer, cursor: str | None = None) -> HTMLResponse:
    """All decisions, the latest first, those that are undone too."""
    return _page(request, who, cursor)


def _page(request: Request, who: Principal, cursor: str | None = None, problem: str = "") -> HTMLResponse:
    store = services_of(request).store
    listed = store.groupings.page(cursor, LIST)
    concerned = store.incidents.several(sorted({one for g in listed.items for one in (g.source, g.target)}))
    known = {one.id: one for one in concerned}
    return page(
        request,
        "groupings.html",
        who,
        status=409 if problem else 200,
        listed=listed,
        undoable={g.id for g in listed.items if is_undoable(g, known.get(g.source), known.get(g.target))},
        problem=problem,
    )


@router.post("")
def undo(request: Request, who: Engineer, sent: Sent) -> Response:
    """Undoes a decision, or with `only_forget` lets the next signals follow it no longer."""
    services, values = services_of(request), said(sent)
    forgets = values.get("only_forget") == "yes"
    try:
        take_back(services.response, values.get("undo", ""), who.name, services.now(), "", only_forget=forgets)
    except (TransitionError, AlreadyActive) as error:
        return _page(request, who, problem=str(error))
    return RedirectResponse("/console/groupings", 303)
