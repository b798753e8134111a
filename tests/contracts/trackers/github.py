"""GitHub's issues as its REST documentation (2022-11-28) describes them, and as PyGithub reads them."""

import re
from collections.abc import Mapping
from typing import Any

from tests.contracts.trackers.fake import FakeTicket, FakeTracker, Note, Refuse, Reply, Request, paged, since, stamp

REPOSITORY = "example/operations"
_ISSUES = re.compile(rf"/repos/{REPOSITORY}/issues(?:/(\d+|comments))?(/comments)?$")
_WRITABLE = frozenset({"title", "body", "state", "state_reason", "labels", "assignees", "assignee", "milestone"})


class FakeGitHub(FakeTracker):
    def is_signed_in(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization", "").lower() in (f"bearer {self.token}", f"token {self.token}")

    def answer(self, request: Request) -> Reply:
        if request.path == f"/repos/{REPOSITORY}":
            return Reply(
                body={"id": 1, "full_name": REPOSITORY, "has_issues": True, "url": f"{self.url}{request.path}"}
            )
        found = _ISSUES.match(request.path)
        if not found:
            raise Refuse(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        number, comments = found.groups()
        if number == "comments":
            return self._all_comments(request)
        if number is None:
            return self._list(request) if request.method == "GET" else self._create(request)
        ticket = self.of(number)
        if comments:
            return self._comments(request, ticket)
        if request.method == "PATCH":
            self._edit(request.json, ticket)
        return Reply(body=self._issue(ticket))

    def _list(self, request: Request) -> Reply:
        state, key = request.query.get("state", "open"), request.query.get("sort", "created")
        shown = [
            t
            for t in self.tickets.values()
            if t.updated_at >= since(request.query, "since") and (state == "all" or t.is_open == (state == "open"))
        ]
        descending = request.query.get("direction", "desc") == "desc"
        shown.sort(key=lambda t: (t.created_at if key == "created" else t.updated_at, t.id), reverse=descending)
        return paged(request, self.url, [self._issue(t) for t in shown], 30)

    def _create(self, request: Request) -> Reply:
        said = request.json
        if not said.get("title"):
            raise Refuse(422, {"message": "Validation Failed", "errors": [{"field": "title", "code": "missing_field"}]})
        made = self.open(title=said["title"], body=said.get("body") or "")
        self._edit(said, made)
        return Reply(status=201, body=self._issue(made))

    def _edit(self, said: Mapping[str, Any], ticket: FakeTicket) -> None:
        if unknown := said.keys() - _WRITABLE:
            raise Refuse(
                422, {"message": "Invalid request", "errors": [{"field": f, "code": "unknown"} for f in unknown]}
            )
        if len(said.get("title") or "") > 256 or len(said.get("body") or "") > 65536:
            raise Refuse(422, {"message": "Validation Failed", "errors": [{"field": "body", "code": "too_long"}]})
        ticket.title, ticket.body = said.get("title", ticket.title), said.get("body", ticket.body)
        ticket.labels = list(said.get("labels", ticket.labels))
        ticket.assignee = next(iter(said["assignees"]), "") if "assignees" in said else ticket.assignee
        ticket.is_open = said.get("state", "open" if ticket.is_open else "closed") == "open"
        ticket.updated_at = self.now()

    def _comments(self, request: Request, ticket: FakeTicket) -> Reply:
        if request.method == "POST":
            return Reply(status=201, body=self._said(ticket, self.note(ticket, self.me, request.json["body"])))
        return paged(request, self.url, [self._said(ticket, one) for one in ticket.notes], 30)

    def _all_comments(self, request: Request) -> Reply:
        after = since(request.query, "since")
        said = [(t, n) for t in self.tickets.values() for n in t.notes if n.at >= after]
        said.sort(key=lambda pair: pair[1].id)
        return paged(request, self.url, [self._said(*pair) for pair in said], 30)

    def _issue(self, t: FakeTicket) -> dict[str, Any]:
        return {
            "id": 1000 + t.id,
            "number": t.id,
            "url": f"{self.url}/repos/{REPOSITORY}/issues/{t.id}",
            "html_url": f"https://github.example/{REPOSITORY}/issues/{t.id}",
            "title": t.title,
            "body": t.body,
            "state": "open" if t.is_open else "closed",
            "state_reason": None if t.is_open else "completed",
            "labels": [{"name": name} for name in t.labels],
            "assignee": {"login": t.assignee} if t.assignee else None,
            "assignees": [{"login": t.assignee}] if t.assignee else [],
            "user": {"login": self.me},
            "comments": len(t.notes),
            "created_at": stamp(t.created_at),
            "updated_at": stamp(t.updated_at),
            "closed_at": None if t.is_open else stamp(t.updated_at),
            "closed_by": None if t.is_open else {"login": "ann"},
        }

    def _said(self, ticket: FakeTicket, one: Note) -> dict[str, Any]:
        return {
            "id": one.id,
            "url": f"{self.url}/repos/{REPOSITORY}/issues/comments/{one.id}",
            "html_url": f"https://github.example/{REPOSITORY}/issues/{ticket.id}#issuecomment-{one.id}",
            "issue_url": f"{self.url}/repos/{REPOSITORY}/issues/{ticket.id}",
            "user": {"login": one.author},
            "body": one.text,
            "created_at": stamp(one.at),
            "updated_at": stamp(one.at),
        }
