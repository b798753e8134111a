"""Who else has a ticket's page open: the page says so from time to time, and shows who else said so."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from tocsin.web.desk.ticket import ticket_of
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/desk/tickets/{number}/presence", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]


@router.post("")
def present(request: Request, number: str, who: Agent, sent: Sent) -> JSONResponse:
    """Notes that the caller has the page open and whether they write; answers who else has, and the ticket's version.

    The answer is `{"others": [{"name": …, "writes": …}], "version": …}`.
    """
    services, now = services_of(request), services_of(request).now()
    found = ticket_of(services, number)
    services.store.presence.note(found.id, who.name, now, writes=said(sent).get("writes") == "yes")
    others = services.store.presence.others(found.id, who.name, now)
    return JSONResponse(
        {
            "others": [{"name": one.name, "writes": one.writes} for one in others],
            "version": found.updated_at.isoformat(),
        }
    )
