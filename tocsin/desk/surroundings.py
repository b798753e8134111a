"""What tickets are judged beside: the incidents that they may be about, and what agents taught."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.desk.desk import Desk
from tocsin.desk.known_incidents import Pair
from tocsin.desk.learning import Taught


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a ticket is judged beside, which is the same for all that are judged at one instant.

    pairs: incidents that it may be about. excess: see `TicketArrivals.excess`.
    """

    pairs: tuple[Pair, ...]
    taught: Taught
    excess: Mapping[str, float]


def surroundings(desk: Desk, now: datetime) -> Surroundings:
    """As of now."""
    pairs = desk.known.at(now)
    taught = desk.learning.taught(min((incident.opened_at for incident, _ in pairs), default=None))
    return Surroundings(pairs=pairs, taught=taught, excess=desk.arrivals.excess([one for _, one in pairs], now))
