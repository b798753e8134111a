import pytest

from tocsin.web.http.markdown import rendered


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("## Since\n\n- **p95** 4 s", "<h4>Since</h4>\n<ul>\n<li><strong>p95</strong> 4 s</li>\n</ul>\n"),
        ("# One", "<h4>One</h4>\n"),
        ("###### Six", "<h6>Six</h6>\n"),
        ("```\nsum(x)\n```", "<pre><code>sum(x)\n</code></pre>\n"),
        ("[a](https://x.example)", '<p><a href="https://x.example" rel="noopener noreferrer">a</a></p>\n'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        (
            "![a](https://x.example/a.png)",
            '<p>!<a href="https://x.example/a.png" rel="noopener noreferrer">a</a></p>\n',
        ),
    ],
)
def test_markdown_becomes_html_that_loads_and_runs_nothing(text: str, html: str) -> None:
    assert rendered(text) == html
