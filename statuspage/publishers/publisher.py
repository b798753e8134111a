"""The Publisher protocol, its one error, and the rules for a page's paths."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

KEEP_SECONDS = 600.0
"""How long a file that left the page stays, for who still reads a page that links to it."""

_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class PublishError(Exception):
    """The page could not be published there; the message says what stands there now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The result of publishing: paths in the order in which they were handled."""

    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]


class Publisher(Protocol):
    """Keeps one place in step with the page. Each is called by one thread at a time."""

    @property
    def name(self) -> str:
        """Which place: unique, and the same after a restart."""

    def publish(self, files: Mapping[str, bytes]) -> Published:
        """Makes the place show these files, by path; returns once it does. Raises PublishError."""


def check_paths(paths: Iterable[str]) -> None:
    """Raises ValueError at a path that could lead out of the place."""
    for path in paths:
        if not is_safe(path):
            raise ValueError(
                f"page file is {path!r}, must be a relative path of letters, digits and ._-, no part with a dot first"
            )


def is_safe(path: str) -> bool:
    """Whether a path stays within the place that it is relative to."""
    return _SAFE.fullmatch(path) is not None
