"""Lists alerts as GET /api/v2/alerts answers: the part of each that only a new statement changes, as ready JSON."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import orjson

from incidents.signal import LINK, Signal

RECEIVER = "tocsin"
_LABELS = b'"labels":'
_NAME = re.compile(rb'"alertname":"(?:[^"\\]|\\.)*"')
"""An alert's name among its labels: JSON escapes the quotes within a text, so it stands nowhere else."""


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
        "receivers": [{"name": RECEIVER}],
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


def grouped(alerts: Iterable[bytes]) -> Iterator[bytes]:
    """The JSON of one group for each name that alerts bear, in order of the names; in a group in order of the labels.

    alerts: the whole JSON of each, as `listed` and `rest_of_listed` write it.
    """
    by_name: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for one in alerts:
        labels = one.partition(_LABELS)[2]
        name = _NAME.search(labels)
        by_name.setdefault(name[0] if name else b"", []).append((labels, one))
    for label, own in sorted(by_name.items()):
        members = b",".join(one for _, one in sorted(own))
        yield b'{"alerts":[%b],"labels":{%b},"receiver":{"name":"%b"}}' % (members, label, RECEIVER.encode())


def instant_text(at: datetime) -> str:
    """As RFC 3339 writes it, in milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
