"""HTTP headers of each file of the page: its type, and how long a cache may keep it.

The shipped configurations of web servers in deploy/ say the same; a test compares them with this.
"""

from collections.abc import Mapping

NOW = "max-age=10, public, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"
"""Of what tells how things are: read again after ten seconds, an hour long better stale than not at all."""

POLLED = "max-age=60, public, s-maxage=30, stale-while-revalidate=60, stale-if-error=3600"
"""Of feeds, calendars and badges, which readers' programs ask for again and again."""

TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".atom": "application/atom+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FEED = "application/feed+json"

SECURITY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""What a page cannot say of itself; with every file."""


def content_type(path: str) -> str:
    """Such as "text/html; charset=utf-8"; every file of the page has one."""
    name = path.rpartition("/")[2]
    if name == "feed.json":
        return _FEED
    return TYPES.get(name[name.rfind(".") :], "application/octet-stream")


def cache_control(path: str) -> str:
    """How long a copy is good for."""
    name = path.rpartition("/")[2]
    is_polled = name == "feed.json" or name.endswith((".atom", ".ics", ".svg"))
    return POLLED if is_polled else NOW
