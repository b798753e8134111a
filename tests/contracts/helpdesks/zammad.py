"""A Zammad, as far as https://docs.zammad.org/en/latest/api says how it answers."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from tests.contracts.helpdesks.fake import SECRET, TOCSIN, TOKEN, Comment, Fake, FakeTicket, Refused
from tickets.helpdesk import Helpdesk, HelpdeskStatus
from tickets.helpdesks.zammad import Zammad
from tickets.rest import RestClient
from tickets.ticket import Author

PAGE = 2
FIELDS = {"form": "topic", "asset": "coin", "network": "network", "customer_id": "exchange_id"}


class FakeZammad(Fake):
    kind = "zammad"
    statuses: ClassVar[Mapping[HelpdeskStatus, str]] = {
        HelpdeskStatus.OPEN: "open",
        HelpdeskStatus.WAITING: "pending reminder",
        HelpdeskStatus.SOLVED: "closed",
        HelpdeskStatus.CLOSED: "merged",
    }

    def adapter(self) -> Helpdesk:
        rest = RestClient(
            "helpdesk support",
            self.url,
            headers={"authorization": f"Token token={TOKEN}"},
            clock=self.clock,
            allow_private=True,
        )
        return Zammad(name="support", url=self.url, rest=rest, clock=self.clock, fields=FIELDS, secret=SECRET)

    def config(self) -> str:
        fields = ", ".join(f"{name}: {there}" for name, there in FIELDS.items())
        return (
            f"{{kind: zammad, name: support, url: '{self.url}', token_env: HELPDESK_TOKEN,"
            f" webhook_secret_env: HELPDESK_WEBHOOK_SECRET, fields: {{{fields}}}}}"
        )

    def webhook(self, ticket_id: str) -> tuple[dict[str, str], bytes]:
        body = json.dumps({"ticket": {"id": int(ticket_id), "title": "x"}, "article": {}}).encode()
        return {"x-hub-signature": f"sha1={hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}"}, body

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> object:
        if (method, path) == ("GET", "/api/v1/users/me"):
            return {"id": TOCSIN, "login": "tocsin@example.com"}
        if (method, path) == ("GET", "/api/v1/tickets/search"):
            return self._search(query)
        if (method, path) == ("GET", "/api/v1/links"):
            ticket = self._found(query["link_object_value"])
            links = [{"link_type": "parent", "link_object": "Ticket", "link_object_value": ticket.related}]
            return {"links": links if ticket.related else [], "assets": {}}
        if (method, path) == ("POST", "/api/v1/tickets"):
            return self._create(body)
        if match := re.fullmatch(r"/api/v1/ticket_articles/by_ticket/(\d+)", path):
            return self._articles(self._found(match.group(1)))
        if match := re.fullmatch(r"/api/v1/tickets/(\d+)", path):
            ticket = self._found(match.group(1))
            return self._ticket(ticket) if method == "GET" else self._update(ticket, body)
        if path.startswith("/api/v1/tags/"):
            ticket = self._found(body["o_id"])
            change = ticket.tags.add if (method, path[-3:]) == ("POST", "add") else ticket.tags.discard
            change(body["item"])
            self.touch(ticket)
            return True
        if path.startswith("/api/v1/links/"):
            return self._link(method, path, body)
        raise Refused(404, {"error": "No route matches"})

    def _found(self, number: object) -> FakeTicket:
        if int(str(number)) not in self.tickets:
            raise Refused(404, {"error": "Couldn't find Ticket"})
        return self.tickets[int(str(number))]

    def _search(self, query: Mapping[str, str]) -> object:
        asked = query["query"]
        if title := re.fullmatch(r'title:"(.+)"', asked):
            return [self._ticket(one) for one in self.tickets.values() if title.group(1) in one.subject]
        match = re.fullmatch(r'updated_at:\["(.+)" TO \*\]', asked)
        assert match is not None
        since = datetime.fromisoformat(match.group(1))
        found = [one for one in self.tickets.values() if one.updated_at >= since]
        found.sort(key=lambda one: (one.updated_at, one.id), reverse=query["order_by"] == "desc")
        size = min(PAGE, int(query["limit"]))
        start = (int(query.get("page", "1")) - 1) * size
        return [self._ticket(one) for one in found[start : start + size]]

    def _ticket(self, ticket: FakeTicket) -> dict[str, Any]:
        return {
            "id": ticket.id,
            "number": f"22{ticket.id}",
            "title": ticket.subject,
            "state": ticket.status,
            "customer": ticket.email,
            "customer_id": ticket.requester,
            "created_by_id": ticket.requester,
            "article_count": len(ticket.comments),
            "created_at": ticket.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "updated_at": ticket.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **{FIELDS[name]: value for name, value in ticket.fields.items()},
        }

    def _articles(self, ticket: FakeTicket) -> object:
        senders = {Author.CUSTOMER: "Customer", Author.AGENT: "Agent"}
        return [
            {
                "id": c.id,
                "sender": senders[c.author],
                "from": f"{ticket.name} <{ticket.email}>" if c.author is Author.CUSTOMER else "Agent",
                "subject": c.subject,
                "body": f"<div>{c.text}</div>" if c.by != TOCSIN else c.text,
                "content_type": "text/html" if c.by != TOCSIN else "text/plain",
                "internal": not c.public,
                "created_by_id": c.by,
            }
            for c in ticket.comments
        ]

    def _create(self, said: Mapping[str, Any]) -> object:
        made = self._add(said["title"], "tocsin@example.com")
        made.requester, made.key = said["customer_id"], said["title"]
        self._write(made, said["article"])
        return self._ticket(made)

    def _update(self, ticket: FakeTicket, said: Mapping[str, Any]) -> object:
        if ticket.status == "merged":
            raise Refused(422, {"error": "This ticket is merged into another one."})
        if said.get("state", "").startswith("pending") and "pending_time" not in said:
            raise Refused(422, {"error": "Missing required value for field 'pending_time'!"})
        if "article" in said:
            self._write(ticket, said["article"])
        ticket.status = said.get("state", ticket.status)
        self.touch(ticket)
        return self._ticket(ticket)

    def _write(self, ticket: FakeTicket, article: Mapping[str, Any]) -> None:
        made = Comment(self._next(), Author.AGENT, TOCSIN, article["body"], not article["internal"])
        made.subject = article["subject"]
        ticket.comments.append(made)

    def _link(self, method: str, path: str, said: Mapping[str, Any]) -> object:
        child = self._found(said["link_object_target_value"])
        if (method, path) == ("POST", "/api/v1/links/add"):
            child.related = int(said["link_object_source_number"].removeprefix("22"))
        elif child.related == said["link_object_source_value"]:
            child.related = None
        self.touch(child)
        return True
