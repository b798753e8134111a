"""The matrix of assets and networks: whether each can be deposited, withdrawn and traded."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.component import ComponentStatus
from statuspage.uptime import worst
from statuspage.view import ComponentView, GroupView

FROM = 12
"""From so many components on that name an asset, they are shown as a matrix; fewer are read faster as rows."""

DIRECTIONS = ("deposit", "withdrawal", "trade")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One asset on one network; cells: in the order of `DIRECTIONS`, None = not offered, or not watched."""

    asset: str
    network: str
    cells: tuple[ComponentView | None, ...]

    @property
    def status(self) -> ComponentStatus:
        """Its worst cell's."""
        return worst(cell.status for cell in self.cells if cell is not None)

    @property
    def names(self) -> str:
        """Every name by which a reader may look for it: ticker, network, and the names of its components."""
        own = [c.title for c in self.cells if c is not None and (c.network or not self.network)]
        return " ".join(dict.fromkeys((self.asset, self.network, *own)))

    @property
    def is_well(self) -> bool:
        """Whether all its cells are operational."""
        return self.status is ComponentStatus.OPERATIONAL


def fits(component: ComponentView) -> bool:
    """Whether a component has a place in the matrix."""
    return bool(component.asset) and component.direction in DIRECTIONS


def matrix(components: Iterable[ComponentView]) -> tuple[Row, ...]:
    """The rows, in the order in which the assets and networks come; () where too few components name an asset.

    Trading is an asset's, not a network's: it stands in each of the asset's rows. Of two components in one place the
    worse is shown; both have their own page.
    """
    placed = [c for c in components if fits(c)]
    if len(placed) < FROM:
        return ()
    cells: dict[tuple[str, str], dict[str, ComponentView]] = {}
    for component in placed:
        place = cells.setdefault((component.asset, component.network), {})
        there = place.get(component.direction)
        if there is None or worst((there.status, component.status)) is not there.status:
            place[component.direction] = component
    traded = {asset: place["trade"] for (asset, network), place in cells.items() if not network and "trade" in place}
    networked = {asset for asset, network in cells if network}
    return tuple(
        _row(asset, network, {"trade": traded[asset], **place} if asset in traded else place)
        for (asset, network), place in cells.items()
        if network or asset not in networked or set(place) != {"trade"}
    )


def outside(groups: Iterable[GroupView]) -> tuple[GroupView, ...]:
    """The groups without what the matrix shows; those of which nothing is left are left out."""
    left = (
        GroupView(id=g.id, title=g.title, position=g.position, components=tuple(c for c in g.components if not fits(c)))
        for g in groups
    )
    return tuple(group for group in left if group.components)


def _row(asset: str, network: str, place: dict[str, ComponentView]) -> Row:
    return Row(asset=asset, network=network, cells=tuple(place.get(direction) for direction in DIRECTIONS))
