"""An exchange's components, and signals in one line each, for the tests of this package."""

from datetime import UTC, datetime, timedelta

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, Disclosure, DisclosureMode
from incidents.signal import Signal, SignalSource

T0 = datetime(2026, 3, 2, 14, 0, 0, tzinfo=UTC)
AUTO = Disclosure(mode=DisclosureMode.AUTO, after=timedelta(0))


def at(seconds: float) -> datetime:
    """Seconds after the story's beginning."""
    return T0 + timedelta(seconds=seconds)


def exchange(disclosure: Disclosure = AUTO) -> ComponentGraph:
    """Two chains with deposits and withdrawals each, a matching engine, and twelve assets in one silent ledger."""
    return ComponentGraph(
        [
            Component(name="chain/bitcoin", title="Bitcoin network", public=False),
            Component(name="chain/ethereum", title="Ethereum network", public=False),
            Component(name="wallet/hot-7", title="Hot wallet 7", public=False, depends_on=("chain/bitcoin",)),
            *_flows("BTC", "Bitcoin", "bitcoin", disclosure),
            *_flows("ETH", "Ethereum", "ethereum", disclosure),
            Component(name="trading/engine", title="Spot trading", group="Trading", direction="trade"),
            Component(name="ledger", title="Ledger", public=False),
            *(
                Component(name=f"balance/{n:02d}", title=f"Balance {n}", depends_on=("ledger",), disclosure=disclosure)
                for n in range(12)
            ),
        ]
    )


def _flows(asset: str, title: str, network: str, disclosure: Disclosure) -> list[Component]:
    return [
        Component(
            name=f"{direction}s/{asset}/{network}",
            title=f"{title} {direction}s",
            group=f"{direction.title()}s",
            asset=asset,
            network=network,
            direction=direction,
            depends_on=(f"chain/{network}",),
            disclosure=disclosure,
        )
        for direction in ("deposit", "withdrawal")
    ]


def signal(
    component: str,
    start: float,
    *,
    name: str = "latency",
    end: float | None = None,
    seen: float | None = None,
    kind: FailureKind = FailureKind.DELAY,
    visible: bool = False,
    shadow: bool = False,
    score: float = 2.0,
    source: SignalSource = SignalSource.WATCH,
    together: bool = False,
) -> Signal:
    """A stretch of deviation that began `start` seconds into the story."""
    return Signal(
        key=f"{name}:{component}:{start}",
        source=source,
        name=name,
        component=component,
        title=f"{name} of {component}",
        kind=kind,
        started_at=at(start),
        seen_at=at(start if seen is None else seen),
        ended_at=None if end is None else at(end),
        score=score,
        user_visible=visible,
        shadow=shadow,
        together=together,
    )
