"""Lists alerts as GET /api/v2/alerts answers: the part of each that only a new statement changes, as ready JSON."""

from datetime import datetime

import orjson

from incidents.signal import LINK, Signal


def listed(identity: str, signal: Signal) -> bytes:
    """The members that an alert's statement gives, as a JSON object without its closing brace.

    Written once a statement, so that a list of very many alerts only puts them together. labels are among them.
    """
    facts = dict(signal.facts)
    words = {"summary": facts.get("summary", signal.title), "description": facts.get("description", "")}
    members = {
        "fingerprint": identity,
        "labels": dict(signal.labels),
        "annotations": {name: text for name, text in words.items() if text},
        "generatorURL": facts.get(f"{LINK}rule", ""),
        "startsAt": instant_text(signal.started_at),
        "receivers": [{"name": "tocsin"}],
    }
    return orjson.dumps(members).removesuffix(b"}")


def labels_of_listed(members: bytes) -> dict[str, str]:
    """The labels in what `listed` wrote."""
    return dict(orjson.loads(members + b"}")["labels"])


def rest_of_listed(said_at: datetime, lease_until: datetime, silenced_by: str) -> bytes:
    """The members that change without a new statement, and the closing brace. silenced_by: a silence's id, or ""."""
    members = {
        "updatedAt": instant_text(said_at),
        "endsAt": instant_text(lease_until),
        "status": {
            "state": "suppressed" if silenced_by else "active",
            "silencedBy": [silenced_by] if silenced_by else [],
            "inhibitedBy": [],
        },
    }
    return b"," + orjson.dumps(members).removeprefix(b"{")


def instant_text(at: datetime) -> str:
    """As RFC 3339 writes it, in milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
