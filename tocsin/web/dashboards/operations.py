"""The dashboard of operations, and the incidents behind its figures."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from dashboards.operations import OPERATIONS, ROWS
from dashboards.report import Dashboard
from tocsin.kpi.days import span_words
from tocsin.kpi.operations import incidents_of_days, operations_view
from tocsin.kpi.operations_charts import operations_charts
from tocsin.storage.accounts import Role
from tocsin.web.dashboards.files import exported
from tocsin.web.dashboards.mails import has_address, reports_of
from tocsin.web.dashboards.view import SPANS, Asked, asked, component_of, days_of
from tocsin.web.http.access import STEERING, Principal
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/dashboards", include_in_schema=False)

Steering = Annotated[Principal, Depends(STEERING)]
View = Annotated[Asked, Depends(asked)]
LIST = 200
TITLES = {
    "opened": "Incidents opened",
    "false": "False alarms",
    "with-tickets": "Incidents that customers wrote about",
    "detected": "Incidents with a signal",
    "public": "Incidents that were public",
    "acknowledged": "Incidents that somebody took up",
    "mitigated": "Incidents that were mitigated",
    "ended": "Incidents that are over",
    "reopened": "Incidents that were opened again",
}


@router.get("/operations")
def operations(request: Request, who: Steering, view: View) -> HTMLResponse:
    """How early incidents were known, how long each step took, and which watches are noisy."""
    services = services_of(request)
    days = days_of(view, services.now(), services.store.figures.time_zone())
    shown = operations_view(services.store, services.config.watches, days, component_of(services, view))
    return page(
        request,
        "dashboard_operations.html",
        who,
        view=view,
        shown=shown,
        span=span_words(days),
        before=span_words(days.before),
        figures={figure.definition.key: figure for figure in shown.figures},
        charts=operations_charts(shown),
        spans=SPANS,
        components=[component.name for component in services.graph],
        reports=reports_of(services, who, Dashboard.OPERATIONS),
        has_address=has_address(services, who),
        key=form_key({}),
    )


@router.get("/operations.{kind}", dependencies=[Depends(STEERING)])
def operations_export(request: Request, kind: str, view: View) -> Response:
    """The figures of the view as a file: csv or parquet."""
    services = services_of(request)
    days = days_of(view, services.now(), services.store.figures.time_zone())
    shown = operations_view(services.store, services.config.watches, days, component_of(services, view))
    return exported(kind, "operations", shown.figures, days)


@router.get("/operations/incidents/{rows}")
def incidents_behind(request: Request, rows: str, who: Steering, view: View) -> HTMLResponse:
    """The incidents that a figure counts, the newest first, at most the latest 200."""
    if rows not in ROWS:
        raise HTTPException(404, f"there are no rows {rows[:40]!r}; there are {', '.join(ROWS)}")
    services = services_of(request)
    days = days_of(view, services.now(), services.store.figures.time_zone())
    span = incidents_of_days(services.store, days, component_of(services, view))
    found = [one for one in reversed(span.incidents) if ROWS[rows](one)]
    return page(
        request,
        "dashboard_incidents.html",
        who,
        view=view,
        title=TITLES[rows],
        span=span_words(days),
        many=len(found),
        found=found[:LIST],
        definitions=[one for one in OPERATIONS.values() if one.opens == rows],
        incidents="/desk/incidents" if who.role is Role.MANAGER else "/console/incidents",
    )
