"""The engineering ticket: what an engineer needs at three in the morning, and nothing that hostile labels can break."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph
from incidents.incident import Incident, IncidentUpdate, Severity, UpdateKind
from incidents.signal import Signal, SignalSource
from tickets.engineering import EngineeringTicket, Plot, TicketContext, code, engineering_ticket, link_target

T0 = datetime(2026, 3, 2, 14, 3, 10, tzinfo=UTC)
CHAIN, WITHDRAWALS = "chain/bitcoin", "withdrawals/BTC/bitcoin"
GRAPH = ComponentGraph(
    [
        Component(name=CHAIN, title="Bitcoin network", team="Chains"),
        Component(name=WITHDRAWALS, title="Bitcoin withdrawals", depends_on=(CHAIN,)),
        Component(name="deposits/BTC/bitcoin", title="Bitcoin deposits", depends_on=(CHAIN,)),
    ]
)
FACTS = (
    ("observed", "412 s"),
    ("expected", "60 to 95 s"),
    ("promql", 'histogram_quantile(0.95, sum(rate(w_bucket{asset="BTC"}[5m])) by (le))'),
    ("model", "level"),
)


def signal(component: str = WITHDRAWALS, **changes: object) -> Signal:
    base = Signal(
        key=f"w:{component}:1",
        source=SignalSource.WATCH,
        name="w",
        component=component,
        title="Withdrawal processing time, p95",
        kind=FailureKind.DELAY,
        started_at=T0,
        seen_at=T0,
        score=3.2,
        facts=FACTS,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def incident(*signals: Signal, **changes: object) -> Incident:
    evidence = signals or (signal(),)
    base = Incident(
        id="a" * 12,
        title="Bitcoin withdrawals delayed",
        kind=FailureKind.DELAY,
        component=WITHDRAWALS,
        components=tuple(dict.fromkeys(s.component for s in evidence)),
        signals=evidence,
        severity=Severity.MAJOR,
        severity_reason="major: customers feel it on 3 components",
        started_at=T0,
        opened_at=T0 + timedelta(seconds=5),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def written(told: Incident | IncidentUpdate, **context: object) -> EngineeringTicket:
    return engineering_ticket(told, TicketContext(graph=GRAPH, **context))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "title"),
    [
        pytest.param(
            incident(), "Bitcoin withdrawals delayed: p95 412 s, expected 60 to 95 s", id="observed and expected"
        ),
        pytest.param(incident(title="Ours", title_by_human=True), "Ours", id="a human's"),
        pytest.param(
            incident(signal(kind=FailureKind.SILENCE, facts=()), title="Bitcoin withdrawals not reporting"),
            "Bitcoin withdrawals not reporting: no data since 14:03 UTC",
            id="silence",
        ),
        pytest.param(
            incident(signal(facts=())), "Bitcoin withdrawals delayed: Withdrawal processing time, p95", id="no numbers"
        ),
    ],
)
def test_the_title_is_what_an_engineer_would_write(told: Incident, title: str) -> None:
    assert written(told).title == title


@pytest.mark.parametrize(
    "says",
    [
        "## What deviates",
        "observed 412 s, expected 60 to 95 s",
        "since 2026-03-02 14:03:10 UTC",
        '```promql\nhistogram_quantile(0.95, sum(rate(w_bucket{asset="BTC"}[5m])) by (le))\n```',
        "[Look at it](https://prom.example/graph?g0=1)",
        "**Severity**: major, because customers feel it on 3 components",
        "**Root**: `chain/bitcoin` (Bitcoin network), team Chains",
        "**Also deviating**: `withdrawals/BTC/bitcoin`",
        "**Depends on the root, quiet so far**: `deposits/BTC/bitcoin`",
        "- `chain/bitcoin`: 1 of the deviating components depend on it",
        "**Linked customers**: 214",
        "[on the status page](https://status.example/i/1)",
        "- `btc.svg`: p95 412 s, expected 60 to 95 s",
    ],
)
def test_the_body_has_everything(says: str) -> None:
    told = incident(signal(CHAIN, facts=()), signal(), component=CHAIN, disclosed_at=T0)
    ticket = written(
        told,
        linked_customers=214,
        page_url="https://status.example/i/1",
        query_urls={signal().key: "https://prom.example/graph?g0=1"},
        plots=(
            Plot(
                name="btc.svg", media_type="image/svg+xml", content=b"<svg/>", finding="p95 412 s, expected 60 to 95 s"
            ),
        ),
    )
    assert says in ticket.body


def test_an_unchanged_ticket_has_an_unchanged_digest() -> None:
    told = incident()
    note = IncidentUpdate(incident=told, at=T0, kind=UpdateKind.NOTE, reason="hm")
    assert written(told).digest == written(note).digest


@pytest.mark.parametrize(
    ("told", "context"),
    [
        pytest.param(incident(severity=Severity.CRITICAL), {}, id="severity"),
        pytest.param(incident(signal(ended_at=T0)), {}, id="evidence"),
        pytest.param(incident(), {"linked_customers": 1}, id="customers"),
        pytest.param(incident(), {"plots": (Plot(name="a.svg", media_type="", content=b"1"),)}, id="plot"),
    ],
)
def test_whatever_changed_changes_the_digest(told: Incident, context: dict[str, object]) -> None:
    assert written(told, **context).digest != written(incident()).digest


class Tags(HTMLParser):
    """Collects the tags of a rendered body, and its text outside of code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in_code = self._in_code or tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code = self._in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += "" if self._in_code else data


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "`` ` ``` code",
    "```\n# Owned\n```",
    "\n\n# Owned\n\n---\n",
    "| a | b |\n|---|---|",
    "https://evil.example www.evil.example <https://evil.example>",
    "**bold** _it_ ~~no~~ &lt;b&gt; \\",
    "\u202egnp.exe\u200b",
    "`",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_cannot_break_the_markdown(hostile: str) -> None:
    bad = signal(
        f"withdrawals/{hostile}",
        title=hostile,
        facts=(
            ("observed", hostile),
            ("expected", hostile),
            ("promql", hostile),
            ("labels", hostile),
            (hostile, hostile),
        ),
    )
    told = incident(bad, title=hostile, component=bad.component, severity_reason=hostile, disclosure_reason=hostile)
    ticket = written(told, page_url=hostile, plots=(Plot(name=hostile, media_type="", content=b"", finding=hostile),))
    assert "\n" not in ticket.title
    seen = Tags()
    seen.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(ticket.body))
    assert seen.tags <= {"h2", "ul", "li", "strong", "code", "pre", "p"}
    assert "://" not in seen.text
    assert "www." not in seen.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x y", "https://x\n", "", "//x", "https://x/<a>"])
def test_only_whole_web_addresses_become_links(url: str) -> None:
    assert not link_target(url)


def test_a_parenthesis_in_an_address_does_not_end_the_link() -> None:
    assert link_target("https://p/graph?e=sum(x)") == "https://p/graph?e=sum%28x%29"


def test_a_code_span_holds_any_backticks() -> None:
    assert MarkdownIt().render(code("a``b`c`")) == "<p><code>a``b`c`</code></p>\n"


def test_a_flood_of_signals_is_counted_not_listed() -> None:
    many = [signal(f"w/{n}", key=f"k{n}") for n in range(500)]
    body = written(incident(*many)).body
    assert "and 480 more signals" in body
    assert len(body) < 20_000
