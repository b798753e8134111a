"""The templates' filters for Markdown: a person's message, an engineering ticket, a document of its own."""

from markupsafe import Markup

from incidents.markup import Markdown

BELOW = 4
"""The level of a ticket's headings: they stand below the page's own h3."""

_MESSAGE, _TICKET, _DOCUMENT = Markdown(), Markdown(headings=BELOW), Markdown(headings=2)


def markdown(text: str) -> Markup:
    """A person's message as safe HTML."""
    return Markup(_MESSAGE.to_html(text))  # noqa: S704 - nh3 has just cleaned it


def rendered(text: str) -> Markup:
    """An engineering ticket as safe HTML."""
    return Markup(_TICKET.to_html(text))  # noqa: S704 - nh3 has just cleaned it


def document(text: str) -> Markup:
    """A text that stands by itself on a page, its headings below the page's h1, as safe HTML."""
    return Markup(_DOCUMENT.to_html(text))  # noqa: S704 - nh3 has just cleaned it
