"""Each tracker that Tocsin knows: its fake, its lines in the configuration, and the vendor's own Python client.

A sixth tracker is one file beside this one and one entry of VENDORS.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import github
import gitlab
import jira

from tests.contracts.trackers import jira as fake_jira
from tests.contracts.trackers.fake import FakeTicket, FakeTracker
from tests.contracts.trackers.github import REPOSITORY, FakeGitHub
from tests.contracts.trackers.gitlab import PROJECT, FakeGitLab
from tests.contracts.trackers.jira import FakeJira, FakeJiraDataCenter
from tests.contracts.trackers.servicenow import FakeServiceNow


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
    filed: labels, priority and assignee of a new ticket of severity major. worse: what critical brings. kind: as the
    configuration calls it, "" = as VENDORS does.
    """

    fake: type[FakeTracker]
    config: str
    see: Callable[[FakeTracker, FakeTicket], Seen] | None = None
    say: Callable[[FakeTracker, FakeTicket, str], None] | None = None
    has_files: bool = True
    filed: tuple[str, ...]
    worse: str
    kind: str = ""


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


def _gitlab_issue(fake: FakeTracker, ticket: FakeTicket) -> Any:
    client = gitlab.Gitlab(fake.url, private_token=fake.token, keep_base_url=True)
    return client, client.projects.get(PROJECT, lazy=True).issues.get(ticket.id)


def see_gitlab(fake: FakeTracker, ticket: FakeTicket) -> Seen:
    client, issue = _gitlab_issue(fake, ticket)
    with client:
        notes = issue.notes.list(get_all=True, sort="asc", order_by="created_at")
        return Seen(
            title=issue.title,
            body=issue.description,
            is_open=issue.state == "opened",
            assignee=issue.assignee["username"] if issue.assignee else "",
            comments=tuple(one.body for one in notes if not one.system),
        )


def say_gitlab(fake: FakeTracker, ticket: FakeTicket, text: str) -> None:
    client, issue = _gitlab_issue(fake, ticket)
    with client:
        issue.notes.create({"body": text})


def _jira_client(fake: FakeTracker) -> Any:
    if isinstance(fake, FakeJiraDataCenter):
        return jira.JIRA(fake.url, token_auth=fake.token, get_server_info=False, max_retries=0)
    return jira.JIRA(fake.url, basic_auth=(fake_jira.USER, fake.token), get_server_info=False, max_retries=0)


def see_jira(fake: FakeTracker, ticket: FakeTicket) -> Seen:
    with closing(_jira_client(fake)) as client:
        issue = client.issue(f"{fake_jira.PROJECT}-{ticket.id}")
        return Seen(
            title=issue.fields.summary,
            body=issue.fields.description,
            is_open=issue.fields.status.statusCategory.key != "done",
            assignee=issue.fields.assignee.displayName if issue.fields.assignee else "",
            comments=tuple(one.body for one in client.comments(issue.key)),
        )


def say_jira(fake: FakeTracker, ticket: FakeTicket, text: str) -> None:
    with closing(_jira_client(fake)) as client:
        client.add_comment(f"{fake_jira.PROJECT}-{ticket.id}", text)


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
    "gitlab": Vendor(
        fake=FakeGitLab,
        config=f"project: {PROJECT}, severities: {{major: sev2, critical: sev1}}, assignee: ann",
        see=see_gitlab,
        say=say_gitlab,
        filed=("incident", "sev2", "ann"),
        worse="sev1",
    ),
    "jira": Vendor(
        fake=FakeJira,
        config=f"project: {fake_jira.PROJECT}, user: {fake_jira.USER}, severities: {{major: High, critical: Highest}},"
        " assignee: ann",
        see=see_jira,
        say=say_jira,
        filed=("incident", "tocsin", "High", "ann"),
        worse="Highest",
    ),
    "jira data center": Vendor(
        kind="jira",
        fake=FakeJiraDataCenter,
        config=f"project: {fake_jira.PROJECT}, cloud: false, severities: {{major: High, critical: Highest}},"
        " assignee: ann",
        see=see_jira,
        say=say_jira,
        filed=("incident", "tocsin", "High", "ann"),
        worse="Highest",
    ),
    "servicenow": Vendor(
        fake=FakeServiceNow,
        config='user: tocsin, severities: {major: "2 2", critical: "1"}, assignee: ann',
        filed=("2 2", "ann"),
        worse="1 1",
    ),
}
