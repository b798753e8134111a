"""Reads the text of a message that a helpdesk keeps as HTML."""

from html.parser import HTMLParser

BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"})
UNREAD = frozenset({"script", "style"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - html.parser's
        self._unread += tag in UNREAD
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD and self._unread > 0

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """The text of an HTML message, a line for each block; tags and scripts are left out."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = ["".join(line.split("\r")).strip() for line in "".join(parser.parts).split("\n")]
    return "\n".join(line for line in lines if line)
