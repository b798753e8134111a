"""The trading modes API: the exchange's own systems report how a market trades, such as cancel-only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from statuspage.modes import TRADE, TradingMode, current
from tocsin.response.maintenance import set_mode
from tocsin.web.api.incidents import ENGINEERS, UNREADABLE
from tocsin.web.api.tickets import Refusal
from tocsin.web.http.access import Allow, Principal
from tocsin.web.http.runtime import services_of

router = APIRouter(prefix="/api/v1/trading", tags=["trading"])

READ = Allow(roles=ENGINEERS, scopes=frozenset({"trading:read", "trading:write"}))
WRITE = Allow(roles=ENGINEERS, scopes=frozenset({"trading:write"}))


class ModeIn(BaseModel):
    """The mode that a market is in from now on."""

    model_config = ConfigDict(extra="forbid")

    mode: TradingMode


class MarketOut(BaseModel):
    """A market. since: null = it was never said to be in another mode than online."""

    component: str
    title: str
    mode: TradingMode
    since: datetime | None


@router.get("", dependencies=[Depends(READ)])
def markets(request: Request) -> list[MarketOut]:
    """Every market and its mode."""
    services = services_of(request)
    modes = current(services.store.maintenance.mode_changes())
    return [
        MarketOut(
            component=c.name,
            title=c.title,
            mode=modes[c.name].mode if c.name in modes else TradingMode.ONLINE,
            since=modes[c.name].at if c.name in modes else None,
        )
        for c in services.graph
        if c.direction == TRADE
    ]


@router.put(
    "/{component:path}",
    responses={**UNREADABLE, 404: {"model": Refusal, "description": "There is no such market"}},
)
def put_mode(request: Request, component: str, body: ModeIn, who: Annotated[Principal, Depends(WRITE)]) -> MarketOut:
    """Sets the mode; the same again changes nothing."""
    services = services_of(request)
    try:
        set_mode(services.response, component, body.mode, who.name, services.now())
    except ValueError as error:
        raise HTTPException(404, str(error)) from None
    return next(m for m in markets(request) if m.component == component)
