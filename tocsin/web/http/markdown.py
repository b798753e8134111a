"""The templates' filters for Markdown: a person's message, and an engineering ticket with its headings."""

from markupsafe import Markup

from incidents.markup import Markdown

BELOW = 4
"""The level of a ticket's headings: they stand below the page's own h3."""

_MESSAGE, _TICKET = Markdown(), Markdown(headings=BELOW)


def markdown(text: str) -> Markup:
    """A person's message as safe HTML."""
    return Markup(_MESSAGE.to_html(text))  # noqa: S704 - nh3 has just cleaned it


def rendered(text: str) -> Markup:
    """An engineering ticket as safe HTML."""
    return Markup(_TICKET.to_html(text))  # noqa: S704 - nh3 has just cleaned it
