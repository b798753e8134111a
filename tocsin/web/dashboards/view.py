"""What a dashboard's address asks for: days, filters, and the same address with something changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Query

from tickets.ticket import Form, Team
from tocsin.kpi.span import Days, days_between, last_days
from tocsin.kpi.view_filter import cells_of, incident_id
from tocsin.storage.figure_rows import CellFilter
from tocsin.web.http.runtime import WebServices

SPANS = {"1": "today", "7": "7 days", "30": "30 days", "90": "90 days"}
DEFAULT = "30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The address of a view: every filter as text, "" = not asked for."""

    days: str
    first: str
    last: str
    team: str
    form: str
    component: str
    incident: str

    def query(self, **changed: str) -> str:
        """The address's query with some of it changed; what is empty or the default is left out."""
        every = {
            "days": "" if self.first or self.days == DEFAULT else self.days,
            "from": self.first,
            "to": self.last,
            "team": self.team,
            "topic": self.form,
            "component": self.component,
            "incident": self.incident,
            **changed,
        }
        return urlencode({name: value for name, value in every.items() if value})

    def with_days(self, days: str) -> str:
        """The same view of other days."""
        return self.query(**{"days": "" if days == DEFAULT else days, "from": "", "to": ""})


def asked(
    *,
    days: str = DEFAULT,
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    team: str = "",
    topic: str = "",
    component: str = "",
    incident: str = "",
) -> Asked:
    """The address as it came. HTTPException 404 for a span, team or topic that there is not."""
    _known("span", days, tuple(SPANS))
    _known("team", team, tuple(Team))
    _known("topic", topic, tuple(Form))
    return Asked(
        days=days, first=first, last=last, team=team, form=topic, component=component, incident=incident.strip()
    )


def days_of(view: Asked, now: datetime, zone: ZoneInfo) -> Days:
    """The days that it shows. HTTPException 422 for days that are none."""
    if not view.first and not view.last:
        return last_days(int(view.days), now, zone)
    today = now.astimezone(zone).date().isoformat()
    try:
        return days_between(view.first or view.last, view.last or today, zone)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def filter_of(services: WebServices, view: Asked) -> CellFilter:
    """The tickets that it counts. HTTPException 404 for a component or incident that there is not."""
    check_view(services, view)
    return cells_of(services.store, view)


def check_view(services: WebServices, view: Asked) -> None:
    """HTTPException 404 for a component or incident that there is not."""
    component_of(services, view)
    if view.incident and incident_id(services.store, view.incident) is None:
        raise HTTPException(404, f"there is no incident {view.incident[:40]!r}; write it as INC-17")


def component_of(services: WebServices, view: Asked) -> str | None:
    """The component that it is about; None = all. HTTPException 404 for one that there is not."""
    _known("component", view.component, tuple(component.name for component in services.graph))
    return view.component or None


def _known(what: str, word: str, words: tuple[str, ...]) -> None:
    if word and word not in words:
        raise HTTPException(404, f"there is no {what} {word[:40]!r}; there are {', '.join(words)}")
