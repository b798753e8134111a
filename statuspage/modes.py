"""Trading modes of a market: online, or with restrictions such as cancel-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from incidents.component import ComponentStatus
from statuspage.uptime import Stretch

TRADE = "trade"
"""The direction of the components that have a mode."""


class TradingMode(StrEnum):
    """The trading mode of a market."""

    ONLINE = "online"
    POST_ONLY = "post_only"  # orders rest in the book, none takes
    CANCEL_ONLY = "cancel_only"  # orders can be taken back, none be placed
    MAINTENANCE = "maintenance"


STATUS_OF: Mapping[TradingMode, ComponentStatus] = {
    TradingMode.ONLINE: ComponentStatus.OPERATIONAL,
    TradingMode.POST_ONLY: ComponentStatus.DEGRADED,
    TradingMode.CANCEL_ONLY: ComponentStatus.PARTIAL_OUTAGE,
    TradingMode.MAINTENANCE: ComponentStatus.MAINTENANCE,
}
"""What a mode means for the component: in cancel-only nobody can trade, but nobody is locked in either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChange:
    """From when on a component trades in which mode, and who said so."""

    component: str
    mode: TradingMode
    at: datetime
    by: str


def current(changes: Iterable[ModeChange]) -> dict[str, ModeChange]:
    """The last change of each component; changes: oldest first."""
    return {change.component: change for change in changes}


def mode_stretches(changes: Sequence[ModeChange]) -> tuple[Stretch, ...]:
    """The spans in which components were not fully online. changes: oldest first."""
    by_component: dict[str, list[ModeChange]] = {}
    for change in changes:
        by_component.setdefault(change.component, []).append(change)
    return tuple(
        Stretch(
            component=name, status=STATUS_OF[this.mode], start=this.at, end=None if following is None else following.at
        )
        for name, own in by_component.items()
        for this, following in pairwise([*own, None])
        if this is not None and this.mode is not TradingMode.ONLINE
    )
