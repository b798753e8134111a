"""The public page as data, ready to be rendered; it contains no internal name."""

from dataclasses import dataclass
from datetime import datetime

from incidents.component import ComponentStatus
from incidents.incident import Severity
from incidents.public import ENDED_PHASES, Phase
from incidents.suspicion import SuspicionEnd
from statuspage.maintenance import MaintenancePhase
from statuspage.modes import TradingMode
from statuspage.site import Site
from statuspage.spark import Spark
from statuspage.uptime import Day, worst
from statuspage.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnView:
    """A suspicion that came to nothing. end: how, as a key of the words."""

    since: datetime
    until: datetime
    end: SuspicionEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One component as the public sees it.

    position: 1, 2, 3 … down the whole page, groups counted. reported: what incidents and maintenance say of it,
    whether or not anybody can verify it just now. unverified_since: None = it is being watched.
    suspected_since: the first bad sample of what is not public yet, None = nothing is suspected. withdrawn: a suspicion
    of the last hour that came to nothing.
    mode: how it trades, None = it is no market; mode_since: None = ever.
    spark: its own figure over the last day, None = not wanted.
    days: oldest first, today last. asset, network, direction: its place in the matrix, "" = it has none.
    """

    id: str
    title: str
    group: str
    group_id: str | None
    position: int
    reported: ComponentStatus
    unverified_since: datetime | None
    changed_at: datetime
    days: tuple[Day, ...]
    asset: str = ""
    network: str = ""
    direction: str = ""
    mode: TradingMode | None = None
    mode_since: datetime | None = None
    spark: Spark | None = None
    suspected_since: datetime | None = None
    withdrawn: WithdrawnView | None = None

    @property
    def status(self) -> ComponentStatus:
        """What the page shows: "operational" only where somebody is looking."""
        if self.suspected_since is not None and self.reported is ComponentStatus.OPERATIONAL:
            return ComponentStatus.SUSPECTED
        if self.unverified_since is not None and self.reported is ComponentStatus.OPERATIONAL:
            return ComponentStatus.UNKNOWN
        return self.reported

    @property
    def restricted(self) -> TradingMode | None:
        """The mode where it takes something from customers; None = online, or no market."""
        return None if self.mode is TradingMode.ONLINE else self.mode

    @property
    def label(self) -> str:
        """Its name where its group does not stand above it."""
        return f"{self.group} – {self.title}" if self.group else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Components that stand together; id and title are empty for those without a group."""

    id: str
    title: str
    position: int
    components: tuple[ComponentView, ...]

    @property
    def status(self) -> ComponentStatus:
        """Its worst component's."""
        return worst(c.status for c in self.components)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A component as an incident or planned work touches it: its worst, and how it is now."""

    id: str
    label: str
    peak: ComponentStatus
    now: ComponentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView:
    """One entry; body: the template's sentences; message: a person's Markdown, all that there is of planned work.

    corrected_at: when its words were last corrected, None = never.
    statuses: (component id, status) from this entry on, where known entry by entry.

    planned: of planned work, from when to when it was to be as of this entry, None = not known. is_moved: the entry
    announced another time.
    """

    id: str
    at: datetime
    phase: Phase | MaintenancePhase
    body: str
    message: str = ""
    message_language: str = ""
    corrected_at: datetime | None = None
    statuses: tuple[tuple[str, ComponentStatus], ...] = ()
    planned: tuple[datetime, datetime] | None = None
    is_moved: bool = False

    @property
    def updated_at(self) -> datetime:
        """When it was written, or last corrected."""
        return self.corrected_at or self.at

    @property
    def label(self) -> str:
        """The key of the words that stand above it."""
        return "moved" if self.is_moved else self.phase.value


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """A disclosed incident as the public sees it; updates newest first.

    unaffected: a sentence that says what it does not touch, "" = nobody knows. continued_in: the id of the incident on
    this page that goes on in its place, "" = none; lists show that one alone. recurring_since, last_seen_at: as in
    `PublicIncident`.
    """

    id: str
    title: str
    phase: Phase
    severity: Severity | None
    automatic: bool
    started_at: datetime
    disclosed_at: datetime
    updated_at: datetime
    monitoring_at: datetime | None
    ended_at: datetime | None
    next_update_by: datetime | None
    touched: tuple[Touched, ...]
    updates: tuple[UpdateView, ...]
    unaffected: str = ""
    continued_in: str = ""
    recurring_since: datetime | None = None
    last_seen_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it still lasts."""
        return self.phase not in ENDED_PHASES

    @property
    def has_postmortem(self) -> bool:
        """Whether what was learnt of it was published, and nothing was said of it since."""
        return self.updates[0].phase is Phase.POSTMORTEM

    @property
    def course(self) -> tuple[UpdateView, ...]:
        """The entries written while it lasted, newest first; at least one."""
        return tuple(u for u in self.updates if u.phase is not Phase.POSTMORTEM)

    @property
    def postmortems(self) -> tuple[UpdateView, ...]:
        """The postmortems, newest first."""
        return tuple(u for u in self.updates if u.phase is Phase.POSTMORTEM)

    @property
    def sign(self) -> str:
        """The icon and colour that it wears."""
        return "retracted" if self.phase is Phase.RETRACTED else str(self.worst)

    @property
    def worst(self) -> ComponentStatus:
        """Its worst component's status, now while it lasts, at its peak after."""
        return worst(t.now if self.is_active else t.peak for t in self.touched)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceView:
    """Planned work as the public sees it; updates newest first."""

    id: str
    title: str
    phase: MaintenancePhase
    scheduled_for: datetime
    scheduled_until: datetime
    created_at: datetime
    updated_at: datetime
    touched: tuple[Touched, ...]
    updates: tuple[UpdateView, ...]

    @property
    def is_active(self) -> bool:
        """Whether it is going on."""
        return self.phase in (MaintenancePhase.IN_PROGRESS, MaintenancePhase.VERIFYING)

    @property
    def sign(self) -> str:
        """The icon and colour that it wears."""
        return "retracted" if self.phase is MaintenancePhase.CANCELLED else "maintenance"

    @property
    def text(self) -> str:
        """The planner's latest words, Markdown."""
        return next((u.message for u in self.updates if u.message), "")


EventView = IncidentView | MaintenanceView


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the public may see at one instant.

    changed_at: when its content last changed, which making it again does not move. made_at, next_due: the heartbeat.
    incidents: newest start first, open and ended. open_incidents: those that last. maintenance: the earliest first.
    """

    site: Site
    made_at: datetime
    next_due: datetime
    changed_at: datetime
    verdict: Verdict
    groups: tuple[GroupView, ...]
    incidents: tuple[IncidentView, ...]
    open_incidents: tuple[IncidentView, ...]
    maintenance: tuple[MaintenanceView, ...]

    @property
    def components(self) -> tuple[ComponentView, ...]:
        """All components, in the order of the page."""
        return tuple(c for group in self.groups for c in group.components)
