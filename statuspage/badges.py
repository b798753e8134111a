"""Status badges: a small SVG with colour and word, to embed in other pages."""

import unicodedata
from xml.sax.saxutils import escape, quoteattr

from incidents.component import ComponentStatus
from statuspage.feeds import xml_text
from statuspage.phrases import Phrases
from statuspage.view import ComponentView, Page

_COLOURS = {
    ComponentStatus.OPERATIONAL: "#1f7a4d",
    ComponentStatus.DEGRADED: "#8a6100",
    ComponentStatus.PARTIAL_OUTAGE: "#b34700",
    ComponentStatus.MAJOR_OUTAGE: "#a4161a",
    ComponentStatus.MAINTENANCE: "#2b5db8",
    ComponentStatus.SUSPECTED: "#6b3fa0",
    ComponentStatus.UNKNOWN: "#5a616b",
}
"""White letters stand on each at 5:1 at least."""

_MARKS = {
    ComponentStatus.OPERATIONAL: '<path d="m3 7.5 2.5 2.5L11 4.5"/>',
    ComponentStatus.DEGRADED: '<path d="M1.5 7.5c2-3 3.5-3 5.5-.5s3.5 2.5 5.5-.5"/>',
    ComponentStatus.PARTIAL_OUTAGE: '<circle cx="7" cy="7" r="4.5"/><path d="M7 2.5a4.5 4.5 0 0 1 0 9z" fill="#fff"/>',
    ComponentStatus.MAJOR_OUTAGE: '<path d="m3 3 8 8m0-8-8 8"/>',
    ComponentStatus.MAINTENANCE: '<path d="M3 11l5-5m0-3a3 3 0 1 0 3 3"/>',
    ComponentStatus.SUSPECTED: '<circle cx="6" cy="6" r="4"/><path d="m9 9 3.5 3.5"/>',
    ComponentStatus.UNKNOWN: '<path d="M4.5 5a2.5 2.5 0 1 1 3.6 2.2c-.8.5-1.1.8-1.1 1.6M7 11.4v.1"/>',
}
_HEIGHT = 24
_PADDING = 9
_MARK = 19
_NARROW, _WIDE = 6.6, 12.0
_LONGEST = 48
"""Letters of a name; the rest is cut with an ellipsis."""


def of_page(page: Page, phrases: Phrases) -> bytes:
    """The badge of the whole page."""
    return _badge(page.site.title, page.verdict.status, phrases)


def of_component(component: ComponentView, phrases: Phrases) -> bytes:
    """The badge of one component."""
    return _badge(component.label, component.status, phrases)


def _badge(name: str, status: ComponentStatus, phrases: Phrases) -> bytes:
    shown = _cut(xml_text(" ".join(name.split())))
    word = phrases.say(status)
    left, right = _width(shown), _width(word)
    split, whole = left + 2 * _PADDING, left + right + 4 * _PADDING + _MARK - 4
    title = f"{shown}: {word}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}" role="img" '
        f"lang={quoteattr(phrases.language)} aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<rect width="{whole}" height="{_HEIGHT}" rx="5" fill="#2b3138"/>'
        f'<path fill="{_COLOURS[status]}" d="M{split} 0H{whole - 5}a5 5 0 0 1 5 5v14a5 5 0 0 1-5 5H{split}z"/>'
        f'<g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        f'transform="translate({split + _PADDING - 1} 5)">{_MARKS[status]}</g>'
        f'<g fill="#fff" font-family="system-ui,Verdana,sans-serif" font-size="12">'
        f"{_text(shown, _PADDING, left)}{_text(word, split + _PADDING + _MARK, right)}</g></svg>\n"
    ).encode()


def _text(text: str, x: int, width: int) -> str:
    return f'<text x="{x}" y="16.5" textLength="{width}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def _width(text: str) -> int:
    """About as wide as the text is in the system's letters; the picture then holds it to that."""
    return round(sum(_WIDE if unicodedata.east_asian_width(c) in "WF" else _NARROW for c in text))


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
