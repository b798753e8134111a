"""Finds tickets at the desk by what an agent types."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tickets.clocks import nearest_clock
from tocsin.web.http.access import AGENTS, Principal
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/desk/search", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
FOUND = 50
LONGEST = 300


@router.get("", response_class=HTMLResponse)
def search(request: Request, who: Agent, q: str = "", cursor: str | None = None) -> Response:
    """A ticket's number opens it; other words list the tickets in which all of them stand."""
    services, wanted = services_of(request), q.strip()[:LONGEST]
    number = wanted.removeprefix("#") if "\x00" not in wanted else ""
    if number and (ticket := services.store.tickets.by_number(number)) is not None:
        return RedirectResponse(f"/desk/tickets/{ticket.number}", 303)
    found = services.store.search.find(wanted, cursor, FOUND)
    return page(request, "desk_search.html", who, q=wanted, tickets=found, clock_of=nearest_clock, references={})
