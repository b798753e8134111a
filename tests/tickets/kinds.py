"""Five kinds of fault as they reach the ticket: what the demo's exchange shows in an hour of each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from detectors.watch import FailureKind
from incidents.change import ChangeKind, ReportedChange
from incidents.component import Component, ComponentGraph
from incidents.incident import Incident, Severity, Status
from incidents.signal import Signal, SignalSource
from tickets.engineering import EngineeringTicket, Plot, SeriesReading, TicketContext, engineering_ticket
from tickets.outlook import SimilarIncident

T0 = datetime(2026, 3, 2, 14, 3, 10, tzinfo=UTC)
GRAPH = ComponentGraph(
    [
        Component(name="chain/bitcoin", title="Bitcoin network", team="chains", network="bitcoin"),
        Component(name="signer", title="Signing service", team="wallets"),
        Component(
            name="withdrawals/BTC/bitcoin",
            title="Bitcoin withdrawals",
            asset="BTC",
            network="bitcoin",
            team="wallets",
            depends_on=("chain/bitcoin", "signer"),
        ),
        Component(name="withdrawals/ETH/ethereum", title="Ether withdrawals", asset="ETH", network="ethereum",
                  depends_on=("signer",)),
        Component(name="trading", title="Spot trading", team="matching"),
    ]
)  # fmt: skip
CONSOLE = "https://tocsin.example/console/incidents/aaaaaaaaaaaa"
BTC = "withdrawals/BTC/bitcoin"


def signal(component: str, title: str, kind: FailureKind, observed: str, expected: str, **more: object) -> Signal:
    name = title.lower().replace(" ", "-")
    facts = (("observed", observed), ("expected", expected), ("promql", f"sum(rate({name.replace('-', '_')}[5m]))"))
    made = Signal(
        key=f"{name}:{component}:1",
        source=SignalSource.WATCH,
        name=name,
        component=component,
        title=title,
        kind=kind,
        started_at=T0,
        seen_at=T0,
        score=3.2,
        facts=facts if observed else (),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def reading(series: str, observed: str, expected: str) -> SeriesReading:
    return SeriesReading(
        series=series,
        observed=observed,
        expected=expected,
        at=T0 + timedelta(minutes=7),
        page_url="https://tocsin.example/console/watches/w?series=1&span=1h",
        query_url="https://prometheus.example/graph?g0.expr=w&g0.range_input=1800s",
        plot="w.svg",
    )


def incident(title: str, *signals: Signal, **more: object) -> Incident:
    made = Incident(
        id="a" * 12,
        number=42,
        title=title,
        kind=signals[0].kind,
        component=signals[0].component,
        components=tuple(dict.fromkeys(s.component for s in signals)),
        signals=signals,
        severity=Severity.MAJOR,
        severity_reason="major: customers feel it",
        started_at=T0,
        opened_at=T0 + timedelta(seconds=40),
        disclose_at=T0 + timedelta(minutes=5),
        disclosure_reason="automatic, 5 min after opening",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def deploy(title: str, component: str, minutes_before: int) -> ReportedChange:
    at = T0 - timedelta(minutes=minutes_before)
    return ReportedChange(
        id="c1", kind=ChangeKind.DEPLOY, title=title, components=(component,), at=at, author="ann", sender="ci"
    )


SLOW = signal(BTC, "Withdrawal processing time, p95", FailureKind.DELAY, "412 s", "60 to 95 s")
FAILING = signal("trading", "Orders rejected", FailureKind.ERRORS, "31 %", "at most 2 %")
SILENT = signal("chain/bitcoin", "Block age", FailureKind.SILENCE, "", "")
BACKLOG = (
    signal("signer", "Signatures waiting", FailureKind.BACKLOG, "2,140", "at most 56"),
    signal(BTC, "Withdrawals waiting", FailureKind.BACKLOG, "812", "at most 40"),
    signal("withdrawals/ETH/ethereum", "Withdrawals waiting", FailureKind.BACKLOG, "620", "at most 35"),
)
ALERT = signal(
    "trading",
    "MatchingEngineDown",
    FailureKind.HALT,
    "",
    "",
    source=SignalSource.ALERT,
    score=None,
    facts=(("summary", "The matching engine of BTC-USD answers no health check."), ("severity", "page")),
)
BEFORE = SimilarIncident(
    reference="INC-17",
    started_at=T0 - timedelta(days=12),
    lasted=timedelta(minutes=35),
    ended_by="fixed: “the signer's disk was full, logs rotated”",
    url="https://tocsin.example/console/incidents/bbbbbbbbbbbb",
)
PNG = Plot(name="w.png", media_type="image/png", content=b"", finding="p95 493 s at 14:10, expected at most 95 s")

TICKETS: dict[str, EngineeringTicket] = {
    "a delay after a deploy": engineering_ticket(
        incident("Bitcoin withdrawals delayed", SLOW),
        TicketContext(
            graph=GRAPH,
            console_url=CONSOLE,
            linked_customers=214,
            readings={SLOW.key: reading("asset=BTC", "493 s", "at most 95 s")},
            plots=(PNG,),
            changes=(deploy("Wallet 2.14.1", BTC, 3),),
            similar=(BEFORE,),
            people=("ann",),
        ),
    ),
    "errors": engineering_ticket(
        incident("Spot trading failing", FAILING, severity=Severity.CRITICAL, severity_reason="critical: 31 % fail"),
        TicketContext(
            graph=GRAPH,
            console_url=CONSOLE,
            readings={FAILING.key: reading("pair=BTC-USD", "31 %", "at most 2 %")},
            changes=(),
            similar=(),
            people=(),
        ),
    ),
    "silence": engineering_ticket(
        incident("Bitcoin network not reporting", SILENT, severity=None, severity_reason="", disclose_at=None),
        TicketContext(graph=GRAPH, console_url=CONSOLE, similar=(), people=()),
    ),
    "a backlog with a common cause": engineering_ticket(
        incident(
            "Signing service backing up",
            *BACKLOG,
            status=Status.IDENTIFIED,
            disclosed_at=T0 + timedelta(minutes=2),
            disclose_at=None,
        ),
        TicketContext(
            graph=GRAPH,
            console_url=CONSOLE,
            page_url="https://status.example/incidents/a.html",
            linked_customers=1,
            readings={s.key: reading("queue=main", s.facts[0][1], s.facts[1][1]) for s in BACKLOG},
            similar=(BEFORE,),
            people=("ann", "bob (ops)"),
        ),
    ),
    "somebody else's alert": engineering_ticket(
        incident("Spot trading stopped", ALERT),
        TicketContext(graph=GRAPH, console_url=CONSOLE, similar=(), people=()),
    ),
}
