"""The audit trail as a page, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from tocsin.storage import AuditFilter
from tocsin.web.http.access import ADMINISTRATORS, Principal
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/audit", include_in_schema=False)

LIST = 100


@router.get("")
def audit(
    request: Request,
    who: Annotated[Principal, Depends(ADMINISTRATORS)],
    *,
    cursor: str | None = None,
    actor: str = "",
    subject: str = "",
    check: int = 0,
) -> HTMLResponse:
    """Newest first; `check` reads the whole chain."""
    store = services_of(request).store
    return page(
        request,
        "audit.html",
        who,
        log=store.audit.page(cursor, AuditFilter(actor=actor.strip(), subject=subject.strip()), LIST),
        actor=actor,
        subject=subject,
        checked=bool(check),
        broken_at=store.audit.first_break() if check else None,
    )
