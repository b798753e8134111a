"""Issues of a GitLab project (REST API, version 4), of gitlab.com or a server of one's own.

GitLab's search depends on how a server indexes; a ticket is found in the list of issues, the newest first, back to the
incident's opening. Pictures are uploaded to the project.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from incidents.delivery import DeliveryError
from incidents.incident import Severity
from tickets.engineering import Plot
from tickets.rest import File, RestClient
from tickets.trackers.foreign import Filing, ForeignComment, ForeignTicket, TicketText, cut, key_in, mark

URL = "https://gitlab.com"
_TITLE_MAX = 255
_BODY_MAX = 1_000_000
_PAGES = 100
"""Of 100 issues or comments that are read at most; beyond it is an error."""


class GitLab:
    """The issues of one project. project: "group/name" or its number. rest: signed in, as `connect` makes it."""

    find_lag = timedelta(0)

    def __init__(self, name: str, rest: RestClient, *, project: str, filing: Filing) -> None:
        self.name = name
        self._rest = rest
        self._path = f"projects/{quote(project, safe='')}"
        self._filing = filing

    def find(self, key: str, since: datetime) -> ForeignTicket | None:
        """The issue whose description ends with the key's mark; see ForeignTracker."""
        listed: dict[str, str | int] = {
            "scope": "all",
            "order_by": "created_at",
            "sort": "desc",
            "created_after": _instant(since),
            "per_page": 100,
        }
        issues = self._rest.pages(f"{self._path}/issues", listed, at_most=_PAGES)
        return next((_ticket(one) for one in issues if key_in(one.get("description") or "") == key), None)

    def create(self, text: TicketText) -> ForeignTicket:
        """Opens an issue; see ForeignTracker."""
        labels = [*self._filing.labels, *filter(None, [self._filing.word_of(text.severity)])]
        said = {**_said(text), "labels": ",".join(labels)}
        if assignee := self._filing.assignee_of(text.team):
            said["assignee_ids"] = [self._user(assignee)]
        return _ticket(self._rest.send("POST", f"{self._path}/issues", json=said).json())

    def edit(self, ticket_id: str, text: TicketText, before: Severity | None) -> None:
        """Edits title and description, and exchanges the severity's label; other labels stay as people set them."""
        said = _said(text)
        old, new = self._filing.word_of(before), self._filing.word_of(text.severity)
        if old != new:
            said |= {"remove_labels": old, "add_labels": new}
        self._rest.send("PUT", f"{self._path}/issues/{ticket_id}", json=said)

    def comments(self, ticket_id: str) -> tuple[ForeignComment, ...]:
        """What people and we wrote, without GitLab's own lines; see ForeignTracker."""
        issue = self._rest.get(f"{self._path}/issues/{ticket_id}")
        asked: dict[str, str | int] = {"sort": "asc", "order_by": "created_at", "per_page": 100}
        notes = self._rest.pages(f"{self._path}/issues/{ticket_id}/notes", asked, at_most=_PAGES)
        return tuple(_comment(one, issue["web_url"]) for one in notes if not one.get("system"))

    def comment(self, ticket_id: str, key: str, text: str) -> None:
        """Adds a note, its mark in an invisible comment of HTML."""
        said = f"{cut(text, _BODY_MAX)}\n\n<!-- {mark(key)} -->"
        self._rest.send("POST", f"{self._path}/issues/{ticket_id}/notes", json={"body": said})

    def set_open(self, ticket_id: str, *, is_open: bool, reason: str) -> None:  # noqa: ARG002 - a comment says why
        """Closes or reopens; see ForeignTracker."""
        event = {"state_event": "reopen" if is_open else "close"}
        self._rest.send("PUT", f"{self._path}/issues/{ticket_id}", json=event)

    def changed(self, since: datetime) -> tuple[ForeignTicket, ...]:
        """The project's issues that changed since then."""
        listed: dict[str, str | int] = {
            "scope": "all",
            "order_by": "updated_at",
            "sort": "asc",
            "updated_after": _instant(since),
            "per_page": 100,
        }
        return tuple(_ticket(one) for one in self._rest.pages(f"{self._path}/issues", listed, at_most=_PAGES))

    def comments_since(self, ticket_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[ForeignComment, ...]]:
        """Of each ticket its comments since then: two requests a ticket."""
        return {one: tuple(c for c in self.comments(one) if c.at >= since) for one in ticket_ids}

    def attach(self, ticket_id: str, plot: Plot) -> str:  # noqa: ARG002 - uploads are the project's
        """Uploads a picture to the project; one that is uploaded twice shows once."""
        file = File(name=plot.name, media_type=plot.media_type, content=plot.content)
        return str(self._rest.send("POST", f"{self._path}/uploads", file=file).json()["markdown"])

    def check(self) -> str:
        """Reads the project."""
        found = self._rest.get(self._path)
        return f"{found['path_with_namespace']} answers"

    def _user(self, name: str) -> int:
        found = self._rest.get("users", {"username": name})
        if not found:
            said = f"tracker {self.name}: GitLab knows no user {name!r}; mend its assignee or teams"
            raise DeliveryError(said, retry=False)
        return int(found[0]["id"])


def connect(name: str, token: str, clock: Callable[[], datetime], url: str = URL) -> RestClient:
    """Signed in to GitLab with an access token of a person, a group or a project."""
    headers = {"private-token": token}
    return RestClient(
        f"tracker {name}", f"{url}/api/v4", headers=headers, clock=clock, allow_private=True, explain=_explained
    )


def _explained(refusal: Any) -> str:
    return str(refusal.get("message") or refusal.get("error") or "")


def _said(text: TicketText) -> dict[str, Any]:
    body = f"{cut(text.body, _BODY_MAX)}\n<!-- {mark(text.key)} -->\n"
    return {"title": text.title[:_TITLE_MAX], "description": body}


def _ticket(issue: Mapping[str, Any]) -> ForeignTicket:
    return ForeignTicket(
        id=str(issue["iid"]),
        url=issue["web_url"],
        is_open=issue["state"] == "opened",
        assignee=(issue.get("assignee") or {}).get("username", ""),
        closed_by=(issue.get("closed_by") or {}).get("username", ""),
    )


def _comment(one: Mapping[str, Any], issue_url: str) -> ForeignComment:
    return ForeignComment(
        url=f"{issue_url}#note_{one['id']}",
        author=one["author"]["username"],
        text=one["body"],
        at=datetime.fromisoformat(one["created_at"]),
        key=key_in(one["body"]),
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
