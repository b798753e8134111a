"""Records of a ServiceNow table (Table API), by default its incidents.

A ticket is found by its correlation id, which is a field of the record and never lags. The description is plain text;
work notes show HTML between [code] and [/code].
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote

from incidents.incident import Severity
from tickets.engineering import Plot
from tickets.rest import RestClient, basic, bearer
from tickets.trackers.foreign import Filing, ForeignComment, ForeignTicket, TicketText, cut, key_in, mark
from tickets.trackers.markup import to_html, to_text

_TABLE = "api/now/table"
_TITLE_MAX = 160
_BODY_MAX = 4000
_DISPLAY = "Tocsin"
_FIELDS = "sys_id,number,state,assigned_to,closed_by,resolved_by"
_IN_PROGRESS, _RESOLVED, _CANCELED = "2", "6", "8"
_OVER = frozenset({_RESOLVED, "7", _CANCELED})
_ROWS = 1000
"""Rows that one request asks for."""


class ServiceNow:
    """The records of one table. group: the assignment group, "" = none. close_code: of records that are resolved.

    rest: signed in, as `connect` makes it. url: of the instance.
    """

    find_lag = timedelta(0)

    def __init__(
        self,
        name: str,
        rest: RestClient,
        *,
        url: str,
        table: str,
        group: str,
        close_code: str,
        clock: Callable[[], datetime],
        filing: Filing,
    ) -> None:
        self.name = name
        self._rest = rest
        self._url = url
        self._table = table
        self._group = group
        self._close_code = close_code
        self._clock = clock
        self._filing = filing

    def find(self, key: str, since: datetime) -> ForeignTicket | None:  # noqa: ARG002 - the field is enough
        """The record with the key's correlation id; see ForeignTracker."""
        found = self._rows(f"correlation_id={mark(key)}")
        return self._ticket(found[0]) if found else None

    def create(self, text: TicketText) -> ForeignTicket:
        """Creates a record; see ForeignTracker."""
        record = {
            **_said(text),
            **self._urgency(text.severity),
            "correlation_id": mark(text.key),
            "correlation_display": _DISPLAY,
            "assigned_to": self._filing.assignee_of(text.team),
            "assignment_group": self._group,
        }
        said = {name: value for name, value in record.items() if value}
        answer = self._rest.send("POST", f"{_TABLE}/{self._table}", params=_SHOWN, json=said)
        return self._ticket(answer.json()["result"])

    def edit(self, ticket_id: str, text: TicketText, before: Severity | None) -> None:
        """Edits both descriptions, and impact and urgency where the severity changed."""
        urgency = self._urgency(text.severity) if text.severity != before else {}
        self._patch(ticket_id, {**_said(text), **urgency})

    def comments(self, ticket_id: str) -> tuple[ForeignComment, ...]:
        """Work notes and comments of a record; see ForeignTracker."""
        return self._journal([ticket_id]).get(ticket_id, ())

    def comment(self, ticket_id: str, key: str, text: str) -> None:
        """Adds a work note that ends with its mark."""
        self._patch(ticket_id, {"work_notes": f"[code]{to_html(text).strip()}[/code]\n{mark(key)}"})

    def set_open(self, ticket_id: str, *, is_open: bool, reason: str) -> None:
        """Resolves with a close code and the reason, or sets it in progress again; see ForeignTracker."""
        closed = {"state": _RESOLVED, "close_code": self._close_code, "close_notes": reason[:_BODY_MAX]}
        self._patch(ticket_id, {"state": _IN_PROGRESS} if is_open else closed)

    def changed(self, since: datetime) -> tuple[ForeignTicket, ...]:
        """Our records that changed since then. Relative: an instant would be read in the user's own time zone."""
        minutes = max(1, ceil((self._clock() - since) / timedelta(minutes=1)))
        query = f"correlation_display={_DISPLAY}^sys_updated_onRELATIVEGE@minute@ago@{minutes}"
        return tuple(self._ticket(one) for one in self._rows(query))

    def comments_since(self, ticket_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[ForeignComment, ...]]:
        """Of each ticket its comments since then: one request for up to fifty tickets."""
        found: dict[str, tuple[ForeignComment, ...]] = {}
        for start in range(0, len(ticket_ids), 50):
            for ticket_id, said in self._journal(ticket_ids[start : start + 50]).items():
                found[ticket_id] = tuple(one for one in said if one.at >= since)
        return found

    def attach(self, ticket_id: str, plot: Plot) -> str:
        """Attaches a picture, unless it is there."""
        asked = {"sysparm_query": f"table_sys_id={ticket_id}^file_name={plot.name}", "sysparm_fields": "sys_id"}
        if not self._rest.get("api/now/attachment", asked)["result"]:
            into = {"table_name": self._table, "table_sys_id": ticket_id, "file_name": plot.name}
            headers = {"content-type": plot.media_type}
            self._rest.send("POST", "api/now/attachment/file", params=into, content=plot.content, headers=headers)
        return f"Attached as {plot.name}."

    def check(self) -> str:
        """Reads one row of the table."""
        self._rest.get(f"{_TABLE}/{self._table}", {"sysparm_limit": 1, "sysparm_fields": "sys_id"})
        return f"the table {self._table} answers"

    def _rows(self, query: str) -> list[Any]:
        return self._all(self._table, {**_SHOWN, "sysparm_query": f"{query}^ORDERBYsys_created_on"})

    def _all(self, table: str, asked: Mapping[str, str]) -> list[Any]:
        found: list[Any] = []
        while True:
            page: dict[str, str | int] = {**asked, "sysparm_limit": _ROWS, "sysparm_offset": len(found)}
            rows = self._rest.get(f"{_TABLE}/{table}", page)["result"]
            found += rows
            if len(rows) < _ROWS:
                return found

    def _patch(self, ticket_id: str, record: Mapping[str, str]) -> None:
        self._rest.send("PATCH", f"{_TABLE}/{self._table}/{ticket_id}", params=_SHOWN, json=record)

    def _urgency(self, severity: Severity | None) -> dict[str, str]:
        impact, _, urgency = self._filing.word_of(severity).partition(" ")
        return {"impact": impact, "urgency": urgency or impact} if impact else {}

    def _journal(self, ticket_ids: Sequence[str]) -> dict[str, tuple[ForeignComment, ...]]:
        of = ",".join(ticket_ids)
        asked = {
            "sysparm_query": f"element_idIN{of}^elementINwork_notes,comments^ORDERBYsys_created_on",
            "sysparm_fields": "sys_id,element_id,value,sys_created_by,sys_created_on",
        }
        found: dict[str, tuple[ForeignComment, ...]] = {}
        for row in self._all("sys_journal_field", asked):
            found[row["element_id"]] = (*found.get(row["element_id"], ()), self._comment(row))
        return found

    def _comment(self, row: Mapping[str, str]) -> ForeignComment:
        return ForeignComment(
            url=f"{self._url}/sys_journal_field.do?sys_id={row['sys_id']}",
            author=row["sys_created_by"],
            text=row["value"],
            at=datetime.strptime(row["sys_created_on"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC),
            key=key_in(row["value"]),
        )

    def _ticket(self, record: Mapping[str, Any]) -> ForeignTicket:
        state = record["state"]["value"]
        by = (record.get("resolved_by") or record.get("closed_by") or {}).get("display_value", "")
        uri = quote(f"{self._table}.do?sys_id={record['sys_id']['value']}", safe="")
        return ForeignTicket(
            id=record["sys_id"]["value"],
            url=f"{self._url}/nav_to.do?uri={uri}",
            is_open=state not in _OVER,
            assignee=record["assigned_to"]["display_value"],
            closed_by=by if state in _OVER else "",
            closed_as="canceled" if state == _CANCELED else "",
        )


_SHOWN = {"sysparm_display_value": "all", "sysparm_fields": _FIELDS}


def connect(name: str, token: str, clock: Callable[[], datetime], url: str, user: str = "") -> RestClient:
    """Signed in to an instance: with a user and their password, else with an OAuth token."""
    headers = basic(user, token) if user else bearer(token)
    return RestClient(f"tracker {name}", url, headers=headers, clock=clock, allow_private=True, explain=_explained)


def _explained(refusal: Any) -> str:
    error = refusal["error"]
    return "; ".join(filter(None, (error.get("message"), error.get("detail"))))


def _said(text: TicketText) -> dict[str, str]:
    return {
        "short_description": text.title[:_TITLE_MAX],
        "description": cut(to_text(text.body), _BODY_MAX),
    }
