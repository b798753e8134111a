"""The fields of an incident that the public may see, and no others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.component import ComponentStatus
from incidents.incident import Severity


class Phase(StrEnum):
    """An incident's status in public words."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    POSTMORTEM = "postmortem"  # of an entry alone: the incident itself stays resolved


ENDED_PHASES = frozenset({Phase.RESOLVED, Phase.RETRACTED})


def anything(_text: str) -> bool:
    """Lets every text out: where nothing is known that readers must not see."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureSettings:
    """The site settings that an incident's public words depend on.

    update_every: how long after an update of an open incident the next one is due.
    may_say: whether a text that a person wrote may be read outside. One that may not waits, and the template's
    sentence stands in its place; nothing else waits for it.
    """

    name: str = ""
    update_every: timedelta = timedelta(minutes=30)
    may_say: Callable[[str], bool] = anything


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUpdate:
    """One entry of a disclosed incident.

    id: 12 characters [a-z0-9], stable. body: the template's sentences in the reader's language, plain text.
    body is "" where the phase is a postmortem: there the message is all.
    message: a human's Markdown in `message_language`, or "". corrected_at: when other words took the place of its first
    ones; None = never.
    statuses: (component name, its status) from this entry until the next one; empty = not known entry by entry, and the
    incident's worst stands for its whole length.
    """

    id: str
    at: datetime
    phase: Phase
    body: str
    message: str = ""
    message_language: str = "en"
    corrected_at: datetime | None = None
    statuses: tuple[tuple[str, ComponentStatus], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIncident:
    """A disclosed incident, in one language.

    title: public words alone. statuses: (component name, its status) at its worst; the names are internal, to be looked
    up, never shown. now_statuses: as of the last update (all operational once ended).
    severity: the peak; None while pending. automatic: nobody has confirmed it yet.
    updates: newest first, at least one. next_update_by: None once it ended.
    recurring_since: when a fault that keeps coming back first came; None = it does not, or is over.
    last_seen_at: when the fault last went away; None = it is there now.
    continued_in: the id of the incident that it was merged into, "" = none; that one may not be public yet.
    steps: (instant, each component's status from then on), oldest first, one for each change, also where no entry says
    so; () = not known, and the entries' own statuses stand.
    unaffected: one sentence in the reader's language that says which areas neither it nor any other incident that is
    active now touches; "" = nobody knows, there is none, or it has ended.
    """

    id: str
    title: str
    phase: Phase
    severity: Severity | None
    started_at: datetime
    disclosed_at: datetime
    updated_at: datetime
    monitoring_at: datetime | None = None
    resolved_at: datetime | None = None
    automatic: bool
    statuses: tuple[tuple[str, ComponentStatus], ...]
    now_statuses: tuple[tuple[str, ComponentStatus], ...]
    updates: tuple[PublicUpdate, ...]
    next_update_by: datetime | None = None
    recurring_since: datetime | None = None
    last_seen_at: datetime | None = None
    unaffected: str = ""
    continued_in: str = ""
    steps: tuple[tuple[datetime, tuple[tuple[str, ComponentStatus], ...]], ...] = ()
