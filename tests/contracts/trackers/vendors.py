"""Each tracker that Tocsin knows: its fake, its lines in the configuration, and the vendor's own Python client.

A sixth tracker is one file beside this one and one entry of VENDORS.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import github
import pytest

from tests.contracts.trackers.fake import FakeTicket, FakeTracker
from tests.contracts.trackers.github import REPOSITORY, FakeGitHub


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A ticket as the vendor's own client reads it."""

    title: str
    body: str
    is_open: bool
    assignee: str
    comments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """fake: makes the server. config: the keys beside kind, name, url and token. see: reads a ticket by the vendor's
    client, None = the vendor publishes none for Python. say: comments by it. has_files: whether plots are uploaded.
    filed: labels, priority and assignee of a new ticket of severity major. worse: what critical brings.
    """

    fake: type[FakeTracker]
    config: str
    see: Callable[[FakeTracker, FakeTicket], Seen] | None = None
    say: Callable[[FakeTracker, FakeTicket, str], None] | None = None
    has_files: bool = True
    filed: tuple[str, ...]
    worse: str


def _github_issue(fake: FakeTracker, ticket: FakeTicket) -> Any:
    client = github.Github(
        base_url=fake.url, auth=github.Auth.Token(fake.token), retry=None, seconds_between_requests=None
    )
    return client, client.get_repo(REPOSITORY).get_issue(ticket.id)


def see_github(fake: FakeTracker, ticket: FakeTicket) -> Seen:
    client, issue = _github_issue(fake, ticket)
    with closing(client):
        return Seen(
            title=issue.title,
            body=issue.body,
            is_open=issue.state == "open",
            assignee=next((one.login for one in issue.assignees), ""),
            comments=tuple(one.body for one in issue.get_comments()),
        )


def say_github(fake: FakeTracker, ticket: FakeTicket, text: str) -> None:
    client, issue = _github_issue(fake, ticket)
    with closing(client):
        issue.create_comment(text)


VENDORS = {
    "github": Vendor(
        fake=FakeGitHub,
        config=f"repository: {REPOSITORY}, severities: {{major: sev2, critical: sev1}}, assignee: ann",
        see=see_github,
        say=say_github,
        has_files=False,
        filed=("incident", "sev2", "ann"),
        worse="sev1",
    ),
}

vendors = pytest.mark.parametrize("vendor", VENDORS)
