"""Renders an engineering ticket's Markdown as safe HTML: text, lists, code and links; nothing that loads or runs."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "a", "h4", "h5", "h6"}
BELOW = 2  # levels that a heading of the ticket sinks, below the page's own


def rendered(text: str) -> Markup:
    """Safe HTML; HTML in the text comes out as text, links lead to http and https alone."""
    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, max(4, int(token.tag[1]) + BELOW))}"
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel="noreferrer")
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it
