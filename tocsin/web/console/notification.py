"""The page behind the link in a notification: what it is about, and one button that acknowledges it.

The link is signed and is the key; nobody signs in. Fetching it changes nothing, since mail scanners fetch every link.
"""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from incidents.incident import Status
from tocsin.oncall.links import LinkRefused, message_of_link
from tocsin.response.incident_actions import acknowledge_all
from tocsin.web.http.access import ANYBODY, PUBLIC, refuse_other_sites
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/oncall", include_in_schema=False, dependencies=[Depends(PUBLIC)])

SHOWN = 50


@router.get("/{token}")
def ask(request: Request, token: str) -> HTMLResponse:
    """What the notification is about, with the button."""
    return _page(request, token)


@router.post("/{token}")
def acknowledge(request: Request, token: str) -> HTMLResponse:
    """Acknowledges, in the name of whom the notification went to, what nobody has acknowledged yet."""
    refuse_other_sites(request)
    services = services_of(request)
    try:
        if services.oncall is not None:
            message = message_of_link(services.oncall, token, services.now())
            why = f"acknowledged by {message.person} from a notification"
            acknowledge_all(services.response, message.incidents, message.person, services.now(), why)
    except LinkRefused:
        pass  # the page says why
    return _page(request, token)


def _page(request: Request, token: str) -> HTMLResponse:
    services = services_of(request)
    try:
        if services.oncall is None:
            raise LinkRefused("nobody is on call here any more: sign in to the console")
        message = message_of_link(services.oncall, token, services.now())
    except LinkRefused as refused:
        return page(request, "notification.html", ANYBODY, status=410, refused=str(refused))
    incidents = services.store.incidents.several(message.incidents)
    waiting = [one for one in incidents if one.status is Status.DETECTED]
    lines = {one.id: services.store.incidents.timeline(one.id) for one in incidents} if len(incidents) == 1 else {}
    by = {
        key: next((u for u in found if u.incident.status is Status.ACKNOWLEDGED), None) for key, found in lines.items()
    }
    return page(
        request,
        "notification.html",
        ANYBODY,
        refused="",
        person=message.person,
        incidents=incidents[:SHOWN],
        more=max(0, len(incidents) - SHOWN),
        waiting=len(waiting),
        acknowledged=by,
    )
