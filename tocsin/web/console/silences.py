"""Silences: for a stated time and reason, a component's or a watch's new signals open nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from incidents.instant import written_instant
from incidents.silence import Silence
from tocsin.response.silence_actions import SilenceWish, add_silence, drafted, end_silence, labels_of, skip_occurrence
from tocsin.response.silence_reach import Reach, reach_of
from tocsin.web.http.access import ENGINEERS, Principal, Sent, said
from tocsin.web.http.answers import form_key
from tocsin.web.http.pages import page
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/console/silences", include_in_schema=False)

Engineer = Annotated[Principal, Depends(ENGINEERS)]
LENGTHS = {"30 minutes": 30, "1 hour": 60, "4 hours": 240, "1 day": 1440, "1 week": 10080}  # minutes
SHORTEST = 30  # minutes
LIST = 50
SHOWN = 20  # components of a watch


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
    listed, now = services.store.silences.page(cursor, LIST), services.now()
    return page(
        request,
        "silences.html",
        who,
        status=422 if problem else 200,
        silences=listed,
        upcoming={silence.id: silence.upcoming(now) for silence in listed.items},
        skipped={silence.id: silence.skipped(now) for silence in listed.items},
        kept_quiet=services.store.silences.kept_quiet(silence.id for silence in listed.items),
        components=[c.name for c in services.graph],
        watches=[w.name for w in services.config.watches],
        lengths=LENGTHS,
        shown=SHOWN,
        values=values,
        problem=problem,
        reach=reach,
        listed=_listed(values),
        key=form_key(values),
    )


@router.post("")
def add(request: Request, who: Engineer, sent: Sent) -> Response:
    """Adds one, once what it covers was listed; sending the form twice adds one."""
    services, values = services_of(request), said(sent)
    try:
        silence = _silence(request, who, values)
        if values.get("list") or values.get("listed") != _listed(values):
            return _page(request, who, None, values, reach=_reach(request, silence))
        add_silence(services.response, silence, services.now())
    except ValueError as error:
        return _page(request, who, None, values, problem=str(error))
    return RedirectResponse("/console/silences", 303)


def _listed(values: Mapping[str, str]) -> str:
    """What decides what a silence covers: another than the listed one is listed first."""
    return "|".join(values.get(name, "").strip() for name in ("component", "name", "labels", "rule", "zone", "start"))


def _silence(request: Request, who: Principal, values: Mapping[str, str]) -> Silence:
    """What the form says; its reason may still be empty. Raises ValueError."""
    wish = SilenceWish(
        component=values.get("component", ""),
        name=values.get("name", ""),
        labels=labels_of(values.get("labels", "").split()),
        starts_at=_instant("start", values.get("start", "")),
        lasts=_length(values.get("minutes") or str(SHORTEST)),
        rule=values.get("rule", "").strip(),
        zone=values.get("zone", "").strip(),
        until=_instant("until", values.get("until", "")),
        reason=values.get("reason", ""),
    )
    return drafted(wish, values.get("key", ""), who.name, services_of(request).now())


def _instant(name: str, text: str) -> datetime | None:
    """An instant of the form; None where it is empty. Raises ValueError."""
    return written_instant(name, text) if text.strip() else None


def _reach(request: Request, silence: Silence) -> Reach:
    services = services_of(request)
    active = services.store.incidents.active()
    return reach_of(silence, services.config.watches, services.memory, active, services.now())


def _length(minutes: str) -> timedelta:
    if minutes not in {str(m) for m in LENGTHS.values()}:
        raise ValueError(f"length is {minutes!r}, expected one of {', '.join(LENGTHS)}")
    return timedelta(minutes=int(minutes))


@router.post("/{silence_id}/end")
def end(request: Request, who: Engineer, silence_id: str) -> Response:
    """Ends it now, a series as a whole; what goes on deviating opens its incident."""
    services = services_of(request)
    end_silence(services.response, silence_id, who.name, services.now())
    return RedirectResponse("/console/silences", 303)


@router.post("/{silence_id}/skip")
def skip(request: Request, who: Engineer, silence_id: str, sent: Sent) -> Response:
    """Leaves out one occurrence of a series, or with `again` lets it be in force after all."""
    services, values = services_of(request), said(sent)
    try:
        start = _instant("start", values.get("start", "")) or datetime.max.replace(tzinfo=UTC)
        again = values.get("again") == "yes"
        skip_occurrence(services.response, silence_id, start, who.name, services.now(), again=again)
    except ValueError as error:
        return _page(request, who, None, {}, problem=str(error))
    return RedirectResponse("/console/silences", 303)
