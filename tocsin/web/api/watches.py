"""The watches API: what is looked at, and how each watch is doing."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from detectors.watch import FailureKind
from tocsin.detection.watch_health import WatchState, watch_rows
from tocsin.web.api.incidents import READ
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1/watches", tags=["watches"])

COUNTED = timedelta(days=30)


class WatchOut(BaseModel):
    """A watch. problem: why it cannot judge, "" while it can; deviating: components whose anomaly lasts.

    series, silent: how many it has, and how many of them have no samples. evaluated_at: up to when its samples are
    scored. incidents: of the last 30 days that rest on it.
    """

    name: str
    title: str
    component: str
    unit: str
    kind: FailureKind
    shadow: bool
    state: WatchState
    problem: str
    deviating: list[str]
    series: int
    silent: int
    evaluated_at: datetime | None
    incidents: int


class WatchList(BaseModel):
    """All of them, in the configuration's order."""

    items: list[WatchOut]


@router.get("", dependencies=[Depends(READ)])
def list_watches(request: Request) -> WatchList:
    """All watches; no sample is read for it."""
    services = services_of(request)
    now = services.now()
    opened = services.store.incidents.openings_since(now - COUNTED)
    rows = watch_rows(services.config.watches, services.memory, now, opened)
    return WatchList(
        items=[
            WatchOut(
                name=row.watch.name,
                title=row.watch.title,
                component=row.watch.component,
                unit=row.watch.unit,
                kind=row.watch.kind,
                shadow=row.watch.shadow,
                state=row.state,
                problem=row.problem,
                deviating=list(row.deviating),
                series=row.series,
                silent=row.silent,
                evaluated_at=row.evaluated_at,
                incidents=row.openings.all,
            )
            for row in rows
        ]
    )
