"""The signed manifest of a page: each file with its hash, to be verified offline.

The signature (Ed25519) is over the manifest's JSON without it: keys sorted, no spaces, UTF-8. The manifest also carries
the heartbeat: when the page was made and by when it will be made again, so that a quiet day rewrites it and index.html
alone.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The result of checking a page; `problems` is empty where every file is the signed one."""

    made_at: datetime | None
    next_due: datetime | None
    files: int
    problems: tuple[str, ...]


def digest(content: bytes) -> str:
    """A file's SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


def build(
    digests: Mapping[str, str], *, made_at: datetime, next_due: datetime, key: Ed25519PrivateKey | None = None
) -> bytes:
    """The manifest of files given by path and digest; unsigned without a key."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "made_at": made_at.astimezone(UTC).isoformat(),
        "next_due": next_due.astimezone(UTC).isoformat(),
        "files": dict(sorted(digests.items())),
    }
    if key is not None:
        body["public_key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        body["signature"] = base64.b64encode(key.sign(_canonical(body))).decode()
    return _canonical(body)


def verify(folder: Path, public_key: Ed25519PublicKey) -> Verified:
    """Checks a folder's manifest against the key, and every listed file against the manifest.

    While the page is being published its index may be a moment ahead of the manifest: check again before an alarm.
    """
    try:
        body = json.loads((folder / MANIFEST).read_bytes())
        files: dict[str, str] = dict(body["files"])
        made_at, next_due = datetime.fromisoformat(body["made_at"]), datetime.fromisoformat(body["next_due"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{folder / MANIFEST} cannot be read as a manifest: {error!r}"
        return Verified(made_at=None, next_due=None, files=0, problems=(problem,))
    problems = [*_signature(body, public_key), *(p for name in files for p in _file(folder, name, files[name]))]
    return Verified(made_at=made_at, next_due=next_due, files=len(files), problems=tuple(problems))


def _canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _signature(body: dict[str, Any], public_key: Ed25519PublicKey) -> list[str]:
    signature = body.get("signature")
    if not isinstance(signature, str):
        return [f"{MANIFEST} is not signed"]
    unsigned = {name: value for name, value in body.items() if name != "signature"}
    try:
        public_key.verify(base64.b64decode(signature), _canonical(unsigned))
    except (InvalidSignature, ValueError):
        return [f"{MANIFEST} is not signed by the given key, or was changed after signing"]
    return []


def _file(folder: Path, name: str, expected: str) -> list[str]:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return [f"{name} lies outside the folder"]
    try:
        found = digest(path.read_bytes())
    except OSError as error:
        return [f"{name} cannot be read: {error.strerror}"]
    return [] if found == expected else [f"{name} was changed: its SHA-256 is {found}, the manifest says {expected}"]
