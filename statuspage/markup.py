"""Renders people's Markdown as safe HTML."""

import nh3
from markdown_it import MarkdownIt

_TAGS = frozenset({"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr"})
_SCHEMES = frozenset({"https", "http", "mailto"})


class Markdown:
    """CommonMark without raw HTML, images and headings, cleaned once more after rendering."""

    def __init__(self) -> None:
        self._parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"])

    def to_html(self, text: str) -> str:
        """Safe HTML: of the tags above alone; links carry rel="noopener noreferrer" and lead to http, https or mail."""
        return nh3.clean(
            self._parser.render(text).encode(errors="replace").decode(),
            tags=set(_TAGS),
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes=set(_SCHEMES),
            link_rel="noopener noreferrer",
        )
