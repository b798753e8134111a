"""Zendesk Support: tickets are read by the incremental export, and changed many at a time by bulk jobs."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from incidents.delivery import DeliveryError
from tickets.helpdesk import (
    MARK,
    ChangedTickets,
    HelpdeskChange,
    HelpdeskComment,
    HelpdeskStatus,
    HelpdeskTicket,
    IncidentRecord,
)
from tickets.helpdesks.pace import Pace
from tickets.helpdesks.pages import instant
from tickets.helpdesks.webhook import ids_in, require_genuine
from tickets.rest import Query, RestClient
from tickets.ticket import Author

EXPORTED_LATE = timedelta(minutes=2)  # the export shows nothing of the last minute, and refuses to begin there
PAGE = 300  # tickets with their users, well below what one answer may have
TOGETHER = 100
JOB_WAIT_S = 60.0
STATUSES: Mapping[str, HelpdeskStatus] = {
    "new": HelpdeskStatus.OPEN,
    "open": HelpdeskStatus.OPEN,
    "pending": HelpdeskStatus.WAITING,
    "hold": HelpdeskStatus.WAITING,
    "solved": HelpdeskStatus.SOLVED,
    "closed": HelpdeskStatus.CLOSED,
    "deleted": HelpdeskStatus.CLOSED,
}
BESIDE = "users,comment_count"


class Zendesk:
    """One Zendesk. fields: our names -> ids of its custom fields. waiting: the status of who waits for an incident.

    secret: of its webhook; "" = no webhook is believed. pause: waits so many seconds for a job to go on.
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
        waiting: str = "pending",
        updates_per_minute: int = 100,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._rest = rest
        self._clock = clock
        self._fields = fields
        self._secret = secret
        self._pace = Pace(updates_per_minute)
        self._pause = pause
        self._statuses = {
            HelpdeskStatus.OPEN: "open",
            HelpdeskStatus.WAITING: waiting,
            HelpdeskStatus.SOLVED: "solved",
        }
        self._me = ""

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()

    def room(self, now: datetime) -> int:
        """How many requests may change tickets now; each changes at least one."""
        return self._pace.room(now)

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        """Tickets that changed, by the cursor-based incremental export."""
        begin: dict[str, str | int] = (
            {"cursor": cursor} if cursor else {"start_time": int((since - EXPORTED_LATE).timestamp())}
        )
        answer = self._rest.get(
            "/api/v2/incremental/tickets/cursor.json", {**begin, "per_page": PAGE, "include": BESIDE}
        )
        return ChangedTickets(
            tickets=tuple(self._tickets(answer)),
            cursor=str(answer.get("after_cursor") or cursor),
            has_more=not answer.get("end_of_stream", True),
        )

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        """The tickets of these ids, a hundred a request."""
        found: list[HelpdeskTicket] = []
        for start in range(0, len(ids), TOGETHER):
            some = ",".join(ids[start : start + TOGETHER])
            found += self._tickets(self._rest.get("/api/v2/tickets/show_many.json", {"ids": some, "include": BESIDE}))
        return tuple(found)

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        """The public comments but the first, which is the ticket's text, and ours."""
        me = self._own_id()
        found = []
        for place, (comment, roles) in enumerate(self._all_comments(ticket_id)):
            author = str(comment["author_id"])
            if place == 0 or not comment.get("public") or author == me:
                continue
            is_agent = roles.get(author) in ("agent", "admin")
            found.append(
                HelpdeskComment(
                    id=str(comment["id"]),
                    author=Author.AGENT if is_agent else Author.CUSTOMER,
                    by=f"{self.name} {author}",
                    text=str(comment.get("plain_body") or comment.get("body") or ""),
                )
            )
        return tuple(found)

    def record(self, incident: IncidentRecord) -> str:
        """The problem ticket of an incident, found by its external id."""
        found = self._rest.get("/api/v2/tickets.json", {"external_id": incident.key})["tickets"]
        if found:
            return str(found[0]["id"])
        self._pace.took(self._clock())
        ticket = {
            "type": "problem",
            "subject": incident.title,
            "comment": {"body": incident.text, "public": False},
            "external_id": incident.key,
            "tags": [MARK],
        }
        key = {"idempotency-key": incident.key}
        made = self._rest.send("POST", "/api/v2/tickets.json", json={"ticket": ticket}, headers=key).json()
        return str(made["ticket"]["id"])

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        """Changes tickets, all that get the same answer in one bulk job."""
        doubtful = [change.id for change in changes if change.is_uncertain and change.key]
        tags = {ticket.id: ticket.tags for ticket in self.read(doubtful)} if doubtful else {}
        left = [change for change in changes if not change.mark or change.mark not in tags.get(change.id, frozenset())]
        failed: dict[str, DeliveryError] = {}
        jobs: list[tuple[Sequence[str], str]] = []
        for body, ids in self._same(left):
            try:
                jobs.append((ids, self._begin(body, ids)))
            except DeliveryError as error:
                failed |= dict.fromkeys(ids, error)
        for ids, job in jobs:
            failed |= self._outcome(job, ids)
        return failed

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:  # noqa: ARG002 - a repeat does no harm
        """The tickets that a webhook is about: base64(HMAC-SHA256(timestamp + body)) must be its signature."""
        signed = headers.get("x-zendesk-webhook-signature-timestamp", "").encode() + body
        given = headers.get("x-zendesk-webhook-signature", "")
        require_genuine(
            self.name, self._secret, given, lambda secret: base64.b64encode(hmac.digest(secret, signed, hashlib.sha256))
        )
        return ids_in(body, ("detail", "id"), ("ticket_id",), ("ticket", "id"))

    def _tickets(self, answer: Mapping[str, Any]) -> Iterator[HelpdeskTicket]:
        users = {user["id"]: user for user in answer.get("users") or ()}
        for ticket in answer["tickets"]:
            yield self._ticket(ticket, users.get(ticket.get("requester_id")) or {})

    def _ticket(self, said: Mapping[str, Any], requester: Mapping[str, Any]) -> HelpdeskTicket:
        values = {str(one["id"]): one.get("value") for one in said.get("custom_fields") or ()}
        count = said.get("comment_count")
        return HelpdeskTicket(
            id=str(said["id"]),
            url=f"{self._url}/agent/tickets/{said['id']}",
            version=f"{said.get('updated_at')} {said['status']} {said.get('problem_id')} {count}",
            status=STATUSES.get(said["status"], HelpdeskStatus.OPEN),
            created_at=instant(said["created_at"]),
            subject=str(said.get("subject") or ""),
            text=str(said.get("description") or ""),
            email=str(requester.get("email") or ""),
            name=str(requester.get("name") or ""),
            language=str(requester.get("locale") or "").partition("-")[0],
            fields={ours: text for ours, theirs in self._fields.items() if (text := _text(values.get(theirs)))},
            related=str(said.get("problem_id") or ""),
            tags=frozenset(said.get("tags") or ()),
            is_ours=str(said.get("external_id") or "").startswith(f"{MARK}-"),
            comments=count if isinstance(count, int) else None,
        )

    def _all_comments(self, ticket_id: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
        """Every comment, oldest first, with the roles of its page's authors."""
        first: Query = {"page[size]": 100, "include": "users", "sort": "created_at"}
        answer = self._rest.get(f"/api/v2/tickets/{ticket_id}/comments.json", first)
        while True:
            roles = {str(user["id"]): str(user.get("role")) for user in answer.get("users") or ()}
            for comment in answer["comments"]:
                yield comment, roles
            following = (answer.get("links") or {}).get("next") if (answer.get("meta") or {}).get("has_more") else None
            if not following:
                return
            answer = self._rest.get(following)

    def _own_id(self) -> str:
        if not self._me:
            self._me = str(self._rest.get("/api/v2/users/me.json")["user"]["id"])
        return self._me

    def _same(self, changes: Sequence[HelpdeskChange]) -> Iterator[tuple[Mapping[str, Any], Sequence[str]]]:
        """Each body with the ids of the tickets that it is for, at most a hundred."""
        groups: dict[bytes, list[str]] = {}
        for change in changes:
            groups.setdefault(orjson.dumps(self._body(change)), []).append(change.id)
        for body, ids in groups.items():
            for start in range(0, len(ids), TOGETHER):
                yield orjson.loads(body), ids[start : start + TOGETHER]

    def _body(self, change: HelpdeskChange) -> Mapping[str, Any]:
        body: dict[str, Any] = {}
        if change.key:
            body["comment"] = {"body": change.text, "public": True}
        if change.status is not None:
            body["status"] = self._statuses[change.status]
        if change.relates:
            body |= {"type": "incident", "problem_id": int(change.relates)}
        elif change.leaves:
            body["problem_id"] = None
        if added := [tag for tag in (change.mark, change.tag) if tag]:
            body["additional_tags"] = added
        if change.untag:
            body["remove_tags"] = [change.untag]
        return body

    def _begin(self, body: Mapping[str, Any], ids: Sequence[str]) -> str:
        self._pace.took(self._clock())
        path = "/api/v2/tickets/update_many.json"
        begun = self._rest.send("PUT", path, params={"ids": ",".join(ids)}, json={"ticket": body}).json()
        return str(begun["job_status"]["id"])

    def _outcome(self, job: str, ids: Sequence[str]) -> Mapping[str, DeliveryError]:
        """Waits for a job; by ticket why it was not changed."""
        waited, wait = 0.0, 0.1
        while True:
            try:
                state = self._rest.get(f"/api/v2/job_statuses/{job}.json")["job_status"]
            except DeliveryError as error:
                return dict.fromkeys(ids, DeliveryError(str(error), retry=True, retry_after=error.retry_after))
            if state["status"] not in ("queued", "working") or waited >= JOB_WAIT_S:
                return self._refused(state, ids)
            self._pause(wait)
            waited, wait = waited + wait, min(2.0, 2 * wait)

    def _refused(self, state: Mapping[str, Any], ids: Sequence[str]) -> Mapping[str, DeliveryError]:
        results = state.get("results") or ()
        said = {
            str(result.get("id") or ids[result["index"]]): result
            for result in results
            if isinstance(result, Mapping) and ("id" in result or "index" in result)
        }
        return {one: error for one in ids if (error := self._error(one, said.get(one), state)) is not None}

    def _error(
        self, ticket_id: str, result: Mapping[str, Any] | None, state: Mapping[str, Any]
    ) -> DeliveryError | None:
        subject = f"helpdesk {self.name}: ticket {ticket_id}"
        if result is None:
            return DeliveryError(f"{subject} was not changed: its job is {state['status']}", retry=True)
        if result.get("error"):
            return DeliveryError(f"{subject} was refused: {result['error']}", retry=False)
        return None


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None or isinstance(value, bool) else str(value)
