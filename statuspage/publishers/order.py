"""In which order a page's files become visible: what is linked to before what links to it, the manifest last."""

from collections.abc import Iterable

_LAST = {"api/v2/summary.json": 1, "feed.atom": 1, "feed.json": 1, "index.html": 2, "manifest.json": 3}


def in_order(paths: Iterable[str]) -> list[str]:
    """The paths in the order of their publishing: documents, then summaries, then index.html, then the manifest."""
    return sorted(paths, key=lambda path: (_LAST.get(path, 1 if path.startswith("history/") else 0), path))
