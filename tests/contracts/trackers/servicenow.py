"""ServiceNow's Table, Attachment and journal APIs as its documentation describes them."""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.trackers.fake import FakeTicket, FakeTracker, Refuse, Reply, Request

USER = "tocsin"
_TABLE = "/api/now/table/incident"
_WRITABLE = frozenset(
    {"short_description", "description", "impact", "urgency", "correlation_id", "correlation_display", "assigned_to",
     "assignment_group", "work_notes", "state", "close_code", "close_notes"}
)  # fmt: skip
_MINUTES = re.compile(r"sys_updated_onRELATIVEGE@minute@ago@(\d+)")


class FakeServiceNow(FakeTracker):
    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Basic {b64encode(f'{USER}:{self.token}'.encode()).decode()}"

    def plain(self, text: str) -> str:
        return re.sub(r"<[^>]+>|\[/?code\]", "", text)

    def answer(self, request: Request) -> Reply:
        if request.path == "/api/now/table/sys_journal_field":
            return Reply(body={"result": self._journal(request)})
        if request.path == "/api/now/attachment":
            found = re.fullmatch(r"table_sys_id=(\w+)\^file_name=(.+)", request.query["sysparm_query"])
            assert found is not None
            there = found.group(2) in self._of(found.group(1)).files
            return Reply(body={"result": [{"sys_id": "1"}] if there else []})
        if request.path == "/api/now/attachment/file":
            return self._attach(request)
        if request.path == _TABLE:
            return self._rows(request) if request.method == "GET" else self._create(request)
        if request.path.startswith(f"{_TABLE}/") and request.method == "PATCH":
            ticket = self._of(request.path.rpartition("/")[2])
            self._edit(request.json, ticket)
            return Reply(body={"result": _record(ticket)})
        raise Refuse(404, {"error": {"message": "No Record found", "detail": "Record doesn't exist or ACL restricts"}})

    def _of(self, sys_id: str) -> FakeTicket:
        return self.of(str(int(sys_id, 16)))

    def _rows(self, request: Request) -> Reply:
        query = request.query.get("sysparm_query", "")
        conditions = dict(part.split("=", 1) for part in query.split("^") if "=" in part)
        minutes = _MINUTES.search(query)
        earliest = self.clock() - timedelta(minutes=int(minutes.group(1))) if minutes else None
        found = [
            t
            for t in self.tickets.values()
            if conditions.get("correlation_id", t.key) == t.key
            and ("correlation_display" not in conditions or t.key)
            and (earliest is None or t.updated_at >= earliest)
        ]
        start, limit = int(request.query.get("sysparm_offset", "0")), int(request.query.get("sysparm_limit", "10000"))
        return Reply(body={"result": [_record(t) for t in found[start : start + limit]]})

    def _create(self, request: Request) -> Reply:
        made = self.open(title=request.json["short_description"], body="")
        self._edit(request.json, made)
        return Reply(status=201, body={"result": _record(made)})

    def _edit(self, said: Mapping[str, str], ticket: FakeTicket) -> None:
        if (
            said.keys() - _WRITABLE
            or len(said.get("short_description", "")) > 160
            or len(said.get("description", "")) > 4000
        ):
            raise Refuse(400, {"error": {"message": "Exception while reading request", "detail": ", ".join(said)}})
        ticket.title = said.get("short_description", ticket.title)
        ticket.body = said.get("description", ticket.body)
        ticket.key = said.get("correlation_id", ticket.key)
        ticket.assignee = said.get("assigned_to", ticket.assignee)
        if "impact" in said:
            ticket.priority = f"{said['impact']} {said['urgency']}"
        if said.get("state") == "6" and not (said.get("close_code") and said.get("close_notes")):
            raise Refuse(403, {"error": {"message": "Operation Failed", "detail": "Data Policy: Resolution code"}})
        if "state" in said:
            ticket.is_open = said["state"] not in ("6", "7", "8")
        ticket.updated_at = self.now()
        if "work_notes" in said:
            self.note(ticket, self.me, said["work_notes"])

    def _attach(self, request: Request) -> Reply:
        ticket, name = self._of(request.query["table_sys_id"]), request.query["file_name"]
        assert name not in ticket.files, "it is attached already"
        self.files[name] = request.body
        ticket.files.append(name)
        ticket.updated_at = self.now()
        return Reply(status=201, body={"result": {"file_name": name}})

    def _journal(self, request: Request) -> list[dict[str, str]]:
        ids = re.findall(r"element_idIN([\w,]+)", request.query["sysparm_query"])[0].split(",")
        rows = [
            {
                "sys_id": f"{note.id:032x}",
                "element_id": one,
                "value": note.text,
                "sys_created_by": note.author,
                "sys_created_on": _stamp(note.at),
            }
            for one in ids
            for note in self._of(one).notes
        ]
        start, limit = int(request.query.get("sysparm_offset", "0")), int(request.query["sysparm_limit"])
        return rows[start : start + limit]


def _record(t: FakeTicket) -> dict[str, Any]:
    person = {"value": t.assignee, "display_value": t.assignee}
    return {
        "sys_id": {"value": f"{t.id:032x}", "display_value": f"{t.id:032x}"},
        "number": {"value": f"INC{t.id:07d}", "display_value": f"INC{t.id:07d}"},
        "state": {"value": "2" if t.is_open else "6", "display_value": "In Progress" if t.is_open else "Resolved"},
        "assigned_to": person,
        "closed_by": {"value": "", "display_value": ""},
        "resolved_by": {"value": "", "display_value": ""} if t.is_open else {"value": "a", "display_value": "ann"},
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
