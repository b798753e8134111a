"""Has a view of a dashboard mailed to the person who asks, once a day, week or month, and ends it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from dashboards.report import Dashboard, MailedView, Rhythm, last_day
from incidents.signal import short_id
from tocsin.storage import AuditEntry
from tocsin.storage.reports import TooManyReports
from tocsin.web.dashboards.view import Asked, asked, check_view
from tocsin.web.http.access import MANAGERS, STEERING, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/dashboards", include_in_schema=False)

View = Annotated[Asked, Depends(asked)]


@router.post("/support/mails")
def mail_support(request: Request, who: Annotated[Principal, Depends(MANAGERS)], view: View, sent: Sent) -> Response:
    """From now on the view of support is mailed to who asks."""
    return _add(request, Dashboard.SUPPORT, who, view, sent)


@router.post("/operations/mails")
def mail_operations(request: Request, who: Annotated[Principal, Depends(STEERING)], view: View, sent: Sent) -> Response:
    """From now on the view of operations is mailed to who asks."""
    return _add(request, Dashboard.OPERATIONS, who, view, sent)


@router.post("/mails/{report_id}/end")
def end(request: Request, who: Annotated[Principal, Depends(STEERING)], report_id: str, sent: Sent) -> Response:
    """Ends one of the person's own. Raises NotFound."""
    services = services_of(request)
    entry = AuditEntry(actor=who.name, action="end report", subject_kind="report", subject=report_id)
    services.store.reports.end(report_id, who.name, services.now(), entry)
    back = said(sent).get("back", "")
    return RedirectResponse(
        f"/dashboards/{Dashboard(back) if back in set(Dashboard) else Dashboard.OPERATIONS}#mails", 303
    )


def reports_of(services: WebServices, who: Principal, board: Dashboard) -> tuple[MailedView, ...]:
    """The person's own reports of a dashboard, the oldest first."""
    return tuple(report for report in services.store.reports.every(who.name) if report.board is board)


def has_address(services: WebServices, who: Principal) -> bool:
    """Whether mail reaches the person: the account has an address."""
    user = services.store.people.user_by_name(who.name)
    return user is not None and bool(user.email)


def _add(request: Request, board: Dashboard, who: Principal, view: Asked, sent: Sent) -> Response:
    services, values = services_of(request), said(sent)
    check_view(services, view)
    rhythm = values.get("rhythm", "")
    if rhythm not in set(Rhythm):
        raise HTTPException(422, f"how often is {rhythm[:20]!r}, expected one of {', '.join(Rhythm)}")
    if not has_address(services, who):
        raise HTTPException(409, f"the account {who.name} has no mail address; give it one with `tocsin user`")
    now = services.now()
    report = MailedView(
        id=short_id(f"report:{who.name}:{form_key(values)}"),
        owner=who.name,
        board=board,
        rhythm=Rhythm(rhythm),
        team=view.team,
        form=view.form,
        component=view.component,
        incident=view.incident,
        created_at=now,
        sent_until=last_day(Rhythm(rhythm), now, services.store.figures.time_zone()),
    )
    entry = AuditEntry(
        actor=who.name,
        action="add report",
        subject_kind="report",
        subject=report.id,
        detail=(("dashboard", board.value), ("how often", rhythm), ("view", view.query())),
    )
    try:
        services.store.reports.add(report, now, entry)
    except TooManyReports as error:
        raise HTTPException(409, str(error)) from error
    return RedirectResponse(f"/dashboards/{board}?{view.query()}#mails", 303)
