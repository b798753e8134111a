"""Reads alerts as Prometheus sends them to an Alertmanager, API version 2; the valid ones of a request are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incidents.intake.alerts import Alert, Pairs

NOT_GIVEN = 1
"""The year of an instant that its sender left out."""


class BadAlert(ValueError):
    """An alert that cannot be taken; the message says what is wrong with it. is_missing: its labels are."""

    def __init__(self, message: str, *, is_missing: bool = False) -> None:
        super().__init__(message)
        self.is_missing = is_missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a request holds. problems: (place in the request, what is wrong there); nothing of those was kept."""

    alerts: tuple[Alert, ...]
    problems: tuple[tuple[str, BadAlert], ...] = ()


def read_alerts(body: object, now: datetime, resolve_after: timedelta) -> Reading:
    """The alerts of a POST to /api/v2/alerts.

    body: the decoded JSON. resolve_after: how long an alert lasts whose sender does not say until when.
    """
    if not isinstance(body, list):
        return Reading(alerts=(), problems=(("", BadAlert(f"the body is {kind_of(body)}, must be a list of alerts")),))
    alerts, problems = [], []
    for place, one in enumerate(body):
        try:
            alerts.append(_alert(one, now, resolve_after))
        except BadAlert as error:
            problems.append((f"[{place}]", error))
    return Reading(alerts=tuple(alerts), problems=tuple(problems))


def _alert(body: object, now: datetime, resolve_after: timedelta) -> Alert:
    if not isinstance(body, dict):
        raise BadAlert(f"the alert is {kind_of(body)}, must be an object")
    labels = labels_of(body)
    started_at, ends_at = instant_of(body, "startsAt"), instant_of(body, "endsAt")
    if started_at and ends_at and ends_at < started_at:
        raise BadAlert(f"endsAt is {body['endsAt']}, must not be before startsAt, which is {body['startsAt']}")
    lease = ends_at or now + resolve_after
    is_over = lease <= now
    return Alert(
        labels=labels,
        annotations=texts_of(body, "annotations"),
        started_at=started_at or min(now, lease),
        said_at=now,
        ended_at=lease if is_over else None,
        lease_until=None if is_over else lease,
        url=text_of(body, "generatorURL"),
    )


def labels_of(body: Mapping[str, object]) -> Pairs:
    """The labels without the empty ones. Raises BadAlert where none is left."""
    if body.get("labels") is None:
        raise BadAlert("labels are missing, must hold at least one", is_missing=True)
    labels = texts_of(body, "labels")
    if not labels:
        raise BadAlert("labels are empty, must hold at least one that is not")
    return labels


def texts_of(body: Mapping[str, object], key: str) -> Pairs:
    """A mapping of names to texts, those that are not empty. Raises BadAlert where it is no such mapping."""
    found = body.get(key)
    if found is None:
        return ()
    if not isinstance(found, dict):
        raise BadAlert(f"{key} is {kind_of(found)}, must be an object of names and texts")
    pairs = []
    for name, value in found.items():
        if not isinstance(value, str):
            raise BadAlert(f"{key}: {name} is {kind_of(value)}, must be text")
        if not (name.isascii() and name.isidentifier()):
            raise BadAlert(f"{key}: the name {name[:100]!r} must be letters, digits and _, and begin with no digit")
        if value:
            pairs.append((name, clean(value) if "\x00" in value else value))
    return tuple(sorted(pairs))


def instant_of(body: Mapping[str, object], key: str) -> datetime | None:
    """An instant as RFC 3339 writes it; None where it is left out or of year 1. Raises BadAlert."""
    found = body.get(key)
    if found is None or found == "":
        return None
    try:
        at = datetime.fromisoformat(found) if isinstance(found, str) else None
        if at is not None and at.tzinfo is not None:
            return None if at.year == NOT_GIVEN else at if at.tzinfo is UTC else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadAlert(f"{key} is {str(found)[:100]!r}, must be an instant with its zone: 2026-03-02T14:03:00Z")


def text_of(body: Mapping[str, object], key: str) -> str:
    """A text; "" where it is left out. Raises BadAlert."""
    found = body.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadAlert(f"{key} is {kind_of(found)}, must be text")
    return clean(found)


def clean(text: str) -> str:
    """The text without NUL, which no database keeps."""
    return text.replace("\x00", "\ufffd")


def kind_of(value: object) -> str:
    """What a JSON value is, for messages."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
