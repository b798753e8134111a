"""A human's Markdown becomes HTML that can do nothing but be read."""

import nh3
from markdown_it import MarkdownIt

_TAGS = frozenset({"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr"})
_SCHEMES = frozenset({"https", "http", "mailto"})


def to_html(text: str) -> str:
    """Safe HTML of CommonMark text: no raw HTML, images, headings or scripts; links carry rel="noopener noreferrer"."""
    rendered = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"]).render(text)
    cleaned = nh3.clean(
        rendered,
        tags=set(_TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer",
    )
    return str(cleaned)
