"""News feeds of the page: Atom (RFC 4287) and JSON Feed 1.1, one entry per update, newest first."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import nlargest
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from incidents.markup import Markdown
from statuspage.phrases import Phrases
from statuspage.view import ComponentView, EventView, IncidentView, Page, UpdateView

ENTRIES = 100
"""As many entries as a feed holds at most."""

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) forbids, however it is written: control characters, surrogates, U+FFFE and U+FFFF."""

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
        _newest(incidents),
        page,
        phrases,
        title=f"{page.site.title}: {component.label}",
        path=f"{about}.atom",
        about=f"{about}.html",
        updated=max((i.updated_at for i in incidents), default=page.site.since),
    )


def _atom(
    entries: Sequence[tuple[EventView, UpdateView]],
    page: Page,
    phrases: Phrases,
    *,
    title: str,
    path: str,
    about: str,
    updated: datetime,
) -> bytes:
    url, site, markdown = page.site.url, page.site, Markdown()
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": phrases.language})
    _text(feed, "title", title)
    _text(feed, "id", f"{url}{about}")
    _text(feed, "updated", _at(updated))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{url}{path}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{url}{about}"})
    _text(SubElement(feed, "author"), "name", site.title)
    for owner, update in entries:
        _entry(feed, owner, update, page, phrases, markdown)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode").encode()


def json_feed(page: Page, phrases: Phrases) -> bytes:
    """The same entries, with the same ids, as a JSON Feed."""
    url, site, markdown = page.site.url, page.site, Markdown()
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
                "content_text": _plain(update, phrases, markdown),
                "content_html": _html(update, phrases, markdown),
                "date_published": _at(update.at),
                **({"date_modified": _at(update.corrected_at)} if update.corrected_at else {}),
            }
            for owner, update in newest(page)
        ],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def newest(page: Page) -> list[tuple[EventView, UpdateView]]:
    """The newest updates of all, with whose they are; so many owners suffice, as each has an update at least."""
    return _newest((*page.incidents, *page.maintenance))


def _newest(every: Sequence[EventView]) -> list[tuple[EventView, UpdateView]]:
    owners = nlargest(ENTRIES, every, key=lambda one: (one.updated_at, one.updates[0].id))
    pairs = [(one, update) for one in owners for update in one.updates]
    pairs.sort(key=lambda pair: (pair[1].at, pair[1].id), reverse=True)
    return pairs[:ENTRIES]


def link(owner: EventView) -> str:
    """The path of an incident's or planned work's own page, below the site's address."""
    return f"{'incidents' if isinstance(owner, IncidentView) else 'maintenance'}/{owner.id}.html"


def _entry(  # noqa: PLR0917 - what an entry is made of
    feed: Element, owner: EventView, update: UpdateView, page: Page, phrases: Phrases, markdown: Markdown
) -> None:
    entry = SubElement(feed, "entry")
    address = _address(owner, update, page)
    _text(entry, "title", _title(owner, update, phrases))
    _text(entry, "id", address)
    _text(entry, "updated", _at(update.updated_at))
    _text(entry, "published", _at(update.at))
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    # Readers exist that take plain text for markup, and lose what stands between "<" and ">". Markup is unambiguous.
    _text(entry, "content", _html(update, phrases, markdown)).set("type", "html")


def _address(owner: EventView, update: UpdateView, page: Page) -> str:
    return f"{page.site.url}{link(owner)}#{update.id}"


def _title(owner: EventView, update: UpdateView, phrases: Phrases) -> str:
    return f"{phrases.say(update.label)}: {owner.title}"


def _plain(update: UpdateView, phrases: Phrases, markdown: Markdown) -> str:
    planned = phrases.span(*update.planned) if update.planned else ""
    return "\n\n".join(part for part in (planned, update.body, markdown.to_text(update.message)) if part)


def _html(update: UpdateView, phrases: Phrases, markdown: Markdown) -> str:
    planned = phrases.span(*update.planned) if update.planned else ""
    said = "".join(f"<p>{escape(part)}</p>" for part in (planned, *update.body.split("\n\n")) if part)
    return said + (markdown.to_html(update.message) if update.message else "")


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = xml_text(text)
    return child


def xml_text(text: str) -> str:
    """The text without what XML forbids, in whatever file of ours it stands."""
    return _FORBIDDEN.sub("", text)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
