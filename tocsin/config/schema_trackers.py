"""Declares the configuration's keys of engineering trackers: type, range, default, meaning, example."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tocsin.config.keys import Keys, Text
from tocsin.config.scalars import BaseUrl, Duration, FilePath, HttpUrl, LongerThanNothing, Name, Variable
from tocsin.config.secret import Secret


class WebhookSettings(Keys):
    """An engineering tracker behind a signed webhook."""

    kind: Literal["webhook"]
    """Signed as Standard Webhooks says."""
    name: Name = Field(examples=["ops"])
    """Internal; unique."""
    url: HttpUrl = Field(examples=["https://hooks.internal/tocsin"])
    """Where the updates go."""
    secret_env: Variable | None = Field(default=None, examples=["TOCSIN_OPS_SECRET"])
    """The variable that holds the key that signs."""
    secret_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/ops-secret"])
    """The file that holds the key that signs."""
    gather: Duration = Field(default=timedelta(minutes=1), examples=["1m"])
    """For so long after an update of an incident its updates of kind `signals` wait and become one; others do not."""

    @property
    def secret(self) -> Secret:
        """Where the key is; the check requires one."""
        return Secret(variable=self.secret_env, file=self.secret_file)


class SeverityWords(Keys):
    """A label in GitHub and GitLab, a priority in Jira, impact and urgency in ServiceNow ("1 2"); null = none."""

    critical: Text | None = Field(default=None, examples=["sev1"])
    """Of critical incidents."""
    major: Text | None = Field(default=None, examples=["sev2"])
    """Of major incidents."""
    minor: Text | None = Field(default=None, examples=["sev3"])
    """Of minor incidents."""


class ForeignTrackerSettings(Keys):
    """What all trackers of other companies have in common."""

    name: Name = Field(examples=["ops"])
    """Internal; unique."""
    token_env: Variable | None = Field(default=None, examples=["TOCSIN_TRACKER_TOKEN"])
    """The variable that holds the token or password that signs in."""
    token_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/tracker-token"])
    """The file that holds the token or password that signs in."""
    assignee: Text | None = Field(default=None, examples=["ann"])
    """Who gets a new ticket, as the tracker's API calls them; null = nobody."""
    teams: dict[Text, Text] = Field(default={}, examples=[{"wallets": "bob"}])
    """Who gets it in place of `assignee` where the component at fault is of this `team`."""
    severities: SeverityWords = Field(default=SeverityWords(), examples=[{"critical": "sev1", "major": "sev2"}])
    """The tracker's word for each severity, exchanged when that changes."""
    gather: Duration = Field(default=timedelta(minutes=1), examples=["1m"])
    """For so long after an update of an incident its updates of kind `signals` wait and become one; others do not."""
    poll: LongerThanNothing = Field(default=timedelta(minutes=1), examples=["1m"])
    """How often the tracker is asked for comments, assignees and closed tickets."""

    @property
    def token(self) -> Secret:
        """Where the token is; the check requires one."""
        return Secret(variable=self.token_env, file=self.token_file)


class LabelledTrackerSettings(ForeignTrackerSettings):
    """What trackers with labels have in common."""

    labels: tuple[Text, ...] = Field(default=("incident",), examples=[["incident"]])
    """Labels of every ticket, set when it is created."""


class GitHubSettings(LabelledTrackerSettings):
    """Issues of a GitHub repository. Needs a token that may read and write issues."""

    kind: Literal["github"]
    """GitHub, or GitHub Enterprise Server."""
    url: BaseUrl = Field(default="https://api.github.com", examples=["https://api.github.com"])
    """Where the API answers; of an Enterprise Server `https://HOST/api/v3`."""
    repository: str = Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", examples=["example/operations"])
    """Whose issues they are."""


class GitLabSettings(LabelledTrackerSettings):
    """Issues of a GitLab project. Needs a token of scope `api` whose role is Reporter or more."""

    kind: Literal["gitlab"]
    """GitLab, of gitlab.com or a server of your own."""
    url: BaseUrl = Field(default="https://gitlab.com", examples=["https://gitlab.com"])
    """Where GitLab is."""
    project: str = Field(pattern=r"^[A-Za-z0-9_./-]+$", examples=["example/operations"])
    """Whose issues they are: its path, or its number."""


class JiraSettings(LabelledTrackerSettings):
    """Issues of a Jira project."""

    kind: Literal["jira"]
    """Jira Cloud, or a Data Center."""
    url: BaseUrl = Field(examples=["https://example.atlassian.net"])
    """Where Jira is."""
    cloud: bool = Field(default=True, examples=[True])
    """Jira Cloud; false = a Data Center or server of your own."""
    user: Text | None = Field(default=None, examples=["tocsin@example.com"])
    """Whose token it is: of Cloud the e-mail address; null = the token signs in alone, as a Data Center's does."""
    project: str = Field(pattern=r"^[A-Z][A-Z0-9_]+$", examples=["OPS"])
    """The project's key."""
    issue_type: Text = Field(default="Task", examples=["Incident"])
    """What its tickets are."""
    close_as: Text | None = Field(default=None, examples=["Done"])
    """The status of a ticket whose incident is over; null = the first offered that counts as done."""
    reopen_as: Text | None = Field(default=None, examples=["To Do"])
    """The status of a ticket whose incident is back; null = the first offered that does not count as done."""


class ServiceNowSettings(ForeignTrackerSettings):
    """Records of a ServiceNow table. Needs a user who may read and write them, and read sys_journal_field."""

    kind: Literal["servicenow"]
    """A ServiceNow instance."""
    url: BaseUrl = Field(examples=["https://example.service-now.com"])
    """Where the instance is."""
    user: Text | None = Field(default=None, examples=["tocsin"])
    """Who signs in, with the token as password; null = it is an OAuth token."""
    table: str = Field(default="incident", pattern=r"^[a-z][a-z0-9_]*$", examples=["incident"])
    """Whose records they are."""
    group: Text | None = Field(default=None, examples=["Operations"])
    """The assignment group of new records; null = none."""
    close_code: Text = Field(default="Solution provided", examples=["Solution provided"])
    """The close code of records that are resolved, one of the instance's."""


TrackerSettings = Annotated[
    WebhookSettings | GitHubSettings | GitLabSettings | JiraSettings | ServiceNowSettings, Field(discriminator="kind")
]
