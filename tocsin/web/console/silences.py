"""Silences: for a stated time and reason, a component's or a watch's new signals open nothing."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.signal import short_id
from incidents.silence import Silence
from tocsin.context.loops import Loop
from tocsin.storage import AuditEntry
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import runtime_of, services_of

router = APIRouter(prefix="/console/silences", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
LENGTHS = {"30 minutes": 30, "1 hour": 60, "4 hours": 240, "1 day": 1440, "1 week": 10080}  # minutes
LIST = 50


@router.get("")
def silences(request: Request, who: Engineer, cursor: str | None = None) -> HTMLResponse:
    """All, the latest start first."""
    return _page(request, who, cursor, {}, "")


def _page(request: Request, who: Principal, cursor: str | None, values: dict[str, str], problem: str) -> HTMLResponse:
    services = services_of(request)
    listed = services.store.silences.page(cursor, LIST)
    return page(
        request,
        "silences.html",
        who,
        status=422 if problem else 200,
        silences=listed,
        kept_quiet=services.store.silences.kept_quiet(silence.id for silence in listed.items),
        components=[c.name for c in services.graph],
        watches=[w.name for w in services.config.watches],
        lengths=LENGTHS,
        values=values,
        problem=problem,
        key=form_key(values),
    )


@router.post("")
def add(request: Request, who: Engineer, sent: Sent) -> Response:
    """Adds one from now on; sending the form twice adds one."""
    services, values = services_of(request), said(sent)
    now = services.now()
    try:
        silence = Silence(
            id=short_id(f"silence:{values.get('key', '')}"),
            component=values.get("component", "").strip() or "*",
            name=values.get("name", "").strip() or "*",
            starts_at=now,
            ends_at=now + _length(values.get("minutes", "")),
            author=who.name,
            reason=_reason(values.get("reason", "")),
        )
    except ValueError as error:
        return _page(request, who, None, values, str(error))
    entry = AuditEntry(actor=who.name, action="add silence", subject_kind="silence", subject=silence.id)
    services.store.silences.add(silence, now, entry)
    return RedirectResponse("/console/silences", 303)


def _length(minutes: str) -> timedelta:
    if minutes not in {str(m) for m in LENGTHS.values()}:
        raise ValueError(f"length is {minutes!r}, expected one of {', '.join(LENGTHS)}")
    return timedelta(minutes=int(minutes))


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("reason is empty, expected why it is silenced")
    return text.strip()[:200]


@router.post("/{silence_id}/end")
def end(request: Request, who: Engineer, silence_id: str) -> Response:
    """Ends it now; what goes on deviating opens its incident."""
    services = services_of(request)
    entry = AuditEntry(actor=who.name, action="end silence", subject_kind="silence", subject=silence_id)
    services.store.silences.end(silence_id, services.now(), entry)
    runtime_of(request).wake(Loop.PLACE)
    return RedirectResponse("/console/silences", 303)
