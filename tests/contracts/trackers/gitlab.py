"""GitLab's issues as its REST documentation (version 4) describes them, and as python-gitlab reads them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tests.contracts.trackers.fake import FakeTicket, FakeTracker, Note, Refuse, Reply, Request, paged, since, stamp

PROJECT = "example/operations"
_BASE = f"/api/v4/projects/{quote(PROJECT, safe='')}"
_BY_NUMBER = "/api/v4/projects/1"
_ISSUES = re.compile(rf"{_BASE}/issues(?:/(\d+))?(/notes)?$")
_WRITABLE = frozenset({"title", "description", "state_event", "labels", "add_labels", "remove_labels", "assignee_ids"})
_USERS = {"ann": 7, "bob": 8}


class FakeGitLab(FakeTracker):
    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("private-token") == self.token

    def answer(self, request: Request) -> Reply:
        if request.raw_path == "/api/v4/users":
            name = request.query["username"]
            return Reply(body=[{"id": _USERS[name], "username": name}] if name in _USERS else [])
        if request.raw_path.startswith(f"{_BY_NUMBER}/"):  # either names the project
            request = replace(request, raw_path=request.raw_path.replace(_BY_NUMBER, _BASE, 1))
        if request.raw_path == _BASE:
            return Reply(body={"id": 1, "path_with_namespace": PROJECT})
        if request.raw_path == f"{_BASE}/uploads" and request.method == "POST":
            return self._upload(request)
        found = _ISSUES.match(request.raw_path)
        if not found:
            raise Refuse(404, {"message": "404 Not found"})
        number, notes = found.groups()
        if number is None:
            return self._list(request) if request.method == "GET" else self._create(request)
        ticket = self.of(number)
        if notes:
            return self._notes(request, ticket)
        if request.method == "PUT":
            self._edit(request.json, ticket)
        return Reply(body=self._issue(ticket))

    def _list(self, request: Request) -> Reply:
        created, updated = since(request.query, "created_after"), since(request.query, "updated_after")
        shown = [t for t in self.tickets.values() if t.created_at >= created and t.updated_at >= updated]
        by_change = request.query.get("order_by") == "updated_at"
        descending = request.query.get("sort", "desc") == "desc"
        shown.sort(key=lambda t: (t.updated_at if by_change else t.created_at, t.id), reverse=descending)
        return paged(request, self.url, [self._issue(t) for t in shown], 20)

    def _create(self, request: Request) -> Reply:
        said = request.json
        if not said.get("title"):
            raise Refuse(400, {"error": "title is missing"})
        made = self.open(title=said["title"], body=said.get("description") or "")
        self._edit(said, made)
        return Reply(status=201, body=self._issue(made))

    def _edit(self, said: Mapping[str, Any], ticket: FakeTicket) -> None:
        if said.keys() - _WRITABLE or len(said.get("title") or "") > 255:
            raise Refuse(400, {"error": f"not taken: {', '.join(said)}"})
        ticket.title, ticket.body = said.get("title", ticket.title), said.get("description", ticket.body)
        labels = said["labels"].split(",") if "labels" in said else ticket.labels
        kept = [one for one in labels if one not in said.get("remove_labels", "").split(",")]
        ticket.labels = [*kept, *filter(None, said.get("add_labels", "").split(","))]
        if "assignee_ids" in said:
            ticket.assignee = next((name for name, one in _USERS.items() if one in said["assignee_ids"]), "")
        ticket.is_open = {"close": False, "reopen": True}.get(said.get("state_event", ""), ticket.is_open)
        ticket.updated_at = self.now()

    def _notes(self, request: Request, ticket: FakeTicket) -> Reply:
        if request.method == "POST":
            return Reply(status=201, body=self._said(self.note(ticket, self.me, request.json["body"])))
        system = {**self._said(Note(id=900, author="ann", text="changed the description", at=ticket.created_at))}
        said = [{**system, "system": True}, *(self._said(one) for one in ticket.notes)]
        return paged(request, self.url, said if request.query.get("sort") == "asc" else said[::-1], 20)

    def _upload(self, request: Request) -> Reply:
        name, content = request.file("file")
        path = f"/uploads/{len(content):032x}/{name}"
        self.files[name] = content
        return Reply(status=201, body={"alt": name, "url": path, "markdown": f"![{name}]({path})"})

    def _issue(self, t: FakeTicket) -> dict[str, Any]:
        assignee = {"id": _USERS.get(t.assignee, 9), "username": t.assignee} if t.assignee else None
        return {
            "id": 5000 + t.id,
            "iid": t.id,
            "project_id": 1,
            "title": t.title,
            "description": t.body,
            "state": "opened" if t.is_open else "closed",
            "labels": t.labels,
            "assignee": assignee,
            "assignees": [assignee] if assignee else [],
            "web_url": f"https://gitlab.example/{PROJECT}/-/issues/{t.id}",
            "user_notes_count": len(t.notes),
            "created_at": _milliseconds(t.created_at),
            "updated_at": _milliseconds(t.updated_at),
            "closed_by": None if t.is_open else {"username": "ann"},
        }

    def _said(self, one: Note) -> dict[str, Any]:
        return {
            "id": one.id,
            "body": one.text,
            "author": {"id": 1, "username": one.author},
            "system": False,
            "created_at": _milliseconds(one.at),
            "updated_at": _milliseconds(one.at),
        }


def _milliseconds(at: datetime) -> str:
    return stamp(at).replace("Z", ".000Z")
