"""Reads CloudEvents 1.0 as alerts: an event begins or continues an alert, one that says "resolved" ends it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

from incidents.intake.alerts import Alert
from incidents.intake.events import label_text
from incidents.intake.prometheus import BadAlert, Reading, clean, instant_of, kind_of, text_of

REQUIRED = ("id", "source", "specversion", "type")
PREFIX = "ce-"
RESOLVED = ".resolved"
"""The end of an event's type, or its data's status, that ends the alert."""
_WORDS = ("description", "runbook_url", "dashboard_url")


def of_headers(headers: Mapping[str, str], data: object) -> dict[str, object]:
    """An event in the binary mode, its attributes in headers `ce-…` (lower case), as the structured mode has it."""
    found: dict[str, object] = {n.removeprefix(PREFIX): unquote(v) for n, v in headers.items() if n.startswith(PREFIX)}
    return {**found, "data": data}


def read_events(events: object, now: datetime, repeat_within: timedelta) -> Reading:
    """The alerts of some events. repeat_within: how long an alert lasts of which no further event comes."""
    if not isinstance(events, list):
        return Reading(
            alerts=(), problems=(("", BadAlert(f"the batch is {kind_of(events)}, must be a list of events")),)
        )
    alerts, problems = [], []
    for place, event in enumerate(events):
        try:
            alerts.append(_alert(event, now, repeat_within))
        except BadAlert as error:
            problems.append((f"[{place}]", error))
    return Reading(alerts=tuple(alerts), problems=tuple(problems))


def _alert(event: object, now: datetime, repeat_within: timedelta) -> Alert:
    if not isinstance(event, dict):
        raise BadAlert(f"the event is {kind_of(event)}, must be an object")
    for name in REQUIRED:
        if not text_of(event, name):
            raise BadAlert(f"{name} is missing, every event must have it")
    if event["specversion"] != "1.0":
        raise BadAlert(f"specversion is {event['specversion'][:20]!r}, must be 1.0")
    data = _data(event)
    name, source = text_of(event, "type").removesuffix(RESOLVED), text_of(event, "source")
    subject = text_of(event, "subject")
    is_over = text_of(event, "type").endswith(RESOLVED) or data.get("status") == RESOLVED[1:]
    at = instant_of(event, "time") or now
    single = {clean(str(key)): text for key, value in data.items() if (text := label_text(value))}
    own = {
        key: text for key, value in event.items() if key not in ("data", "data_base64") and (text := label_text(value))
    }
    volatile = {"id", "time", "specversion", "datacontenttype", "dataschema"}
    labels = {**single, **{k: v for k, v in own.items() if k not in volatile}, "type": name, "alertname": name}
    return Alert(
        labels=tuple(sorted(labels.items())),
        annotations=tuple((key, text) for key in _WORDS if (text := text_of(data, key))),
        started_at=at,
        said_at=now,
        ended_at=min(at, now) if is_over else None,
        lease_until=None if is_over else now + repeat_within,
        dedup_key=text_of(data, "dedup_key") or f"{source} {name} {subject}",
        title=text_of(data, "summary") or subject,
        url=text_of(data, "url"),
    )


def _data(event: Mapping[str, object]) -> Mapping[str, object]:
    """The event's data where it is a JSON object, which text may hold; {} for any other."""
    data = event.get("data")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return {}
    return data if isinstance(data, dict) else {}
