"""Incidents, components and pages that the tests of the public page are made of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from incidents.component import Component, ComponentStatus
from incidents.incident import Severity
from incidents.public import Phase, PublicIncident, PublicUpdate
from statuspage import uptime
from statuspage.maintenance import MaintenancePhase, MaintenanceUpdate, PublicMaintenance
from statuspage.modes import ModeChange, current, mode_stretches
from statuspage.page import Page, Views, build
from statuspage.site import Site
from statuspage.spark import Spark

NOW = datetime(2026, 3, 14, 14, 3, tzinfo=UTC)
HALF_AN_HOUR_AGO = NOW - timedelta(minutes=30)
SITE = Site(title="Example Exchange Status", url="https://status.example.com/", since=NOW - timedelta(days=400))

BTC_OUT = "wd-core/btc-mainnet"
BTC_IN = "dep-core/btc-mainnet"
SPOT = "matching/engine-7"
SECRET = "treasury/cold-signer"
COMPONENTS = (
    Component(name=SPOT, title="Spot trading", group="Trading"),
    Component(name=BTC_IN, title="Bitcoin", group="Deposits"),
    Component(name=BTC_OUT, title="Bitcoin", group="Withdrawals"),
    Component(name=SECRET, title="Signer", group="Treasury", public=False),
)

Statuses = tuple[tuple[str, ComponentStatus], ...]


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def update(
    number: int, at: datetime, phase: Phase, *, body: str = "", message: str = "", statuses: Statuses = ()
) -> PublicUpdate:
    """One entry of an incident."""
    text = body or f"Bitcoin withdrawals are delayed ({phase})."
    return PublicUpdate(id=f"u{number:011d}", at=at, phase=phase, body=text, message=message, statuses=statuses)


def incident(
    number: int = 1,
    *,
    start: datetime = HALF_AN_HOUR_AGO,
    length: timedelta | None = None,
    phase: Phase = Phase.INVESTIGATING,
    severity: Severity | None = Severity.MAJOR,
    statuses: Statuses = ((BTC_OUT, ComponentStatus.MAJOR_OUTAGE),),
    title: str = "Bitcoin withdrawals are delayed",
    updates: Sequence[PublicUpdate] | None = None,
) -> PublicIncident:
    """An incident of so long a length; None = it lasts."""
    end = None if length is None else start + length
    published = tuple(updates) if updates is not None else (update(number, end or start + minutes(1), phase),)
    return PublicIncident(
        id=f"i{number:011d}",
        title=title,
        phase=phase,
        severity=severity,
        started_at=start,
        disclosed_at=start + minutes(1),
        updated_at=published[0].at,
        resolved_at=end,
        automatic=end is None,
        statuses=statuses,
        now_statuses=statuses if end is None else tuple((name, ComponentStatus.OPERATIONAL) for name, _ in statuses),
        updates=published,
        next_update_by=NOW + minutes(30) if end is None else None,
    )


def maintenance(phase: MaintenancePhase = MaintenancePhase.IN_PROGRESS, number: int = 1) -> PublicMaintenance:
    """Planned work on spot trading."""
    return PublicMaintenance(
        id=f"m{number:011d}",
        title="Database upgrade",
        phase=phase,
        scheduled_for=NOW - minutes(10),
        scheduled_until=NOW + minutes(50),
        created_at=NOW - timedelta(days=2),
        components=(SPOT,),
        updates=(
            MaintenanceUpdate(
                id=f"v{number:011d}", at=NOW - minutes(10), phase=phase, body="Trading pauses for an hour."
            ),
        ),
    )


def page(
    incidents: Sequence[PublicIncident] = (),
    *,
    components: Sequence[Component] = COMPONENTS,
    planned: Sequence[PublicMaintenance] = (),
    unverified: Mapping[str, datetime] | None = None,
    now: datetime = NOW,
    site: Site = SITE,
    views: Views | None = None,
    modes: Sequence[ModeChange] = (),
    sparklines: Mapping[str, Spark] | None = None,
) -> Page:
    """The page of these, with the history that follows from them."""
    unknown = unverified or {}
    stretches: Iterable[uptime.Stretch] = (
        *(s for i in incidents for s in uptime.incident_stretches(i)),
        *(s for m in planned for s in uptime.maintenance_stretches(m)),
        *mode_stretches(modes),
        *(uptime.Stretch(component=name, status=ComponentStatus.UNKNOWN, start=at) for name, at in unknown.items()),
    )
    days = uptime.history([c.name for c in components], stretches, since=site.since, now=now)
    return build(
        incidents,
        components,
        planned,
        unknown,
        days,
        site=site,
        now=now,
        views=views,
        modes=current(modes),
        sparklines=sparklines,
    )


def exchange(assets: int) -> tuple[Component, ...]:
    """Deposits, withdrawals and trading of so many assets, each on a network or two, beside two services."""
    found = [
        Component(name="int/api-3", title="Trading API", group="Platform"),
        Component(name="int/web-1", title="Website", group="Platform"),
    ]
    for n in range(assets):
        asset = f"COIN{n}"
        for network in ("ethereum", "tron")[: 1 + n % 2]:
            found += [
                Component(
                    name=f"int/{direction}/{n}/{network}",
                    title=f"{asset} {direction}s on {network}",
                    group=f"{direction.title()}s",
                    asset=asset,
                    network=network,
                    direction=direction,
                )
                for direction in ("deposit", "withdrawal")
            ]
        found.append(Component(name=f"int/match/{n}", title=f"{asset} trading", asset=asset, direction="trade"))
    return tuple(found)


def resolved(number: int, start: datetime) -> PublicIncident:
    """An incident of twenty minutes that is over."""
    return incident(number, start=start, length=minutes(20), phase=Phase.RESOLVED)
