"""The simulated exchange's world: assets, networks, pairs, components, how long things take and how often they come.

Durations are seconds of the wall clock at the world's speed (a speed of 20 makes a ten-minute confirmation thirty
seconds); rates, capacities and the shape of the load are never sped up.
"""

from dataclasses import dataclass
from enum import StrEnum

REVIEW_TIMES_USUAL = 10.0
REVIEW_SIGMA = 0.5
"""A compliance review takes ten times the transaction's usual time, lognormal."""


class Kind(StrEnum):
    """What a customer does at an exchange."""

    ORDER = "order"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A chain. confirm_s: usual time until it counts as confirmed; sigma: of its logarithm; block_s: between blocks."""

    name: str
    confirm_s: float
    sigma: float
    block_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An asset on a network.

    deposits, withdrawals: a second, at a load of 1. price: USD of one unit. wallet: units usually in the hot wallet.
    review: share of its transactions that compliance looks at first, each for its own reason.
    """

    asset: str
    network: str
    deposits: float
    withdrawals: float
    price: float
    wallet: float
    review: float = 0.0002


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A trading pair. group: which matching engine's shard serves it. orders: a second, at a load of 1."""

    name: str
    group: str
    orders: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute:
    """A route of the public API and its requests a second at a load of 1."""

    name: str
    requests: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of a transaction: median seconds at the world's speed, sigma of its logarithm, the queue at its end."""

    name: str
    median_s: float
    sigma: float
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that does not change while the exchange runs."""

    speed: float
    seed: int
    networks: tuple[Network, ...]
    routes: tuple[Route, ...]
    pairs: tuple[Pair, ...]
    api: tuple[ApiRoute, ...]

    def network(self, name: str) -> Network:
        """The chain of that name; KeyError when there is none."""
        for network in self.networks:
            if network.name == name:
                return network
        raise KeyError(name)

    @property
    def groups(self) -> tuple[str, ...]:
        """The shards of the matching engine, in the order of their first pair."""
        return tuple(dict.fromkeys(pair.group for pair in self.pairs))

    def stages(self, kind: Kind, network: str = "") -> tuple[Stage, ...]:
        """The steps of such a transaction, in order; `network` for deposits and withdrawals."""
        if kind is Kind.ORDER:
            return (self._stage("route", 0.12, 0.3, queue="match"),)
        chain = self.network(network)
        confirm = self._stage("confirm", chain.confirm_s, chain.sigma)
        if kind is Kind.DEPOSIT:
            return (self._stage("scan", 10, 0.3), confirm, self._stage("credit", 15, 0.3, queue="credit"))
        return (
            self._stage("check", 40, 0.3),
            self._stage("sign", 15, 0.3, queue="sign"),
            self._stage("broadcast", 5, 0.3),
            confirm,
            self._stage("complete", 20, 0.3),
        )

    def usual_s(self, kind: Kind, network: str = "") -> float:
        """How long such a transaction usually takes: the sum of its stages' medians, in seconds."""
        return sum(stage.median_s for stage in self.stages(kind, network))

    def capacity(self, queue: str, group: str = "") -> float:
        """What a queue's server can do a second: well above the load, so that nobody waits on a good day."""
        if queue == "match":
            return 50 * sum(pair.orders for pair in self.pairs if pair.group == group)
        return 25.0 if queue == "sign" else 40.0

    def _stage(self, name: str, seconds: float, sigma: float, queue: str = "") -> Stage:
        return Stage(name=name, median_s=seconds / self.speed, sigma=sigma, queue=queue)


def make_world(*, speed: float = 20.0, seed: int = 7) -> World:
    """The exchange that the demo shows. speed: above 0; shortens transactions and waits. ValueError otherwise."""
    if not speed > 0:
        raise ValueError(f"speed is {speed}, must be above 0 (--speed of tocsin.demo.exchange)")
    return World(speed=speed, seed=seed, networks=NETWORKS, routes=ROUTES, pairs=PAIRS, api=API)


