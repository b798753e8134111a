"""The exchange's metrics: one list of series for the live page, the history and the OpenMetrics file."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from tocsin.demo.world import Kind, World

Labels = tuple[tuple[str, str], ...]
SeriesKey = tuple[str, Labels]
Floats = NDArray[np.float64]

BOUNDS_OF_USUAL = (0.25, 0.5, 0.7, 0.85, 1.0, 1.15, 1.35, 1.6, 2.0, 3.0, 5.0, 10.0, 30.0)
"""A histogram's bounds as multiples of the metric's shortest or longest usual duration; see `bounds`."""


class Type(StrEnum):
    """The Prometheus types that occur here."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric with all its labelled children. name: without `_total`. bounds: upper, of a histogram, without +Inf."""

    name: str
    type: Type
    help: str
    children: tuple[Labels, ...]
    bounds: tuple[float, ...] = ()
    page: str = "core"

    @property
    def width(self) -> int:
        """Raw series of one child: a histogram has its buckets, +Inf, count and sum."""
        return len(self.bounds) + 3 if self.type is Type.HISTOGRAM else 1

    def keys(self) -> Iterator[SeriesKey]:
        """The raw series in their order: child by child; of a histogram the buckets, the count, the sum."""
        for labels in self.children:
            if self.type is not Type.HISTOGRAM:
                yield (self.name + "_total" if self.type is Type.COUNTER else self.name), labels
                continue
            for bound in (*self.bounds, np.inf):
                yield self.name + "_bucket", tuple(sorted((*labels, ("le", bound_label(bound)))))
            yield self.name + "_count", labels
            yield self.name + "_sum", labels


class Ledger:
    """The current value of every raw series in one array, and where each metric's rows are."""

    def __init__(self, families: tuple[Family, ...]) -> None:
        self.families = families
        self._rows: dict[tuple[str, Labels], int] = {}
        keys: list[SeriesKey] = []
        for family in families:
            for number, labels in enumerate(family.children):
                self._rows[family.name, labels] = len(keys) + number * family.width
            keys.extend(family.keys())
        self.keys: tuple[SeriesKey, ...] = tuple(keys)
        self.values: Floats = np.zeros(len(keys))
        self._bounds = {family.name: np.array(family.bounds) for family in families}

    def row(self, name: str, **labels: str) -> int:
        """The first row of a metric's child; KeyError when the exchange has no such series."""
        return self._rows[name, tuple(sorted(labels.items()))]

    def observe(self, name: str, value: float, **labels: str) -> None:
        """One more observation of a histogram."""
        row, bounds = self.row(name, **labels), self._bounds[name]
        first = int(np.searchsorted(bounds, value))
        self.values[row + first : row + len(bounds) + 2] += 1  # the buckets are cumulative; the count follows +Inf
        self.values[row + len(bounds) + 2] += value

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """A counter goes up."""
        self.values[self.row(name, **labels)] += amount

    def set(self, name: str, value: float, **labels: str) -> None:
        """A gauge is so much now."""
        self.values[self.row(name, **labels)] = value

    def resume(self, values: Floats) -> None:
        """Go on from these (S,) values, so that counters show no reset at the seam."""
        if values.shape != self.values.shape:
            raise ValueError(f"the history has {values.shape[0]} series, this exchange has {self.values.shape[0]}")
        self.values[:] = values


class Page(Collector):
    """One exporter's page as prometheus-client sees it."""

    def __init__(self, ledger: Ledger, page: str) -> None:
        self._ledger = ledger
        self._families = tuple(family for family in ledger.families if family.page == page)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def render(self) -> bytes:
        """The page in the text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The families with their values of this instant."""
        for family in self._families:
            yield self._collected(family)

    def _collected(self, family: Family) -> Metric:
        names = [name for name, _ in family.children[0]]
        if family.type is Type.HISTOGRAM:
            return self._histogram(family, names)
        made: CounterMetricFamily | GaugeMetricFamily
        if family.type is Type.COUNTER:
            made = CounterMetricFamily(family.name, family.help, labels=names)
        else:
            made = GaugeMetricFamily(family.name, family.help, labels=names)
        for labels in family.children:
            made.add_metric(
                [value for _, value in labels], self._ledger.values[self._ledger.row(family.name, **dict(labels))]
            )
        return made

    def _histogram(self, family: Family, names: list[str]) -> HistogramMetricFamily:
        made = HistogramMetricFamily(family.name, family.help, labels=names)
        bounds = [bound_label(bound) for bound in (*family.bounds, np.inf)]
        for labels in family.children:
            row = self._ledger.row(family.name, **dict(labels))
            values = self._ledger.values[row : row + family.width]
            buckets = list(zip(bounds, values, strict=False))
            made.add_metric([value for _, value in labels], buckets, float(values[-1]))
        return made


