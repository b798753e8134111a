"""The filters of a view as the figures take them, and as an address has them."""

from typing import Protocol
from urllib.parse import urlencode

from tocsin.kpi.span import Days
from tocsin.storage import Store
from tocsin.storage.figure_rows import CellFilter


class ViewFilter(Protocol):
    """Which tickets and incidents a view counts; "" = all. incident: as INC-17 or 17."""

    @property
    def team(self) -> str:
        """The team of the tickets."""

    @property
    def form(self) -> str:
        """The customer's topic."""

    @property
    def component(self) -> str:
        """The component of the incident."""

    @property
    def incident(self) -> str:
        """The incident itself."""


def cells_of(store: Store, view: ViewFilter) -> CellFilter:
    """The tickets that the view counts; of an incident that there is not, none."""
    incidents: tuple[str, ...] | None = None
    if view.component:
        incidents = store.figures.incidents_of([view.component])
    if view.incident:
        found = incident_id(store, view.incident)
        incidents = (found,) if found and (incidents is None or found in incidents) else ()
    return CellFilter(form=view.form or None, team=view.team or None, incidents=incidents)


def incident_id(store: Store, reference: str) -> str | None:
    """The id of INC-17; None where there is no such incident."""
    number = reference.upper().removeprefix("INC-")
    found = store.incidents.by_number(int(number)) if number.isdecimal() and len(number) < 10 else None
    return found.id if found else None


def view_query(view: ViewFilter, days: Days) -> str:
    """The query of the address that shows the view of those days."""
    asked = {
        "from": days.first.isoformat(),
        "to": days.last.isoformat(),
        "team": view.team,
        "topic": view.form,
        "component": view.component,
        "incident": view.incident,
    }
    return urlencode({name: value for name, value in asked.items() if value})
