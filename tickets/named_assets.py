"""What an incident's customers name and its signals are not about: evidence for engineers, never public by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.component import ComponentGraph
from incidents.incident import Incident
from tickets.identity import weight_of
from tickets.linking.excess import Arrival

LEAST = 3
"""Fewer customers are slips of the pen; one of whom nobody proved who it is counts a third."""
SAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAsset:
    """A coin that customers name and no signal of the incident is about.

    components: those that it may be, all outside the incident. numbers: of some of the tickets, the newest first.
    """

    form: str
    asset: str
    customers: float
    components: tuple[str, ...]
    numbers: tuple[str, ...]


def named_beyond(arrivals: Iterable[Arrival], incident: Incident, graph: ComponentGraph) -> tuple[NamedAsset, ...]:
    """The coins beyond the incident's own, the most named first.

    arrivals: its linked tickets. One that names several coins, or one of the incident's, says nothing of another.
    """
    inside = {*incident.components, *(signal.component for signal in incident.signals)}
    own = [component for component in graph if component.name in inside]
    covered = {component.asset.upper() for component in own if component.asset}
    of_any_coin = {component.form for component in own if not component.asset}
    named: dict[tuple[str, str], list[Arrival]] = {}
    for one in arrivals:
        if len(one.assets) == 1 and not one.assets & covered and one.form not in of_any_coin:
            named.setdefault((one.form, next(iter(one.assets))), []).append(one)
    found = [_named(form, asset, tickets, inside, graph) for (form, asset), tickets in named.items()]
    wanted = [one for one in found if one.customers >= LEAST]
    return tuple(sorted(wanted, key=lambda one: (-one.customers, one.form, one.asset)))


def _named(form: str, asset: str, own: list[Arrival], inside: set[str], graph: ComponentGraph) -> NamedAsset:
    return NamedAsset(
        form=form,
        asset=asset,
        customers=weight_of({one.customer: one.is_proven for one in own}),
        components=tuple(c.name for c in graph if c.form == form and c.asset.upper() == asset and c.name not in inside),
        numbers=tuple(one.number for one in sorted(own, key=lambda one: one.at, reverse=True))[:SAMPLES],
    )
