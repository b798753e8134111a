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
from tickets.engineering import (
    EngineeringTicket,
    Plot,
    SeriesReading,
    TicketContext,
    engineering_ticket,
)
from tickets.markdown import code, link_target

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


def written(reported: Incident | IncidentUpdate, **context: object) -> EngineeringTicket:
    return engineering_ticket(reported, TicketContext(graph=GRAPH, **context))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reported", "title"),
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
def test_the_title_is_what_an_engineer_would_write(reported: Incident, title: str) -> None:
    assert written(reported).title == title


READING = SeriesReading(
    series="asset=BTC",
    observed="493 s",
    expected="at most 95 s",
    at=T0 + timedelta(minutes=7),
    page_url="https://tocsin.example/console/watches/w?series=1&span=1h",
    query_url="https://prom.example/graph?g0=1",
    plot="w-asset-btc.svg",
)


@pytest.mark.parametrize(
    "says",
    [
        "Withdrawal processing time, p95 of `asset=BTC` was 493 s at 2026-03-02 14:10:10 UTC, expected at most 95 s.",
        '```promql\nhistogram_quantile(0.95, sum(rate(w_bucket{asset="BTC"}[5m])) by (le))\n```',
        "[series](https://tocsin.example/console/watches/w?series=1&span=1h), [Prometheus](https://prom.example/graph?g0=1)",
        "plot `w-asset-btc.svg`",
        "**Severity**: major, because customers feel it on 3 components",
        "**Root**: `chain/bitcoin` (Bitcoin network), team Chains",
        "**Also deviating**: `withdrawals/BTC/bitcoin`",
        "**Depends on the root, quiet so far**: `deposits/BTC/bitcoin`",
        "- `chain/bitcoin`: 1 of the deviating components depends on it",
        "214 customers have written about it.",
        "[on the status page](https://status.example/i/1)",
    ],
)
def test_the_body_has_everything(says: str) -> None:
    reported = incident(
        signal(CHAIN, facts=(), kind=FailureKind.SILENCE), signal(CHAIN), component=CHAIN, disclosed_at=T0
    )
    reported = replace(reported, components=(CHAIN, WITHDRAWALS), signals=(*reported.signals, signal()))
    ticket = written(
        replace(reported, component=CHAIN)
        if "Root" in says or "chain" in says or "Also" in says or "quiet" in says
        else reported,
        linked_customers=214,
        page_url="https://status.example/i/1",
        readings={signal(CHAIN).key: READING, signal().key: READING},
    )
    assert says in ticket.body


@pytest.mark.parametrize(
    ("reported", "customers", "sentence"),
    [
        pytest.param(
            incident(),
            214,
            "Bitcoin withdrawals delayed since 2026-03-02 14:03:10 UTC. Withdrawal processing time, p95 of "
            "`asset=BTC` was 493 s at 2026-03-02 14:10:10 UTC, expected at most 95 s. "
            "214 customers have written about it.",
            id="it lasts",
        ),
        pytest.param(
            incident(signal(kind=FailureKind.SILENCE, facts=()), title="Bitcoin withdrawals not reporting"),
            1,
            "Bitcoin withdrawals not reporting since 2026-03-02 14:03:10 UTC. Withdrawal processing time, p95 of "
            "`asset=BTC`: no data since 2026-03-02 14:03:10 UTC. 1 customer has written about it.",
            id="silence",
        ),
        pytest.param(
            incident(resolved_at=T0 + timedelta(minutes=30)),
            0,
            "Bitcoin withdrawals delayed from 2026-03-02 14:03:10 UTC to 2026-03-02 14:33:10 UTC. Withdrawal "
            "processing time, p95 of `asset=BTC` was 493 s at 2026-03-02 14:10:10 UTC, expected at most 95 s. "
            "No customer has written about it.",
            id="it is over",
        ),
        pytest.param(
            incident(signal(), signal(CHAIN, name="blocks", title="Block age", facts=())),
            0,
            "Bitcoin withdrawals delayed since 2026-03-02 14:03:10 UTC. Withdrawal processing time, p95 of "
            "`asset=BTC` was 493 s at 2026-03-02 14:10:10 UTC, expected at most 95 s. 1 other signal belongs to it. "
            "No customer has written about it.",
            id="two signals",
        ),
    ],
)
def test_the_body_begins_with_a_summary(reported: Incident, customers: int, sentence: str) -> None:
    body = written(reported, linked_customers=customers, readings={signal().key: READING}).body
    assert body.startswith(sentence + "\n")


def test_the_title_has_the_value_that_the_plot_marks() -> None:
    hourly = signal(facts=(("observed", "12.5 s as a mean of the last hour"), ("expected", "at most 11 s")))
    assert written(incident(hourly), readings={hourly.key: READING}).title.endswith("p95 493 s, expected at most 95 s")
    assert written(incident(hourly)).title.endswith("p95 12.5 s as a mean of the last hour, expected at most 11 s")


