"""An exchange's past in memory, and what a backtest makes of it: what most of these tests look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.grid import grid
from detectors.sources.source import SourceError
from detectors.watch import Direction, FailureKind, Query, Watch
from incidents.component import Component, ComponentGraph
from incidents.settings import Settings
from tocsin.backtest.report import Report, ReportSpan
from tocsin.backtest.run import Setup, backtest

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
START = BEGIN + timedelta(days=3)
END = START + timedelta(days=9)
HOUR = timedelta(hours=1)
EVERY = timedelta(minutes=15)
EVIL = '<script>alert("1")</script> & </style>'
SPAN = ReportSpan(start=START, end=END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurt:
    """From `after` the span's start, for `lasts`, the series' samples are multiplied; NaN = none come."""

    series: Labels
    after: timedelta
    lasts: timedelta
    factor: float


@dataclass(slots=True, kw_only=True)
class Memory:
    """A source: noisy daily waves. means: of each series, by metric. fails_at: from that instant on it can't answer."""

    means: Mapping[str, Mapping[Labels, float]]
    hurts: Sequence[Hurt] = ()
    fails_at: datetime | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        raise NotImplementedError

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        self.asked.append((start, end))
        if self.fails_at is not None and end >= self.fails_at:
            raise SourceError("the disk is on fire", retry=False)
        times = grid(max(start, BEGIN), end, step) / 1000.0
        means = self.means[watch.query.metric or ""]
        if len(times):
            values = np.stack([self._values(key, mean, times) for key, mean in means.items()])
            yield Frame(keys=tuple(means), times=times, values=values)

    def _values(self, key: Labels, mean: float, times: Floats) -> Floats:
        # The noise of an instant is the same however it is asked for.
        drawn = np.random.default_rng(len(str(key))).normal(size=(END - BEGIN) // EVERY + 1)
        noise = drawn[((times - BEGIN.timestamp()) / EVERY.total_seconds()).astype(int)]
        values: Floats = mean * (1 + 0.3 * np.sin(2 * np.pi * times / 86_400)) * np.exp(0.05 * noise)
        for hurt in self.hurts:
            since = (START + hurt.after).timestamp()
            if hurt.series == key:
                values[(times >= since) & (times < since + hurt.lasts.total_seconds())] *= hurt.factor
        return values

    def problems(self, watch: Watch) -> tuple[str, ...]:
        return ()

    def probe(self) -> str:
        return "in memory"


BTC = labels_of({"asset": "BTC", "network": "bitcoin"})
ETH = labels_of({"asset": "ETH", "network": EVIL})
EURO = labels_of({"asset": "EUR"})
MEANS: dict[str, dict[Labels, float]] = {
    "withdrawal_seconds": {BTC: 60.0, ETH: 20.0},
    "deposit_seconds": {EURO: 40.0},
    "queue": {(): 500.0},
}
HURTS = (
    Hurt(series=BTC, after=10 * HOUR, lasts=2 * HOUR, factor=8.0),
    Hurt(series=BTC, after=70 * HOUR, lasts=4 * HOUR, factor=5.0),
    Hurt(series=ETH, after=65 * HOUR, lasts=3 * HOUR, factor=6.0),
    Hurt(series=EURO, after=100 * HOUR, lasts=5 * HOUR, factor=float("nan")),
    Hurt(series=(), after=210 * HOUR, lasts=20 * HOUR, factor=9.0),  # and still at the end
)
COMPONENTS = (
    Component(name="withdrawals/BTC", title="Bitcoin withdrawals", group="Withdrawals"),
    Component(name="withdrawals/ETH", title="Ether withdrawals", group="Withdrawals"),
    Component(name="deposits/EUR", title=f"Euro deposits {EVIL}", group="Deposits"),
    Component(name="queue", title="Queue of orders"),
)
WITHDRAWALS = Watch(
    name="withdrawal-time",
    query=Query(metric="withdrawal_seconds", by=("asset", "network")),
    component="withdrawals/{asset}",
    title=f"Withdrawal time {EVIL}",
    unit="s",
    bad=Direction.ABOVE,
    kind=FailureKind.DELAY,
    every=EVERY,
    budget=0.1,
    user_visible=True,
)
DEPOSITS = Watch(
    name="deposit-time",
    query=Query(metric="deposit_seconds", by=("asset",)),
    component="deposits/{asset}",
    unit="s",
    bad=Direction.ABOVE,
    kind=FailureKind.DELAY,
    every=EVERY,
    budget=0.1,
    absent_after=HOUR,
)
QUEUE = Watch(
    name="queue",
    query=Query(metric="queue"),
    component="queue",
    kind=FailureKind.BACKLOG,
    every=EVERY,
    budget=0.1,
    shadow=True,
)


def setup(*watches: Watch, name: str = "tocsin.yaml") -> Setup:
    chosen = watches or (WITHDRAWALS, DEPOSITS, QUEUE)
    return Setup(name=name, watches=chosen, graph=ComponentGraph(COMPONENTS), settings=Settings())


def ran(*watches: Watch, name: str = "tocsin.yaml", hurts: Sequence[Hurt] = HURTS, span: ReportSpan = SPAN) -> Report:
    return backtest(setup(*watches, name=name), {"default": Memory(means=MEANS, hurts=hurts)}, span)
