"""Declares the keys of other helpdesks: where customers' tickets live, and how Tocsin reads and answers them there."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tickets.ticket import Form
from tocsin.config.keys import Keys, Text
from tocsin.config.scalars import BaseUrl, Email, FilePath, LongerThanNothing, Name, Variable
from tocsin.config.secret import Secret, secret_at

FieldName = Annotated[
    str,
    Field(
        pattern=r"^(form|customer_id|language|asset|network|txid|amount|amount_usd|address|order_id|pair|endpoint|error_code)$"
    ),
]
"""Our name of what a helpdesk's field may say."""


class HelpdeskKeys(Keys):
    """What every helpdesk has."""

    name: Name = Field(examples=["support"])
    """Internal; unique."""
    url: BaseUrl = Field(examples=["https://example.zendesk.com"])
    """Where it answers."""
    token_env: Variable | None = Field(default=None, examples=["HELPDESK_TOKEN"])
    """The variable that holds the API token."""
    token_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/helpdesk-token"])
    """The file that holds the API token."""
    webhook_secret_env: Variable | None = Field(default=None, examples=["HELPDESK_WEBHOOK_SECRET"])
    """The variable that holds the secret of its webhook; without one no webhook is taken, and it is only polled."""
    webhook_secret_file: FilePath | None = Field(default=None, examples=["/etc/tocsin/helpdesk-webhook-secret"])
    """The file that holds the secret of its webhook."""
    poll: LongerThanNothing = Field(default=timedelta(minutes=1), examples=["1m"])
    """How often it is asked which tickets changed."""
    fields: dict[FieldName, Text] = Field(default={}, examples=[{"asset": "360001234567", "customer_id": "360001"}])
    """Which of its own fields holds what: our name, and the field's id or name there."""
    forms: dict[Text, Form] = Field(default={}, examples=[{"withdrawals": "Withdrawal"}])
    """Which topic a value of the field `form` is, where it is not called like the topic."""
    proves: Literal["nothing", "address", "customer"] = Field(default="nothing", examples=["nothing"])
    """What a ticket there proves: nothing, that its sender has the address, or that they are that customer too."""

    @property
    def token(self) -> Secret:
        """Where the API token is; the check requires one."""
        return Secret(variable=self.token_env, file=self.token_file)

    @property
    def webhook_secret(self) -> Secret | None:
        """Where the webhook's secret is."""
        return secret_at(self.webhook_secret_env, self.webhook_secret_file)


class ZendeskSettings(HelpdeskKeys):
    """Tickets live in Zendesk."""

    kind: Literal["zendesk"]
    """A Zendesk."""
    user: Text = Field(examples=["tocsin@example.com"])
    """The e-mail address of the agent whose API token it is; Tocsin writes as this agent."""
    waiting: Literal["pending", "hold"] = Field(default="pending", examples=["hold"])
    """The status of a ticket that waits for an incident; `hold` where on-hold is switched on there."""
    updates_per_minute: int = Field(default=100, ge=1, le=10_000, examples=[100])
    """How many requests a minute may change tickets; up to 100 tickets with the same answer share one."""


class ZammadSettings(HelpdeskKeys):
    """Tickets live in Zammad."""

    kind: Literal["zammad"]
    """A Zammad."""
    group: Text = Field(default="Users", examples=["Users"])
    """The group of the tickets that Tocsin makes, one for each incident."""
    waiting: Text = Field(default="pending reminder", examples=["pending reminder"])
    """The state of a ticket that waits for an incident."""
    article: Literal["email", "note"] = Field(default="email", examples=["email"])
    """How an answer is written: as an e-mail of the ticket's group, or as a note that the customer reads there."""
    updates_per_minute: int = Field(default=600, ge=1, le=10_000, examples=[600])
    """How many requests a minute may change tickets; each ticket takes one to three."""


class JiraServiceManagementSettings(HelpdeskKeys):
    """Tickets live in a project of Jira Service Management (Cloud)."""

    kind: Literal["jira_service_management"]
    """A Jira Service Management."""
    user: Text = Field(examples=["tocsin@example.com"])
    """The e-mail address of the account whose API token it is; Tocsin writes as this account."""
    project: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$")] = Field(examples=["SUP"])
    """The key of the project."""
    issue_type: Text = Field(default="Task", examples=["Task"])
    """Of the issues that Tocsin makes, one for each incident."""
    link_type: Text = Field(default="Relates", examples=["Problem/Incident"])
    """Of the links from these issues to the requests."""
    open_status: Text = Field(default="Waiting for support", examples=["Waiting for support"])
    """The status of a request that agents are to read; a transition must lead there."""
    waiting: Text = Field(default="Pending", examples=["Pending"])
    """The status of a request that waits for an incident; a transition must lead there."""
    solved: Text = Field(default="Resolved", examples=["Resolved"])
    """The status of a request that is solved; a transition must lead there."""
    closed: Text = Field(default="Closed", examples=["Closed"])
    """The status of a request to which nothing is written any more."""
    updates_per_minute: int = Field(default=300, ge=1, le=10_000, examples=[300])
    """How many requests a minute may change issues; each ticket takes one to four."""


class FreshdeskSettings(HelpdeskKeys):
    """Tickets live in Freshdesk."""

    kind: Literal["freshdesk"]
    """A Freshdesk."""
    requester: Email = Field(examples=["incidents@example.com"])
    """The address of the tickets that Tocsin makes, one for each incident; nobody reads it."""
    waiting: int = Field(default=3, ge=2, examples=[3])
    """The number of the status of a ticket that waits for an incident; 3 = pending."""
    updates_per_minute: int = Field(default=60, ge=1, le=10_000, examples=[60])
    """How many requests a minute may change tickets; each ticket takes one or two, and the plan limits all requests."""


HelpdeskSettings = Annotated[
    ZendeskSettings | ZammadSettings | JiraServiceManagementSettings | FreshdeskSettings, Field(discriminator="kind")
]
