"""The Alertmanager API, version 2, as far as Prometheus and amtool ask for it: Prometheus can be pointed at Tocsin."""

from collections.abc import Iterable
from datetime import datetime
from fnmatch import translate
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from incidents.intake.listing import instant_text
from incidents.intake.prometheus import Reading, read_alerts
from incidents.silence import Silence
from tocsin.intake.intake import Overloaded, accept
from tocsin.web.api.incidents import ENGINEERS, Responses
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Allow
from tocsin.web.http.runtime import WebServices, services_of

router = APIRouter(prefix="/api/v2", tags=["alerts"])

SENDERS = Allow(scopes=frozenset({"alerts"}))
READERS = Allow(roles=ENGINEERS, scopes=frozenset({"alerts"}))
BUSY: Responses = {
    413: {"model": Refusal, "description": "The body is larger than 8 MiB"},
    429: {"model": Refusal, "description": "Too many alerts wait; nothing was stored, send it again after Retry-After"},
    503: {"model": Refusal, "description": "The database does not answer; nothing was stored, send it again"},
}


async def raw(request: Request) -> bytes:
    """The body as it was sent."""
    return await request.body()


Body = Annotated[bytes, Depends(raw)]


@router.post(
    "/alerts",
    dependencies=[Depends(SENDERS)],
    response_class=Response,
    responses={
        **BUSY,
        200: {"description": "All alerts are stored"},
        400: {"model": str, "description": "What is wrong, by its place in the list; the valid alerts are stored"},
        422: {"model": str, "description": "The same, where labels are missing"},
    },
)
def take_alerts(request: Request, body: Body) -> Response:
    """Takes alerts as Prometheus sends them: committed before the answer, and the valid ones of a bad list too."""
    services = services_of(request)
    now = services.now()
    reading = read_alerts(decoded(body), now, services.config.alerts.resolve_after)
    if (refused := taken(services, reading, now)) is not None:
        return refused
    if not reading.problems:
        return Response(status_code=200)
    return JSONResponse(problem_text(reading), 422 if all(e.is_missing for _, e in reading.problems) else 400)


def decoded(body: bytes) -> object:
    """The JSON of a body. Raises HTTPException 400."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"the body is not JSON: {error}") from error


def taken(services: WebServices, reading: Reading, now: datetime, *, busy: int = 429) -> Response | None:
    """Stores the alerts of a request; the answer where they could not be taken. busy: its status."""
    try:
        accept(services.intake, reading.alerts, now)
    except Overloaded as error:
        return refusal(error, busy)
    return None


def refusal(error: Overloaded, status: int) -> JSONResponse:
    """Says why nothing was stored, and when to come again."""
    seconds = f"{error.retry_after.total_seconds():g}"
    return JSONResponse({"error": str(error), "problems": []}, status, headers={"Retry-After": seconds})


def problem_text(reading: Reading) -> str:
    """What was not taken and why; what was is stored."""
    problems = "; ".join(f"{place}: {error}" if place else str(error) for place, error in reading.problems[:20])
    more = f"; and {len(reading.problems) - 20} more" if len(reading.problems) > 20 else ""
    return f"{problems}{more}; {len(reading.alerts)} other alerts were stored"


@router.get("/silences", dependencies=[Depends(READERS)])
def list_silences(request: Request) -> list[dict[str, Any]]:
    """The silences in force, as amtool reads them. They are made in the console."""
    services = services_of(request)
    now = services.now()
    return [_silence(silence, now) for silence in services.store.silences.active(now)]


def _silence(silence: Silence, now: datetime) -> dict[str, Any]:
    """Of a series, the occurrence that is in force."""
    starts_at, ends_at = silence.window(now) or (silence.starts_at, silence.ends_at)
    return {
        "id": silence.id,
        "status": {"state": "active"},
        "matchers": list(_matchers((("component", silence.component), ("alertname", silence.name), *silence.labels))),
        "startsAt": instant_text(starts_at),
        "endsAt": instant_text(ends_at),
        "updatedAt": instant_text(silence.starts_at),
        "createdBy": silence.author,
        "comment": silence.reason,
    }


def _matchers(patterns: Iterable[tuple[str, str]]) -> Iterable[dict[str, Any]]:
    for name, pattern in patterns:
        if pattern != "*":
            yield {"name": name, "value": _regex(pattern), "isRegex": True, "isEqual": True}


def _regex(pattern: str) -> str:
    """A shell pattern as a regular expression that every reader of silences takes."""
    return translate(pattern).removeprefix("(?s:").rpartition(")")[0]


@router.get("/status", dependencies=[Depends(READERS)])
def status(request: Request) -> dict[str, Any]:
    """What amtool asks for: a version, no cluster, and since when alerts are taken."""
    version = {"version": request.app.version, "revision": "", "branch": "", "buildUser": "", "buildDate": ""}
    return {
        "cluster": {"status": "disabled", "peers": []},
        "versionInfo": {**version, "goVersion": ""},
        "config": {"original": "# Tocsin: alerts.rules of its configuration say what an alert is about\n"},
        "uptime": instant_text(services_of(request).intake.listening_since),
    }
