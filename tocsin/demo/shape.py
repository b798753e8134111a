"""How busy the exchange is at a time: a function of clock and seed only, so past and present agree."""

import zlib

import numpy as np
from numpy.typing import NDArray

from tocsin.demo.world import World

Floats = NDArray[np.float64]
DAY_S = 86_400.0


def load(times: Floats) -> Floats:
    """The daily and weekly shape of all activity; (n,) epoch seconds to (n,) factors, 0.45 to 1.4, mean about 0.9."""
    hour = (times % DAY_S) / 3600.0
    daily = 1.0 + 0.3 * np.cos((hour - 15.0) * np.pi / 12.0) + 0.1 * np.cos((hour - 8.5) * np.pi / 6.0)
    weekday = (times // DAY_S + 3) % 7  # the epoch began on a Thursday; 0 = Monday
    hours_into_weekend = np.where(weekday >= 5, (weekday - 5) * 24 + hour, np.where(weekday == 0, 48 + hour, 0.0))
    edge = np.minimum(hours_into_weekend, 52.0 - hours_into_weekend) / 4.0
    return np.asarray(daily * (1.0 - 0.25 * np.clip(edge, 0.0, 1.0)), dtype=np.float64)


def activity(world: World, stream: str, times: Floats) -> Floats:
    """The factor on one stream's rate: the shape that all share, times the stream's own slow wandering (7 %)."""
    return load(times) * np.exp(wander(world, "rate:" + stream, times, grid_s=1800.0, sd=0.07))


def tempo(world: World, network: str, times: Floats) -> Floats:
    """How slow a chain is against its usual, about 0.8 to 1.25: it wanders, and is slower when busy."""
    own = wander(world, "tempo:" + network, times, grid_s=1200.0, sd=0.05)
    return np.asarray(np.exp(own + 0.08 * (load(times) - 1.0)), dtype=np.float64)


def wallet_level(world: World, route: str, times: Floats) -> Floats:
    """A hot wallet's content against its usual, about 0.5 to 1.6: spending and refilling over the hours."""
    slow = wander(world, "wallet:" + route, times, grid_s=10_800.0, sd=0.16)
    fast = wander(world, "coins:" + route, times, grid_s=60.0, sd=0.004)
    return np.asarray(np.exp(slow + fast), dtype=np.float64)


def wander(world: World, name: str, times: Floats, *, grid_s: float, sd: float) -> Floats:
    """Smooth noise of mean 0: a normal draw of deviation `sd` every `grid_s` seconds, eased between. (n,) to (n,)."""
    position = times / grid_s
    left = np.floor(position)
    ease = 0.5 - 0.5 * np.cos((position - left) * np.pi)
    key = (zlib.crc32(name.encode()) << 20) ^ (world.seed * 0x9E3779B1)
    start, end = _normal(left, key), _normal(left + 1, key)
    return np.asarray(sd * (start * (1 - ease) + end * ease), dtype=np.float64)


def _normal(index: Floats, key: int) -> Floats:
    """A standard normal for each whole number, the same at every call (splitmix64, then Box-Muller)."""
    base = index.astype(np.int64).astype(np.uint64) * np.uint64(2) + np.uint64(key % 2**64)
    first, second = _uniform(base), _uniform(base + np.uint64(1))
    return np.asarray(np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second), dtype=np.float64)


def _uniform(state: NDArray[np.uint64]) -> Floats:
    mixed = state * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
