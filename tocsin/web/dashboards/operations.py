"""The dashboard of operations, and the incidents behind its figures."""

from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from dashboards.incident_fact import IncidentFact
from dashboards.operations import OPERATIONS, ROWS, CountedIncident
from dashboards.report import Dashboard
from tocsin.kpi.days import span_words
from tocsin.kpi.operations import incidents_of_days, operations_view
from tocsin.kpi.operations_charts import operations_charts
from tocsin.kpi.span import Days
from tocsin.storage.accounts import Role
from tocsin.web.dashboards.files import exported, rows_as_csv
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


@router.get("/operations/incidents/{rows}.csv", dependencies=[Depends(STEERING)])
def incidents_as_csv(request: Request, rows: str, view: View) -> Response:
    """Every incident that a figure counts, as a file, the newest first."""
    days, found = _rows_named(request, rows, view)
    names = [field.name for field in fields(IncidentFact)]
    lines = ([*(getattr(one.fact, name) for name in names), one.first_ticket_at] for one in found)
    return rows_as_csv(f"incidents-{rows}-{days.first}-{days.last}", [*names, "first_ticket_at"], lines)


@router.get("/operations/incidents/{rows}")
def incidents_behind(request: Request, rows: str, who: Steering, view: View) -> HTMLResponse:
    """The incidents that a figure counts, the newest first, at most the latest 200."""
    days, found = _rows_named(request, rows, view)
    return page(
        request,
        "dashboard_incidents.html",
        who,
        view=view,
        rows=rows,
        title=TITLES[rows],
        span=span_words(days),
        many=len(found),
        found=found[:LIST],
        definitions=[one for one in OPERATIONS.values() if one.opens == rows],
        incidents="/desk/incidents" if who.role is Role.MANAGER else "/console/incidents",
    )


def _rows_named(request: Request, rows: str, view: Asked) -> tuple[Days, list[CountedIncident]]:
    """The view's days and those of its incidents, the newest first. HTTPException 404 for rows that there are not."""
    if rows not in ROWS:
        raise HTTPException(404, f"there are no rows {rows[:40]!r}; there are {', '.join(ROWS)}")
    services = services_of(request)
    days = days_of(view, services.now(), services.store.figures.time_zone())
    span = incidents_of_days(services.store, days, component_of(services, view))
    return days, [one for one in reversed(span.incidents) if ROWS[rows](one)]
