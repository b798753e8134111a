"""Issues of a GitHub repository (REST API, version 2022-11-28), of github.com or an Enterprise Server.

GitHub's search lags behind, so a ticket is found in the list of issues, which does not: the newest first, back to the
incident's opening. Its REST API takes no attachments: pictures stay links.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.delivery import DeliveryError
from incidents.incident import Severity
from tickets.engineering import Plot
from tickets.rest import RestClient, bearer
from tickets.trackers.foreign import Filing, ForeignComment, ForeignTicket, TicketText, cut, key_in, mark

URL = "https://api.github.com"
_TITLE_MAX = 256
_BODY_MAX = 65_000
_PAGES = 100
"""Of 100 issues or comments that are read at most; beyond it is an error."""


class GitHub:
    """The issues of one repository. repository: "owner/name". rest: signed in, as `connect` makes it."""

    find_lag = timedelta(0)

    def __init__(self, name: str, rest: RestClient, *, repository: str, filing: Filing) -> None:
        self.name = name
        self._rest = rest
        self._path = f"repos/{repository}"
        self._filing = filing

    def find(self, key: str, since: datetime) -> ForeignTicket | None:
        """The issue whose body ends with the key's mark; see ForeignTracker."""
        listed: dict[str, str | int] = {
            "state": "all",
            "sort": "created",
            "direction": "desc",
            "since": _instant(since),
            "per_page": 100,
        }
        for page in range(1, _PAGES + 1):
            issues = self._rest.get(f"{self._path}/issues", {**listed, "page": page})
            for issue in issues:
                if key_in(issue.get("body") or "") == key and "pull_request" not in issue:
                    return _ticket(issue)
            if len(issues) < 100 or datetime.fromisoformat(issues[-1]["created_at"]) < since:
                return None
        raise DeliveryError(
            f"tracker {self.name}: more than {_PAGES * 100} issues since {since:%Y-%m-%d %H:%M} UTC, the incident's is "
            "not among them; close its entry on /console/delivery",
            retry=False,
        )

    def create(self, text: TicketText) -> ForeignTicket:
        """Opens an issue; see ForeignTracker."""
        labels = [*self._filing.labels, *filter(None, [self._filing.word_of(text.severity)])]
        assignee = self._filing.assignee_of(text.team)
        filed = {"labels": labels, "assignees": [assignee] if assignee else []}
        return _ticket(self._rest.send("POST", f"{self._path}/issues", json={**_said(text), **filed}).json())

    def edit(self, ticket_id: str, text: TicketText, before: Severity | None) -> None:
        """Edits title and body, and exchanges the severity's label; other labels stay as people set them."""
        said: dict[str, object] = _said(text)
        old, new = self._filing.word_of(before), self._filing.word_of(text.severity)
        if old != new:
            issue = self._rest.get(f"{self._path}/issues/{ticket_id}")
            labels = [one["name"] for one in issue["labels"] if one["name"] not in (old, new)]
            said["labels"] = [*labels, *filter(None, [new])]
        self._rest.send("PATCH", f"{self._path}/issues/{ticket_id}", json=said)

    def comments(self, ticket_id: str) -> tuple[ForeignComment, ...]:
        """All comments of an issue; see ForeignTracker."""
        path = f"{self._path}/issues/{ticket_id}/comments"
        return tuple(_comment(one) for one in self._rest.pages(path, {"per_page": 100}, at_most=_PAGES))

    def comment(self, ticket_id: str, key: str, text: str) -> None:
        """Adds a comment, its mark in an invisible one of HTML."""
        said = f"{cut(text, _BODY_MAX)}\n\n<!-- {mark(key)} -->"
        self._rest.send("POST", f"{self._path}/issues/{ticket_id}/comments", json={"body": said})

    def set_open(self, ticket_id: str, *, is_open: bool, reason: str) -> None:  # noqa: ARG002 - a comment says why
        """Closes as completed, or reopens; see ForeignTracker."""
        state = {"state": "open"} if is_open else {"state": "closed", "state_reason": "completed"}
        self._rest.send("PATCH", f"{self._path}/issues/{ticket_id}", json=state)

    def changed(self, since: datetime) -> tuple[ForeignTicket, ...]:
        """The repository's issues that changed since then."""
        listed = {**_by_change(since), "state": "all"}
        issues = self._rest.pages(f"{self._path}/issues", listed, at_most=_PAGES)
        return tuple(_ticket(issue) for issue in issues if "pull_request" not in issue)

    def comments_since(self, ticket_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[ForeignComment, ...]]:
        """Comments of the whole repository since then, sorted out: one request, however many tickets there are."""
        found: dict[str, tuple[ForeignComment, ...]] = dict.fromkeys(ticket_ids, ())
        for one in self._rest.pages(f"{self._path}/issues/comments", _by_change(since), at_most=_PAGES):
            number = one["issue_url"].rpartition("/")[2]
            if number in found:
                found[number] = (*found[number], _comment(one))
        return {number: tuple(sorted(said, key=lambda c: c.at)) for number, said in found.items()}

    def attach(self, ticket_id: str, plot: Plot) -> str:  # noqa: ARG002 - nothing is uploaded
        """Nothing: the API takes no attachments."""
        return ""

    def check(self) -> str:
        """Reads the repository."""
        found = self._rest.get(self._path)
        return f"{found['full_name']} answers, and issues are {'on' if found.get('has_issues', True) else 'OFF'}"


def connect(name: str, token: str, clock: Callable[[], datetime], url: str = URL) -> RestClient:
    """Signed in to GitHub. url: of an Enterprise Server https://HOST/api/v3."""
    headers = {**bearer(token), "accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    return RestClient(f"tracker {name}", url, headers=headers, clock=clock, allow_private=True, explain=_explained)


def _explained(refusal: Any) -> str:
    fields = [f"{one.get('field', '')} {one.get('code', '')}".strip() for one in refusal.get("errors") or ()]
    return "; ".join([refusal["message"], *fields])


def _said(text: TicketText) -> dict[str, object]:
    body = f"{cut(text.body, _BODY_MAX)}\n<!-- {mark(text.key)} -->\n"
    return {"title": text.title[:_TITLE_MAX], "body": body}


def _ticket(issue: Mapping[str, Any]) -> ForeignTicket:
    return ForeignTicket(
        id=str(issue["number"]),
        url=issue["html_url"],
        is_open=issue["state"] == "open",
        assignee=(issue.get("assignee") or {}).get("login", ""),
        closed_by=(issue.get("closed_by") or {}).get("login", ""),
        closed_as=(issue.get("state_reason") or "").replace("_", " ") if issue["state"] == "closed" else "",
    )


def _comment(one: Mapping[str, Any]) -> ForeignComment:
    return ForeignComment(
        url=one["html_url"],
        author=(one.get("user") or {}).get("login", "somebody"),
        text=one.get("body") or "",
        at=datetime.fromisoformat(one["created_at"]),
        key=key_in(one.get("body") or ""),
    )


def _by_change(since: datetime) -> dict[str, str | int]:
    return {"since": _instant(since), "sort": "updated", "direction": "asc", "per_page": 100}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
