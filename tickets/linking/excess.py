"""How far tickets about what an incident concerns exceed the usual: evidence to which no weight was fitted.

In a flood nearly every ticket that names the incident's coin by its form is about the incident, because there are
hundreds where there is one on other days. The weights come from days with some twenty times the usual; what is beyond
that moves the odds by as much as there are more (the correction of a classifier for another share of its classes,
Saerens et al. 2002).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tickets.identity import customer_of, is_proven
from tickets.intent import message_of
from tickets.linking.names import assets_in, network_name, networks_in
from tickets.linking.reading import IncidentReading, TicketReading
from tickets.ticket import Ticket

FURTHEST = 3.0
"""How far an excess may move the log odds."""
SEEN = 20.0
"""How many times the usual there was on the days that the weights come from."""
LEAD = timedelta(minutes=30)
"""Customers may notice that long before the incident is said to have begun."""
USUAL_DAYS = timedelta(days=7)
KNOWN_FROM = timedelta(days=1)
"""From how long a past on it is known what is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A ticket as it is counted.

    customer: one word a customer; is_proven: whether it is known that it is they. assets, networks: all that form and
    text name.
    """

    number: str
    at: datetime
    customer: str
    is_proven: bool
    form: str
    assets: frozenset[str]
    networks: frozenset[str]


def arrival_of(ticket: Ticket) -> Arrival:
    """What is counted of a ticket."""
    fields, text = dict(ticket.fields), message_of(ticket.subject, ticket.text)
    asset, network = fields.get("asset", "").upper(), network_name(fields.get("network", ""))
    return Arrival(
        number=ticket.number,
        at=ticket.created_at,
        customer=customer_of(ticket),
        is_proven=is_proven(ticket),
        form=ticket.form.value,
        assets=assets_in(text) | ({asset} if asset else frozenset()),
        networks=networks_in(text) | ({network} if network else frozenset()),
    )


def names_it(form: str, assets: frozenset[str], networks: frozenset[str], incident: IncidentReading) -> bool:
    """Whether the form is the incident's and its coin or network is named, and no other."""
    forms = ("Deposit", "Withdrawal") if incident.direction == "both" else (incident.form,)
    if form not in forms:
        return False
    asset, network = assets & incident.assets, networks & incident.networks
    if (incident.assets and assets and not asset) or (incident.networks and networks and not network):
        return False
    return bool(asset or network)


def is_counted(ticket: TicketReading, incident: IncidentReading) -> bool:
    """Whether the excess of such tickets says something about this one."""
    assets, networks = ticket.field_assets | ticket.text_assets, ticket.field_networks | ticket.text_networks
    return names_it(ticket.form, assets, networks, incident)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The customers who wrote about what one incident concerns, before it and since.

    known_from: since when tickets are counted. Tickets are added in any order, each once.
    """

    incident: IncidentReading
    known_from: datetime
    _since: set[str] = field(default_factory=set)
    _before: set[tuple[str, int]] = field(default_factory=set)

    def add(self, arrivals: Iterable[Arrival]) -> None:
        """Counts those that are about it; a customer counts once a day before it, and once since."""
        began = self._began
        for one in arrivals:
            if not names_it(one.form, one.assets, one.networks, self.incident):
                continue
            if one.at >= began:
                self._since.add(one.customer)
            elif one.at >= began - USUAL_DAYS:
                self._before.add((one.customer, (began - one.at) // timedelta(days=1)))

    def excess(self, now: datetime) -> float:
        """How far the excess moves the log odds of a ticket, 0 to FURTHEST; 0 while it is not known what is usual."""
        began = self._began
        past = min(began - self.known_from, USUAL_DAYS)
        if past < KNOWN_FROM:
            return 0.0
        usual = len(self._before) * ((now - began) / past)
        times = (len(self._since) + 0.5) / (usual + 0.5)
        return min(FURTHEST, max(0.0, math.log(times / SEEN)))

    @property
    def _began(self) -> datetime:
        return (self.incident.started_at or self.known_from) - LEAD
