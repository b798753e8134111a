"""Computes weeks of past metrics of the exchange at once, as arrays.

Nothing is simulated event by event. A minute's finished transactions of a route are Poisson in each bucket, with the
rates and the distribution of durations that the running exchange has; what is under way at an instant is Poisson with
mean rate x duration, and the age of the oldest follows from the durations' tail (a queue with infinitely many servers).
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.demo import shape
from tocsin.demo.durations import Durations
from tocsin.demo.metrics import CODE_SHARES, Family, Ledger, SeriesKey, Type, families
from tocsin.demo.simulate import BAD, FAILED, GOOD
from tocsin.demo.world import Kind, Pair, Route, World

Floats = NDArray[np.float64]
CHUNK_STEPS = 2880
MONEY_DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChunk:
    """A stretch of the past.

    keys: (metric, labels) of each of the S series. times: (T,) epoch seconds. values: (S, T).
    """

    keys: tuple[SeriesKey, ...]
    times: Floats
    values: Floats


def history(
    world: World,
    start: float,
    end: float,
    *,
    step: float = 60.0,
    seed: int | None = None,
    before: Floats | None = None,
) -> Iterator[RawChunk]:
    """The past from `start` to `end` (epoch seconds), a sample every `step` seconds, in chunks in order of time.

    Counters go on from `before` (S,), the values one step before `start`; from 0 without it. seed: the world's own
    unless given. Gauges of what is under way are drawn anew at each sample: at steps shorter than the transactions
    they are right in distribution, not in how they follow each other. ValueError when the stretch is empty.
    """
    if not (step > 0 and end > start):
        raise ValueError(
            f"history from {start} to {end} by {step} s is empty; it must end after its start, step above 0"
        )
    past = _Past(world, np.random.default_rng([world.seed if seed is None else seed, int(start), 2]), before)
    times = np.arange(start, end, step, dtype=np.float64)
    for first in range(0, len(times), CHUNK_STEPS):
        yield past.chunk(times[first : first + CHUNK_STEPS], step)


def last_values(chunk: RawChunk) -> Floats:
    """(S,) what every series showed last: where the running exchange goes on."""
    return np.array(chunk.values[:, -1])


def write_openmetrics(
    path: Path, world: World, start: float, end: float, *, step: float = 60.0, seed: int | None = None
) -> None:
    """The same history as an OpenMetrics file, for `promtool tsdb create-blocks-from openmetrics`."""
    chunks = tuple(history(world, start, end, step=step, seed=seed))
    with path.open("w", encoding="utf-8") as file:
        first = 0
        for family in families(world):
            file.write(f"# TYPE {family.name} {family.type}\n# HELP {family.name} {family.help}\n")
            # one series after another, as the format asks
            for row, (name, labels) in enumerate(family.keys(), start=first):
                words = name + "{" + ",".join(f'{label}="{value}"' for label, value in labels) + "} "
                for chunk in chunks:
                    file.writelines(
                        f"{words}{value:.10g} {time:.0f}\n"
                        for time, value in zip(chunk.times.tolist(), chunk.values[row].tolist(), strict=True)
                    )
            first += family.width * len(family.children)
        file.write("# EOF\n")


def save(path: Path, chunks: Iterable[RawChunk]) -> Floats:
    """Write a history to one .npz file for another process, and return its last values (S,)."""
    held = tuple(chunks)
    keys = np.array([repr(key) for key in held[0].keys])
    times = np.concatenate([chunk.times for chunk in held])
    values = np.concatenate([chunk.values for chunk in held], axis=1)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, keys=keys, times=times, values=values)
    partial.replace(path)  # a reader sees the whole file or none
    return last_values(held[-1])


def load(path: Path) -> RawChunk:
    """The history that `save` wrote, as one chunk."""
    with np.load(path) as held:
        keys = tuple(ast.literal_eval(str(key)) for key in held["keys"])
        return RawChunk(keys=keys, times=held["times"], values=held["values"])


class _Past:
    """Counters so far, and the random stream."""

    def __init__(self, world: World, random: np.random.Generator, before: Floats | None) -> None:
        self._world = world
        self._random = random
        self._ledger = Ledger(families(world))
        self._families: dict[str, Family] = {family.name: family for family in self._ledger.families}
        self._so_far: Floats = np.zeros(len(self._ledger.keys)) if before is None else before
        self._counting = np.concatenate(
            [np.full(f.width * len(f.children), f.type is not Type.GAUGE) for f in self._ledger.families]
        )
        self._orders = {group: Durations(world, Kind.ORDER, group=group) for group in world.groups}
        self._transfers = {
            (kind, route): Durations(world, kind, network=route.network, review=route.review)
            for kind in (Kind.DEPOSIT, Kind.WITHDRAWAL)
            for route in world.routes
        }

    def chunk(self, times: Floats, step: float) -> RawChunk:
        values = np.zeros((len(self._so_far), len(times)))
        for pair in self._world.pairs:
            self._draw_pair(values, pair, times, step)
        self._draw_order_queues(values, times)
        for kind, route in self._transfers:
            self._draw_route(values, kind, route, times, step)
        self._draw_requests(values, times, step)
        self._draw_chains(values, times, step)
        values[self._counting] = np.cumsum(values[self._counting], axis=1) + self._so_far[self._counting, None]
        self._so_far = values[:, -1].copy()
        return RawChunk(keys=self._ledger.keys, times=times, values=values)

    def _draw_pair(self, values: Floats, pair: Pair, times: Floats, step: float) -> None:
        rate = pair.orders * shape.activity(self._world, f"orders/{pair.name}", times - step / 2)
        name, labels = "exchange_trade_execution_seconds", {"pair": pair.name}
        durations = self._orders[pair.group]
        done = self._draw_histogram(values, name, labels, rate * step, (durations, np.ones_like(times)))
        self._draw_outcomes(values, Kind.ORDER, done, pair=pair.name)

    def _draw_order_queues(self, values: Floats, times: Floats) -> None:
        for group in self._world.groups:
            pairs = [pair for pair in self._world.pairs if pair.group == group]
            rate = np.sum([p.orders * shape.activity(self._world, f"orders/{p.name}", times) for p in pairs], axis=0)
            count, age = self._orders[group].draw_pending(self._random, rate)
            values[self._ledger.row("exchange_pending_orders", group=group)] = count
            values[self._ledger.row("exchange_oldest_pending_order_seconds", group=group)] = age

    def _draw_route(self, values: Floats, kind: Kind, route: Route, times: Floats, step: float) -> None:
        labels = {"asset": route.asset, "network": route.network}
        usual_rate = route.deposits if kind is Kind.DEPOSIT else route.withdrawals
        stream = f"{kind}s/{route.asset}/{route.network}"
        rate = usual_rate * shape.activity(self._world, stream, times - step / 2)
        durations = self._transfers[kind, route]
        name = f"exchange_{kind}_processing_seconds"
        tempo = shape.tempo(self._world, route.network, times - step / 2)
        done = self._draw_histogram(values, name, labels, rate * step, (durations, tempo))
        self._draw_outcomes(values, kind, done, **labels)
        counted: tuple[str, ...] = ("exchange_deposits_confirmed",)
        if kind is Kind.WITHDRAWAL:
            counted = ("exchange_withdrawals_requested", "exchange_withdrawals_signed")
            level = shape.wallet_level(self._world, f"{route.asset}/{route.network}", times) * route.wallet
            values[self._ledger.row("exchange_hot_wallet_balance", **labels)] = np.round(level, MONEY_DECIMALS)
        for other in counted:
            values[self._ledger.row(other, **labels)] = self._random.poisson(rate * step)
        self._draw_pending(values, kind, route, rate, tempo)

    def _draw_pending(self, values: Floats, kind: Kind, route: Route, rate: Floats, tempo: Floats) -> None:
        durations, labels = self._transfers[kind, route], {"asset": route.asset, "network": route.network}
        held = "uncredited" if kind is Kind.DEPOSIT else "unsigned"
        at_stage, stage_age = durations.held.draw_pending(self._random, rate)
        count, age = durations.draw_pending(self._random, rate, tempo=tempo, at_least=at_stage)
        values[self._ledger.row(f"exchange_pending_{kind}s", **labels)] = count
        values[self._ledger.row(f"exchange_oldest_pending_{kind}_seconds", **labels)] = np.maximum(age, stage_age)
        values[self._ledger.row(f"exchange_{held}_{kind}s", **labels)] = at_stage
        values[self._ledger.row(f"exchange_oldest_{held}_{kind}_seconds", **labels)] = stage_age

    def _draw_histogram(
        self, values: Floats, name: str, labels: dict[str, str], expected: Floats, lasting: tuple[Durations, Floats]
    ) -> Floats:
        """One child's buckets, count and sum; returns (T,) how many finished in each step.

        expected: (T,) how many on average. lasting: the durations, and the chain's tempo (T,).
        """
        row, bounds = self._ledger.row(name, **labels), np.array(self._families[name].bounds)
        durations, tempo = lasting
        shares, means, deviations = durations.shares(bounds, tempo)
        counts = self._random.poisson(expected[None, :] * shares)
        cumulative = np.cumsum(counts, axis=0, dtype=np.float64)
        total: Floats = cumulative[-1]
        values[row : row + len(bounds) + 1] = cumulative
        values[row + len(bounds) + 1] = total
        noise = self._random.standard_normal(len(total))
        values[row + len(bounds) + 2] = np.maximum(
            total * means + np.sqrt(total) * deviations * noise, total * means * 0.5
        )
        return total

    def _draw_outcomes(self, values: Floats, kind: Kind, done: Floats, **labels: str) -> None:
        failed = self._random.binomial(done.astype(np.int64), FAILED[kind])
        values[self._ledger.row(f"exchange_{kind}s", **labels, outcome=BAD[kind])] = failed
        values[self._ledger.row(f"exchange_{kind}s", **labels, outcome=GOOD[kind])] = done - failed

    def _draw_requests(self, values: Floats, times: Floats, step: float) -> None:
        codes = [dict(labels)["code"] for labels in self._families["exchange_api_requests"].children]
        for api in self._world.api:
            rate = api.requests * shape.activity(self._world, f"api{api.name}", times - step / 2)
            for code, share in zip(dict.fromkeys(codes), CODE_SHARES, strict=True):
                row = self._ledger.row("exchange_api_requests", route=api.name, code=code)
                values[row] = self._random.poisson(rate * step * share)

    def _draw_chains(self, values: Floats, times: Floats, step: float) -> None:
        for network in self._world.networks:
            tempo = shape.tempo(self._world, network.name, times)
            noise = 1.0 + 0.01 * self._random.standard_normal(len(times))
            row = self._ledger.row("exchange_chain_confirmation_seconds", network=network.name)
            values[row] = network.confirm_s / self._world.speed * tempo * noise
            blocks = step / (network.block_s / self._world.speed * tempo)
            values[self._ledger.row("exchange_chain_blocks", network=network.name)] = self._random.poisson(blocks)
