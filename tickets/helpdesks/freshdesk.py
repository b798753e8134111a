"""Freshdesk: tickets are listed by their last change, and answered one at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from incidents.delivery import DeliveryError
from tickets.helpdesk import (
    MARK,
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
from tickets.helpdesks.webhook import ids_in, require_genuine
from tickets.rest import Query, RestClient, RestError
from tickets.ticket import Author

PAGE = 100
LISTED_LATE = timedelta(minutes=1)
UNSETTLED = timedelta(seconds=5)
RELATED = f"{MARK}-of-"
"""How the tag begins that says which ticket stands for a ticket's incident: the API has no relation to set."""
OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
STATUSES: Mapping[int, HelpdeskStatus] = {
    OPEN: HelpdeskStatus.OPEN,
    PENDING: HelpdeskStatus.WAITING,
    RESOLVED: HelpdeskStatus.SOLVED,
    CLOSED: HelpdeskStatus.SOLVED,
}
MEDIUM = 2


class Freshdesk:
    """One Freshdesk. fields: our names -> names of its custom fields, such as cf_coin.

    requester: the address of the tickets that stand for incidents. waiting: the number of the status of who waits for
    an incident. secret: a word that its webhook sends in a header, since it signs nothing; "" = no webhook is believed.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        rest: RestClient,
        clock: Callable[[], datetime],
        fields: Mapping[str, str],
        requester: str,
        secret: str = "",
        waiting: int = PENDING,
        updates_per_minute: int = 60,
    ) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._rest = rest
        self._clock = clock
        self._fields = fields
        self._requester = requester
        self._secret = secret
        self._statuses = {
            HelpdeskStatus.OPEN: OPEN,
            HelpdeskStatus.WAITING: waiting,
            HelpdeskStatus.SOLVED: RESOLVED,
        }
        self._pace = Pace(updates_per_minute)
        self._me = 0

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()

    def room(self, now: datetime) -> int:
        """How many requests may change tickets now."""
        return self._pace.room(now)

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        """Tickets by the instant of their last change; those of the last minute come again."""
        begin, page = page_at(cursor, since - LISTED_LATE)
        query: Query = {
            "updated_since": begin.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order_by": "updated_at",
            "order_type": "asc",
            "include": "description,requester",
            "per_page": PAGE,
            "page": page,
        }
        found = self._rest.get("/api/v2/tickets", query) or ()
        latest = instant(found[-1]["updated_at"]) if found else None
        return ChangedTickets(
            tickets=tuple(self._ticket(one) for one in found),
            cursor=page_after(cursor, begin, page, latest, LISTED_LATE),
            has_more=bool(found),
        )

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        """The tickets of these ids, one a request."""
        found = (self._one(ticket_id) for ticket_id in ids)
        return tuple(self._ticket(said) for said in found if said is not None)

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        """The public messages of the conversation, without ours; the ticket's own text is none of them."""
        return tuple(
            HelpdeskComment(
                id=str(said["id"]),
                author=Author.CUSTOMER if said.get("incoming") else Author.AGENT,
                by=f"{self.name} {said.get('user_id')}",
                text=str(said.get("body_text") or plain_text(str(said.get("body") or ""))),
            )
            for said in self._conversation(ticket_id)
            if not said.get("private") and said.get("user_id") != self._own_id()
        )

    def record(self, incident: IncidentRecord) -> str:
        """The ticket that stands for an incident, among those of its own requester, found by its tag."""
        asked: Query = {"email": self._requester, "per_page": PAGE, "order_by": "created_at", "order_type": "desc"}
        try:
            found = self._rest.get("/api/v2/tickets", asked) or ()
        except RestError as error:
            if error.status != 400:  # so it calls a requester whom nobody has made yet
                raise
            found = ()
        ours = [str(one["id"]) for one in found if incident.key in (one.get("tags") or ())]
        if ours:
            return ours[0]
        ticket = {
            "subject": incident.title,
            "description": f"<p>{escape(incident.text)}</p>",
            "email": self._requester,
            "status": OPEN,
            "priority": MEDIUM,
            "tags": [MARK, incident.key],
        }
        return str(self._update("POST", "/api/v2/tickets", ticket)["id"])

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        """The answer first, looked for before it is made again; then status and tags, which can be repeated."""
        return one_by_one(changes, self._change)

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:  # noqa: ARG002 - a repeat does no harm
        """The ticket that a webhook is about: its header X-Tocsin-Secret must be the secret."""
        fault = "'s header X-Tocsin-Secret is not its secret"
        require_genuine(self.name, self._secret, headers.get("x-tocsin-secret", ""), lambda secret: secret, fault)
        return ids_in(body, ("ticket_id",), ("freshdesk_webhook", "ticket_id"))

    def _one(self, ticket_id: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._rest.get(f"/api/v2/tickets/{ticket_id}", {"include": "requester"})
        except RestError as error:
            if error.is_missing:
                return None
            raise
        return found

    def _ticket(self, said: Mapping[str, Any]) -> HelpdeskTicket:
        requester, custom = said.get("requester") or {}, said.get("custom_fields") or {}
        tags = frozenset(said.get("tags") or ())
        return HelpdeskTicket(
            id=str(said["id"]),
            url=f"{self._url}/a/tickets/{said['id']}",
            version=self._version(said, tags),
            status=HelpdeskStatus.CLOSED if said.get("spam") or said.get("deleted") else self._status(said["status"]),
            created_at=instant(said["created_at"]),
            subject=str(said.get("subject") or ""),
            text=str(said.get("description_text") or ""),
            email=str(requester.get("email") or ""),
            name=str(requester.get("name") or ""),
            fields={ours: str(custom[theirs]) for ours, theirs in self._fields.items() if custom.get(theirs)},
            related=next((tag.removeprefix(RELATED) for tag in tags if tag.startswith(RELATED)), ""),
            tags=tags,
            is_ours=MARK in tags and requester.get("email") == self._requester,
        )

    def _version(self, said: Mapping[str, Any], tags: frozenset[str]) -> str:
        """Its instants are whole seconds: within one that may not be over, another change may follow unseen."""
        is_settled = self._clock() - instant(said["updated_at"]) > UNSETTLED
        return f"{said['updated_at']} {said['status']} {' '.join(sorted(tags))}{'' if is_settled else ' for now'}"

    def _status(self, number: int) -> HelpdeskStatus:
        if number == self._statuses[HelpdeskStatus.WAITING]:
            return HelpdeskStatus.WAITING
        return STATUSES.get(number, HelpdeskStatus.WAITING)  # one of an account's own sets the ticket aside

    def _own_id(self) -> int:
        if not self._me:
            self._me = int(self._rest.get("/api/v2/agents/me")["id"])
        return self._me

    def _conversation(self, ticket_id: str) -> Sequence[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        page = 1
        while some := self._rest.get(f"/api/v2/tickets/{ticket_id}/conversations", {"per_page": PAGE, "page": page}):
            found += some
            page += 1
        return sorted(found, key=lambda said: int(said["id"]))

    def _change(self, change: HelpdeskChange) -> None:
        path = f"/api/v2/tickets/{change.id}"
        if change.key and not (change.is_uncertain and self._is_written(change)):
            paragraphs = [*change.text.split("\n\n"), f"({change.mark})"]
            body = "".join(f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in paragraphs)
            self._update("POST", f"{path}/reply", {"body": body})
        said: dict[str, Any] = {}
        if change.status is not None:
            said["status"] = self._statuses[change.status]
        if change.relates or change.leaves or change.tag or change.untag:
            tags = frozenset((self._one(change.id) or {}).get("tags") or ())
            tags -= {change.untag, f"{RELATED}{change.leaves}"}
            tags |= {tag for tag in (change.tag, f"{RELATED}{change.relates}" if change.relates else "") if tag}
            said["tags"] = sorted(tags)
        if said:
            self._update("PUT", path, said)

    def _is_written(self, change: HelpdeskChange) -> bool:
        return any(change.mark in str(said.get("body_text")) for said in self._conversation(change.id))

    def _update(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        self._pace.took(self._clock())
        return self._rest.send(method, path, json=body).json()
