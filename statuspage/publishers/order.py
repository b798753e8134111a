"""The order in which a page's files are published: a link's target before the link, the manifest last."""

import re
from collections.abc import Iterable

FIRST_PAGES = 2
"""The rank of the pages that readers come to first; everything that they link to is there before them."""

_RANK = {"api/v2/summary.json": 1, "feed.atom": 1, "feed.json": 1, "index.html": FIRST_PAGES, "manifest.json": 3}
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*/(?=[^/]+$|history/)")


def rank(path: str) -> int:
    """Documents 0, what sums them up 1, each language's index.html 2, the manifest 3."""
    bare = _LANGUAGE.sub("", path, count=1) if path.partition("/")[0] != "api" else path
    return _RANK.get(bare, 1 if bare.startswith("history/") else 0)


def place(path: str) -> tuple[int, bool]:
    """The position of a path in the order; paths of the same position may be published in any order, or at once."""
    return rank(path), path == "index.html"


def in_order(paths: Iterable[str]) -> list[str]:
    """The paths in the order of their publishing; the first language's index.html after the others'."""
    return sorted(paths, key=lambda path: (*place(path), path))
