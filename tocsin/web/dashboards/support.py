"""The dashboard of support, and the tickets behind its figures."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboards.deflection import interval
from dashboards.kpi import SUPPORT
from dashboards.report import Dashboard
from tickets.ticket import Form, Team
from tocsin.kpi.days import span_words
from tocsin.kpi.spikes import counts_tickets
from tocsin.kpi.support import support_view
from tocsin.kpi.support_charts import support_charts
from tocsin.storage.accounts import Role
from tocsin.storage.figure_rows import CellFilter, Instants, TicketRow, TicketRows
from tocsin.storage.figures import Figures
from tocsin.web.dashboards.files import exported, rows_as_csv
from tocsin.web.dashboards.mails import has_address, reports_of
from tocsin.web.dashboards.view import SPANS, Asked, asked, days_of, filter_of
from tocsin.web.http.access import MANAGERS, STEERING, Principal
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/dashboards", include_in_schema=False)

Manager = Annotated[Principal, Depends(MANAGERS)]
View = Annotated[Asked, Depends(asked)]
LIST = 50
AT_ONCE = 1000
ROWS = {
    TicketRows.WRITTEN: "Tickets written",
    TicketRows.ANSWERED: "Non-critical tickets with a first answer",
    TicketRows.LATE: "Tickets answered after more than 2 h, or waiting that long",
    TicketRows.OVERDUE: "Tickets that have waited longer than 2 h",
    TicketRows.DUE_SOON: "Tickets that will have waited 2 h within 30 min",
    TicketRows.RESOLVED: "Tickets resolved or closed",
    TicketRows.REPLIED: "Tickets resolved or closed with at least one reply",
    TicketRows.REOPENED: "Tickets resolved or closed that had been opened again",
    TicketRows.LINKED: "Tickets that Tocsin linked",
    TicketRows.UNAIDED: "Tickets resolved without a reply by an agent",
    TicketRows.TIER_1: "Tickets in tier 1",
    TicketRows.OPEN: "Open tickets",
}


@router.get("")
def home(who: Annotated[Principal, Depends(STEERING)]) -> Response:
    """The dashboard that this person steers by."""
    return RedirectResponse("/dashboards/operations" if who.role is Role.ENGINEER else "/dashboards/support", 303)


@router.get("/support")
def support(request: Request, who: Manager, view: View) -> HTMLResponse:
    """How soon customers are answered, what waits, and what incidents brought."""
    services = services_of(request)
    now = services.now()
    days = days_of(view, now, services.store.figures.time_zone())
    shown = support_view(services.store, days, now, filter_of(services, view), services.config.watches)
    return page(
        request,
        "dashboard_support.html",
        who,
        view=view,
        shown=shown,
        span=span_words(days),
        before=span_words(days.before),
        figures={figure.definition.key: figure for figure in shown.figures},
        between=interval(shown.deflected),
        charts=support_charts(shown),
        spans=SPANS,
        teams=list(Team),
        topics=list(Form),
        components=[component.name for component in services.graph],
        reports=reports_of(services, who, Dashboard.SUPPORT),
        has_address=has_address(services, who),
        key=form_key({}),
        counts_tickets=any(map(counts_tickets, services.config.watches)),
    )


@router.get("/support.{kind}", dependencies=[Depends(MANAGERS)])
def support_export(request: Request, kind: str, view: View) -> Response:
    """The figures of the view as a file: csv or parquet."""
    services = services_of(request)
    now = services.now()
    days = days_of(view, now, services.store.figures.time_zone())
    shown = support_view(services.store, days, now, filter_of(services, view), services.config.watches)
    return exported(kind, "support", shown.figures, days)


@router.get("/support/tickets/{rows}.csv", dependencies=[Depends(MANAGERS)])
def tickets_as_csv(request: Request, rows: str, view: View) -> Response:
    """Every ticket that a figure counts, as a file, the newest first."""
    wanted = _rows_named(rows)
    services = services_of(request)
    now = services.now()
    days = days_of(view, now, services.store.figures.time_zone())
    found = _every_row(services.store.figures, wanted, days.instants, now, filter_of(services, view))
    columns = [field.name for field in fields(TicketRow)]
    lines = ([getattr(row, name) for name in columns] for row in found)
    return rows_as_csv(f"tickets-{wanted}-{days.first}-{days.last}", columns, lines)


@router.get("/support/tickets/{rows}")
def tickets_behind(request: Request, rows: str, who: Manager, view: View, *, cursor: str | None = None) -> HTMLResponse:
    """The tickets that a figure counts, without their words. Raises BadCursor."""
    wanted = _rows_named(rows)
    services = services_of(request)
    now = services.now()
    days = days_of(view, now, services.store.figures.time_zone())
    which = filter_of(services, view)
    figures = services.store.figures
    return page(
        request,
        "dashboard_tickets.html",
        who,
        view=view,
        rows=wanted,
        title=ROWS[wanted],
        span="now" if wanted is TicketRows.OPEN else span_words(days),
        many=figures.count_behind(wanted, days.instants, now, which),
        found=figures.rows_behind(wanted, days.instants, now, which=which, cursor=cursor, limit=LIST),
        definitions=[one for one in SUPPORT.values() if one.opens == wanted],
    )


def _rows_named(rows: str) -> TicketRows:
    """HTTPException 404 for rows that there are not."""
    if rows not in set(TicketRows):
        raise HTTPException(404, f"there are no rows {rows[:40]!r}; there are {', '.join(TicketRows)}")
    return TicketRows(rows)


def _every_row(
    figures: Figures, rows: TicketRows, span: Instants, now: datetime, which: CellFilter
) -> Iterator[TicketRow]:
    """All of them, read in parts."""
    cursor = None
    while True:
        page = figures.rows_behind(rows, span, now, which=which, cursor=cursor, limit=AT_ONCE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
