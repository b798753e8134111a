"""A Zendesk, as far as https://developer.zendesk.com/api-reference/ticketing says how it answers."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from tests.contracts.helpdesks.fake import SECRET, TOCSIN, TOKEN, Comment, Fake, FakeTicket, Refused
from tickets.helpdesk import Helpdesk, HelpdeskStatus
from tickets.helpdesks.zendesk import Zendesk
from tickets.rest import RestClient, basic
from tickets.ticket import Author

PAGE = 2
FIELDS = {"form": "11", "asset": "12", "network": "13", "customer_id": "14"}


class FakeZendesk(Fake):
    kind = "zendesk"
    statuses: ClassVar[Mapping[HelpdeskStatus, str]] = {
        HelpdeskStatus.OPEN: "open",
        HelpdeskStatus.WAITING: "pending",
        HelpdeskStatus.SOLVED: "solved",
        HelpdeskStatus.CLOSED: "closed",
    }

    def adapter(self) -> Helpdesk:
        rest = RestClient(
            "helpdesk support",
            self.url,
            headers=basic("tocsin@example.com/token", TOKEN),
            clock=self.clock,
            allow_private=True,
        )
        return Zendesk(
            name="support",
            url=self.url,
            rest=rest,
            clock=self.clock,
            fields=FIELDS,
            secret=SECRET,
            pause=lambda _: None,
        )

    def config(self) -> str:
        fields = ", ".join(f'{name}: "{there}"' for name, there in FIELDS.items())
        return (
            f"{{kind: zendesk, name: support, url: '{self.url}', user: tocsin@example.com, token_env: HELPDESK_TOKEN,"
            f" webhook_secret_env: HELPDESK_WEBHOOK_SECRET, fields: {{{fields}}}}}"
        )

    def webhook(self, ticket_id: str) -> tuple[dict[str, str], bytes]:
        body = json.dumps({"type": "zen:event-type:ticket.created", "detail": {"id": ticket_id}}).encode()
        at = "2026-03-02T14:03:00Z"
        signature = base64.b64encode(hmac.digest(SECRET.encode(), at.encode() + body, hashlib.sha256)).decode()
        return {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": at}, body

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> object:
        path = path.removesuffix(".json")
        if (method, path) == ("GET", "/api/v2/incremental/tickets/cursor"):
            return self._export(query)
        if (method, path) == ("GET", "/api/v2/tickets/show_many"):
            found = [self.tickets[int(one)] for one in query["ids"].split(",") if int(one) in self.tickets]
            return {"tickets": [self._ticket(one) for one in found], "users": self._users(found), "count": len(found)}
        if (method, path) == ("GET", "/api/v2/tickets"):
            found = [one for one in self.tickets.values() if one.key == query["external_id"]]
            return {"tickets": [self._ticket(one) for one in found], "count": len(found), "next_page": None}
        if (method, path) == ("POST", "/api/v2/tickets"):
            return {"ticket": self._ticket(self._create(body["ticket"]))}
        if (method, path) == ("PUT", "/api/v2/tickets/update_many"):
            return {"job_status": self._job([int(one) for one in query["ids"].split(",")], body["ticket"])}
        if (method, path) == ("GET", "/api/v2/users/me"):
            return {"user": {"id": TOCSIN, "role": "admin"}}
        if match := re.fullmatch(r"/api/v2/job_statuses/(\w+)", path):
            return {"job_status": self._jobs[match.group(1)].pop(0)}
        if match := re.fullmatch(r"/api/v2/tickets/(\d+)/comments", path):
            return self._comments(self.tickets[int(match.group(1))], query)
        raise Refused(404, {"error": "InvalidEndpoint"})

    def _export(self, query: Mapping[str, str]) -> object:
        """Without the tickets of the last minute."""
        until = self.clock() - timedelta(minutes=1)
        if "cursor" in query:
            after = int(query["cursor"])
        else:
            if int(query["start_time"]) > until.timestamp():
                raise Refused(422, {"error": "InvalidValue", "description": "Too recent start_time."})
            after = 0
        changed = sorted((one for one in self.tickets.values() if one.changed > after), key=lambda one: one.changed)
        changed = [one for one in changed if one.updated_at <= until]
        page = changed[:PAGE]
        return {
            "tickets": [self._ticket(one) for one in page],
            "users": self._users(page),
            "after_cursor": str(page[-1].changed if page else after),
            "end_of_stream": len(changed) <= PAGE,
        }

    def _ticket(self, ticket: FakeTicket) -> dict[str, Any]:
        return {
            "id": ticket.id,
            "subject": ticket.subject,
            "description": ticket.comments[0].text if ticket.comments else "",
            "status": ticket.status,
            "type": "problem" if ticket.key else "incident" if ticket.related else None,
            "problem_id": ticket.related,
            "external_id": ticket.key or None,
            "requester_id": ticket.requester,
            "tags": sorted(ticket.tags),
            "custom_fields": [{"id": int(FIELDS[n]), "value": v} for n, v in ticket.fields.items()]
            + [{"id": 99, "value": None}],
            "created_at": ticket.created_at.isoformat().replace("+00:00", "Z"),
            "updated_at": ticket.updated_at.isoformat().replace("+00:00", "Z"),
            "comment_count": len(ticket.comments),
        }

    def _users(self, tickets: Sequence[FakeTicket]) -> list[dict[str, Any]]:
        return [
            {"id": one.requester, "name": one.name, "email": one.email, "locale": "en-US", "role": "end-user"}
            for one in tickets
        ]

    def _create(self, said: Mapping[str, Any]) -> FakeTicket:
        made = self._add(said["subject"], "tocsin@example.com")
        made.key, made.tags = said.get("external_id") or "", set(said.get("tags") or ())
        comment = said["comment"]
        made.comments.append(Comment(self._next(), Author.AGENT, TOCSIN, comment["body"], comment.get("public", True)))
        return made

    def _job(self, ids: Sequence[int], change: Mapping[str, Any]) -> dict[str, Any]:
        """It is queued, working, and done, at each look; the work is done at once."""
        results = [self._update(place, one, change) for place, one in enumerate(ids)]
        name = f"job{self._next()}"
        states = [{"id": name, "status": status, "results": None} for status in ("queued", "working")]
        self._jobs = {
            **getattr(self, "_jobs", {}),
            name: [*states, {"id": name, "status": "completed", "results": results}],
        }
        return states[0]

    def _update(self, place: int, number: int, change: Mapping[str, Any]) -> dict[str, Any]:
        ticket = self.tickets.get(number)
        if ticket is None or ticket.status == "closed":
            return {
                "index": place,
                "error": "TicketClosed" if ticket else "TicketNotFound",
                "details": "cannot be changed",
            }
        if "comment" in change:
            ticket.comments.append(Comment(self._next(), Author.AGENT, TOCSIN, change["comment"]["body"]))
        ticket.status = change.get("status", ticket.status)
        if "problem_id" in change:
            ticket.related = change["problem_id"]
        ticket.tags |= set(change.get("additional_tags", ()))
        ticket.tags -= set(change.get("remove_tags", ()))
        self.touch(ticket)
        return {"index": place, "id": number, "action": "update", "success": True, "status": "Updated"}

    def _comments(self, ticket: FakeTicket, query: Mapping[str, str]) -> object:
        after = int(query.get("page[after]", "0"))
        page = ticket.comments[after : after + PAGE]
        more = len(ticket.comments) > after + PAGE
        following = f"{self.url}/api/v2/tickets/{ticket.id}/comments.json?page[size]={PAGE}&page[after]={after + PAGE}"
        roles = {ticket.requester: "end-user", 77: "agent", TOCSIN: "admin"}
        return {
            "comments": [
                {"id": c.id, "author_id": c.by, "public": c.public, "body": c.text, "plain_body": c.text} for c in page
            ],
            "users": [{"id": user, "role": role} for user, role in roles.items()],
            "meta": {"has_more": more, "after_cursor": str(after + PAGE)},
            "links": {"next": following + "&include=users" if more else None},
        }
