"""Jira Service Management (Cloud): requests are issues, found by JQL; answers are public comments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
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
from tickets.helpdesks.pages import instant
from tickets.helpdesks.webhook import hub_signature, ids_in, require_genuine
from tickets.rest import Query, RestClient
from tickets.ticket import Author

PAGE = 100
INDEXED_LATE = timedelta(minutes=2)  # JQL counts minutes, and the index follows some seconds later
READ = ("summary", "description", "status", "reporter", "created", "updated", "labels", "issuelinks", "comment")
INTERNAL = "sd.public.comment"
"""The property by which a comment is public or internal."""


class JiraServiceManagement:
    """One project of Jira Service Management. fields: our names -> ids of its custom fields, customfield_10050.

    project, issue_type: where and as what issues are made that stand for incidents. link_type: of the links to them.
    open_status, waiting, solved, closed: names of statuses; a transition to each but the last must be open to Tocsin.
    secret: of its webhook; "" = no webhook is believed.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        rest: RestClient,
        clock: Callable[[], datetime],
        fields: Mapping[str, str],
        project: str,
        secret: str = "",
        issue_type: str = "Task",
        link_type: str = "Relates",
        open_status: str = "Waiting for support",
        waiting: str = "Pending",
        solved: str = "Resolved",
        closed: str = "Closed",
        updates_per_minute: int = 300,
    ) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._rest = rest
        self._clock = clock
        self._fields = fields
        self._project = project
        self._secret = secret
        self._issue_type = issue_type
        self._link_type = link_type
        self._statuses = {
            HelpdeskStatus.OPEN: open_status,
            HelpdeskStatus.WAITING: waiting,
            HelpdeskStatus.SOLVED: solved,
            HelpdeskStatus.CLOSED: closed,
        }
        self._pace = Pace(updates_per_minute)
        self._me = ""

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()

    def room(self, now: datetime) -> int:
        """How many requests may change issues now."""
        return self._pace.room(now)

    def changed(self, cursor: str, since: datetime) -> ChangedTickets:
        """Issues by the instant of their last change; those of the last minutes come again."""
        begin = datetime.fromisoformat(cursor) if cursor else since - INDEXED_LATE
        minutes = max(0, (self._clock() - begin) // timedelta(minutes=1)) + 1
        listed = self._search(f'project = "{self._project}" AND updated >= "-{minutes}m" ORDER BY updated ASC')
        found = [issue for issue in listed if instant(issue["fields"]["updated"]) >= begin]
        latest = max((instant(issue["fields"]["updated"]) for issue in found), default=begin)
        return ChangedTickets(
            tickets=tuple(self._ticket(one) for one in found),
            cursor=(latest - INDEXED_LATE).isoformat() if found else cursor,
            has_more=False,
        )

    def read(self, ids: Sequence[str]) -> tuple[HelpdeskTicket, ...]:
        """The issues of these ids, a hundred a request; those that are gone are left out by Jira."""
        found: list[HelpdeskTicket] = []
        for start in range(0, len(ids), PAGE):
            found += [self._ticket(issue) for issue in self._fetch(ids[start : start + PAGE])]
        return tuple(found)

    def comments(self, ticket_id: str) -> tuple[HelpdeskComment, ...]:
        """The public comments, without ours; the issue's own text is none of them."""
        reporter = ""
        found = []
        for comment in self._comments(ticket_id):
            if not _is_public(comment) or comment["author"]["accountId"] == self._own_id():
                continue
            if not reporter:
                reporter = str((self._fields_of(ticket_id).get("reporter") or {}).get("accountId") or "none")
            author = comment["author"]
            is_customer = author["accountId"] == reporter or author.get("accountType") == "customer"
            found.append(
                HelpdeskComment(
                    id=str(comment["id"]),
                    author=Author.CUSTOMER if is_customer else Author.AGENT,
                    by=f"{self.name} {author.get('displayName') or author['accountId']}"[:100],
                    text=str(comment.get("body") or ""),
                )
            )
        return tuple(found)

    def record(self, incident: IncidentRecord) -> str:
        """The issue that stands for an incident, found by its label."""
        found = [*self._search(f'project = "{self._project}" AND labels = "{incident.key}"')]
        if found:
            return str(found[0]["id"])
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "summary": incident.title,
            "description": incident.text,
            "labels": [MARK, incident.key],
        }
        return str(self._update("POST", "/rest/api/2/issue", {"fields": fields})["id"])

    def apply(self, changes: Sequence[HelpdeskChange]) -> Mapping[str, DeliveryError]:
        """Links and labels first, then the answer, then the status: each is looked for before it is made again."""
        return one_by_one(changes, self._change)

    def called(self, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, ...]:  # noqa: ARG002 - a repeat does no harm
        """The issue that a webhook is about: HMAC-SHA256 of the body must be its signature."""
        given = headers.get("x-hub-signature", "")
        require_genuine(self.name, self._secret, given, lambda secret: hub_signature("sha256", secret, body))
        return ids_in(body, ("issue", "id"))

    def _search(self, jql: str) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {"jql": jql, "fields": [*READ, *self._fields.values()], "maxResults": PAGE}
        while True:
            answer = self._rest.send("POST", "/rest/api/2/search/jql", json=asked).json()
            yield from answer["issues"]
            if answer.get("isLast", True) or not answer.get("nextPageToken"):
                return
            asked["nextPageToken"] = answer["nextPageToken"]

    def _fetch(self, ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        asked = {"issueIdsOrKeys": list(ids), "fields": [*READ, *self._fields.values()]}
        answer = self._rest.send("POST", "/rest/api/2/issue/bulkfetch", json=asked).json()
        return tuple(answer["issues"])

    def _fields_of(self, ticket_id: str) -> Mapping[str, Any]:
        return next((issue["fields"] for issue in self._fetch([ticket_id])), {})

    def _ticket(self, issue: Mapping[str, Any]) -> HelpdeskTicket:
        said = issue["fields"]
        reporter, labels = said.get("reporter") or {}, frozenset(said.get("labels") or ())
        count = (said.get("comment") or {}).get("total")
        related = next((other for _, other in self._links(said)), "")
        return HelpdeskTicket(
            id=str(issue["id"]),
            url=f"{self._url}/browse/{issue['key']}",
            version=f"{said['updated']} {said['status']['name']} {related} {count}",
            status=self._status(said["status"]),
            created_at=instant(said["created"]),
            subject=str(said.get("summary") or ""),
            text=str(said.get("description") or ""),
            email=str(reporter.get("emailAddress") or ""),
            name=str(reporter.get("displayName") or ""),
            fields={ours: text for ours, theirs in self._fields.items() if (text := _text(said.get(theirs)))},
            related=related,
            tags=labels,
            is_ours=MARK in labels and reporter.get("accountId") == self._own_id(),
            comments=count if isinstance(count, int) else None,
        )

    def _status(self, said: Mapping[str, Any]) -> HelpdeskStatus:
        named = {theirs: ours for ours, theirs in self._statuses.items()}
        if said["name"] in named:
            return named[said["name"]]
        is_done = (said.get("statusCategory") or {}).get("key") == "done"
        return HelpdeskStatus.SOLVED if is_done else HelpdeskStatus.OPEN

    def _links(self, said: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """(the link's id, the id of the issue it leads to), of links of our type from the other issue to this one."""
        return [
            (str(link["id"]), str(link["inwardIssue"]["id"]))
            for link in said.get("issuelinks") or ()
            if link["type"]["name"] == self._link_type and "inwardIssue" in link
        ]

    def _own_id(self) -> str:
        if not self._me:
            self._me = str(self._rest.get("/rest/api/2/myself")["accountId"])
        return self._me

    def _comments(self, ticket_id: str) -> Sequence[Mapping[str, Any]]:
        """All comments with their properties, oldest first."""
        found: list[Mapping[str, Any]] = []
        while True:
            asked: Query = {"startAt": len(found), "maxResults": PAGE, "orderBy": "created", "expand": "properties"}
            answer = self._rest.get(f"/rest/api/2/issue/{ticket_id}/comment", asked)
            found += answer["comments"]
            if not answer["comments"] or len(found) >= answer["total"]:
                return found

    def _change(self, change: HelpdeskChange) -> None:
        path = f"/rest/api/2/issue/{change.id}"
        if change.relates or change.leaves:
            self._relate(change)
        labels = [{"add": change.tag}] if change.tag else []
        labels += [{"remove": change.untag}] if change.untag else []
        if labels:
            self._update("PUT", path, {"update": {"labels": labels}})
        if change.key and not (change.is_uncertain and self._is_written(change)):
            public = {"key": INTERNAL, "value": {"internal": False}}
            mark = {"key": MARK, "value": {"mark": change.mark}}
            self._update("POST", f"{path}/comment", {"body": change.text, "properties": [public, mark]})
        if change.status is not None:
            self._move(path, self._statuses[change.status])

    def _is_written(self, change: HelpdeskChange) -> bool:
        return any(
            one["key"] == MARK and one["value"].get("mark") == change.mark
            for comment in self._comments(change.id)
            for one in comment.get("properties") or ()
        )

    def _move(self, path: str, status: str) -> None:
        """By the transition that leads there; none is needed where it is there already."""
        if self._rest.get(path, {"fields": "status"})["fields"]["status"]["name"] == status:
            return
        offered = self._rest.get(f"{path}/transitions")["transitions"]
        way = next((one["id"] for one in offered if one["to"]["name"] == status), None)
        if way is None:
            names = ", ".join(sorted(str(one["to"]["name"]) for one in offered)) or "none"
            what = f"helpdesk {self.name}: issue {path.rpartition('/')[2]} has no transition to {status!r}"
            raise DeliveryError(f"{what}, only to {names}; mend the workflow, or the status in the file", retry=False)
        self._update("POST", f"{path}/transitions", {"transition": {"id": way}})

    def _relate(self, change: HelpdeskChange) -> None:
        links = self._links(self._fields_of(change.id))
        for link, other in links:
            if other == change.leaves:
                self._update("DELETE", f"/rest/api/2/issueLink/{link}", None)
        if change.relates and change.relates not in [other for _, other in links]:
            ends = {"inwardIssue": {"id": change.relates}, "outwardIssue": {"id": change.id}}
            self._update("POST", "/rest/api/2/issueLink", {"type": {"name": self._link_type}, **ends})

    def _update(self, method: str, path: str, body: object) -> Any:
        self._pace.took(self._clock())
        return self._rest.send(method, path, json=body).json()


def _is_public(comment: Mapping[str, Any]) -> bool:
    if "jsdPublic" in comment:
        return bool(comment["jsdPublic"])
    said = {one["key"]: one["value"] for one in comment.get("properties") or ()}
    return not (said.get(INTERNAL) or {}).get("internal", False)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("value") or value.get("name")
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, bool) else str(value)
