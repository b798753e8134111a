"""What a foreign tracker is to Tocsin: a place that keeps one ticket an incident, found again by its key.

The adapters beside this module map it to one vendor's API each; `tocsin/response/foreign_tracker.py` decides when
what is written and read. Texts are Markdown, as `tickets.engineering` makes it; each adapter puts them into its own
tracker's markup.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from incidents.delivery import DeliveryError
from incidents.incident import Severity
from tickets.engineering import Plot
from tickets.markdown import link_target

_MARK = re.compile(r"tocsin ([a-z0-9:.-]{1,80})\s*(?:-->|\[/code\])?\s*$")
_CUT = "\n\n… this ticket takes no more: the rest is in Tocsin's console.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketText:
    """What a ticket is to say. key: of the incident, by which the ticket is found again; [a-z0-9-].

    title: plain text. body: Markdown. severity: None = pending. team: of the component at fault, "" = none.
    """

    key: str
    title: str
    body: str
    severity: Severity | None
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTicket:
    """A ticket as the tracker has it. id: what its API calls it by. url: where people open it.

    assignee: a name, "" = nobody. closed_by: a name, "" = open, or not known. closed_as: such as "duplicate", "" = not
    known.
    """

    id: str
    url: str
    is_open: bool
    assignee: str = ""
    closed_by: str = ""
    closed_as: str = ""

    def __post_init__(self) -> None:
        """Raises DeliveryError where the address is none that a page may link to."""
        _require_web_address(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignComment:
    """A comment as the tracker has it. url: its own, unique. key: what our mark in it says; "" = it is not ours."""

    url: str
    author: str
    text: str
    at: datetime
    key: str = ""

    def __post_init__(self) -> None:
        """Raises DeliveryError where the address is none that a page may link to."""
        _require_web_address(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How an installation files its tickets.

    labels: of every ticket. severities: severity -> the tracker's word for it (a label, a priority; of ServiceNow
    "impact urgency"), "" = none. assignee: of tickets whose component's team is not in `by_team`, "" = nobody.
    """

    labels: tuple[str, ...] = ()
    severities: Mapping[Severity, str] = field(default_factory=dict)
    assignee: str = ""
    by_team: Mapping[str, str] = field(default_factory=dict)

    def word_of(self, severity: Severity | None) -> str:
        """The tracker's word for a severity; "" = none."""
        return self.severities.get(severity, "") if severity else ""

    def assignee_of(self, team: str) -> str:
        """Who gets the tickets of a team; "" = nobody."""
        return self.by_team.get(team, self.assignee)


class ForeignTracker(Protocol):
    """One vendor's API. Every method raises DeliveryError; every method may be called again after it."""

    @property
    def name(self) -> str:
        """Unique in the configuration."""

    @property
    def find_lag(self) -> timedelta:
        """So long a ticket that was just created may not be found; 0 = it is found at once."""

    def find(self, key: str, since: datetime) -> ForeignTicket | None:
        """The ticket of this key, created at that time or later; None = there is none."""

    def create(self, text: TicketText) -> ForeignTicket:
        """A new ticket. Where it raises, the ticket may have been created."""

    def edit(self, ticket_id: str, text: TicketText, before: Severity | None) -> None:
        """Puts title, body and severity in the place of what the ticket says. before: the severity written last."""

    def comments(self, ticket_id: str) -> tuple[ForeignComment, ...]:
        """All comments of a ticket, the oldest first."""

    def comment(self, ticket_id: str, key: str, text: str) -> None:
        """Adds a comment with a mark of its key, by which `comments` knows it again. text: Markdown."""

    def set_open(self, ticket_id: str, *, is_open: bool, reason: str) -> None:
        """Closes or reopens a ticket; one that is so already stays as it is."""

    def changed(self, since: datetime) -> tuple[ForeignTicket, ...]:
        """Tickets that changed at that time or later, ours and possibly others."""

    def comments_since(self, ticket_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[ForeignComment, ...]]:
        """Of these tickets the comments of that time or later, the oldest first; none of others."""

    def attach(self, ticket_id: str, plot: Plot) -> str:
        """Uploads a picture, once; how a body in Markdown refers to it, "" = this tracker takes none."""

    def check(self) -> str:
        """Reads what a ticket needs and changes nothing; says what was found."""


def _require_web_address(url: str) -> None:
    if not link_target(url):
        raise DeliveryError(f"the tracker's answer has the address {url[:80]!r}, expected https://…", retry=False)


def mark(key: str) -> str:
    """The last words of a text of ours, by which it is known again."""
    return f"tocsin {key}"


def key_in(text: str) -> str:
    """The key of the mark at a text's end; "" where it ends otherwise: whoever quotes us adds words below."""
    found = _MARK.search(text.rstrip())
    return found.group(1) if found else ""


def cut(text: str, at_most: int) -> str:
    """A text of at most so many characters, ended at a line's end, with a word that there is more."""
    if len(text) <= at_most:
        return text
    kept = text[: at_most - len(_CUT)]
    return kept[: kept.rfind("\n") if "\n" in kept else len(kept)].rstrip() + _CUT