@pytest.mark.parametrize(
    "reported",
    [
        pytest.param(incident(), id="one signal"),
        pytest.param(incident(signal(), signal(CHAIN, name="blocks", title="Block age")), id="two of one query"),
        pytest.param(
            incident(*(signal(key=f"k{n}", started_at=T0 + timedelta(hours=n)) for n in range(5))), id="five times"
        ),
    ],
)
def test_nothing_is_said_twice(reported: Incident) -> None:
    body = written(
        reported, readings={s.key: replace(READING, observed=f"{n}93 s") for n, s in enumerate(reported.signals, 1)}
    ).body
    assert body.count("histogram_quantile") == 1
    assert body.count("model `level`") == 1
    assert all(body.count(f"{n}93 s") <= 1 for n in range(1, 6))
    assert body.count("written about it") == 1


def test_a_fault_that_came_back_is_one_line() -> None:
    back = [
        signal(key=f"k{n}", started_at=T0 + timedelta(hours=n), ended_at=T0 + timedelta(hours=n, minutes=5))
        for n in range(3)
    ]
    body = written(incident(*back)).body
    assert "3 times, the latest since 2026-03-02 16:03:10 UTC until 2026-03-02 16:08:10 UTC" in body
    assert body.count("**Withdrawal processing time, p95**") == 1


def test_an_unchanged_ticket_has_an_unchanged_digest() -> None:
    reported = incident()
    note = IncidentUpdate(incident=reported, at=T0, kind=UpdateKind.NOTE, reason="hm")
    assert written(reported).digest == written(note).digest


@pytest.mark.parametrize(
    ("reported", "context"),
    [
        pytest.param(incident(severity=Severity.CRITICAL), {}, id="severity"),
        pytest.param(incident(signal(ended_at=T0)), {}, id="evidence"),
        pytest.param(incident(), {"linked_customers": 1}, id="customers"),
        pytest.param(incident(), {"plots": (Plot(name="a.svg", media_type="", content=b"1"),)}, id="plot"),
    ],
)
def test_whatever_changed_changes_the_digest(reported: Incident, context: dict[str, object]) -> None:
    assert written(reported, **context).digest != written(incident()).digest


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
    reported = incident(bad, title=hostile, component=bad.component, severity_reason=hostile, disclosure_reason=hostile)
    ticket = written(
        reported, page_url=hostile, plots=(Plot(name=hostile, media_type="", content=b"", finding=hostile),)
    )
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


def measured(component: str, observed: float, expected: float, unit: str = "s", **changes: object) -> Signal:
    return signal(component, observed=observed, expected=expected, unit=unit, **changes)


@pytest.mark.parametrize(
    ("signals", "says"),
    [
        pytest.param(
            (measured(WITHDRAWALS, 130, 90, user_visible=True), measured(CHAIN, 50, 12)),
            ["`chain/bitcoin`: adds 38 s by itself, 95% of what all add; felt at `withdrawals/BTC/bitcoin`",
             "`withdrawals/BTC/bitcoin`: adds 2 s by itself, 5% of what all add"],
            id="the dependency adds nearly all",
        ),
        pytest.param(
            (measured(WITHDRAWALS, 130, 90, user_visible=True), measured(CHAIN, 14, 12)),
            ["`withdrawals/BTC/bitcoin`: adds 38 s by itself", "`chain/bitcoin`: adds 2 s by itself"],
            id="the dependency explains too little",
        ),
        pytest.param(
            (measured(WITHDRAWALS, 130, 90, user_visible=True), measured(CHAIN, 50, 12, unit="1/s")),
            ["`chain/bitcoin`: 1 of the deviating components depends on it"],
            id="in units that cannot be compared the graph alone speaks",
        ),
        pytest.param(
            (measured(WITHDRAWALS, 130, 90), signal(CHAIN)), ["`chain/bitcoin`: 1 of the deviating"], id="no numbers"
        ),
    ],
)  # fmt: skip
def test_suspects_are_ranked_by_what_they_add_themselves(signals: tuple[Signal, ...], says: list[str]) -> None:
    section = written(incident(*signals)).body.partition("## Suspects")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line]
    assert [line.removeprefix("- ")[: len(said)] for line, said in zip(found, says, strict=True)] == says


@pytest.mark.parametrize("alone", [measured(WITHDRAWALS, 130, 90), signal()])
def test_where_one_component_deviates_alone_there_is_nothing_to_suspect(alone: Signal) -> None:
    assert "Suspects" not in written(incident(alone)).body


def test_an_incident_that_only_tickets_speak_for_says_how_many_customers_write() -> None:
    facts = (("observed", "9 customers in 30 minutes"), ("expected", "at most 1"))
    burst = signal(source=SignalSource.TICKETS, title="Tickets: Withdrawal, BTC", facts=facts)
    made = written(incident(burst))
    assert made.title.endswith(": 9 customers in 30 minutes, before at most 1")
    assert "Tickets: Withdrawal, BTC: 9 customers in 30 minutes, before at most 1." in made.body
    assert "No customer has written about it." not in made.body
