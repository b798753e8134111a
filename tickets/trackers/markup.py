"""Puts Markdown (CommonMark) into the markup of trackers that have another: Jira's wiki, plain text, HTML."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_WIKI_SPECIAL = re.compile(r"([{}\[\]!|*_^~+?\\-])")
_BARE_WORD = re.compile(r"(?<=\w)-(?=\w)")
ATTACHED = "attachment:"
"""The scheme of a picture that is attached to the ticket itself."""


def to_html(markdown: str) -> str:
    """HTML in which nothing of the text is markup that Markdown does not know."""
    return str(_MARKDOWN.render(markdown))


def to_text(markdown: str) -> str:
    """Plain text: headings in capitals, lists with dashes, a link's address behind its words."""
    return _written(markdown, _Text())


def to_wiki(markdown: str) -> str:
    """Jira's wiki markup."""
    return _written(markdown, _Wiki())


class _Text:
    """How plain text writes each element."""

    strong, emphasis = ("", ""), ("", "")
    quote = "> "

    def words(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        return text

    def heading(self, level: int, text: str) -> str:
        return text.upper() if level < 3 else text

    def bullet(self, kinds: Sequence[str]) -> str:
        return "  " * (len(kinds) - 1) + "- "

    def block(self, text: str) -> str:
        return "\n".join(f"    {line}" for line in text.rstrip("\n").splitlines())

    def link(self, words: str, address: str) -> str:
        return f"{words} ({address})" if words != address else address

    def picture(self, words: str, address: str) -> str:
        return self.link(words, address.removeprefix(ATTACHED))


class _Wiki:
    """How Jira's wiki markup writes each element."""

    strong, emphasis = ("*", "*"), ("_", "_")
    quote = "bq. "

    def words(self, text: str) -> str:
        parts = _BARE_WORD.split(text)  # a dash within a word strikes nothing out
        return "-".join(_WIKI_SPECIAL.sub(r"\\\1", part) for part in parts)

    def code(self, text: str) -> str:
        return "{{" + self.words(text) + "}}"

    def heading(self, level: int, text: str) -> str:
        return f"h{level}. {text}"

    def bullet(self, kinds: Sequence[str]) -> str:
        return "".join("#" if kind == "ordered_list_open" else "*" for kind in kinds) + " "

    def block(self, text: str) -> str:
        return "{noformat}\n" + text.rstrip("\n").replace("{noformat}", "{no format}") + "\n{noformat}"

    def link(self, words: str, address: str) -> str:
        return f"[{words}|{address.replace('|', '%7C').replace(']', '%5D')}]"

    def picture(self, words: str, address: str) -> str:
        if address.startswith(ATTACHED):
            return f"!{address.removeprefix(ATTACHED)}|thumbnail!"
        return self.link(words, address)


def _written(markdown: str, style: _Text | _Wiki) -> str:
    """Blocks apart by an empty line, the items of a list not."""
    blocks = _Blocks(style)
    for token in _MARKDOWN.parse(markdown):
        if token.nesting:
            blocks.enter(token)
        else:
            blocks.add(token)
    return blocks.joined()


class _Blocks:
    """The blocks of a text as they come. lists: the kinds of the lists that the next one stands in."""

    def __init__(self, style: _Text | _Wiki) -> None:
        self._style = style
        self._blocks: list[tuple[str, bool]] = []  # each with whether it stands in a list
        self._lists: list[str] = []
        self._quoted = 0
        self._heading = 0
        self._is_first = False

    def enter(self, token: Token) -> None:
        """An element begins or ends."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(token.type)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._is_first = True
            case "blockquote_open" | "blockquote_close":
                self._quoted += token.nesting
            case "heading_open" | "heading_close":
                self._heading = int(token.tag[1:]) if token.nesting > 0 else 0

    def add(self, token: Token) -> None:
        """A block with words."""
        match token.type:
            case "inline":
                self._blocks.append((self._line(_inline(token.children or (), self._style)), bool(self._lists)))
                self._is_first = False
            case "fence" | "code_block":
                self._blocks.append((self._style.block(token.content), False))
            case "hr":
                self._blocks.append(("----", False))

    def joined(self) -> str:
        """All of it."""
        written = ""
        for index, (text, is_item) in enumerate(self._blocks):
            between = "\n" if is_item and index and self._blocks[index - 1][1] else "\n\n"
            written += (between if index else "") + text
        return f"{written}\n"

    def _line(self, text: str) -> str:
        if self._heading:
            return self._style.heading(self._heading, text)
        if self._lists:
            return (self._style.bullet(self._lists) if self._is_first else "  " * len(self._lists)) + text
        return "\n".join(self._style.quote + line for line in text.split("\n")) if self._quoted else text


def _inline(tokens: Sequence[Token], style: _Text | _Wiki) -> str:
    """The words of one paragraph."""
    parts = [""]
    targets: list[str] = []
    for token in tokens:
        match token.type:
            case "text":
                parts[-1] += style.words(token.content)
            case "code_inline":
                parts[-1] += style.code(token.content)
            case "softbreak" | "hardbreak":
                parts[-1] += "\n"
            case "strong_open" | "strong_close":
                parts[-1] += style.strong[0 if token.nesting > 0 else 1]
            case "em_open" | "em_close":
                parts[-1] += style.emphasis[0 if token.nesting > 0 else 1]
            case "link_open":
                targets.append(str(token.attrs.get("href", "")))
                parts.append("")
            case "link_close":
                words = parts.pop()
                parts[-1] += style.link(words, targets.pop())
            case "image":
                parts[-1] += style.picture(style.words(token.content), str(token.attrs.get("src", "")))
    return "".join(parts)
