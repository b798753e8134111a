"""A Freshdesk, as far as https://developers.freshdesk.com/api says how it answers."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from tests.contracts.helpdesks.fake import SECRET, TOCSIN, TOKEN, Comment, Fake, FakeTicket, Refused
from tickets.helpdesk import Helpdesk, HelpdeskStatus
from tickets.helpdesks.freshdesk import RELATED, Freshdesk
from tickets.helpdesks.plain import plain_text
from tickets.rest import RestClient, basic
from tickets.ticket import Author

PAGE = 2
FIELDS = {"form": "cf_topic", "asset": "cf_coin", "network": "cf_network", "customer_id": "cf_exchange_id"}
OURS = "incidents@example.com"
SPAM = "99"


class FakeFreshdesk(Fake):
    kind = "freshdesk"
    is_signed = False
    statuses: ClassVar[Mapping[HelpdeskStatus, str]] = {
        HelpdeskStatus.OPEN: "2",
        HelpdeskStatus.WAITING: "3",
        HelpdeskStatus.SOLVED: "4",
        HelpdeskStatus.CLOSED: SPAM,
    }

    def adapter(self) -> Helpdesk:
        rest = RestClient("helpdesk support", self.url, headers=basic(TOKEN, "X"), clock=self.clock, allow_private=True)
        return Freshdesk(
            name="support", url=self.url, rest=rest, clock=self.clock, fields=FIELDS, requester=OURS, secret=SECRET
        )

    def config(self) -> str:
        fields = ", ".join(f"{name}: {there}" for name, there in FIELDS.items())
        return (
            f"{{kind: freshdesk, name: support, url: '{self.url}', requester: {OURS}, token_env: HELPDESK_TOKEN,"
            f" webhook_secret_env: HELPDESK_WEBHOOK_SECRET, fields: {{{fields}}}}}"
        )

    def webhook(self, ticket_id: str) -> tuple[dict[str, str], bytes]:
        return {"x-tocsin-secret": SECRET}, json.dumps({"ticket_id": int(ticket_id)}).encode()

    def said(self, ticket_id: str) -> list[str]:
        """Without the mark at its end."""
        return [re.sub(r"\n\(tocsin-\w+\)$", "", text) for text in super().said(ticket_id)]

    def related(self, ticket_id: str) -> str:
        return next((t.removeprefix(RELATED) for t in self.tags(ticket_id) if t.startswith(RELATED)), "")

    def relate(self, ticket_id: str, record: str) -> None:
        ticket = self.tickets[int(ticket_id)]
        ticket.tags = {tag for tag in ticket.tags if not tag.startswith(RELATED)}
        ticket.tags |= {f"{RELATED}{record}"} if record else set()
        self.touch(ticket)

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> object:
        if (method, path) == ("GET", "/api/v2/agents/me"):
            return {"id": TOCSIN}
        if (method, path) == ("GET", "/api/v2/tickets"):
            return self._list(query)
        if (method, path) == ("POST", "/api/v2/tickets"):
            made = self._add(body["subject"], body["email"])
            made.tags, made.key = set(body["tags"]), body["tags"][-1]
            return self._ticket(made)
        if match := re.fullmatch(r"/api/v2/tickets/(\d+)(/\w+)?", path):
            return self._of_ticket(method, self._found(match.group(1)), match.group(2) or "", query, body)
        raise Refused(404)

    def _found(self, number: str) -> FakeTicket:
        if int(number) not in self.tickets:
            raise Refused(404)
        return self.tickets[int(number)]

    def _list(self, query: Mapping[str, str]) -> object:
        if "email" in query:
            found = [one for one in self.tickets.values() if one.email == query["email"]]
            if not found:
                raise Refused(400, {"description": "Validation failed", "errors": [{"field": "email"}]})
            return [self._ticket(one) for one in found]
        since = datetime.fromisoformat(query["updated_since"])
        found = [one for one in self.tickets.values() if one.updated_at >= since]
        found.sort(key=lambda one: (one.updated_at, one.id))
        size = min(PAGE, int(query["per_page"]))
        start = (int(query["page"]) - 1) * size
        return [self._ticket(one) for one in found[start : start + size]]

    def _ticket(self, ticket: FakeTicket) -> dict[str, Any]:
        return {
            "id": ticket.id,
            "subject": ticket.subject,
            "description_text": ticket.comments[0].text if ticket.comments else "",
            "status": 5 if ticket.status == SPAM else int(ticket.status),
            "spam": ticket.status == SPAM,
            "requester": {"id": ticket.requester, "name": ticket.name, "email": ticket.email},
            "custom_fields": {FIELDS[name]: value for name, value in ticket.fields.items()} | {"cf_other": None},
            "tags": sorted(ticket.tags),
            "created_at": ticket.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": ticket.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _of_ticket(self, method: str, ticket: FakeTicket, part: str, query: Mapping[str, str], body: Any) -> object:
        if (method, part) == ("GET", ""):
            return self._ticket(ticket)
        if (method, part) == ("GET", "/conversations"):
            start = (int(query["page"]) - 1) * PAGE
            return [_message(c) for c in ticket.comments[1:][start : start + PAGE]]
        if ticket.status == SPAM:
            raise Refused(405 if part else 400)
        if (method, part) == ("POST", "/reply"):
            ticket.comments.append(Comment(self._next(), Author.AGENT, TOCSIN, plain_text(body["body"])))
        else:
            ticket.status = str(body.get("status", ticket.status))
            ticket.tags = set(body.get("tags", ticket.tags))
        self.touch(ticket)
        return self._ticket(ticket)


def _message(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "body_text": comment.text,
        "incoming": comment.author is Author.CUSTOMER,
        "private": not comment.public,
        "user_id": comment.by,
    }
