"""Linking all tickets that may be about an incident: how many, a sample, then one action that can be undone."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tickets.ticket import Form
from tocsin.context.loops import Loop
from tocsin.desk.bulk_actions import link_all
from tocsin.desk.suggested import SuggestedFilter, sample_of, suggested
from tocsin.web.desk.queue import linkable_incident
from tocsin.web.http.access import AGENTS, Principal, Sent, said
from tocsin.web.http.answers import incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import runtime_of, services_of

router = APIRouter(prefix="/desk/incidents/{incident_id}/suggested", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
LEVELS = (95, 90, 80, 60, 0)
"""From which confidence on, in per cent."""
LISTED = 50
"""So many of those that must be read one by one."""


@router.get("")
def suggested_tickets(
    request: Request, incident_id: str, who: Agent, *, at_least: str = "80", form: str = "", language: str = ""
) -> HTMLResponse:
    """How many may be about the incident, with a sample of them; nothing is changed."""
    services = services_of(request)
    found = incident_of(services, incident_id)
    tickets = suggested(services.desk, found, _filter(at_least, form, language))
    together = tickets.together
    return page(
        request,
        "desk_suggested.html",
        who,
        i=found,
        count=len(together),
        sample=sample_of(together),
        alone=tickets.alone[:LISTED],
        more_alone=len(tickets.alone) - LISTED,
        at_least=at_least,
        form=form,
        chosen_language=language,
        levels=LEVELS,
        forms=[one.value for one in Form],
        languages=services.config.site.languages,
    )


@router.post("")
def link_suggested(request: Request, incident_id: str, who: Agent, sent: Sent) -> Response:
    """Links all that the filter holds now; the incident's page offers to undo it."""
    services, values = services_of(request), said(sent)
    found = linkable_incident(services, incident_id)
    wanted = _filter(values.get("at_least", ""), values.get("form", ""), values.get("language", ""))
    tickets = suggested(services.desk, found, wanted).together
    done = link_all(services.desk, [t.id for t in tickets], found.id, who.name, services.now())
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(f"/desk/incidents/{found.id}?linked={done.batch}", 303)


def _filter(at_least: str, form: str, language: str) -> SuggestedFilter:
    if at_least not in {str(level) for level in LEVELS}:
        raise HTTPException(422, f"at_least is {at_least[:20]!r}, must be one of {', '.join(map(str, LEVELS))}")
    if form and form not in set(Form):
        raise HTTPException(422, f"form is {form[:40]!r}, must be one of {', '.join(Form)}, or empty for any")
    return SuggestedFilter(at_least=int(at_least) / 100, form=Form(form) if form else None, language=language[:12])
