"""Issues of a Jira project (REST API, version 2: wiki markup), of Jira Cloud or a Data Center.

A ticket is found by its own label. Jira's search is an index that lags behind: a ticket whose creation was not answered
is created again only once it would have been found. Version 2 is the one that both kinds of Jira have; Cloud turns wiki
markup into its own document format.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from incidents.delivery import DeliveryError
from incidents.incident import Severity
from tickets.engineering import Plot
from tickets.rest import File, RestClient, basic, bearer
from tickets.trackers.foreign import Filing, ForeignComment, ForeignTicket, TicketText, cut, key_in, mark
from tickets.trackers.markup import ATTACHED, to_wiki

_API = "rest/api/2"
_TITLE_MAX = 255
_BODY_MAX = 32_000
_FIELDS = "summary,status,resolution,assignee"
OURS = "tocsin"
"""A label of every ticket, by which changes are asked for."""


class Jira:
    """The issues of one project. cloud: of Jira Cloud, else of a Data Center. rest: signed in, as `connect` makes it.

    close_as, reopen_as: names of statuses, "" = the first that counts as done, or as not done.
    """

    def __init__(
        self,
        name: str,
        rest: RestClient,
        *,
        url: str,
        project: str,
        issue_type: str,
        cloud: bool,
        close_as: str,
        reopen_as: str,
        clock: Callable[[], datetime],
        filing: Filing,
    ) -> None:
        self.name = name
        self.find_lag = timedelta(minutes=1)
        self._rest = rest
        self._url = url
        self._project = project
        self._issue_type = issue_type
        self._cloud = cloud
        self._close_as = close_as
        self._reopen_as = reopen_as
        self._clock = clock
        self._filing = filing

    def find(self, key: str, since: datetime) -> ForeignTicket | None:  # noqa: ARG002 - the label is enough
        """The issue with the key's label; see ForeignTracker."""
        found = self._search(f'project = "{self._project}" AND labels = "{_label(key)}"')
        return self._ticket(found[0]) if found else None

    def create(self, text: TicketText) -> ForeignTicket:
        """Creates an issue; see ForeignTracker."""
        fields: dict[str, Any] = {
            **_said(text),
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "labels": [*self._filing.labels, OURS, _label(text.key)],
        }
        if priority := self._filing.word_of(text.severity):
            fields["priority"] = {"name": priority}
        if assignee := self._filing.assignee_of(text.team):
            fields["assignee"] = {"accountId" if self._cloud else "name": assignee}
        made = self._rest.send("POST", f"{_API}/issue", json={"fields": fields}).json()
        return self._ticket(self._rest.get(f"{_API}/issue/{made['key']}", {"fields": _FIELDS}))

    def edit(self, ticket_id: str, text: TicketText, before: Severity | None) -> None:
        """Edits summary and description, and the priority where the severity changed."""
        fields: dict[str, Any] = _said(text)
        priority = self._filing.word_of(text.severity)
        if priority and text.severity != before:
            fields["priority"] = {"name": priority}
        self._rest.send("PUT", f"{_API}/issue/{ticket_id}", json={"fields": fields})

    def comments(self, ticket_id: str) -> tuple[ForeignComment, ...]:
        """All comments of an issue; see ForeignTracker."""
        found: list[Any] = []
        while True:
            asked: dict[str, str | int] = {"startAt": len(found), "maxResults": 100, "orderBy": "created"}
            page = self._rest.get(f"{_API}/issue/{ticket_id}/comment", asked)
            found += page["comments"]
            if not page["comments"] or len(found) >= page["total"]:
                return tuple(self._comment(ticket_id, one) for one in found)

    def comment(self, ticket_id: str, key: str, text: str) -> None:
        """Adds a comment that ends with its mark."""
        said = f"{cut(to_wiki(text), _BODY_MAX)}\n{mark(key)}"
        self._rest.send("POST", f"{_API}/issue/{ticket_id}/comment", json={"body": said})

    def set_open(self, ticket_id: str, *, is_open: bool, reason: str) -> None:  # noqa: ARG002 - a comment says why
        """By a transition that leads there; see ForeignTracker."""
        if self._ticket(self._rest.get(f"{_API}/issue/{ticket_id}", {"fields": _FIELDS})).is_open == is_open:
            return
        offered = self._rest.get(f"{_API}/issue/{ticket_id}/transitions")["transitions"]
        wanted = self._reopen_as if is_open else self._close_as
        fits = [one for one in offered if _leads_to(one, wanted, is_open=is_open)]
        if not fits:
            names = ", ".join(sorted(one["to"]["name"] for one in offered)) or "nothing"
            key, goal = ("reopen_as", wanted or "not done") if is_open else ("close_as", wanted or "done")
            raise DeliveryError(
                f"tracker {self.name}: no transition of {ticket_id} leads to {goal!r}, only to {names}; "
                f"mend {key}, or the workflow",
                retry=False,
            )
        chosen = min(fits, key=lambda one: one["to"]["statusCategory"]["key"] != "new")
        self._rest.send("POST", f"{_API}/issue/{ticket_id}/transitions", json={"transition": {"id": chosen["id"]}})

    def changed(self, since: datetime) -> tuple[ForeignTicket, ...]:
        """Our issues that changed since then. Relative, since JQL reads an instant in the user's own time zone."""
        minutes = max(1, ceil((self._clock() - since) / timedelta(minutes=1)))
        found = self._search(f'project = "{self._project}" AND labels = "{OURS}" AND updated >= -{minutes}m')
        return tuple(self._ticket(one) for one in found)

    def comments_since(self, ticket_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[ForeignComment, ...]]:
        """Of each ticket its comments since then: one request a ticket."""
        return {one: tuple(c for c in self.comments(one) if c.at >= since) for one in ticket_ids}

    def attach(self, ticket_id: str, plot: Plot) -> str:
        """Attaches a picture, unless it is there."""
        there = self._rest.get(f"{_API}/issue/{ticket_id}", {"fields": "attachment"})["fields"].get("attachment") or ()
        if all(one["filename"] != plot.name for one in there):
            file = File(name=plot.name, media_type=plot.media_type, content=plot.content)
            path = f"{_API}/issue/{ticket_id}/attachments"
            self._rest.send("POST", path, file=file, headers={"x-atlassian-token": "no-check"})
        return f"![{plot.name}]({ATTACHED}{plot.name})"

    def check(self) -> str:
        """Reads the project."""
        found = self._rest.get(f"{_API}/project/{self._project}")
        types = [one["name"] for one in found.get("issueTypes", ())]
        has = "has" if self._issue_type in types else "does NOT have"
        return f"project {found['key']} answers, and {has} issues of type {self._issue_type}"

    def _search(self, jql: str) -> list[Any]:
        """All issues that fit. Cloud and Data Center page in ways of their own."""
        found: list[Any] = []
        asked: dict[str, str | int] = {"jql": jql, "fields": _FIELDS, "maxResults": 100}
        while True:
            page = self._rest.get(f"{_API}/search/jql" if self._cloud else f"{_API}/search", asked)
            found += page["issues"]
            if self._cloud and page.get("nextPageToken"):
                asked["nextPageToken"] = page["nextPageToken"]
            elif not self._cloud and page["issues"] and len(found) < page["total"]:
                asked["startAt"] = len(found)
            else:
                return found

    def _ticket(self, issue: Mapping[str, Any]) -> ForeignTicket:
        fields = issue["fields"]
        is_open = fields["status"]["statusCategory"]["key"] != "done"
        return ForeignTicket(
            id=issue["key"],
            url=f"{self._url}/browse/{issue['key']}",
            is_open=is_open,
            assignee=(fields.get("assignee") or {}).get("displayName", ""),
            closed_as="" if is_open else (fields.get("resolution") or {}).get("name", ""),
        )

    def _comment(self, ticket_id: str, one: Mapping[str, Any]) -> ForeignComment:
        return ForeignComment(
            url=f"{self._url}/browse/{ticket_id}?focusedCommentId={one['id']}",
            author=(one.get("author") or {}).get("displayName", "somebody"),
            text=one["body"],
            at=datetime.fromisoformat(one["created"]),
            key=key_in(one["body"]),
        )


def connect(name: str, token: str, clock: Callable[[], datetime], url: str, user: str = "") -> RestClient:
    """Signed in to Jira: with a user (of Cloud an e-mail address) and their API token, else with a token alone."""
    headers = basic(user, token) if user else bearer(token)
    return RestClient(f"tracker {name}", url, headers=headers, clock=clock, allow_private=True, explain=_explained)


def _explained(refusal: Any) -> str:
    fields = [f"{name}: {said}" for name, said in (refusal.get("errors") or {}).items()]
    return "; ".join([*(refusal.get("errorMessages") or ()), *fields])


def _said(text: TicketText) -> dict[str, Any]:
    return {"summary": text.title[:_TITLE_MAX], "description": cut(to_wiki(text.body), _BODY_MAX)}


def _label(key: str) -> str:
    return f"{OURS}-{key}"


def _leads_to(transition: Mapping[str, Any], wanted: str, *, is_open: bool) -> bool:
    to = transition["to"]
    if wanted:
        return bool(to["name"].lower() == wanted.lower())
    return (to["statusCategory"]["key"] != "done") is is_open
