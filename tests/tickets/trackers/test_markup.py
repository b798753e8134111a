"""Markdown in other trackers' markup: the same words, and nothing of them does anything."""

import pytest

from tickets.markdown import code, fenced, plain
from tickets.trackers.markup import to_html, to_text, to_wiki

BODY = f"""\
**Withdrawals** are slow since 14:03; p95 was 412 s.

- **Status**: detected
- [Open in the console](https://tocsin.example/console/incidents/x)
  - nested {code("withdrawals/BTC")}

## Evidence

{fenced('rate(x{{a="b"}}[5m])')}

> We know.

![p.png](attachment:p.png)
"""

WIKI = """\
*Withdrawals* are slow since 14:03; p95 was 412 s.

* *Status*: detected
* [Open in the console|https://tocsin.example/console/incidents/x]
** nested {{withdrawals/BTC}}

h2. Evidence

{noformat}
rate(x{{a="b"}}[5m])
{noformat}

bq. We know.

!p.png|thumbnail!
"""

TEXT = """\
Withdrawals are slow since 14:03; p95 was 412 s.

- Status: detected
- Open in the console (https://tocsin.example/console/incidents/x)
  - nested withdrawals/BTC

EVIDENCE

    rate(x{{a="b"}}[5m])

> We know.

p.png
"""


def test_wiki_markup() -> None:
    assert to_wiki(BODY) == WIKI


def test_plain_text() -> None:
    assert to_text(BODY) == TEXT


HOSTILE = [
    "{code}x{code}",
    "!http://x/p.png!",
    "[~admin] [a|http://x]",
    "h1. big",
    "a-b -c- *d* _e_",
    "x{noformat}",
    "||a||",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_unknown_origin_is_wiki_markup(text: str) -> None:
    written = to_wiki(f"said: {plain(text)}").removesuffix("\n")
    for special in "{}[]!|*_":
        assert written.count(special) == written.count(f"\\{special}")


def test_nothing_of_unknown_origin_is_html() -> None:
    assert "<script" not in to_html("<script>alert(1)</script> and <b>x</b>")


def test_a_query_cannot_end_its_block() -> None:
    assert to_wiki(fenced("x {noformat} h1. big")).count("{noformat}") == 2
