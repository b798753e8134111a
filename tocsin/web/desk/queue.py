"""The agents' queue: a row per incident with its tickets, and the tickets that need a human."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.incident import Incident
from incidents.wording import LANGUAGES
from tickets.clocks import nearest_clock
from tickets.handover import TIERS
from tickets.lifecycle import TransitionError
from tickets.ticket import Form, Team, Ticket, TicketStatus
from tocsin.context.loops import Loop
from tocsin.desk.bulk_actions import link_all
from tocsin.desk.flood import RECENT
from tocsin.desk.queue import following, pressing
from tocsin.storage import TicketFilter
from tocsin.storage.accounts import Role
from tocsin.web.desk.view import AGES, LISTS, NOBODY, QueueView, view_of, view_of_query
from tocsin.web.http.access import AGENTS, Principal, Sent
from tocsin.web.http.answers import ACTIVE, incident_of
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import WebServices, runtime_of, services_of

router = APIRouter(prefix="/desk", include_in_schema=False)

Agent = Annotated[Principal, Depends(AGENTS)]
LIST = 50
INCIDENTS = 20
DONE = {
    "reply": "answered",
    "resolve": "resolved",
    "close": "closed",
    "hand over": "handed over",
}
"""The actions after which an agent goes on to the next ticket, and how its page calls them."""


@router.get("")
def queue(request: Request, who: Agent, cursor: str | None = None, incidents: str | None = None) -> HTMLResponse:
    """What to do next: open incidents as one row each, then single tickets; incidents: the cursor of the first list."""
    services = services_of(request)
    now, view = services.now(), view_of(request.query_params)
    found = services.store.incidents.page(incidents, INCIDENTS, ACTIVE)
    live = [i for i in found.items if not i.shadow]
    counts = services.store.tickets.linked_counts([i.id for i in live])
    recent = services.store.tickets.linked_counts([i.id for i in live], now - RECENT)
    active = [i for i in services.store.incidents.active() if not i.shadow][-100:]
    called = services.store.presence.mentions_of(who.name) if view.show == "mine" else ()
    return page(
        request,
        "desk.html",
        who,
        view=view,
        show=view.show,
        queues={name: words for name, (words, _) in LISTS.items()},
        views=services.store.desk_views.of(who.name),
        tickets=pressing(services.desk, view.filter(who.name, now), cursor, LIST),
        called=list(services.store.tickets.of_ids(called)) if called else (),
        clock_of=nearest_clock,
        incidents=[(i, counts.get(i.id, 0), recent.get(i.id, 0)) for i in live],
        references={i.id: i.reference for i in active},
        more_incidents=found.next_cursor,
        targets=active,
        new=services.store.tickets.counts(TicketFilter(status=(TicketStatus.NEW,))).get(TicketStatus.NEW, 0),
        done=done_before(services, request),
        **choices(services),
    )


def choices(services: WebServices) -> dict[str, Any]:
    """What a ticket may be narrowed by, or handed to."""
    agents = [u.name for u in services.store.people.users() if u.role is not Role.ENGINEER and not u.disabled]
    return {"teams": Team, "forms": Form, "ages": AGES, "tiers": TIERS, "languages": LANGUAGES, "agents": agents,
            "nobody": NOBODY}  # fmt: skip


def done_before(services: WebServices, request: Request) -> tuple[Ticket, str] | None:
    """The ticket that an agent has just finished with, and what they did, as the address says; None without any."""
    number, _, action = request.query_params.get("done", "").partition(".")
    finished = services.store.tickets.by_number(number[:40]) if action in DONE and number.isascii() else None
    return None if finished is None else (finished, DONE[action])


def way_on(services: WebServices, view: QueueView, before: Ticket, by: str, now: datetime) -> str:
    """The address of the ticket after this one in a view, which is as it was before; the view's where there is none."""
    found = following(services.desk, view.filter(by, now), before, before.routing.priority, by)
    return f"/desk?{view.query}" if found is None else ticket_path(found.number, view)


def ticket_path(number: str, view: QueueView | None) -> str:
    """The address of a ticket that is opened from a view."""
    return f"/desk/tickets/{number}" + (f"?{urlencode({'view': view.query})}" if view else "")


@router.get("/next")
def next_ticket(request: Request, who: Agent, view: str = "", after: str = "") -> Response:
    """Goes on to the ticket after another one in a view."""
    services = services_of(request)
    before = services.store.tickets.by_number(after[:40]) if after.isascii() and "\x00" not in after else None
    if before is None:
        raise HTTPException(404, f"there is no ticket {after[:40]!r}; open one from the desk")
    chosen = view_of_query(view) or QueueView()
    return RedirectResponse(way_on(services, chosen, before, who.name, services.now()), 303)


@router.post("")
def link_chosen(request: Request, who: Agent, sent: Sent) -> Response:
    """Links the tickets that are ticked to one incident; its page offers to undo it."""
    services = services_of(request)
    chosen = [str(value) for value in sent.getlist("ticket")][:LIST]
    incident = linkable_incident(services, str(sent.get("incident", "")))
    if not chosen:
        raise HTTPException(422, "no ticket is ticked; go back, tick those that belong to the incident, and link them")
    done = link_all(services.desk, chosen, incident.id, who.name, services.now())
    runtime_of(request).wake(Loop.MAIL)
    return RedirectResponse(f"/desk/incidents/{incident.id}?linked={done.batch}", 303)


def linkable_incident(services: WebServices, incident_id: str) -> Incident:
    """The incident if tickets may wait for it. Raises NotFound, TransitionError."""
    found = incident_of(services, incident_id)
    if found.shadow or not found.is_active:
        why = "in shadow: it links nobody" if found.shadow else f"{found.status}: nobody need wait for it"
        raise TransitionError(f"{found.reference} is {why}; choose an open one")
    return found
