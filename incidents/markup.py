"""Renders people's Markdown: as safe HTML wherever it is read, and as plain text where there is no HTML."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

REMEMBERED = 10_000
"""Messages whose HTML and plain text are kept: the leak check, each language, feed and API ask for the same one."""
_TAGS = frozenset({"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "hr"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SCHEMES = frozenset({"https", "http", "mailto"})
_BARE_ADDRESS = re.compile(r"(?<![A-Za-z0-9_])https?://[^\s<>\"`«»“”„\u3000-\u303f\uff00-\uffef]+", re.IGNORECASE)
_AFTER_ADDRESS = "?!.,:;*_~'’"
"""Signs at the end of an address that belong to the sentence around it, as GitHub Flavored Markdown has it (6.9)."""
_BARE = "linkify"
_WHOLE_ADDRESS = re.compile(r"https?://[^/]|mailto:.", re.IGNORECASE)


class Markdown:
    """CommonMark without raw HTML and images, cleaned once more after rendering; a line that a person ends is a line.

    An http or https address that stands in the text is a link, as in most places where people write.

    headings: the level at which the text's headings begin, such as 4 below an h3; 0 = a heading stays text, as in a
    message. Page, feeds, mail, portal, desk and console render with this and nothing else.
    """

    def __init__(self, *, headings: int = 0) -> None:
        self._headings = _HEADINGS[headings - 1 :] if headings else ()

    def to_html(self, text: str) -> str:
        """Safe HTML: of the tags above alone; links carry rel="noopener noreferrer" and lead to http, https or mail."""
        return _html(text, self._headings)

    def to_text(self, text: str) -> str:
        """What it says, to be read as it stands: no marks of emphasis, a link's address behind its words.

        Lists keep their dashes and numbers, quotations their ">", code its lines.
        """
        return _text(text, bool(self._headings))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Whether it leads to the same place from page, feed, mail and console; what does not stays text."""
        return _WHOLE_ADDRESS.match(url) is not None


@lru_cache(maxsize=REMEMBERED)
def _text(text: str, headings: bool) -> str:
    return "\n".join(_lines(SyntaxTreeNode(_parser(headings).parse(text)).children))


@lru_cache(maxsize=REMEMBERED)
def _html(text: str, headings: tuple[str, ...]) -> str:
    parser = _parser(bool(headings))
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = headings[min(max(int(token.tag[1]) - 2, 0), len(headings) - 1)]
    html: str = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html.encode(errors="replace").decode(),
        tags={*_TAGS, *headings},
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=set(_SCHEMES),
        link_rel="noopener noreferrer",
    )


@cache
def _parser(headings: bool) -> MarkdownIt:
    """Making one takes a hundred times as long as a message does."""
    off = ["image"] if headings else ["image", "heading", "lheading"]
    parser = _Parser("commonmark", {"html": False, "breaks": not headings})
    parser.core.ruler.after("text_join", "bare_addresses", _link_addresses)
    return parser.disable(off)


def _link_addresses(state: StateCore) -> None:
    """Makes links of the addresses in text that stands in no link."""
    for block in state.tokens:
        if not block.children or "://" not in block.content:
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children:
            depth += token.nesting if token.type in {"link_open", "link_close"} else 0
            children += _linked(token, state.md) if token.type == "text" and not depth else [token]
        block.children = children


def _linked(token: Token, parser: MarkdownIt) -> Iterator[Token]:
    """The text in pieces: what is between the addresses, and each address as a link."""
    place = 0
    for found in _BARE_ADDRESS.finditer(token.content):
        address = _without_the_sentence(found[0])
        href = parser.normalizeLink(address)
        if not parser.validateLink(href):
            continue
        yield _text_token(token.content[place : found.start()], token.level)
        place = found.start() + len(address)
        yield Token("link_open", "a", 1, attrs={"href": href}, markup=_BARE, info="auto", level=token.level)
        yield _text_token(address, token.level + 1)
        yield Token("link_close", "a", -1, markup=_BARE, info="auto", level=token.level)
    yield _text_token(token.content[place:], token.level)


def _text_token(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _without_the_sentence(address: str) -> str:
    """Without the signs behind it; a bracket is one that was not opened in it."""
    bare = address.rstrip(_AFTER_ADDRESS)
    for opening, closing in ("()", "[]"):
        if bare.endswith(closing) and bare.count(closing) > bare.count(opening):
            bare = bare[:-1]
    return bare if bare == address else _without_the_sentence(bare)


def _lines(nodes: Sequence[SyntaxTreeNode], *, apart: bool = True) -> list[str]:
    """The lines of blocks that follow each other, a blank one between two; apart: False = none, as in a tight list."""
    lines: list[str] = []
    for node in nodes:
        lines += ["", *_block(node)] if lines and apart else _block(node)
    return lines


def _block(node: SyntaxTreeNode) -> list[str]:
    match node.type:
        case "bullet_list" | "ordered_list":
            is_tight = all(p.hidden for item in node.children for p in item.children if p.type == "paragraph")
            start = node.attrs.get("start", 1) if node.type == "ordered_list" else None
            marks = [f"{int(start) + n}. " if start is not None else "- " for n, _ in enumerate(node.children)]
            items = [
                _behind(mark, _lines(item.children, apart=not is_tight))
                for mark, item in zip(marks, node.children, strict=True)
            ]
            return [line for n, item in enumerate(items) for line in (["", *item] if n and not is_tight else item)]
        case "blockquote":
            return [f"> {line}".rstrip() for line in _lines(node.children)]
        case "fence" | "code_block":
            return node.content.rstrip("\n").split("\n")
        case "hr":
            return ["---"]
        case _:
            return _inline(node.children[0].children).split("\n") if node.children else []


def _behind(mark: str, lines: Sequence[str]) -> list[str]:
    """The lines of an item behind its dash or number, the others below the first."""
    first, *rest = lines or [""]
    return [(mark + first).rstrip(), *((" " * len(mark) + line).rstrip() for line in rest)]


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_piece(node) for node in nodes)


def _piece(node: SyntaxTreeNode) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type == "link":
        words, address = _inline(node.children), str(node.attrs.get("href", ""))
        if node.markup == _BARE:
            return words
        return words if words == address.removeprefix("mailto:") else f"{words} ({address})".lstrip()
    return _inline(node.children) if node.children else node.content
