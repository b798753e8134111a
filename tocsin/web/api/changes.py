"""The changes API: pipelines, flag services and people report what they change on purpose."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, ValidationError

from incidents.change import ChangeKind, ReportedChange
from incidents.signal import short_id
from tocsin.web.api.alerts import Body, decoded
from tocsin.web.api.incidents import ENGINEERS, READ, UNREADABLE, ChangeOut
from tocsin.web.api.tickets import FieldFault, Refusal
from tocsin.web.http.access import Allow, Principal
from tocsin.web.http.instants import Instant
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1/changes", tags=["changes"])

SENDERS = Allow(roles=ENGINEERS, scopes=frozenset({"alerts"}))
READERS = Allow(roles=ENGINEERS, scopes=READ.scopes | SENDERS.scopes)
AT_ONCE = 1000
AHEAD = timedelta(minutes=10)
"""How far the sender's clock may be ahead; what is planned for later is no change yet."""
Pattern = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class ChangeIn(BaseModel):
    """Something that was changed. Unknown keys are refused, so that a misspelt one is noticed.

    id: the sender's own, so that a report that is sent again is the same one; without it the same words are.
    at: when it began to take effect, now unless said. components: names or shell patterns such as `withdrawals/*`.
    """

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=255)] = ""
    kind: ChangeKind = ChangeKind.DEPLOY
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    at: Instant | None = None
    components: Annotated[list[Pattern], Field(max_length=100)] = []
    author: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=2000)] = ""
    url: HttpUrl | None = None


class ChangesOut(BaseModel):
    """What is kept of a request, in its order; problems names what was not taken, by its place."""

    changes: list[ChangeOut]
    problems: list[FieldFault] = []


class ChangePage(BaseModel):
    """Some changes, the latest first; next_cursor is null on the last page."""

    items: list[ChangeOut]
    next_cursor: str | None


@router.post(
    "",
    status_code=201,
    response_model=ChangesOut,
    responses={
        200: {"model": ChangesOut, "description": "All of them were reported before"},
        400: {"model": ChangesOut, "description": "Some are not valid, or the body is not JSON; the valid are kept"},
        409: {"model": ChangesOut, "description": "An id was reported before with other words; those are kept"},
        413: {"model": Refusal, "description": "The body is larger than 512 KiB"},
        503: {"model": Refusal, "description": "The database does not answer; send it again"},
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": ChangeIn.model_json_schema()}}}},
)
def report(request: Request, body: Body, who: Annotated[Principal, Depends(SENDERS)]) -> JSONResponse:
    """Takes one change or a list of them: committed before the answer, and the valid ones of a bad list too."""
    services = services_of(request)
    now = services.now()
    sent = decoded(body)
    each = sent if isinstance(sent, list) else [sent]
    if len(each) > AT_ONCE:
        raise HTTPException(400, f"the list has {len(each)} changes, at most {AT_ONCE} are taken at once")
    read: list[tuple[str, ReportedChange]] = []
    problems: list[FieldFault] = []
    for place, one in enumerate(each):
        where = f"[{place}]" if isinstance(sent, list) else ""
        try:
            read.append((where, _change(ChangeIn.model_validate_json(orjson.dumps(one)), who.name, now)))
        except ValidationError as error:
            problems += [_fault(where, e["loc"], e["msg"]) for e in error.errors()]
        except ValueError as error:
            problems.append(_fault(where, ("at",), str(error)))
    kept = services.store.changes.add([change for _, change in read])
    other = [
        _fault(where, ("id",), f"is the id of “{stored.title}” at {stored.at:%Y-%m-%d %H:%M:%S} UTC: use a new one")
        for (where, change), (stored, is_new) in zip(read, kept, strict=True)
        if not is_new and _said(stored) != _said(change)
    ]
    status = 400 if problems else 409 if other else 201 if any(is_new for _, is_new in kept) else 200
    answer = ChangesOut(changes=[ChangeOut.model_validate(stored) for stored, _ in kept], problems=problems + other)
    return JSONResponse(answer.model_dump(mode="json"), status)


def _change(body: ChangeIn, sender: str, now: datetime) -> ReportedChange:
    """The domain's value of what was sent. Raises ValueError where it has not happened yet."""
    at = (body.at or now).astimezone(UTC)
    if at > now + AHEAD:
        raise ValueError(f"is {at:%Y-%m-%d %H:%M:%S} UTC, must not be after now, {now:%Y-%m-%d %H:%M:%S} UTC")
    own = body.id or hashlib.sha256(orjson.dumps([body.model_dump(mode="json"), at.isoformat()])).hexdigest()
    return ReportedChange(
        id=short_id(f"change:{sender}:{own}"),
        kind=body.kind,
        title=body.title,
        at=at,
        components=tuple(body.components),
        author=body.author,
        description=body.description,
        url=str(body.url or ""),
        sender=sender,
    )


def _said(change: ReportedChange) -> dict[str, object]:
    """What tells two reports apart: not when they came, where they leave that to us."""
    return {name: value for name, value in asdict(change).items() if name != "at"}


def _fault(where: str, field: Sequence[int | str], problem: str) -> FieldFault:
    return FieldFault(field=".".join(filter(None, (where, *map(str, field)))), problem=problem)


@router.get("", dependencies=[Depends(READERS)], responses=UNREADABLE)
def list_changes(
    request: Request, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ChangePage:
    """The latest first."""
    found = services_of(request).store.changes.page(cursor, limit)
    return ChangePage(items=[ChangeOut.model_validate(c) for c in found.items], next_cursor=found.next_cursor)
