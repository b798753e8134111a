"""A view of the queue: a query in an address, checked, and the filter that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from fastapi import HTTPException

from tickets.handover import TIERS
from tickets.ticket import Form, Team, TicketStatus
from tocsin.storage import TicketFilter

S = TicketStatus
LISTS: Mapping[str, tuple[str, TicketFilter]] = {
    "queue": ("Needs a human", TicketFilter(status=(S.NEW, S.IN_PROGRESS))),
    "mine": ("Mine", TicketFilter(status=(S.NEW, S.IN_PROGRESS, S.AWAITING_CUSTOMER))),
    "customer": ("Awaiting the customer", TicketFilter(status=(S.AWAITING_CUSTOMER,))),
    "incident": ("Awaiting an incident", TicketFilter(status=(S.AWAITING_INCIDENT,))),
    "done": ("Resolved and closed", TicketFilter(status=(S.RESOLVED, S.CLOSED, S.MERGED))),
}
AGES: Mapping[str, str] = {"1": "over 1 hour", "4": "over 4 hours", "24": "over 1 day", "168": "over 7 days"}
"""Hours since the ticket was sent, and their words."""
NOBODY = "-"
"""As an assignee: tickets that are nobody's."""
TAKES = ("team", "form", "language", "age", "tier", "assignee", "incident", "customer")
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One list and what narrows it; "" = it does not. customer: an address or a customer ID."""

    show: str = "queue"
    team: str = ""
    form: str = ""
    language: str = ""
    age: str = ""
    tier: str = ""
    assignee: str = ""
    incident: str = ""
    customer: str = ""

    @property
    def query(self) -> str:
        """As a part of an address."""
        given = {name: getattr(self, name) for name in TAKES if getattr(self, name)}
        return urlencode({"show": self.show, **given})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the list is chosen."""
        return any(getattr(self, name) for name in TAKES)

    def listed(self, show: str) -> str:
        """The same narrowing of another list, as a part of an address."""
        given = {name: getattr(self, name) for name in TAKES if getattr(self, name)}
        return urlencode({"show": show, **given})

    def filter(self, name: str, now: datetime) -> TicketFilter:
        """The tickets that are listed for the user of that name."""
        assignee = {"": None, NOBODY: ""}.get(self.assignee, self.assignee)
        by_address = "@" in self.customer
        return TicketFilter(
            status=LISTS[self.show][1].status,
            team=(Team(self.team),) if self.team else (),
            form=(Form(self.form),) if self.form else (),
            language=self.language or None,
            tier=int(self.tier) if self.tier else None,
            assignee=name if self.show == "mine" else assignee,
            incident_id=self.incident or None,
            email=self.customer if by_address else None,
            customer_id=self.customer if self.customer and not by_address else None,
            created_before=now - timedelta(hours=int(self.age)) if self.age else None,
        )


def view_of(given: Mapping[str, str]) -> QueueView:
    """The view of an address's parameters. Raises HTTPException 404 where one has no meaning."""
    values = {name: given.get(name, "").strip() for name in TAKES}
    show = given.get("show", "queue")
    _refuse_unknown("list", show, tuple(LISTS))
    for name, known in (("team", tuple(Team)), ("form", tuple(Form)), ("age", tuple(AGES))):
        _refuse_unknown(name, values[name], ("", *known))
    _refuse_unknown("tier", values["tier"], ("", *(str(tier) for tier in TIERS)))
    for name, value in values.items():
        if len(value) > LONGEST or re.search(r"[\x00-\x1f\x7f]", value):
            raise HTTPException(404, f"{name} {value[:40]!r} is none: give at most {LONGEST} characters of one line")
    return QueueView(show=show, **values)


def view_of_query(query: str) -> QueueView | None:
    """The view that a ticket's address names as where its reader came from; None where it names none that is known."""
    if not query:
        return None
    try:
        return view_of(dict(parse_qsl(query[: 10 * LONGEST])))
    except HTTPException:
        return None


def _refuse_unknown(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise HTTPException(404, f"there is no {name} {value[:40]!r}; there are {', '.join(filter(None, known))}")
