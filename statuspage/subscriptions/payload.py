"""The JSON body of a subscriber's webhook: the Standard Webhooks envelope around what the page shows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from statuspage.feeds import link
from statuspage.maintenance import MaintenancePhase
from statuspage.site import Site
from statuspage.subscriptions.notification import NotificationReason
from statuspage.view import EventView, IncidentView, UpdateView

VERIFY = "subscription.verify"


def news_payload(
    owner: EventView, entries: Sequence[UpdateView], site: Site, reason: NotificationReason
) -> Mapping[str, object]:
    """The JSON for new entries of an incident or planned work. entries: newest first, at least one.

    docs/subscriptions.md documents it for receivers.
    """
    kind = "incident" if isinstance(owner, IncidentView) else "maintenance"
    return {
        "type": f"{kind}.{entries[0].phase.value}",
        "timestamp": _at(entries[0].at),
        "data": {
            "page": {"id": site.id, "name": site.title, "url": site.url},
            "correction": reason is NotificationReason.CORRECTION,
            kind: {
                "id": owner.id,
                "title": owner.title,
                "phase": owner.phase.value,
                "url": f"{site.url}{link(owner)}",
                **_times(owner),
                "components": [{"id": t.id, "name": t.label, "status": t.now.value} for t in owner.touched],
            },
            "updates": [_update(entry) for entry in entries],
        },
    }


def verify_payload(site: Site, challenge: str, now: datetime) -> Mapping[str, object]:
    """The JSON of a challenge: a new webhook must answer with `challenge` as the body."""
    page = {"id": site.id, "name": site.title, "url": site.url}
    return {"type": VERIFY, "timestamp": _at(now), "data": {"page": page, "challenge": challenge}}


def _times(owner: EventView) -> Mapping[str, object]:
    if isinstance(owner, IncidentView):
        return {
            "severity": owner.severity.value if owner.severity else None,
            "automatic": owner.automatic,
            "started_at": _at(owner.started_at),
            "ended_at": _at(owner.ended_at) if owner.ended_at else None,
            "next_update_by": _at(owner.next_update_by) if owner.next_update_by else None,
        }
    return {"scheduled_for": _at(owner.scheduled_for), "scheduled_until": _at(owner.scheduled_until)}


def _update(entry: UpdateView) -> Mapping[str, object]:
    is_planned = isinstance(entry.phase, MaintenancePhase)
    return {
        "id": entry.id,
        "at": _at(entry.at),
        "phase": entry.phase.value,
        **(_planned(entry) if entry.planned else {}),
        "body": entry.message if is_planned else entry.body,
        "message": "" if is_planned else entry.message,
        "message_language": entry.message_language,
        **({"corrected_at": _at(entry.corrected_at)} if entry.corrected_at else {}),
    }


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _planned(entry: UpdateView) -> Mapping[str, object]:
    start, end = entry.planned or (None, None)
    return {"moved": entry.is_moved, "scheduled_for": start and _at(start), "scheduled_until": end and _at(end)}
