"""Silences: for a stated time and reason, a component's or a watch's new signals open nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.signal import short_id
from incidents.silence import Silence
from tocsin.context.loops import Loop
from tocsin.response.silence_reach import Reach, reach_of
from tocsin.storage import AuditEntry
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import runtime_of, services_of

router = APIRouter(prefix="/console/silences", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
LENGTHS = {"30 minutes": 30, "1 hour": 60, "4 hours": 240, "1 day": 1440, "1 week": 10080}  # minutes
SHORTEST = 30  # minutes
LIST = 50
SHOWN = 20  # components of a watch
LONGEST_PATTERN = 400


@router.get("")
def silences(
    request: Request, who: Engineer, *, cursor: str | None = None, component: str = "", name: str = "", reason: str = ""
) -> HTMLResponse:
    """All, the latest start first; with a component or a watch, the form filled with it and what it covers."""
    values = {"component": component, "name": name, "reason": reason}
    if not component and not name:
        return _page(request, who, cursor, {})
    try:
        return _page(request, who, cursor, values, reach=_reach(request, _silence(request, who, values)))
    except ValueError as error:
        return _page(request, who, cursor, values, problem=str(error))


def _page(
    request: Request,
    who: Principal,
    cursor: str | None,
    values: dict[str, str],
    *,
    problem: str = "",
    reach: Reach | None = None,
) -> HTMLResponse:
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
        shown=SHOWN,
        values=values,
        problem=problem,
        reach=reach,
        key=form_key(values),
    )


@router.post("")
def add(request: Request, who: Engineer, sent: Sent) -> Response:
    """Adds one from now on, once what its patterns cover was listed; sending the form twice adds one."""
    services, values = services_of(request), said(sent)
    try:
        silence = _silence(request, who, values)
        listed = (values.get("listed_component"), values.get("listed_name"))
        if values.get("list") or listed != (silence.component, silence.name):
            return _page(request, who, None, values, reach=_reach(request, silence))
        silence = replace(silence, reason=_reason(silence.reason))
    except ValueError as error:
        return _page(request, who, None, values, problem=str(error))
    entry = AuditEntry(actor=who.name, action="add silence", subject_kind="silence", subject=silence.id)
    services.store.silences.add(silence, silence.starts_at, entry)
    return RedirectResponse("/console/silences", 303)


def _silence(request: Request, who: Principal, values: Mapping[str, str]) -> Silence:
    """What the form says, from now on; its reason may still be empty. Raises ValueError."""
    now = services_of(request).now()
    return Silence(
        id=short_id(f"silence:{values.get('key', '')}"),
        component=_pattern(values.get("component", "")),
        name=_pattern(values.get("name", "")),
        starts_at=now,
        ends_at=now + _length(values.get("minutes") or str(SHORTEST)),
        author=who.name,
        reason=values.get("reason", ""),
    )


def _pattern(text: str) -> str:
    """The pattern; one that nothing escapes, or none, is `*`."""
    pattern = text.strip()[:LONGEST_PATTERN]
    return pattern if set(pattern) - {"*", "?"} else "*"


def _reach(request: Request, silence: Silence) -> Reach:
    services = services_of(request)
    return reach_of(silence, services.config.watches, services.memory, services.store.incidents.active())


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
