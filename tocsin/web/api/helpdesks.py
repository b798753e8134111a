"""Webhooks of other helpdesks: which of their tickets changed."""

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from tickets.helpdesk import NotGenuine
from tocsin.web.api.alerts import Body
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import PUBLIC
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1", tags=["helpdesks"])


@router.post(
    "/helpdesks/{name}",
    status_code=202,
    response_class=Response,
    dependencies=[Depends(PUBLIC)],
    responses={
        400: {"model": Refusal, "description": "The body is not JSON"},
        401: {"model": Refusal, "description": "The signature is not the helpdesk's"},
        404: {"model": Refusal, "description": "No helpdesk of that name is configured"},
        503: {"model": Refusal, "description": "The database does not answer; send it again"},
    },
)
def take_helpdesk_call(request: Request, name: str, body: Body) -> Response:
    """Takes a helpdesk's webhook, signed as its vendor signs: committed before the answer.

    It says that a ticket changed; the ticket itself is then read from the helpdesk. The same again changes nothing.
    """
    services = services_of(request)
    helpdesk = next((one for one in services.helpdesks if one.name == name), None)
    if helpdesk is None:
        raise HTTPException(404, "no helpdesk of that name is configured; its name is in the address")
    try:
        helpdesk.accept_call(request.headers, body, services.now())
    except NotGenuine as error:
        raise HTTPException(401, str(error)) from error
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    return Response(status_code=202)
