"""What is disclosed, planned, measured and unverified becomes one Page: no internal name is in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase, PublicIncident
from statuspage.maintenance import MaintenancePhase, PublicMaintenance
from statuspage.site import Site
from statuspage.uptime import Day, worst
from statuspage.verdict import OpenIncident, Verdict, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One component as the public sees it.

    position: 1, 2, 3 … down the whole page, groups counted. reported: what incidents and maintenance say of it,
    whether or not anybody can verify it just now. unverified_since: None = it is being watched.
    days: oldest first, today last.
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

    @property
    def status(self) -> ComponentStatus:
        """What the page shows: "operational" only where somebody is looking."""
        if self.unverified_since is not None and self.reported is ComponentStatus.OPERATIONAL:
            return ComponentStatus.UNKNOWN
        return self.reported

    @property
    def label(self) -> str:
        """Its name where its group does not stand above it."""
        return _label(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the outside calls a component that the page lists."""

    id: str
    label: str


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
    """One entry; statuses: (component id, status) from this entry on, where known entry by entry."""

    id: str
    at: datetime
    phase: Phase | MaintenancePhase
    body: str
    message: str = ""
    message_language: str = ""
    statuses: tuple[tuple[str, ComponentStatus], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """A disclosed incident as the public sees it; updates newest first."""

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

    @property
    def is_active(self) -> bool:
        """Whether it still lasts."""
        return self.phase not in (Phase.RESOLVED, Phase.RETRACTED)

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


Told = IncidentView | MaintenanceView


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the public may see at one instant.

    changed_at: when its content last changed, which making it again does not move. made_at, next_due: the heartbeat.
    incidents: newest start first, open and ended. maintenance: the earliest first.
    """

    site: Site
    made_at: datetime
    next_due: datetime
    changed_at: datetime
    verdict: Verdict
    groups: tuple[GroupView, ...]
    incidents: tuple[IncidentView, ...]
    maintenance: tuple[MaintenanceView, ...]

    @property
    def components(self) -> tuple[ComponentView, ...]:
        """All components, in the order of the page."""
        return tuple(c for group in self.groups for c in group.components)

    @property
    def open_incidents(self) -> tuple[IncidentView, ...]:
        """Those that last, newest first."""
        return tuple(i for i in self.incidents if i.is_active)


def build(  # noqa: PLR0917 - what the page is made of, then where and when; every caller has them in this order
    incidents: Sequence[PublicIncident],
    components: Sequence[Component],
    maintenance: Sequence[PublicMaintenance],
    unverified: Mapping[str, datetime],
    history: Mapping[str, Sequence[Day]],
    site: Site,
    now: datetime,
) -> Page:
    """The page at `now`.

    unverified: internal name -> since when nobody could verify it. history: internal name -> its days, as
    `uptime.history` makes them. Components that are not public, and names that nobody configured, appear nowhere.
    """
    public = [c for c in components if c.public]
    listed = {c.name: Listed(id=site.component_id(c.name), label=_label(c)) for c in public}
    views = tuple(_incident(i, listed) for i in sorted(incidents, key=lambda i: (i.started_at, i.id), reverse=True))
    planned = tuple(_maintenance(m, listed) for m in sorted(maintenance, key=lambda m: (m.scheduled_for, m.id)))
    told: tuple[Told, ...] = (*views, *planned)
    groups = _groups(public, _reported(told), _changed(told), unverified=unverified, history=history, site=site)
    shown = [(c.label, c.status) for group in groups for c in group.components]
    return Page(
        site=site,
        made_at=now,
        next_due=now + site.heartbeat,
        changed_at=max(
            [site.since, *(i.updated_at for i in views), *(m.updated_at for m in planned), *unverified.values()]
        ),
        verdict=decide(shown, [_open(i) for i in views if i.is_active]),
        groups=groups,
        incidents=views,
        maintenance=planned,
    )


def _open(incident: IncidentView) -> OpenIncident:
    return OpenIncident(phase=incident.phase, severity=incident.severity, next_update_by=incident.next_update_by)


def _reported(told: Iterable[Told]) -> dict[str, ComponentStatus]:
    reported: dict[str, ComponentStatus] = {}
    for touched in (t for one in told if one.is_active for t in one.touched):
        reported[touched.id] = worst((touched.now, reported.get(touched.id, ComponentStatus.OPERATIONAL)))
    return reported


def _changed(told: Iterable[Told]) -> dict[str, datetime]:
    changed: dict[str, datetime] = {}
    for one in told:
        for touched in one.touched:
            changed[touched.id] = max(one.updated_at, changed.get(touched.id, one.updated_at))
    return changed


def _groups(
    components: Iterable[Component],
    reported: Mapping[str, ComponentStatus],
    changed: Mapping[str, datetime],
    *,
    unverified: Mapping[str, datetime],
    history: Mapping[str, Sequence[Day]],
    site: Site,
) -> tuple[GroupView, ...]:
    """In configured order; a group stands where its first component does."""
    by_group: dict[str, list[Component]] = {}
    for component in components:
        by_group.setdefault(component.group, []).append(component)
    groups, position = [], 0
    for title, members in by_group.items():
        group_id = site.group_id(title) if title else ""
        position += 1 if title else 0
        place, views = position, []
        for component in members:
            position += 1
            own = site.component_id(component.name)
            since = unverified.get(component.name)
            views.append(
                ComponentView(
                    id=own,
                    title=component.title,
                    group=title,
                    group_id=group_id or None,
                    position=position,
                    reported=reported.get(own, ComponentStatus.OPERATIONAL),
                    unverified_since=since,
                    changed_at=max(changed.get(own, site.since), since or site.since),
                    days=tuple(history.get(component.name, ())),
                )
            )
        groups.append(GroupView(id=group_id, title=title, position=place, components=tuple(views)))
    return tuple(groups)


def _incident(incident: PublicIncident, listed: Mapping[str, Listed]) -> IncidentView:
    now = dict(incident.now_statuses)
    return IncidentView(
        id=incident.id,
        title=incident.title,
        phase=incident.phase,
        severity=incident.severity,
        automatic=incident.automatic,
        started_at=incident.started_at,
        disclosed_at=incident.disclosed_at,
        updated_at=incident.updated_at,
        monitoring_at=incident.monitoring_at,
        ended_at=incident.resolved_at,
        next_update_by=incident.next_update_by,
        touched=tuple(
            _touched(listed[name], peak, now.get(name, ComponentStatus.OPERATIONAL))
            for name, peak in incident.statuses
            if name in listed
        ),
        updates=tuple(
            UpdateView(
                id=u.id,
                at=u.at,
                phase=u.phase,
                body=u.body,
                message=u.message,
                message_language=u.message_language if u.message else "",
                statuses=tuple((listed[n].id, s) for n, s in u.statuses if n in listed) if u.statuses else (),
            )
            for u in incident.updates
        ),
    )


def _maintenance(planned: PublicMaintenance, listed: Mapping[str, Listed]) -> MaintenanceView:
    now = ComponentStatus.MAINTENANCE if planned.is_active else ComponentStatus.OPERATIONAL
    return MaintenanceView(
        id=planned.id,
        title=planned.title,
        phase=planned.phase,
        scheduled_for=planned.scheduled_for,
        scheduled_until=planned.scheduled_until,
        created_at=planned.created_at,
        updated_at=planned.updated_at,
        touched=tuple(
            _touched(listed[name], ComponentStatus.MAINTENANCE, now) for name in planned.components if name in listed
        ),
        updates=tuple(UpdateView(id=u.id, at=u.at, phase=u.phase, body=u.body) for u in planned.updates),
    )


def _touched(component: Listed, peak: ComponentStatus, now: ComponentStatus) -> Touched:
    return Touched(id=component.id, label=component.label, peak=peak, now=now)


def _label(component: Component | ComponentView) -> str:
    return f"{component.group} – {component.title}" if component.group else component.title
