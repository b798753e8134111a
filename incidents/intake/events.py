"""Reads events as the Events API, version 2, takes them: trigger and resolve begin and end an alert of a key."""

import json
from collections.abc import Mapping
from datetime import datetime

from incidents.intake.alerts import Alert, Pairs
from incidents.intake.prometheus import BadAlert, clean, instant_of, kind_of, text_of

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
KEY_MAX, SUMMARY_MAX, LABEL_MAX = 255, 1024, 200
NAMED = ("source", "component", "group", "class", "severity")
"""Fields of the payload that become labels of the same name."""


def read_event(body: object, sender: str, key: str, now: datetime) -> tuple[Alert | None, str]:
    """The alert that an event speaks of, None where it changes none (acknowledge), and the event's key.

    sender: whose keys these are; two senders' equal keys are two alerts. key: for a trigger that brings none.
    Raises BadAlert.
    """
    if not isinstance(body, dict):
        raise BadAlert(f"the event is {kind_of(body)}, must be an object")
    action = body.get("event_action")
    if action not in ACTIONS:
        raise BadAlert(f"event_action is {str(action)[:100]!r}, must be one of {', '.join(ACTIONS)}")
    given = text_of(body, "dedup_key")
    if len(given) > KEY_MAX:
        raise BadAlert(f"dedup_key has {len(given)} characters, at most {KEY_MAX} are allowed")
    if not given and action != "trigger":
        raise BadAlert(f"dedup_key is missing, must name the alert to {action}")
    own = f"{sender} {given or key}"
    if action == "acknowledge":
        return None, given
    if action == "resolve":
        return Alert(labels=(), started_at=now, said_at=now, ended_at=now, dedup_key=own), given
    return _triggered(body, own, now), given or key


def _triggered(body: Mapping[str, object], key: str, now: datetime) -> Alert:
    payload = body.get("payload")
    if not isinstance(payload, dict):
        raise BadAlert(f"payload is {kind_of(payload)}, must be an object with summary, source and severity")
    summary = text_of(payload, "summary")
    if not summary or len(summary) > SUMMARY_MAX:
        raise BadAlert(f"payload.summary has {len(summary)} characters, must have 1 to {SUMMARY_MAX}")
    if not text_of(payload, "source"):
        raise BadAlert("payload.source is missing, must name what has the problem")
    if payload.get("severity") not in SEVERITIES:
        found = str(payload.get("severity"))[:100]
        raise BadAlert(f"payload.severity is {found!r}, must be one of {', '.join(SEVERITIES)}")
    details = payload.get("custom_details")
    told = details if isinstance(details, dict) else {"details": details} if details else {}
    return Alert(
        labels=_labels(payload, told),
        annotations=tuple(sorted((clean(str(name)), text) for name, value in told.items() if (text := _text(value)))),
        started_at=instant_of(payload, "timestamp") or now,
        said_at=now,
        dedup_key=key,
        title=summary,
        url=text_of(body, "client_url") or _first_link(body.get("links")),
    )


def _labels(payload: Mapping[str, object], details: Mapping[str, object]) -> Pairs:
    """What rules can map: the payload's fields, and the details that are single values."""
    single = {clean(str(name)): text for name, value in details.items() if (text := label_text(value))}
    named = {name: text for name in NAMED if (text := text_of(payload, name))}
    return tuple(sorted({**single, **named, "alertname": named.get("class", "event")}.items()))


def label_text(value: object) -> str:
    """A single value as a label's text; "" for what is long, nested or nothing."""
    if not isinstance(value, str | int | float):
        return ""
    text = clean(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= LABEL_MAX and "\n" not in text else ""


def _text(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _first_link(links: object) -> str:
    first = links[0] if isinstance(links, list) and links else None
    href = first.get("href") if isinstance(first, dict) else None
    return href if isinstance(href, str) else ""
