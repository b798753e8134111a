"""One renderer of people's words: HTML that can't bite, and text that reads as it stands."""

from html import escape
from html.parser import HTMLParser

import pytest

from incidents.markup import Markdown

LINK = 'rel="noopener noreferrer"'


class Tags(HTMLParser):
    """Every tag of a piece of HTML, with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("We **look**.", "<p>We <strong>look</strong>.</p>\n"),
        ("One\nTwo", "<p>One<br>\nTwo</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("[a](https://x.example)", f'<p><a href="https://x.example" {LINK}>a</a></p>\n'),
        ("[a](mailto:a@x.example)", f'<p><a href="mailto:a@x.example" {LINK}>a</a></p>\n'),
        ("[a](HTTP://X.example)", f'<p><a href="HTTP://X.example" {LINK}>a</a></p>\n'),
        # In a mail or a feed these would lead nowhere, or somewhere else.
        ("[a](/support)", "<p>[a](/support)</p>\n"),
        ("[a](components/x.html)", "<p>[a](components/x.html)</p>\n"),
        ("[a](//x.example)", "<p>[a](//x.example)</p>\n"),
        ("[a](tel:+4930)", "<p>[a](tel:+4930)</p>\n"),
        ("[a](#top)", "<p>[a](#top)</p>\n"),
        ("# Not a headline", "<p># Not a headline</p>\n"),
        ("Deposits < 1 BTC & withdrawals > 5 BTC", "<p>Deposits &lt; 1 BTC &amp; withdrawals &gt; 5 BTC</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("", ""),
    ],
)
def test_a_message_is_html(text: str, html: str) -> None:
    assert Markdown().to_html(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "![a](https://x.example/pixel.png)",
        '<a href="javascript:alert(1)">a</a>',
        "<svg/onload=alert(1)>",
        "`<b onclick=x>`",
    ],
)
def test_nothing_in_it_runs_or_loads(text: str) -> None:
    for read in (Markdown(), Markdown(headings=4)):
        parser = Tags()
        parser.feed(read.to_html(text))
        tags = parser.found
        assert {tag for tag, _ in tags} <= {"p", "a", "code"}
        for _, attributes in tags:
            assert all(name in {"href", "rel"} for name, _ in attributes)
            assert all(str(value).startswith("https://") for name, value in attributes if name == "href")


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("See https://x.example/a_b_c?q=1&r=2.", "https://x.example/a_b_c?q=1&r=2", ""),
        ("(http://x.example/a_(b))", "http://x.example/a_(b)", ""),
        ("请见https://x.example/a。谢谢", "https://x.example/a", ""),
        ("**https://x.example/**!", "https://x.example/", ""),
        ("- HTTPS://x.example,\n- more", "HTTPS://x.example", ""),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", "https://bücher.example/ü"),
    ],
)
def test_an_address_in_the_text_is_a_link(text: str, address: str, words: str) -> None:
    html = Markdown().to_html(text)
    shown = escape(address, quote=False)
    assert f'<a href="{shown}" rel="noopener noreferrer">{words or shown}</a>' in html
    assert html.count("<a ") == 1
    assert (words or address) in Markdown().to_text(text)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("javascript:alert(1) data:text/html,x ftp://x.example //x.example", 0),
        ("https:// https:///x xhttps://x.example", 0),
        ("`https://x.example`\n\n    https://x.example", 0),
        ("[https://x.example](https://y.example)", 1),
        ("<https://x.example>", 1),
        ('https://x.example/"onmouseover=alert(1)//', 1),
        ("https://x.example/<script>alert(1)</script>", 1),
    ],
)
def test_what_is_no_address_or_a_link_already_is_left_as_it_is(text: str, links: int) -> None:
    parser = Tags()
    parser.feed(Markdown().to_html(text))
    found = [dict(attributes) for tag, attributes in parser.found if tag == "a"]
    assert len(found) == links
    assert all(str(one["href"]).startswith("https://") and set(one) == {"href", "rel"} for one in found)
    assert {tag for tag, _ in parser.found} <= {"p", "a", "code", "pre"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("We **look** at *it*, `x_y` and \\_all\\_.", "We look at it, x_y and _all_."),
        ("One\nTwo\n\nThree", "One\nTwo\n\nThree"),
        ("See [the page](https://x.example/a_b).", "See the page (https://x.example/a_b)."),
        ("See <https://x.example> or <a@x.example>.", "See https://x.example or a@x.example."),
        ("So:\n\n* a\n* b\n  more\n\nEnd", "So:\n\n- a\n- b\n  more\n\nEnd"),
        ("2. a\n3. b\n   - c", "2. a\n3. b\n   - c"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("> said\n> twice", "> said\n> twice"),
        ("> - q\n\n---", "> - q\n\n---"),
        ("```\nsum(x)\n  y\n```", "sum(x)\n  y"),
        ("Deposits < 1 BTC &amp; > 5 BTC", "Deposits < 1 BTC & > 5 BTC"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_a_message_is_text_that_reads_as_it_stands(text: str, read: str) -> None:
    assert Markdown().to_text(text) == read
