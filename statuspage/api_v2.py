"""The files that clients of Statuspage's API version 2 read, key for key.

That format has no word for "unknown" or "suspected": a component keeps its last known status, and its description says
since when it is unverified, or a problem suspected. It has no word for "retracted" either: such an incident is
resolved, with the impact "none".
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from incidents.component import ComponentStatus
from incidents.incident import Severity
from incidents.markup import Markdown
from incidents.public import Phase
from statuspage.maintenance import OVER, MaintenancePhase
from statuspage.phrases import Phrases
from statuspage.uptime import worst
from statuspage.view import ComponentView, GroupView, IncidentView, MaintenanceView, Page, Touched, UpdateView

NEWEST = 50
"""The most incidents, and the most pieces of planned work, that the original shows."""

_STATUS: Mapping[ComponentStatus, str] = {
    ComponentStatus.OPERATIONAL: "operational",
    ComponentStatus.UNKNOWN: "operational",
    ComponentStatus.SUSPECTED: "operational",
    ComponentStatus.MAINTENANCE: "under_maintenance",
    ComponentStatus.DEGRADED: "degraded_performance",
    ComponentStatus.PARTIAL_OUTAGE: "partial_outage",
    ComponentStatus.MAJOR_OUTAGE: "major_outage",
}
_INDICATORS = ("none", "maintenance", "minor", "major", "critical")


def files(page: Page, phrases: Phrases) -> dict[str, bytes]:
    """All files of the API, by their path below the page's address."""
    head = _page(page)
    leaves = {c.id: _component(c, page, phrases) for c in page.components}
    newest = [_incident(i, leaves, page) for i in page.incidents[:NEWEST]]
    unresolved = [_incident(i, leaves, page) for i in page.open_incidents[:NEWEST]]
    latest = sorted(page.maintenance, key=lambda m: (m.scheduled_for, m.id), reverse=True)
    planned = [_maintenance(m, leaves, page) for m in latest[:NEWEST]]
    upcoming = [m for m in planned if m["status"] == "scheduled"]
    active = [m for m in planned if m["status"] in ("in_progress", "verifying")]
    components = _components(page, leaves)
    status = _status(page)
    bodies: dict[str, dict[str, Any]] = {
        "status": {"page": head, "status": status},
        "components": {"page": head, "components": components},
        "incidents": {"page": head, "incidents": newest},
        "incidents/unresolved": {"page": head, "incidents": unresolved},
        "scheduled-maintenances": {"page": head, "scheduled_maintenances": planned},
        "scheduled-maintenances/upcoming": {"page": head, "scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"page": head, "scheduled_maintenances": active},
        "summary": {
            "page": head,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [*active, *upcoming],
            "status": status,
        },
    }
    return {f"api/v2/{name}.json": _bytes(body) for name, body in bodies.items()}


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _page(page: Page) -> dict[str, Any]:
    return {
        "id": page.site.id,
        "name": page.site.title,
        "url": page.site.url.rstrip("/"),
        "time_zone": "Etc/UTC",
        "updated_at": _at(page.changed_at),
    }


def _status(page: Page) -> dict[str, str]:
    """The worst of what components and open incidents say, and the original's sentence for it."""
    statuses = [c.reported for c in page.components]
    of_components, sentence = _overall(statuses)
    impacts = [i.severity.value for i in page.open_incidents if i.severity is not None]
    indicator = max([of_components, *impacts], key=_INDICATORS.index)
    if indicator != of_components:
        sentence = {
            "minor": "Minor Service Outage",
            "major": "Partial System Outage",
            "critical": "Major System Outage",
        }[indicator]
    return {"indicator": indicator, "description": sentence}


def _overall(statuses: Sequence[ComponentStatus]) -> tuple[str, str]:
    state = worst(statuses)
    everything = all(s is state for s in statuses)
    match state:
        case ComponentStatus.MAJOR_OUTAGE:
            return ("critical", "Major System Outage") if everything else ("major", "Partial System Outage")
        case ComponentStatus.PARTIAL_OUTAGE:
            return ("major", "Partial System Outage") if everything else ("minor", "Minor Service Outage")
        case ComponentStatus.DEGRADED:
            return "minor", "Degraded System Service" if everything else "Partially Degraded Service"
        case ComponentStatus.MAINTENANCE:
            return "maintenance", "Service Under Maintenance"
        case _:
            return "none", "All Systems Operational"


def _components(page: Page, leaves: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    found = [leaves[c.id] for c in page.components]
    found += [_group(g, page) for g in page.groups if g.id]
    return sorted(found, key=lambda c: int(c["position"]))


def _component(component: ComponentView, page: Page, phrases: Phrases) -> dict[str, Any]:
    since, key = component.suspected_since, "suspected_since"
    if since is None:
        since, key = component.unverified_since, "unverified_since"
    note = None if since is None else f"{phrases.inside(phrases.say(key))} {phrases.moment(since)}"
    return {
        "id": component.id,
        "name": component.title,
        "status": _STATUS[component.reported],
        "created_at": _at(page.site.since),
        "updated_at": _at(component.changed_at),
        "position": component.position,
        "description": note,
        "showcase": True,
        "start_date": page.site.since.date().isoformat(),
        "group_id": component.group_id,
        "page_id": page.site.id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _group(group: GroupView, page: Page) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.title,
        "status": _STATUS[worst(c.reported for c in group.components)],
        "created_at": _at(page.site.since),
        "updated_at": _at(max(c.changed_at for c in group.components)),
        "position": group.position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page.site.id,
        "group": True,
        "only_show_if_degraded": False,
        "components": [c.id for c in group.components],
    }


def _incident(incident: IncidentView, leaves: Mapping[str, dict[str, Any]], page: Page) -> dict[str, Any]:
    retracted = incident.phase is Phase.RETRACTED
    return {
        "id": incident.id,
        "name": incident.title,
        "status": _phase(Phase.POSTMORTEM if incident.has_postmortem else incident.phase),
        "created_at": _at(incident.disclosed_at),
        "updated_at": _at(incident.updated_at),
        "monitoring_at": _at(incident.monitoring_at),
        "resolved_at": _at(incident.ended_at),
        "impact": "none" if retracted or incident.severity is None else _impact(incident.severity),
        "shortlink": f"{page.site.url}incidents/{incident.id}.html",
        "started_at": _at(incident.started_at),
        "page_id": page.site.id,
        "incident_updates": _updates(incident.updates, incident.touched, incident.id),
        "components": [leaves[t.id] for t in incident.touched],
        "reminder_intervals": None,
    }


def _maintenance(planned: MaintenanceView, leaves: Mapping[str, dict[str, Any]], page: Page) -> dict[str, Any]:
    has_begun = planned.phase not in (MaintenancePhase.SCHEDULED, MaintenancePhase.CANCELLED)
    started = planned.scheduled_for if has_begun else planned.created_at
    completed = planned.updated_at if planned.phase in OVER else None
    return {
        "id": planned.id,
        "name": planned.title,
        "status": _phase(planned.phase),
        "created_at": _at(planned.created_at),
        "updated_at": _at(planned.updated_at),
        "monitoring_at": None,
        "resolved_at": _at(completed),
        "impact": "maintenance",
        "shortlink": f"{page.site.url}maintenance/{planned.id}.html",
        "started_at": _at(started),
        "page_id": page.site.id,
        "incident_updates": _updates(planned.updates, planned.touched, planned.id),
        "components": [leaves[t.id] for t in planned.touched],
        "scheduled_for": _at(planned.scheduled_for),
        "scheduled_until": _at(planned.scheduled_until),
    }


def _impact(severity: Severity) -> str:
    return severity.value


def _phase(phase: Phase | MaintenancePhase) -> str:
    """The phase in that API's words, which have no retraction and no cancellation."""
    if phase is Phase.RETRACTED:
        return "resolved"
    return "completed" if phase is MaintenancePhase.CANCELLED else phase.value


def _updates(updates: Sequence[UpdateView], touched: Sequence[Touched], owner: str) -> list[dict[str, Any]]:
    labels = {t.id: t.label.replace(" – ", " - ") for t in touched}
    before: dict[str, ComponentStatus] = {}
    made = []
    for update in reversed(updates):
        made.append(_update(update, before, labels, owner))
        before |= dict(update.statuses)
    return made[::-1]


def _update(
    update: UpdateView, before: Mapping[str, ComponentStatus], labels: Mapping[str, str], owner: str
) -> dict[str, Any]:
    """affected_components is null where the entry does not say how each component was: nothing is made up."""
    affected = [
        {
            "code": code,
            "name": labels[code],
            "old_status": _STATUS[before.get(code, ComponentStatus.OPERATIONAL)],
            "new_status": _STATUS[status],
        }
        for code, status in update.statuses
        if code in labels
    ]
    return {
        "id": update.id,
        "status": _phase(update.phase),
        "body": "\n\n".join(part for part in (update.body, Markdown().to_text(update.message)) if part),
        "incident_id": owner,
        "created_at": _at(update.at),
        "updated_at": _at(update.updated_at),
        "display_at": _at(update.at),
        "affected_components": affected or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }
