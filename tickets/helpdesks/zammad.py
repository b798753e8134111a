"""Zammad: tickets are found by its search, and changed one at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from incidents.delivery import DeliveryError
from tickets.helpdesk import (
    ChangedTickets,
    HelpdeskChange,
    HelpdeskComment,
    HelpdeskStatus,
    HelpdeskTicket,
    IncidentRecord,
    one_by_one,
)
from tickets.helpdesks.pace import Pace
from tickets.helpdesks.pages import instant, page_after, page_at
from tickets.helpdesks.plain import plain_text
from tickets.helpdesks.webhook import hub_signature, ids_in, require_genuine
from tickets.rest import Query, RestClient, RestError
from tickets.ticket import Author

PAGE = 100
INDEXED_LATE = timedelta(minutes=1)  # the search knows of a change some seconds after it
REMINDED_AFTER = timedelta(days=7)  # a pending state needs an instant
OVER: Mapping[str, HelpdeskStatus] = {
    "closed": HelpdeskStatus.SOLVED,
    "merged": HelpdeskStatus.CLOSED,
    "removed": HelpdeskStatus.CLOSED,
}


class Zammad:
    """One Zammad. fields: our names -> names of its attributes. group: of the tickets that stand for incidents.

    waiting: the state of who waits for an incident. article: how answers go out, `email` or `note`. secret: of its
    webhook; "" = no webhook is believed.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        rest: RestClient,
        clock: Callable[[], datetime],
        fields: Mapping[str, str],
        secret: str = "",
        group: str = "Users",
        waiting: str = "pending reminder",
        article: str = "email",
        updates_per_minute: int = 600,
    ) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._rest = rest
        self._clock = clock
        self._fields = fields
        self._secret = secret
        self._group = group
        self._article = article
        self._pace = Pace(updates_per_minute)
        self._states = {HelpdeskStatus.OPEN: "open", HelpdeskStatus.WAITING: waiting, HelpdeskStatus.SOLVED: "closed"}
        self._me = 0

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()

    def room(self, now: datetime) -> int:
        """How many requests may change tickets now."""
        return self._pace.room(now)

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        """Tickets by the instant of their last change; those of the last minute come again."""
        begin, page = page_at(cursor, since - INDEXED_LATE)
        query: Query = {
            "query": f'updated_at:["{begin.isoformat()}" TO *]',
            "sort_by": "updated_at",
            "order_by": "asc",
            "limit": PAGE,
            "page": page,
            "expand": "true",
        }
        found = self._rest.get("/api/v1/tickets/search", query) or ()
        tickets = tuple(self._ticket(one) for one in found)
        latest = instant(found[-1]["updated_at"]) if found else None
        return ChangedTickets(
            tickets=tickets, cursor=page_after(cursor, begin, page, latest, INDEXED_LATE), has_more=bool(found)
        )

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        """Each ticket with its text and what it is linked to."""
        found = []
        for ticket_id in ids:
            try:
                said = self._rest.get(f"/api/v1/tickets/{ticket_id}", {"expand": "true"})
            except RestError as error:
                if error.is_missing:
                    continue
                raise
            found.append(self._ticket(said, self._articles(ticket_id), self._parents(ticket_id)))
        return tuple(found)

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        """The articles that customers can read but the first, which is the ticket's text, and ours."""
        return tuple(
            HelpdeskComment(
                id=str(article["id"]),
                author=Author.CUSTOMER if article["sender"] == "Customer" else Author.AGENT,
                by=f"{self.name} {article['created_by_id']}",
                text=_body(article),
            )
            for article in self._articles(ticket_id)[1:]
            if not article.get("internal")
            and article["sender"] in ("Customer", "Agent")
            and article["created_by_id"] != self._own_id()
        )

    def record(self, incident: IncidentRecord) -> str:
        """The ticket that stands for an incident, found by its key in the title."""
        found = self._rest.get("/api/v1/tickets/search", {"query": f'title:"{incident.key}"', "expand": "true"})
        ours = [one for one in found or () if incident.key in one["title"] and self._is_ours(one)]
        if ours:
            return str(ours[0]["id"])
        self._pace.took(self._clock())
        ticket = {
            "title": f"{incident.title} ({incident.key})",
            "group": self._group,
            "customer_id": self._own_id(),
            "article": {"subject": incident.title, "body": incident.text, "type": "note", "internal": True},
        }
        return str(self._rest.send("POST", "/api/v1/tickets", json=ticket).json()["id"])

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        """Links and tags first, which can be repeated; then answer and state in one request."""
        return one_by_one(changes, self._change)

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:  # noqa: ARG002 - a repeat does no harm
        """The ticket that a webhook is about: HMAC-SHA1 of the body must be its signature."""
        given = headers.get("x-hub-signature", "")
        require_genuine(self.name, self._secret, given, lambda secret: hub_signature("sha1", secret, body))
        return ids_in(body, ("ticket", "id"))

    def _ticket(
        self,
        said: Mapping[str, Any],
        articles: Sequence[Mapping[str, Any]] | None = None,
        parents: Sequence[str] | None = None,
    ) -> HelpdeskTicket:
        first = articles[0] if articles else {}
        name, address = parseaddr(str(first.get("from") or ""))
        customer = str(said.get("customer") or "")
        state, count = str(said["state"]), said.get("article_count")
        return HelpdeskTicket(
            id=str(said["id"]),
            url=f"{self._url}/#ticket/zoom/{said['id']}",
            version=f"{said['updated_at']} {state} {count}",
            status=self._status(state),
            created_at=instant(said["created_at"]),
            subject=str(said.get("title") or ""),
            text=None if articles is None else _body(first) if first else "",
            email=address or (customer if "@" in customer else ""),
            name=name,
            fields={ours: str(said[theirs]) for ours, theirs in self._fields.items() if said.get(theirs)},
            related=None if parents is None else next(iter(parents), ""),
            is_ours=self._is_ours(said),
            comments=count if isinstance(count, int) else None,
        )

    def _status(self, state: str) -> HelpdeskStatus:
        if state in OVER:
            return OVER[state]
        is_waiting = state == self._states[HelpdeskStatus.WAITING] or state.startswith("pending")
        return HelpdeskStatus.WAITING if is_waiting else HelpdeskStatus.OPEN

    def _is_ours(self, said: Mapping[str, Any]) -> bool:
        return said.get("created_by_id") == said.get("customer_id") == self._own_id()

    def _own_id(self) -> int:
        if not self._me:
            self._me = int(self._rest.get("/api/v1/users/me")["id"])
        return self._me

    def _articles(self, ticket_id: str) -> Sequence[Mapping[str, Any]]:
        found = self._rest.get(f"/api/v1/ticket_articles/by_ticket/{ticket_id}") or ()
        return sorted(found, key=lambda article: int(article["id"]))

    def _parents(self, ticket_id: str) -> Sequence[str]:
        """The tickets whose child it is."""
        asked = {"link_object": "Ticket", "link_object_value": ticket_id}
        links = (self._rest.get("/api/v1/links", asked) or {}).get("links") or ()
        return [str(link["link_object_value"]) for link in links if link["link_type"] == "parent"]

    def _change(self, change: HelpdeskChange) -> None:
        if change.relates or change.leaves:
            self._relate(change)
        for method, path, tag in (("POST", "add", change.tag), ("DELETE", "remove", change.untag)):
            if tag:
                self._update(method, f"/api/v1/tags/{path}", {"object": "Ticket", "o_id": int(change.id), "item": tag})
        body = self._body(change)
        if body:
            self._update("PUT", f"/api/v1/tickets/{change.id}", body)

    def _body(self, change: HelpdeskChange) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if change.status is not None:
            body["state"] = self._states[change.status]
            if body["state"].startswith("pending"):
                body["pending_time"] = (self._clock() + REMINDED_AFTER).isoformat()
        if not change.key:
            return body
        articles = self._articles(change.id)
        if change.is_uncertain and any(change.mark in str(one.get("subject")) for one in articles):
            return body  # it is written; the state may be set once more
        ticket = self._ticket(self._rest.get(f"/api/v1/tickets/{change.id}", {"expand": "true"}), articles)
        article = {"subject": f"{ticket.subject} ({change.mark})", "body": change.text, "internal": False}
        article |= {"type": self._article, "content_type": "text/plain", "sender": "Agent"}
        if self._article == "email":
            article["to"] = ticket.email
        return body | {"article": article}

    def _relate(self, change: HelpdeskChange) -> None:
        """As the child of the ticket that stands for the incident, and of no other of ours."""
        parents = self._parents(change.id)
        here = {"link_type": "parent", "link_object_target": "Ticket", "link_object_target_value": int(change.id)}
        if change.leaves in parents and change.leaves:
            there = {"link_object_source": "Ticket", "link_object_source_value": int(change.leaves)}
            self._update("DELETE", "/api/v1/links/remove", {**here, **there})
        if change.relates and change.relates not in parents:
            number = self._rest.get(f"/api/v1/tickets/{change.relates}")["number"]
            there = {"link_object_source": "Ticket", "link_object_source_number": number}
            self._update("POST", "/api/v1/links/add", {**here, **there})

    def _update(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        self._pace.took(self._clock())
        try:
            self._rest.send(method, path, json=body)
        except RestError as error:
            if 400 <= error.status < 500 and not error.retry:
                subject = f"helpdesk {self.name}: ticket {body.get('o_id') or path.rpartition('/')[2]} was refused"
                raise DeliveryError(f"{subject}: {error}", retry=False) from error
            raise


def _body(article: Mapping[str, Any]) -> str:
    text = str(article.get("body") or "")
    return plain_text(text) if article.get("content_type") == "text/html" else text
