"""Reads what an Alertmanager sends to a webhook, version 4: each alert by itself, whatever the group is said to be."""

from datetime import datetime, timedelta

from incidents.intake.alerts import Alert
from incidents.intake.prometheus import BadAlert, Reading, instant_of, kind_of, labels_of, text_of, texts_of


def read_webhook(body: object, now: datetime, repeat_within: timedelta) -> Reading:
    """The alerts of a webhook's request.

    repeat_within: how long an alert lasts that nobody repeats: an end is not announced of what ends while it is
    silenced. The status of the whole group counts for nothing, as it speaks only of the alerts that were not cut off.
    """
    alerts = body.get("alerts") if isinstance(body, dict) else None
    if not isinstance(alerts, list):
        found = kind_of(body) if not isinstance(body, dict) else f"an object whose alerts are {kind_of(alerts)}"
        problem = BadAlert(f"the body is {found}, must be an Alertmanager webhook's, version 4, with a list of alerts")
        return Reading(alerts=(), problems=(("", problem),))
    read, problems = [], []
    for place, one in enumerate(alerts):
        try:
            read.append(_alert(one, now, repeat_within))
        except BadAlert as error:
            problems.append((f"alerts[{place}]", error))
    return Reading(alerts=tuple(read), problems=tuple(problems))


def _alert(body: object, now: datetime, repeat_within: timedelta) -> Alert:
    if not isinstance(body, dict):
        raise BadAlert(f"the alert is {kind_of(body)}, must be an object")
    status = body.get("status")
    if status not in ("firing", "resolved"):
        raise BadAlert(f"status is {str(status)[:100]!r}, must be firing or resolved")
    is_over = status == "resolved"
    ended_at = min(instant_of(body, "endsAt") or now, now) if is_over else None
    return Alert(
        labels=labels_of(body),
        annotations=texts_of(body, "annotations"),
        started_at=instant_of(body, "startsAt") or now,
        said_at=now,
        ended_at=ended_at,
        lease_until=None if is_over else now + repeat_within,
        url=text_of(body, "generatorURL"),
    )
