"""The trading mode of each market as JSON for bots: an extension in a file of its own."""

import json
from datetime import UTC, datetime

from statuspage.view import Page

PATH = "trading.json"


def files(page: Page) -> dict[str, bytes]:
    """`trading.json`: each market by the id that it has in the other files too; {} where the page lists no market.

    mode: `online`, `post_only`, `cancel_only` or `maintenance`. since: null = as long as the records go back.
    """
    markets = [
        {
            "id": c.id,
            "name": c.label,
            "asset": c.asset or None,
            "mode": c.mode.value,
            "status": c.status.value,
            "since": _at(c.mode_since),
        }
        for c in page.components
        if c.mode is not None
    ]
    if not markets:
        return {}
    body = {"page": {"id": page.site.id, "url": page.site.url.rstrip("/")}, "markets": markets}
    return {PATH: json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()}


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
