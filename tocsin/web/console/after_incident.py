"""The console's pages of what comes after an incident: the draft of DORA's first notice, and of the postmortem."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tocsin.response.after_incident import notice_of, postmortem_of
from tocsin.web.console.incidents import Engineer
from tocsin.web.http.answers import incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/incidents", include_in_schema=False)


@router.get("/{incident_id}/dora")
def first_notice_page(request: Request, incident_id: str, who: Engineer) -> HTMLResponse:
    """When the first notice is due, what is missing, and every field."""
    services = services_of(request)
    incident = incident_of(services, incident_id)
    notice = notice_of(services.response, services.config, incident, services.now())
    return page(request, "first_notice.html", who, i=incident, notice=notice)


@router.get("/{incident_id}/postmortem")
def postmortem_page(request: Request, incident_id: str, who: Engineer) -> HTMLResponse:
    """The draft of the postmortem, as it reads and as Markdown."""
    services = services_of(request)
    incident = incident_of(services, incident_id)
    text = postmortem_of(services.response, services.config, services.desk.text, incident, services.now())
    return page(request, "postmortem.html", who, i=incident, text=text)
