"""A Jira Service Management, as far as https://developer.atlassian.com/cloud/jira says how it answers."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tests.contracts.helpdesks.fake import SECRET, TOCSIN, TOKEN, Comment, Fake, FakeTicket, Refused
from tickets.helpdesk import Helpdesk, HelpdeskStatus
from tickets.helpdesks.jira_service_management import JiraServiceManagement
from tickets.rest import RestClient, basic
from tickets.ticket import Author

PAGE = 2
FIELDS = {f: f"customfield_1005{n}" for n, f in enumerate(("form", "asset", "network", "customer_id"))}
API = "/rest/api/2"


class FakeJira(Fake):
    kind = "jira_service_management"
    statuses: ClassVar[Mapping[HelpdeskStatus, str]] = {
        HelpdeskStatus.OPEN: "Waiting for support",
        HelpdeskStatus.WAITING: "Pending",
        HelpdeskStatus.SOLVED: "Resolved",
        HelpdeskStatus.CLOSED: "Closed",
    }

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.only = lambda method, path: method != "GET" and "search" not in path and "bulkfetch" not in path

    def adapter(self) -> Helpdesk:
        rest = RestClient(
            "helpdesk support",
            self.url,
            headers=basic("tocsin@example.com", TOKEN),
            clock=self.clock,
            allow_private=True,
        )
        return JiraServiceManagement(
            name="support", url=self.url, rest=rest, clock=self.clock, fields=FIELDS, project="SUP", secret=SECRET
        )

    def config(self) -> str:
        fields = ", ".join(f"{name}: {there}" for name, there in FIELDS.items())
        return (
            f"{{kind: jira_service_management, name: support, url: '{self.url}', user: tocsin@example.com,"
            " token_env: HELPDESK_TOKEN, webhook_secret_env: HELPDESK_WEBHOOK_SECRET, project: SUP,"
            f" fields: {{{fields}}}}}"
        )

    def webhook(self, ticket_id: str) -> tuple[dict[str, str], bytes]:
        body = json.dumps({"webhookEvent": "jira:issue_created", "issue": {"id": ticket_id}}).encode()
        return {"x-hub-signature": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"}, body

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> object:
        if (method, path) == ("GET", f"{API}/myself"):
            return {"accountId": str(TOCSIN)}
        if (method, path) == ("POST", f"{API}/search/jql"):
            return self._search(body)
        if (method, path) == ("POST", f"{API}/issue/bulkfetch"):
            known = [self.tickets[int(one)] for one in body["issueIdsOrKeys"] if int(one) in self.tickets]
            return {"issues": [self._issue(one) for one in known], "issueErrors": []}
        if (method, path) == ("POST", f"{API}/issue"):
            return self._create(body["fields"])
        if (method, path) == ("POST", f"{API}/issueLink"):
            ticket = self._found(body["outwardIssue"]["id"])
            ticket.related = int(body["inwardIssue"]["id"])
            self.touch(ticket)
            return None
        if match := re.fullmatch(rf"{API}/issueLink/(\d+)", path):
            ticket = self._found(match.group(1))
            ticket.related = None
            self.touch(ticket)
            return None
        if match := re.fullmatch(rf"{API}/issue/(\d+)(/\w+)?", path):
            return self._of_issue(method, self._found(match.group(1)), match.group(2) or "", query, body)
        raise Refused(404, {"errorMessages": ["no such resource"]})

    def _found(self, number: str) -> FakeTicket:
        if int(number) not in self.tickets:
            raise Refused(404, {"errorMessages": ["Issue does not exist"]})
        return self.tickets[int(number)]

    def _search(self, said: Mapping[str, Any]) -> object:
        if label := re.search(r'labels = "(.+)"', said["jql"]):
            found = [one for one in self.tickets.values() if label.group(1) in one.tags]
        else:
            ago = re.search(r'updated >= "-(\d+)m"', said["jql"])
            assert ago is not None
            since = self.clock() - timedelta(minutes=int(ago.group(1)))
            found = sorted(
                (one for one in self.tickets.values() if one.updated_at >= since), key=lambda o: o.updated_at
            )
        start = int(said.get("nextPageToken", "0"))
        page = found[start : start + PAGE]
        last = start + PAGE >= len(found)
        answer = {"issues": [self._issue(one) for one in page], "isLast": last}
        return answer if last else {**answer, "nextPageToken": str(start + PAGE)}

    def _issue(self, ticket: FakeTicket) -> dict[str, Any]:
        link = {"id": str(ticket.id), "type": {"name": "Relates"}, "inwardIssue": {"id": str(ticket.related)}}
        done = ticket.status in ("Resolved", "Closed")
        return {
            "id": str(ticket.id),
            "key": f"SUP-{ticket.id}",
            "fields": {
                "summary": ticket.subject,
                "description": ticket.comments[0].text if ticket.comments else "",
                "status": {"name": ticket.status, "statusCategory": {"key": "done" if done else "new"}},
                "reporter": {
                    "accountId": str(ticket.requester),
                    "emailAddress": ticket.email,
                    "displayName": ticket.name,
                    "accountType": "customer",
                },
                "created": _jira_time(ticket.created_at),
                "updated": _jira_time(ticket.updated_at),
                "labels": sorted(ticket.tags),
                "issuelinks": [link] if ticket.related else [],
                "comment": {"total": len(ticket.comments) - 1, "comments": []},
                **{FIELDS[name]: {"value": value} for name, value in ticket.fields.items()},
            },
        }

    def _create(self, said: Mapping[str, Any]) -> object:
        made = self._add(said["summary"], "tocsin@example.com")
        made.requester, made.key, made.tags = TOCSIN, said["labels"][-1], set(said["labels"])
        made.comments.append(Comment(self._next(), Author.AGENT, TOCSIN, said["description"], public=False))
        return {"id": str(made.id), "key": f"SUP-{made.id}"}

    def _of_issue(self, method: str, ticket: FakeTicket, part: str, query: Mapping[str, str], body: Any) -> object:
        if (method, part) == ("GET", ""):
            return self._issue(ticket)
        if (method, part) == ("GET", "/transitions"):
            names = [name for name in self.statuses.values() if name != ticket.status]
            return {"transitions": [{"id": name, "name": "to it", "to": {"name": name}} for name in names]}
        if (method, part) == ("GET", "/comment"):
            start = int(query["startAt"])
            later = ticket.comments[1:]
            return {"comments": [self._comment(c) for c in later[start : start + PAGE]], "total": len(later)}
        if ticket.status == "Closed":
            raise Refused(400, {"errorMessages": ["The issue is not editable"]})
        if (method, part) == ("POST", "/comment"):
            properties = {one["key"]: one["value"] for one in body["properties"]}
            public = not properties["sd.public.comment"]["internal"]
            made = Comment(self._next(), Author.AGENT, TOCSIN, body["body"], public)
            made.mark = properties["tocsin"]["mark"]
            ticket.comments.append(made)
        elif (method, part) == ("POST", "/transitions"):
            ticket.status = body["transition"]["id"]
        else:
            for one in body["update"]["labels"]:
                ticket.tags |= {one["add"]} if "add" in one else set()
                ticket.tags -= {one["remove"]} if "remove" in one else set()
        self.touch(ticket)
        return None

    def _comment(self, comment: Comment) -> dict[str, Any]:
        kind = "customer" if comment.author is Author.CUSTOMER else "atlassian"
        mark = [{"key": "tocsin", "value": {"mark": comment.mark}}] if comment.mark else []
        return {
            "id": str(comment.id),
            "author": {"accountId": str(comment.by), "accountType": kind, "displayName": "Somebody"},
            "body": comment.text,
            "jsdPublic": comment.public,
            "properties": mark,
        }


def _jira_time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.000%z}"
