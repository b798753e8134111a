"""Puts text of unknown origin into Markdown, where it shows and does nothing else."""

import re
from datetime import datetime

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")


def plain(text: str) -> str:
    """Text of unknown origin as Markdown that shows it and does nothing else: no markup, links, pictures, mentions."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text))
    # Trackers turn bare addresses, mentions and references into links, and have no escape for it but to break them up.
    return escaped.replace("://", ":\u200b//").replace("www.", "www\u200b.").replace("@", "@\u200b")


def code(text: str) -> str:
    """Text of unknown origin as a code span, whatever backticks it holds (CommonMark 6.1)."""
    line = one_line(text) or "-"
    fence = "`" * (_longest_run(line) + 1)
    return f"{fence} {line} {fence}" if line[0] == "`" or line[-1] == "`" else f"{fence}{line}{fence}"


def fenced(text: str) -> str:
    """A query as a code block, whatever backticks it holds (CommonMark 4.5)."""
    lines = [one_line(line, keep_indent=True) for line in text.splitlines()]
    fence = "`" * max(3, _longest_run(text) + 1)
    return "\n".join([f"{fence}promql", *lines, fence])


def link_target(url: str) -> str:
    """The address as a Markdown link's target; "" for anything but http and https."""
    if not url.lower().startswith(("https://", "http://")) or re.search(r"[\s<>\x00-\x1f\x7f]", url):
        return ""
    return url.replace("\\", "%5C").replace("(", "%28").replace(")", "%29")


def one_line(text: str, *, keep_indent: bool = False) -> str:
    """Without line ends and invisible characters; runs of white space become one space, or stay as an indent."""
    clean = _INVISIBLE.sub(" ", text)
    return clean.rstrip() if keep_indent else " ".join(clean.split())


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def instant_words(at: datetime) -> str:
    """2026-03-02 14:03:10 UTC"""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
