"""The silences API: list, preview, make and end them, as an engineer may."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from incidents.silence import Silence
from tocsin.response.silence_actions import SilenceWish, add_silence, drafted, end_silence, skip_occurrence
from tocsin.response.silence_reach import reach_of
from tocsin.web.api.incidents import READ, UNREADABLE, WRITE
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Principal
from tocsin.web.http.instants import Instant
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/api/v1/silences", tags=["silences"])

Writer = Annotated[Principal, Depends(WRITE)]
Text = Annotated[str, Field(max_length=400)]


class SilenceIn(BaseModel):
    """What to silence: at least one of component, name and labels, as shell patterns.

    minutes: how long it lasts, or each of its occurrences. rule: an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=SU, in the
    wall clock of `zone`; until: the end of the series, within a year.
    """

    model_config = ConfigDict(extra="forbid")

    component: Text = ""
    name: Text = ""
    labels: Annotated[dict[str, Text], Field(max_length=20)] = {}
    starts_at: Instant | None = None
    minutes: Annotated[int, Field(ge=1, le=525_600)]
    rule: Annotated[str, Field(max_length=200)] = ""
    zone: Annotated[str, Field(max_length=60)] = ""
    until: Instant | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class OccurrenceIn(BaseModel):
    """One occurrence of a series, by its start as `upcoming` shows it. again: it was skipped, and is not any more."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant
    again: bool = False


class WindowOut(BaseModel):
    """From when to when it is in force."""

    starts_at: datetime
    ends_at: datetime


class SilenceOut(BaseModel):
    """A silence. ends_at: of a series, the end of the whole; upcoming: when it is in force, now and next.

    skipped: the starts of those to come that are left out. kept_quiet: how many signals it has kept from opening an
    incident.
    """

    id: str
    component: str
    name: str
    labels: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    rule: str
    zone: str
    author: str
    reason: str
    in_force: bool
    upcoming: list[WindowOut]
    skipped: list[datetime]
    kept_quiet: int


class SilencePage(BaseModel):
    """Some silences, the latest start first; next_cursor is null on the last page."""

    items: list[SilenceOut]
    next_cursor: str | None


class SilencePreview(BaseModel):
    """What a silence would cover of what is known now; nothing is kept.

    watches: by name, those of their components that it covers. incidents: the open ones that hold a signal that it
    covers; they stay open.
    """

    silence: SilenceOut
    watches: dict[str, list[str]]
    incidents: list[str]


@router.get("", dependencies=[Depends(READ)], responses=UNREADABLE)
def list_silences(
    request: Request, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> SilencePage:
    """All of them: in force, to come and past."""
    services = services_of(request)
    page = services.store.silences.page(cursor, limit)
    return SilencePage(items=_out(services, page.items), next_cursor=page.next_cursor)


@router.post("/preview", dependencies=[Depends(WRITE)], responses=UNREADABLE)
def preview(request: Request, body: SilenceIn) -> SilencePreview:
    """What it would cover, and when; nothing is kept."""
    services, now = services_of(request), services_of(request).now()
    silence = _drafted(body, "preview", "preview", now)
    reach = reach_of(silence, services.config.watches, services.memory, services.store.incidents.active(), now)
    return SilencePreview(
        silence=_out(services, (silence,))[0],
        watches={name: list(components) for name, components in reach.watches.items()},
        incidents=[incident.reference for incident in reach.incidents],
    )


@router.post(
    "",
    status_code=201,
    responses={**UNREADABLE, 200: {"model": SilenceOut, "description": "The same key before: the silence it made"}},
)
def add(
    request: Request,
    response: Response,
    body: SilenceIn,
    who: Writer,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
) -> SilenceOut:
    """Makes one, durably. With the same Idempotency-Key again it is the same silence."""
    services, now = services_of(request), services_of(request).now()
    silence = _drafted(body, f"{who.name}:{idempotency_key}", who.name, now)
    known = services.store.silences.get(silence.id)
    try:
        kept = add_silence(services.response, silence, now)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    response.status_code = 200 if known else 201
    return _out(services, (kept,))[0]


@router.post(
    "/{silence_id}/end",
    responses={404: {"model": Refusal, "description": "There is no such silence"}},
)
def end(request: Request, silence_id: str, who: Writer) -> SilenceOut:
    """Ends it, or its whole series, now; what goes on deviating opens its incident."""
    services = services_of(request)
    return _out(services, (end_silence(services.response, silence_id, who.name, services.now()),))[0]


@router.post(
    "/{silence_id}/skip",
    responses={**UNREADABLE, 404: {"model": Refusal, "description": "There is no such silence"}},
)
def skip(request: Request, silence_id: str, body: OccurrenceIn, who: Writer) -> SilenceOut:
    """Leaves out one occurrence of a series, or with `again` lets it be in force after all."""
    services = services_of(request)
    try:
        changed = skip_occurrence(
            services.response, silence_id, body.starts_at, who.name, services.now(), again=body.again
        )
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return _out(services, (changed,))[0]


def _drafted(body: SilenceIn, key: str, by: str, now: datetime) -> Silence:
    values = body.model_dump(exclude={"minutes"})
    try:
        return drafted(SilenceWish(lasts=timedelta(minutes=body.minutes), **values), key, by, now)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def _out(services: WebServices, silences: tuple[Silence, ...]) -> list[SilenceOut]:
    quiet, now = services.store.silences.kept_quiet(one.id for one in silences), services.now()
    return [
        SilenceOut(
            id=one.id,
            component=one.component,
            name=one.name,
            labels=dict(one.labels),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            rule=one.repeat.rule if one.repeat else "",
            zone=one.repeat.zone if one.repeat else "",
            author=one.author,
            reason=one.reason,
            in_force=one.covers(now),
            upcoming=[WindowOut(starts_at=start, ends_at=end) for start, end in one.upcoming(now)],
            skipped=list(one.skipped(now)),
            kept_quiet=quiet[one.id].count if one.id in quiet else 0,
        )
        for one in silences
    ]