NETWORKS = (
    Network(name="bitcoin", confirm_s=540, sigma=0.22, block_s=600),
    Network(name="ethereum", confirm_s=190, sigma=0.15, block_s=12),
    Network(name="tron", confirm_s=90, sigma=0.15, block_s=3),
    Network(name="solana", confirm_s=60, sigma=0.18, block_s=0.4),
    Network(name="ripple", confirm_s=50, sigma=0.18, block_s=4),
    Network(name="litecoin", confirm_s=420, sigma=0.2, block_s=150),
    Network(name="monero", confirm_s=1200, sigma=0.2, block_s=120),
    Network(name="dogecoin", confirm_s=360, sigma=0.2, block_s=60),
)

ROUTES = (
    Route(asset="BTC", network="bitcoin", deposits=1.2, withdrawals=1.0, price=64_000, wallet=420),
    Route(asset="ETH", network="ethereum", deposits=1.0, withdrawals=0.8, price=3_100, wallet=5_200),
    Route(asset="USDT", network="tron", deposits=1.6, withdrawals=2.0, price=1, wallet=9_000_000),
    Route(asset="USDT", network="ethereum", deposits=1.1, withdrawals=0.9, price=1, wallet=6_500_000),
    Route(asset="TRX", network="tron", deposits=0.3, withdrawals=0.3, price=0.13, wallet=12_000_000),
    Route(asset="SOL", network="solana", deposits=0.9, withdrawals=0.9, price=150, wallet=61_000),
    Route(asset="XRP", network="ripple", deposits=0.6, withdrawals=0.5, price=0.55, wallet=7_400_000, review=0.02),
    Route(asset="LTC", network="litecoin", deposits=0.12, withdrawals=0.12, price=82, wallet=31_000, review=0.03),
    Route(asset="DOGE", network="dogecoin", deposits=0.06, withdrawals=0.05, price=0.14, wallet=8_800_000, review=0.03),
    Route(asset="XMR", network="monero", deposits=0.008, withdrawals=0.008, price=165, wallet=2_600, review=0.06),
)

PAIRS = (
    Pair(name="BTC/USDT", group="btc", orders=9.0, price=64_000),
    Pair(name="BTC/EUR", group="btc", orders=2.0, price=59_000),
    Pair(name="ETH/USDT", group="eth", orders=6.0, price=3_100),
    Pair(name="ETH/BTC", group="eth", orders=1.0, price=0.048),
    Pair(name="SOL/USDT", group="alt", orders=3.5, price=150),
    Pair(name="XRP/USDT", group="alt", orders=2.0, price=0.55),
    Pair(name="DOGE/USDT", group="alt", orders=0.8, price=0.14),
    Pair(name="TRX/USDT", group="alt", orders=0.6, price=0.13),
    Pair(name="LTC/USDT", group="alt", orders=0.4, price=82),
    Pair(name="XMR/USDT", group="alt", orders=0.03, price=165),
)

API = (
    ApiRoute(name="/v1/orders", requests=30.0),
    ApiRoute(name="/v1/ticker", requests=45.0),
    ApiRoute(name="/v1/deposits", requests=7.0),
    ApiRoute(name="/v1/withdrawals", requests=7.0),
)


def components(world: World) -> dict[str, tuple[str, ...]]:
    """The component graph: what each component depends on directly."""
    graph: dict[str, tuple[str, ...]] = {"matching-engine": (), "order-gateway": ("matching-engine",)}
    for group in world.groups:
        graph[f"trading/{group}"] = ("order-gateway", "matching-engine")
    for network in world.networks:
        graph[f"chain/{network.name}"] = ()
    for route in world.routes:
        where = f"{route.asset}/{route.network}"
        graph[f"wallet/{where}"] = ()
        graph[f"deposits/{where}"] = (f"chain/{route.network}",)
        graph[f"withdrawals/{where}"] = (f"wallet/{where}", f"chain/{route.network}")
    graph["api"] = ("order-gateway",)
    return graph
