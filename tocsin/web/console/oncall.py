"""On call: who is now and next, the coming fortnight, and overrides."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.severity import rank_of
from tocsin.oncall.overview import add_override, schedule_views, undo_override
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/oncall", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
FIELDS = ("schedule", "person", "starts", "ends", "reason")


@router.get("")
def oncall(request: Request, who: Engineer) -> HTMLResponse:
    """Every schedule, the escalations under way, and the form for an override."""
    return _page(request, who, {})


def _page(request: Request, who: Principal, values: Mapping[str, str], problem: str = "") -> HTMLResponse:
    services, now = services_of(request), services_of(request).now()
    known = services.oncall
    running = services.store.oncall.running() if known else {}
    waiting = sorted(services.store.incidents.several(list(running)), key=lambda i: (-rank_of(i.severity), i.opened_at))
    return page(
        request,
        "oncall.html",
        who,
        status=422 if problem else 200,
        oncall=known,
        views=schedule_views(known, now) if known else (),
        escalations=[(one, running[one.id]) for one in waiting],
        overrides=services.store.oncall.overrides(now),
        removed=services.store.oncall.removed_overrides(now),
        text_problem=services.store.oncall_queues.latest_problem(),
        values=values,
        problem=problem,
        key=form_key(values),
    )


@router.post("")
def add(request: Request, who: Engineer, sent: Sent) -> Response:
    """One person is on call in place of everybody of a schedule; sending the form twice is one."""
    services, values = services_of(request), said(sent)
    fields = {name: values.get(name, "") for name in FIELDS}
    try:
        if services.oncall is None:
            raise ValueError("nobody is on call here: the configuration has no oncall")
        add_override(services.oncall, **fields, key=values.get("key", ""), by=who.name, now=services.now())
    except ValueError as error:
        return _page(request, who, values, str(error))
    return RedirectResponse("/console/oncall", 303)


@router.post("/{override_id}/undo")
def undo(request: Request, who: Engineer, override_id: str, sent: Sent) -> Response:
    """Takes it back, or with `again` lets it be in force after all."""
    services = services_of(request)
    if services.oncall is not None:
        again = said(sent).get("again") == "yes"
        undo_override(services.oncall, override_id, who.name, services.now(), again=again)
    return RedirectResponse("/console/oncall", 303)
