"""Finds what a customer wrote themselves in an answer to one of our mails, and leaves out what it quotes. Pure.

A quote is known by what is ours in it, in whatever language a mail program announces it: our address or name in the
line above lines that begin with ">", or our address and the ticket's number in a block of headers. What is not known
to be a quote stays: a customer's own "From: bc1q…" or "> 0.5 BTC" is an answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEADERS_WITHIN = 8  # lines of a block of headers
_QUOTED = re.compile(r"^\s{0,3}>")
_HEADER = re.compile(r"^\W{0,3}[^\s:：][^:：]{0,30}[:：]\s*\S")
_RULE = re.compile(r"^\s*[-_=*\s]{5,}.{0,40}?[-_=*\s]{0,40}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNames:
    """What shows that a text is ours. addresses: those that mails are from and that answers go to.

    name: the sender's; "" = none. number: the ticket's; "" = it is about none.
    """

    addresses: Sequence[str]
    name: str = ""
    number: str = ""

    def names_us(self, line: str) -> bool:
        """Whether the line has an address of ours, also one with a tag: support+tag@example.com."""
        low = line.casefold()
        for address in self.addresses:
            local, _, domain = address.casefold().partition("@")
            if re.search(rf"(?<![\w.+-]){re.escape(local)}(\+[\w.-]+)?@{re.escape(domain)}(?![\w-]|\.\w)", low):
                return True
        return False

    def announces(self, line: str) -> bool:
        """Whether the line may stand above a quote of ours."""
        end = line.rstrip(" \t\u200e\u200f\u202c").endswith((":", "：", ">"))
        return self.names_us(line) or bool(self.name and end and self.name.casefold() in line.casefold())


def own_words(text: str, ours: OurNames) -> str:
    """The text without its quotes of our mails; all of it where it quotes between its own lines.

    Empty only where the customer wrote nothing beside the quote.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = _headers_at(lines, ours)
    if cut is not None:
        lines = lines[:cut]
    blocks = list(_blocks(lines, ours))
    if blocks and not _is_between(lines, blocks):
        kept = [line for k, line in enumerate(lines) if not any(start <= k < end for start, end in blocks)]
        lines = kept
    return "\n".join(lines).strip("\n").rstrip()


def _blocks(lines: Sequence[str], ours: OurNames) -> Sequence[tuple[int, int]]:
    """Where each announced quote begins, its announcement included, and where it ends."""
    found: list[tuple[int, int]] = []
    k = 0
    while k < len(lines):
        if not _QUOTED.match(lines[k]):
            k += 1
            continue
        start = _announced_at(lines, k, ours)
        end = k
        while end < len(lines) and (_QUOTED.match(lines[end]) or not lines[end].strip()):
            end += 1
        if start is not None:
            found.append((start, end))
        elif found and not any(line.strip() for line in lines[found[-1][1] : k]):
            found[-1] = (found[-1][0], end)
        k = end
    return found


def _announced_at(lines: Sequence[str], quote: int, ours: OurNames) -> int | None:
    """Where the announcement of the quote at that line begins; None where nothing announces it.

    It is one line, or wrapped into two or three; a blank line may stand between it and the quote.
    """
    above = quote - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    for k in range(above, max(-1, above - 3), -1):
        if not lines[k].strip() or _QUOTED.match(lines[k]):
            return None
        if ours.announces(lines[k]):
            is_wrapped = lines[k].lstrip().startswith("<") and k > 0 and re.search(r"\d", lines[k - 1])
            return k - 1 if is_wrapped else k
    return None


def _is_between(lines: Sequence[str], blocks: Sequence[tuple[int, int]]) -> bool:
    """Whether own lines stand between quoted ones, which answer each in its place."""
    first, last = blocks[0][0], max(k for k, line in enumerate(lines) if _QUOTED.match(line))
    inside = (k for k in range(first, last) if lines[k].strip() and not _QUOTED.match(lines[k]))
    return any(not any(start <= k < end for start, end in blocks) for k in inside)


def _headers_at(lines: Sequence[str], ours: OurNames) -> int | None:
    """Where a block of headers of a mail of ours begins: it names our address, and the number in its subject."""
    if not ours.number:
        return None
    for k, line in enumerate(lines):
        if not (_HEADER.match(line) and ours.names_us(line)):
            continue
        start = k
        while start > 0 and k - start < 3 and _HEADER.match(lines[start - 1]) and _is_date(lines[start - 1]):
            start -= 1
        block = lines[start : start + HEADERS_WITHIN]
        if sum(bool(_HEADER.match(one)) for one in block) >= 3 and any(f"[{ours.number}]" in one for one in block):
            return start - 1 if start > 0 and _RULE.match(lines[start - 1]) else start
    return None


def _is_date(line: str) -> bool:
    return re.search(r"\d{1,2}[:.]\d{2}", line) is not None
