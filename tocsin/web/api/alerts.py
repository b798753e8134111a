"""The Alertmanager API, version 2, as far as Prometheus and amtool ask for it: Prometheus can be pointed at Tocsin."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import translate
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from incidents.intake.alerts import alert_name
from incidents.intake.listing import instant_text, labels_of_listed, rest_of_listed
from incidents.intake.prometheus import Reading, read_alerts
from incidents.silence import Silence
from tocsin.intake.intake import Overloaded, accept
from tocsin.storage import ListedAlert, instant
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
NEVER = datetime.max.replace(tzinfo=UTC)
MATCHER = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
FITS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "=~": lambda value, wanted: re.fullmatch(wanted, value) is not None,
    "!~": lambda value, wanted: re.fullmatch(wanted, value) is None,
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


@router.get(
    "/alerts",
    dependencies=[Depends(READERS)],
    response_class=Response,
    responses={400: {"model": str, "description": "A bad filter"}},
)
def list_alerts(
    request: Request,
    wanted: Annotated[list[str] | None, Query(alias="filter")] = None,
    active: bool = True,
    silenced: bool = True,
) -> Response:
    """The alerts that fire now, as amtool reads them; those of a silenced component are suppressed.

    A POST that was redirected comes here as a GET: it is refused, since Prometheus takes every 2xx for a success.
    """
    if "content-type" in request.headers or request.headers.get("user-agent", "").startswith("Prometheus/"):
        detail = "a redirect made this POST a GET, so nothing was stored: send to the address behind the redirect"
        return JSONResponse(detail, 405, headers={"Allow": "POST"})
    services = services_of(request)
    now = services.now()
    which = _Which(
        fits=tuple(_matcher(text) for text in wanted or ()),
        silences=services.store.silences.active(now),
        active=active,
        silenced=silenced,
    )
    chunks = [b",".join(which.shown(some)) for some in services.store.alerts.listed()]
    return StreamingResponse(_as_list(chunks), media_type="application/json")


async def _as_list(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The members of a JSON list as the list; in pieces, since one copy more of 22 MB takes as long as to read them."""
    before = b"["
    for chunk in filter(None, chunks):
        yield before + chunk
        before = b","
    yield b"[]" if before == b"[" else b"]"


class _Rests(dict[tuple[int, int | None, str], bytes]):
    """The changing members by (last said, until, silence); the alerts of one request have theirs in common."""

    def __missing__(self, key: tuple[int, int | None, str]) -> bytes:
        heard, lease, silence = key
        rest = rest_of_listed(instant(heard), NEVER if lease is None else instant(lease), silence)
        self[key] = rest
        return rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Which:
    """Which alerts a list shows. fits: asked of the labels. silences: in force. active, silenced: whether these are."""

    fits: tuple[Callable[[Mapping[str, str]], bool], ...]
    silences: tuple[Silence, ...]
    active: bool
    silenced: bool

    def shown(self, some: Sequence[ListedAlert]) -> list[bytes]:
        """The JSON of each that is shown."""
        rests = _Rests()
        if not self.fits and not self.silences:
            return [members + rests[heard, lease, ""] for heard, lease, _, members in some] if self.active else []
        found = []
        for heard, lease, component, members in some:
            labels = labels_of_listed(members)
            if all(fit(labels) for fit in self.fits):
                silence = self._silence_of(component, labels)
                if self.silenced if silence else self.active:
                    found.append(members + rests[heard, lease, silence])
        return found

    def _silence_of(self, component: str, labels: Mapping[str, str]) -> str:
        name = alert_name(labels)
        return next((one.id for one in self.silences if one.fits(component, name, labels)), "")


def _matcher(text: str) -> Callable[[Mapping[str, str]], bool]:
    """A filter such as alertname=~"Disk.*"; an empty value and a missing label are the same."""
    read = MATCHER.fullmatch(text)
    if read is None:
        raise HTTPException(400, f'filter is {text[:100]!r}, must be such as alertname="DiskFull"')
    name, operator, value = read.groups()
    try:
        re.compile(value)
    except re.error as error:
        if operator in ("=~", "!~"):
            raise HTTPException(400, f"filter is {text[:100]!r}: {error}") from error
    return lambda labels: FITS[operator](labels.get(name, ""), value)


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
