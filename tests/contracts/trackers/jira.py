"""Jira's issues as the documentation of version 2 describes them, of Cloud and of a Data Center.

Each is signed in to and searched in its own way; the client `jira` reads both. The search is an index: what was created
within the last seconds is not found yet.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.contracts.trackers.fake import FakeTicket, FakeTracker, Note, Refuse, Reply, Request, stamp

PROJECT = "OPS"
USER = "tocsin@example.com"
LAG = timedelta(seconds=40)
_ISSUE = re.compile(rf"/rest/api/2/issue/(?:{PROJECT}-)?(\d+)(?:/(comment|transitions|attachments))?$")
_LABEL = re.compile(r'labels = "([^"]+)"')
_MINUTES = re.compile(r"updated >= -(\d+)m")
_WRITABLE = frozenset({"summary", "description", "priority", "project", "issuetype", "labels", "assignee"})
_TO_DO = {"name": "To Do", "statusCategory": {"key": "new"}}
_DOING = {"name": "In Progress", "statusCategory": {"key": "indeterminate"}}
_DONE = {"name": "Done", "statusCategory": {"key": "done"}}


class FakeJira(FakeTracker):
    """Jira Cloud."""

    searched_at = "/rest/api/2/search/jql"
    names_people_by = "accountId"

    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Basic {b64encode(f'{USER}:{self.token}'.encode()).decode()}"

    def answer(self, request: Request) -> Reply:
        if request.path == f"/rest/api/2/project/{PROJECT}":
            return Reply(body={"key": PROJECT, "issueTypes": [{"name": "Task"}]})
        if request.path == self.searched_at:
            return self._search(request)
        if request.path == "/rest/api/2/issue" and request.method == "POST":
            return self._create(request.json["fields"])
        found = _ISSUE.match(request.path)
        if not found:
            raise Refuse(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]})
        ticket, what = self.of(found.group(1)), found.group(2)
        if what == "comment":
            return self._comments(request, ticket)
        if what == "transitions":
            return self._transitions(request, ticket)
        if what == "attachments":
            return self._attach(request, ticket)
        if request.method == "PUT":
            self._edit(request.json["fields"], ticket)
            return Reply(status=204)
        return Reply(body=self._issue(ticket))

    def _search(self, request: Request) -> Reply:
        found = self._found(request.query["jql"])
        start, size = int(request.query.get("nextPageToken", "0")), min(int(request.query.get("maxResults", "50")), 100)
        page: dict[str, Any] = {"issues": [self._issue(t) for t in found[start : start + size]], "isLast": True}
        if start + size < len(found):
            page |= {"nextPageToken": str(start + size), "isLast": False}
        return Reply(body=page)

    def _found(self, jql: str) -> list[FakeTicket]:
        labels, minutes = set(_LABEL.findall(jql)), _MINUTES.search(jql)
        earliest = self.clock() - timedelta(minutes=int(minutes.group(1))) if minutes else None
        return [
            t
            for t in self.tickets.values()
            if labels <= set(t.labels)
            and (earliest is None or t.updated_at >= earliest)
            and t.created_at <= self.clock() - LAG
        ]

    def _create(self, fields: Mapping[str, Any]) -> Reply:
        if not fields.get("summary") or fields["project"]["key"] != PROJECT:
            raise Refuse(400, {"errorMessages": [], "errors": {"summary": "You must specify a summary of the issue."}})
        made = self.open(title=fields["summary"], body=fields.get("description") or "")
        self._edit(fields, made)
        return Reply(status=201, body={"id": str(made.id), "key": f"{PROJECT}-{made.id}"})

    def _edit(self, fields: Mapping[str, Any], ticket: FakeTicket) -> None:
        too_long = len(fields.get("summary", "")) > 255 or len(fields.get("description", "")) > 32767
        if fields.keys() - _WRITABLE or too_long:
            raise Refuse(400, {"errorMessages": [], "errors": dict.fromkeys(fields, "cannot be set")})
        ticket.title, ticket.body = fields.get("summary", ticket.title), fields.get("description", ticket.body)
        ticket.labels = list(fields.get("labels", ticket.labels))
        ticket.priority = fields.get("priority", {}).get("name", ticket.priority)
        ticket.assignee = fields.get("assignee", {self.names_people_by: ticket.assignee})[self.names_people_by]
        ticket.updated_at = self.now()

    def _comments(self, request: Request, ticket: FakeTicket) -> Reply:
        if request.method == "POST":
            return Reply(status=201, body=self._said(self.note(ticket, self.me, request.json["body"])))
        start, size = int(request.query.get("startAt", "0")), min(int(request.query.get("maxResults", "50")), 100)
        shown = [self._said(one) for one in ticket.notes[start : start + size]]
        return Reply(body={"startAt": start, "maxResults": size, "total": len(ticket.notes), "comments": shown})

    def _transitions(self, request: Request, ticket: FakeTicket) -> Reply:
        offered = {"31": _DONE} if ticket.is_open else {"21": _DOING, "11": _TO_DO}
        if request.method == "GET":
            return Reply(
                body={"transitions": [{"id": one, "name": to["name"], "to": to} for one, to in offered.items()]}
            )
        chosen = request.json["transition"]["id"]
        if chosen not in offered:
            raise Refuse(
                400, {"errorMessages": ["It seems that you have tried to perform an illegal workflow operation."]}
            )
        self.set_open(ticket, is_open=offered[chosen] is not _DONE)
        return Reply(status=204)

    def _attach(self, request: Request, ticket: FakeTicket) -> Reply:
        if request.headers.get("x-atlassian-token") != "no-check":
            raise Refuse(403, {"errorMessages": ["XSRF check failed"]})
        name, content = request.file("file")
        assert name not in self.files, "it is attached already"
        self.files[name] = content
        ticket.files.append(name)
        ticket.updated_at = self.now()
        return Reply(body=[{"filename": name}])

    def _issue(self, t: FakeTicket) -> dict[str, Any]:
        return {
            "id": str(t.id),
            "key": f"{PROJECT}-{t.id}",
            "self": f"{self.url}/rest/api/2/issue/{t.id}",
            "fields": {
                "summary": t.title,
                "description": t.body,
                "status": _TO_DO if t.is_open else _DONE,
                "resolution": None if t.is_open else {"name": "Done"},
                "labels": t.labels,
                "priority": {"name": t.priority},
                "assignee": self._person(t.assignee) if t.assignee else None,
                "attachment": [{"filename": name} for name in t.files],
                "updated": _offset(t.updated_at),
            },
        }

    def _person(self, name: str) -> dict[str, Any]:
        return {self.names_people_by: name, "displayName": name}

    def _said(self, one: Note) -> dict[str, Any]:
        return {
            "id": str(one.id),
            "self": f"{self.url}/rest/api/2/issue/1/comment/{one.id}",
            "author": self._person(one.author),
            "body": one.text,
            "created": _offset(one.at),
            "updated": _offset(one.at),
        }


class FakeJiraDataCenter(FakeJira):
    """A Data Center: a personal access token, its own search, people by their user name."""

    searched_at = "/rest/api/2/search"
    names_people_by = "name"

    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}"

    def _search(self, request: Request) -> Reply:
        found = self._found(request.query["jql"])
        start, size = int(request.query.get("startAt", "0")), min(int(request.query.get("maxResults", "50")), 100)
        shown = [self._issue(t) for t in found[start : start + size]]
        return Reply(body={"startAt": start, "maxResults": size, "total": len(found), "issues": shown})


def _offset(at: datetime) -> str:
    return stamp(at).replace("Z", ".000+0000")
