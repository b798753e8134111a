"""The maintenance pages: planned work, and how each market trades."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.component import Component, ComponentGraph
from statuspage.maintenance import PlannedWork
from statuspage.modes import TRADE, TradingMode, current
from tocsin.response.maintenance import change_work, drafted, plan_work, set_mode
from tocsin.response.place import planned_silence_id
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/notices", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
HOME = "/console/notices"
LIST = 25
SOON = timedelta(hours=1)  # a new piece of work is suggested to begin in so long, and to last as long


@router.get("")
def maintenance_page(request: Request, who: Engineer, cursor: str | None = None) -> HTMLResponse:
    """What is planned, how markets trade, and the forms to change both."""
    return _page(request, who, {}, "", cursor)


def _page(
    request: Request,
    who: Principal,
    values: Mapping[str, object],
    problem: str,
    cursor: str | None = None,
    *,
    preview: PlannedWork | None = None,
) -> HTMLResponse:
    services = services_of(request)
    open_work = services.store.maintenance.all(over=False)
    silences = [planned_silence_id(work.public.id, name) for work in open_work for name in work.public.components]
    next_hour = services.now().replace(minute=0, second=0, microsecond=0) + SOON
    return page(
        request,
        "maintenance.html",
        who,
        status=422 if problem else 200,
        work=services.store.maintenance.page(cursor, LIST),
        open_work=open_work,
        kept_quiet=services.store.silences.kept_quiet(silences),
        silence_id=planned_silence_id,
        groups=_groups(services.graph),
        titles={c.name: c.title for c in services.graph},
        markets=[c for c in services.graph if c.direction == TRADE and c.public],
        modes=current(services.store.maintenance.mode_changes()),
        every_mode=tuple(TradingMode),
        values={"start": f"{next_hour:%Y-%m-%d %H:%M}", "end": f"{next_hour + SOON:%Y-%m-%d %H:%M}", **values},
        preview=preview,
        problem=problem,
        key=form_key({"key": str(values.get("key", ""))}),
    )


def _groups(graph: ComponentGraph) -> dict[str, list[Component]]:
    """The public components by their group, as configured; those without one come last, under ""."""
    groups: dict[str, list[Component]] = {}
    for component in sorted((c for c in graph if c.public), key=lambda c: not c.group):
        groups.setdefault(component.group, []).append(component)
    return groups


@router.post("/work")
def plan(request: Request, who: Engineer, sent: Sent) -> Response:
    """Announces planned work, or shows first how it would read; sending the form twice announces it once."""
    services, values = services_of(request), said(sent)
    chosen = [str(name) for name in sent.getlist("components")]
    try:
        if values.get("step") == "preview":
            work = drafted(services.response, form_key(values), chosen, values, by=who.name, now=services.now())
            return _page(request, who, {**values, "components": chosen, "tried": True}, "", preview=work)
        plan_work(services.response, form_key(values), chosen, values, by=who.name, now=services.now())
    except ValueError as error:
        return _page(request, who, {**values, "components": chosen, "tried": True}, str(error))
    return RedirectResponse(HOME, 303)


@router.post("/work/{work_id}")
def change(request: Request, who: Engineer, work_id: str, sent: Sent) -> Response:
    """Begins, verifies, completes or moves it, or says something of it."""
    values = said(sent)
    try:
        now = services_of(request).now()
        change_work(services_of(request).response, work_id, values.get("action", ""), values, by=who.name, now=now)
    except ValueError as error:
        return _page(request, who, {"changed": {**values, "work": work_id}}, str(error))
    return RedirectResponse(HOME, 303)


@router.post("/modes")
def mode(request: Request, who: Engineer, sent: Sent) -> Response:
    """From now on a market trades in that mode."""
    values = said(sent)
    try:
        set_mode(
            services_of(request).response,
            values.get("component", ""),
            values.get("mode", ""),
            who.name,
            services_of(request).now(),
        )
    except ValueError as error:
        return _page(request, who, {}, str(error))
    return RedirectResponse(HOME, 303)
