"""What changed, for feed readers: Atom (RFC 4287) and JSON Feed 1.1, one entry an update, newest first."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import nlargest
from xml.etree.ElementTree import Element, SubElement, tostring

from statuspage.phrases import Phrases
from statuspage.view import ComponentView, IncidentView, Page, Told, UpdateView

ENTRIES = 100
"""As many entries as a feed holds at most."""

_ATOM = "http://www.w3.org/2005/Atom"


def atom(page: Page, phrases: Phrases) -> bytes:
    """The feed of every incident and all planned work.

    An entry's id never changes, so that a reader shows each update once.
    """
    title = f"{page.site.title}: {phrases.say('status')}"
    return _atom(newest(page), page, phrases, title=title, path="feed.atom", about="", updated=page.changed_at)


def component_atom(page: Page, phrases: Phrases, component: ComponentView, incidents: Sequence[IncidentView]) -> bytes:
    """The feed of one component: of the incidents given, newest first, every update."""
    about = f"components/{component.id}"
    return _atom(
        _told(incidents),
        page,
        phrases,
        title=f"{page.site.title}: {component.label}",
        path=f"{about}.atom",
        about=f"{about}.html",
        updated=max((i.updated_at for i in incidents), default=page.site.since),
    )


def _atom(
    entries: Sequence[tuple[Told, UpdateView]],
    page: Page,
    phrases: Phrases,
    *,
    title: str,
    path: str,
    about: str,
    updated: datetime,
) -> bytes:
    url, site = page.site.url, page.site
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": phrases.language})
    _text(feed, "title", title)
    _text(feed, "id", f"{url}{about}")
    _text(feed, "updated", _at(updated))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{url}{path}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{url}{about}"})
    _text(SubElement(feed, "author"), "name", site.title)
    for owner, update in entries:
        _entry(feed, owner, update, page, phrases)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode").encode()


def json_feed(page: Page, phrases: Phrases) -> bytes:
    """The same entries, with the same ids, as a JSON Feed."""
    url, site = page.site.url, page.site
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{site.title}: {phrases.say('status')}",
        "home_page_url": url,
        "feed_url": f"{url}feed.json",
        "language": phrases.language,
        "authors": [{"name": site.title, "url": url}],
        "items": [
            {
                "id": _address(owner, update, page),
                "url": _address(owner, update, page),
                "title": _title(owner, update, phrases),
                "content_text": _content(update),
                "date_published": _at(update.at),
            }
            for owner, update in newest(page)
        ],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode()


def newest(page: Page) -> list[tuple[Told, UpdateView]]:
    """The newest updates of all, with whose they are; so many owners suffice, as each has an update at least."""
    return _told((*page.incidents, *page.maintenance))


def _told(every: Sequence[Told]) -> list[tuple[Told, UpdateView]]:
    owners = nlargest(ENTRIES, every, key=lambda one: (one.updated_at, one.updates[0].id))
    told = [(one, update) for one in owners for update in one.updates]
    told.sort(key=lambda pair: (pair[1].at, pair[1].id), reverse=True)
    return told[:ENTRIES]


def link(owner: Told) -> str:
    """Where one of them has its own page, below the site's address."""
    return f"{'incidents' if isinstance(owner, IncidentView) else 'maintenance'}/{owner.id}.html"


def _entry(feed: Element, owner: Told, update: UpdateView, page: Page, phrases: Phrases) -> None:
    entry = SubElement(feed, "entry")
    address = _address(owner, update, page)
    _text(entry, "title", _title(owner, update, phrases))
    _text(entry, "id", address)
    _text(entry, "updated", _at(update.at))
    _text(entry, "published", _at(update.at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    _text(entry, "content", _content(update)).set("type", "text")


def _address(owner: Told, update: UpdateView, page: Page) -> str:
    return f"{page.site.url}{link(owner)}#{update.id}"


def _title(owner: Told, update: UpdateView, phrases: Phrases) -> str:
    return f"{phrases.say(update.phase.value)}: {owner.title}"


def _content(update: UpdateView) -> str:
    return "\n\n".join(part for part in (update.body, update.message) if part)


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = "".join(c for c in text if c in "\n\t" or c >= " ")  # XML 1.0 has no other control characters
    return child


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
