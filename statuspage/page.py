"""Builds a Page from disclosed incidents, planned work and measurements; it contains no internal name."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.component import Component, ComponentStatus
from incidents.public import PublicIncident
from incidents.suspicion import Suspicion, SuspicionEnd
from statuspage.fold import folded
from statuspage.maintenance import PublicMaintenance
from statuspage.modes import STATUS_OF, TRADE, ModeChange, TradingMode
from statuspage.site import Site
from statuspage.spark import Spark
from statuspage.uptime import Day, worst
from statuspage.verdict import OpenIncident, decide
from statuspage.view import (
    ComponentView,
    EventView,
    GroupView,
    IncidentView,
    MaintenanceView,
    Page,
    Touched,
    UpdateView,
    WithdrawnView,
)

__all__ = ["Page", "Views", "build", "listed_on", "maintenance_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The public name and ids of a component that the page lists."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIncidents:
    """Incidents as the public sees them, newest first, and what follows from all of them.

    lasting: ended by a human while a component still deviated. changed: component id -> when what is reported of it
    last changed. updated_at: the newest of all; None = there is none.
    """

    incidents: tuple[IncidentView, ...]
    active: tuple[IncidentView, ...]
    lasting: tuple[IncidentView, ...]
    changed: Mapping[str, datetime]
    updated_at: datetime | None


class Views:
    """The views of incidents, kept from one building to the next: an incident that is the same object is seen the same.

    One a language; it follows the incidents that it was last asked for. The same incidents give the same object.
    """

    def __init__(self) -> None:
        self._listed: Mapping[str, Listed] = {}
        self._kept: dict[str, tuple[PublicIncident, IncidentView]] = {}
        self._asked: Sequence[PublicIncident] | None = None
        self._seen = _seen(())

    def of(self, incidents: Sequence[PublicIncident], listed: Mapping[str, Listed]) -> SeenIncidents:
        """A view of each; a sequence that is the same object as the last time must hold the same."""
        if incidents is self._asked and listed == self._listed:
            return self._seen
        before = self._kept if listed == self._listed else {}
        self._listed, self._kept = listed, {}
        public = {incident.id for incident in incidents}
        for incident in sorted(incidents, key=lambda i: (i.started_at, i.id), reverse=True):
            known = before.get(incident.id)
            is_same = known is not None and known[0] is incident and not incident.continued_in
            view = known[1] if known is not None and is_same else _incident(incident, listed, public)
            self._kept[incident.id] = (incident, view)
        self._asked, self._seen = incidents, _seen(tuple(view for _, view in self._kept.values()))
        return self._seen


def _seen(incidents: tuple[IncidentView, ...]) -> SeenIncidents:
    return SeenIncidents(
        incidents=incidents,
        active=tuple(i for i in incidents if i.is_active),
        lasting=tuple(i for i in incidents if not i.is_active and _still_deviates(i)),
        changed=_changed(incidents),
        updated_at=max((i.updated_at for i in incidents), default=None),
    )


def build(  # noqa: PLR0917 - what the page is made of, then where and when; every caller has them in this order
    incidents: Sequence[PublicIncident],
    components: Sequence[Component],
    maintenance: Sequence[PublicMaintenance],
    unverified: Mapping[str, datetime],
    history: Mapping[str, Sequence[Day]],
    site: Site,
    now: datetime,
    *,
    views: Views | None = None,
    modes: Mapping[str, ModeChange] | None = None,
    sparklines: Mapping[str, Spark] | None = None,
    suspicions: Sequence[Suspicion] = (),
) -> Page:
    """The page at `now`.

    unverified: internal name -> since when nobody could verify it. history: internal name -> its days, as
    `uptime.history` makes them. modes: internal name -> the last change of how it trades. sparklines:
    internal name -> its own figure. suspicions: that last, or were withdrawn lately, in their order. views: what the
    caller keeps from one building of a language to the next. Components that are not public, and names that nobody
    configured, appear nowhere.
    """
    public = [c for c in components if c.public]
    listed = listed_on(site, public)
    seen = (views or Views()).of(incidents, listed)
    planned = tuple(maintenance_view(m, listed) for m in sorted(maintenance, key=lambda m: (m.scheduled_for, m.id)))
    markets = modes or {}
    groups = _groups(
        public,
        _reported((*seen.active, *seen.lasting, *(m for m in planned if m.is_active))),
        _latest(seen.changed, _changed(planned)),
        unverified=unverified,
        history=history,
        modes=markets,
        sparklines=sparklines or {},
        suspicions={s.component: s for s in suspicions},
        site=site,
    )
    shown = [(c.label, c.status) for group in groups for c in group.components]
    return Page(
        site=site,
        made_at=now,
        next_due=now + site.heartbeat,
        changed_at=max(
            [
                site.since,
                *([seen.updated_at] if seen.updated_at else []),
                *(m.updated_at for m in planned),
                *(markets[c.name].at for c in public if c.name in markets),
                *unverified.values(),
                *(s.ended_at or s.shown_at for s in suspicions if s.component in listed),
            ]
        ),
        verdict=decide(shown, [_open(i) for i in seen.active]),
        groups=groups,
        incidents=seen.incidents,
        open_incidents=seen.active,
        maintenance=planned,
    )


def listed_on(site: Site, components: Iterable[Component]) -> dict[str, Listed]:
    """The public name and ids of each component that a page lists, by internal name."""
    return {c.name: Listed(id=site.component_id(c.name), label=_label(c)) for c in components if c.public}


def _open(incident: IncidentView) -> OpenIncident:
    return OpenIncident(phase=incident.phase, severity=incident.severity, next_update_by=incident.next_update_by)


def _still_deviates(incident: IncidentView) -> bool:
    return any(t.now is not ComponentStatus.OPERATIONAL for t in incident.touched)


def _reported(events: Iterable[EventView]) -> dict[str, ComponentStatus]:
    reported: dict[str, ComponentStatus] = {}
    for touched in (t for one in events for t in one.touched):
        reported[touched.id] = worst((touched.now, reported.get(touched.id, ComponentStatus.OPERATIONAL)))
    return reported


def _changed(events: Iterable[EventView]) -> dict[str, datetime]:
    changed: dict[str, datetime] = {}
    for one in events:
        for touched in one.touched:
            changed[touched.id] = max(one.updated_at, changed.get(touched.id, one.updated_at))
    return changed


def _latest(one: Mapping[str, datetime], other: Mapping[str, datetime]) -> dict[str, datetime]:
    return {**one, **{key: max(at, one.get(key, at)) for key, at in other.items()}}


def _groups(
    components: Iterable[Component],
    reported: Mapping[str, ComponentStatus],
    changed: Mapping[str, datetime],
    *,
    unverified: Mapping[str, datetime],
    history: Mapping[str, Sequence[Day]],
    modes: Mapping[str, ModeChange],
    sparklines: Mapping[str, Spark],
    suspicions: Mapping[str, Suspicion],
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
            suspicion = suspicions.get(component.name)
            market = modes.get(component.name) if component.direction == TRADE else None
            mode = market.mode if market else TradingMode.ONLINE if component.direction == TRADE else None
            views.append(
                ComponentView(
                    id=own,
                    title=component.title,
                    group=title,
                    group_id=group_id or None,
                    position=position,
                    reported=worst(
                        (reported.get(own, ComponentStatus.OPERATIONAL), *((STATUS_OF[mode],) if mode else ()))
                    ),
                    unverified_since=since,
                    suspected_since=suspicion.since if suspicion and suspicion.ended_at is None else None,
                    withdrawn=_withdrawn(suspicion),
                    changed_at=max(
                        changed.get(own, site.since),
                        since or site.since,
                        market.at if market else site.since,
                        (suspicion.ended_at or suspicion.shown_at) if suspicion else site.since,
                    ),
                    days=tuple(history.get(component.name, ())),
                    asset=component.asset,
                    network=component.network,
                    direction=component.direction,
                    mode=mode,
                    mode_since=market.at if market else None,
                    spark=sparklines.get(component.name),
                )
            )
        groups.append(GroupView(id=group_id, title=title, position=place, components=tuple(views)))
    return tuple(groups)


def _withdrawn(suspicion: Suspicion | None) -> WithdrawnView | None:
    if suspicion is None or suspicion.ended_at is None or suspicion.end in (None, SuspicionEnd.CONFIRMED):
        return None
    return WithdrawnView(since=suspicion.since, until=suspicion.ended_at, end=suspicion.end)


def _incident(incident: PublicIncident, listed: Mapping[str, Listed], public: Container[str]) -> IncidentView:
    now = dict(incident.now_statuses)
    return IncidentView(
        id=incident.id,
        title=incident.title,
        phase=incident.phase,
        severity=incident.severity,
        automatic=incident.automatic,
        started_at=incident.started_at,
        disclosed_at=incident.disclosed_at,
        updated_at=max([incident.updated_at, *(u.corrected_at for u in incident.updates if u.corrected_at)]),
        monitoring_at=incident.monitoring_at,
        ended_at=incident.resolved_at,
        next_update_by=incident.next_update_by,
        unaffected=incident.unaffected,
        continued_in=incident.continued_in if incident.continued_in in public else "",
        recurring_since=incident.recurring_since,
        last_seen_at=incident.last_seen_at,
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
                corrected_at=u.corrected_at,
                statuses=tuple((listed[n].id, s) for n, s in u.statuses if n in listed) if u.statuses else (),
            )
            for u in folded(incident.updates)
        ),
    )


def maintenance_view(planned: PublicMaintenance, listed: Mapping[str, Listed]) -> MaintenanceView:
    """Planned work as the public sees it; its planner's words are the same in every language."""
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
        updates=tuple(
            UpdateView(
                id=u.id,
                at=u.at,
                phase=u.phase,
                body="",
                message=u.body,
                planned=(u.start, u.end) if u.start and u.end else None,
                is_moved=u.is_moved,
            )
            for u in planned.updates
        ),
    )


def _touched(component: Listed, peak: ComponentStatus, now: ComponentStatus) -> Touched:
    return Touched(id=component.id, label=component.label, peak=peak, now=now)


def _label(component: Component) -> str:
    return f"{component.group} – {component.title}" if component.group else component.title
