"""Lists the alerts that fire now, alone and in groups, as an Alertmanager's API of version 2 answers."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from incidents.intake.alerts import alert_name
from incidents.intake.listing import RECEIVER, grouped, labels_of_listed, rest_of_listed
from incidents.silence import Silence
from tocsin.storage import ListedAlert, instant
from tocsin.web.api.alerts import READERS
from tocsin.web.api.incidents import Responses
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v2/alerts", tags=["alerts"])

NEVER = datetime.max.replace(tzinfo=UTC)
MATCHER = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
FITS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "=~": lambda value, wanted: re.fullmatch(wanted, value) is not None,
    "!~": lambda value, wanted: re.fullmatch(wanted, value) is None,
}


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


def shown(
    request: Request,
    *,
    wanted: Annotated[list[str] | None, Query(alias="filter", description='Such as alertname=~"Disk.*"')] = None,
    receiver: Annotated[str, Query(description=f"A regular expression; the only receiver is {RECEIVER}")] = "",
    active: bool = True,
    silenced: bool = True,
    inhibited: Annotated[bool, Query(description="Changes nothing: no alert is inhibited here")] = True,
) -> Iterator[list[bytes]]:
    """The JSON of each alert that a request asks for, some at a time. Raises HTTPException 400."""
    del inhibited
    services = services_of(request)
    which = _Which(
        fits=tuple(_matcher(text) for text in wanted or ()),
        silences=services.store.silences.active(services.now()),
        active=active,
        silenced=silenced,
    )
    if receiver and not re.fullmatch(_regular(receiver, "receiver", receiver), RECEIVER):
        return iter(())
    return map(which.shown, services.store.alerts.listed())


Shown = Annotated[Iterator[list[bytes]], Depends(shown)]
BAD_FILTER: Responses = {400: {"model": str, "description": "A bad filter"}}


@router.get("", dependencies=[Depends(READERS)], response_class=Response, responses=BAD_FILTER)
def list_alerts(request: Request, found: Shown) -> Response:
    """The alerts that fire now, as amtool reads them; those of a silenced component are suppressed.

    A POST that was redirected comes here as a GET: it is refused, since Prometheus takes every 2xx for a success.
    """
    if "content-type" in request.headers or request.headers.get("user-agent", "").startswith("Prometheus/"):
        detail = "a redirect made this POST a GET, so nothing was stored: send to the address behind the redirect"
        return JSONResponse(detail, 405, headers={"Allow": "POST"})
    return _listed([b",".join(some) for some in found])


@router.get("/groups", dependencies=[Depends(READERS)], response_class=Response, responses=BAD_FILTER)
def list_groups(found: Shown) -> Response:
    """The alerts that fire now, grouped by name, as Grafana's view of an Alertmanager reads them.

    Notifications go by incident, whatever these groups are: `/api/v1/incidents` lists those.
    """
    return _listed(list(grouped(chain.from_iterable(found))))


def _listed(chunks: list[bytes]) -> Response:
    return StreamingResponse(_as_list(chunks), media_type="application/json")


async def _as_list(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The members of a JSON list as the list; in pieces, since one copy more of 22 MB takes as long as to read them."""
    before = b"["
    for chunk in filter(None, chunks):
        yield before + chunk
        before = b","
    yield b"[]" if before == b"[" else b"]"


def _matcher(text: str) -> Callable[[Mapping[str, str]], bool]:
    """A filter such as alertname=~"Disk.*"; an empty value and a missing label are the same."""
    read = MATCHER.fullmatch(text)
    if read is None:
        raise HTTPException(400, f'filter is {text[:100]!r}, must be such as alertname="DiskFull"')
    name, operator, value = read.groups()
    if operator in ("=~", "!~"):
        _regular(value, "filter", text)
    return lambda labels: FITS[operator](labels.get(name, ""), value)


def _regular(pattern: str, name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise HTTPException(400, f"{name} is {text[:100]!r}: {error}") from error