def bound_label(bound: float) -> str:
    """A bucket's `le` as prometheus-client writes it: 2.5, 10.0, 1e-05, +Inf."""
    return "+Inf" if bound == np.inf else repr(float(bound))


def bounds(usual_s: tuple[float, ...]) -> tuple[float, ...]:
    """Bucket bounds for these usual durations: dense from a quarter of the least to twice the most, to thirty times."""
    low, high = min(usual_s), max(usual_s)
    if high < 1.5 * low:
        return tuple(float(f"{low * factor:.3g}") for factor in BOUNDS_OF_USUAL)
    middle = np.geomspace(low * 0.6, high * 2.0, num=18)
    return tuple(float(f"{bound:.3g}") for bound in (low * 0.3, *middle, high * 3, high * 5, high * 10, high * 30))


def families(world: World) -> tuple[Family, ...]:
    """Every metric of the exchange, by page."""
    routes = tuple((("asset", route.asset), ("network", route.network)) for route in world.routes)
    pairs = tuple((("pair", pair.name),) for pair in world.pairs)
    groups = tuple((("group", group),) for group in world.groups)
    networks = tuple((("network", network.name),) for network in world.networks)
    deposit_s = tuple(world.usual_s(Kind.DEPOSIT, network.name) for network in world.networks)
    withdrawal_s = tuple(world.usual_s(Kind.WITHDRAWAL, network.name) for network in world.networks)

    def histogram(name: str, text: str, children: tuple[Labels, ...], usual: tuple[float, ...]) -> Family:
        return Family(name=name, type=Type.HISTOGRAM, help=text, children=children, bounds=bounds(usual))

    def counter(name: str, text: str, children: tuple[Labels, ...], page: str = "core") -> Family:
        return Family(name=name, type=Type.COUNTER, help=text, children=children, page=page)

    def gauge(name: str, text: str, children: tuple[Labels, ...], page: str = "core") -> Family:
        return Family(name=name, type=Type.GAUGE, help=text, children=children, page=page)

    def outcomes(children: tuple[Labels, ...], *names: str) -> tuple[Labels, ...]:
        return tuple(tuple(sorted((*labels, ("outcome", name)))) for labels in children for name in names)

    requests = tuple((("code", code), ("route", route.name)) for route in world.api for code in CODES)
    return (
        histogram(
            "exchange_trade_execution_seconds", "Order received to executed.", pairs, (world.usual_s(Kind.ORDER),)
        ),
        histogram("exchange_deposit_processing_seconds", "Deposit seen to credited.", routes, deposit_s),
        histogram("exchange_withdrawal_processing_seconds", "Withdrawal requested to completed.", routes, withdrawal_s),
        counter("exchange_orders", "Orders by outcome.", outcomes(pairs, "filled", "rejected")),
        counter("exchange_deposits", "Deposits by outcome.", outcomes(routes, "credited", "rejected")),
        counter("exchange_withdrawals", "Withdrawals by outcome.", outcomes(routes, "completed", "failed")),
        counter("exchange_withdrawals_requested", "Withdrawals that customers asked for.", routes),
        counter("exchange_withdrawals_signed", "Withdrawals signed by the hot wallet.", routes),
        counter("exchange_deposits_confirmed", "Deposits that their chain has confirmed.", routes),
        gauge("exchange_pending_orders", "Orders not executed yet.", groups),
        gauge("exchange_oldest_pending_order_seconds", "Age of the oldest order not executed yet.", groups),
        gauge("exchange_pending_deposits", "Deposits seen, not credited yet.", routes),
        gauge("exchange_oldest_pending_deposit_seconds", "Age of the oldest deposit not credited yet.", routes),
        gauge("exchange_uncredited_deposits", "Deposits confirmed, not credited yet.", routes),
        gauge(
            "exchange_oldest_uncredited_deposit_seconds", "Wait of the oldest confirmed deposit for its credit.", routes
        ),
        gauge("exchange_pending_withdrawals", "Withdrawals not completed yet.", routes),
        gauge("exchange_oldest_pending_withdrawal_seconds", "Age of the oldest withdrawal not completed yet.", routes),
        gauge("exchange_unsigned_withdrawals", "Withdrawals checked, not signed yet.", routes),
        gauge(
            "exchange_oldest_unsigned_withdrawal_seconds",
            "Wait of the oldest checked withdrawal for its signature.",
            routes,
        ),
        gauge("exchange_hot_wallet_balance", "Units of the asset in the hot wallet.", routes),
        counter("exchange_api_requests", "Requests of the public API.", requests),
        gauge("exchange_chain_confirmation_seconds", "The node's estimate of the time to confirm.", networks, "chain"),
        counter("exchange_chain_blocks", "Blocks that the node has followed.", networks, "chain"),
    )


CODES = ("200", "400", "429", "500", "503")
CODE_SHARES = (0.9755, 0.015, 0.008, 0.001, 0.0005)
"""Of the API's answers on a good day, in the order of CODES."""
