"""How long transactions take, as a distribution: shares by bucket, means, and the share still under way."""

import numpy as np
from numpy.typing import NDArray

from tocsin.demo.world import REVIEW_SIGMA, REVIEW_TIMES_USUAL, Kind, Stage, World

Floats = NDArray[np.float64]
DRAWS = 20_000
TEMPOS = np.linspace(0.7, 1.45, 16)


class Lengths:
    """A distribution of lengths given by sorted draws (n,) in seconds."""

    def __init__(self, draws: Floats) -> None:
        self.draws = np.sort(draws)
        self.mean = float(self.draws.mean())
        self.deviation = float(self.draws.std())
        # the integral of the tail from each draw on: what decides how old the oldest under way is
        n = len(self.draws)
        gaps = np.diff(self.draws, prepend=0.0) * np.arange(n, 0, -1) / n
        self._left = self.mean - np.cumsum(gaps)

    def shares(self, bounds: Floats) -> Floats:
        """(B + 1,) the share of the lengths in each bucket, the last beyond all bounds."""
        below = np.searchsorted(self.draws, bounds, side="right") / len(self.draws)
        return np.diff(below, prepend=0.0, append=1.0)

    def oldest(self, random: np.random.Generator, counts: NDArray[np.int64]) -> Floats:
        """(n,) a draw of the oldest age among so many under way; 0.0 where there is none."""
        chance = random.random(len(counts)) ** (1.0 / np.maximum(counts, 1))
        left = self.mean * (1.0 - chance)
        ages = np.interp(-left, -self._left, self.draws)
        return np.where(counts > 0, ages, 0.0)

    def draw_pending(self, random: np.random.Generator, rate: Floats) -> tuple[NDArray[np.int64], Floats]:
        """(n,) how many are under way when `rate` a second begin, and (n,) the age of the oldest."""
        counts = random.poisson(rate * self.mean)
        return counts, self.oldest(random, counts)


class Durations:
    """All the durations of one kind of transaction; the chain's tempo stretches the confirmation within.

    held: of the stage at whose end a queue waits, which has gauges of its own.
    """

    def __init__(self, world: World, kind: Kind, *, network: str = "", group: str = "", review: float = 0.0) -> None:
        random = np.random.default_rng([world.seed, 3])
        fixed, confirm, self.held = np.zeros(DRAWS), np.zeros(DRAWS), Lengths(np.zeros(2))
        for number, stage in enumerate(world.stages(kind, network)):
            lengths = _draw(random, stage)
            if stage.queue:
                lengths = lengths + 1.0 / world.capacity(stage.queue, group)
                self.held = Lengths(lengths)
            if number == 0 and review:
                reviewed = random.random(DRAWS) < review
                extra = (
                    REVIEW_TIMES_USUAL
                    * world.usual_s(kind, network)
                    * np.exp(REVIEW_SIGMA * random.standard_normal(DRAWS))
                )
                lengths = lengths + reviewed * extra
            if stage.name == "confirm":
                confirm = lengths
            else:
                fixed = fixed + lengths
        self._at = tuple(Lengths(fixed + confirm * tempo) for tempo in TEMPOS)

    def shares(self, bounds: Floats, tempo: Floats) -> tuple[Floats, Floats, Floats]:
        """At each of (T,) tempos: (B + 1, T) shares by bucket, (T,) means and (T,) deviations in seconds."""
        table = np.stack([lengths.shares(bounds) for lengths in self._at], axis=1)
        means = np.array([lengths.mean for lengths in self._at])
        deviations = np.array([lengths.deviation for lengths in self._at])
        position = np.clip((tempo - TEMPOS[0]) / (TEMPOS[1] - TEMPOS[0]), 0.0, len(TEMPOS) - 1.000001)
        left = position.astype(np.int64)
        part = position - left
        shares = table[:, left] * (1.0 - part) + table[:, left + 1] * part
        return shares, np.interp(tempo, TEMPOS, means), np.interp(tempo, TEMPOS, deviations)

    def draw_pending(
        self,
        random: np.random.Generator,
        rate: Floats,
        *,
        tempo: Floats | None = None,
        at_least: NDArray[np.int64] | None = None,
    ) -> tuple[NDArray[np.int64], Floats]:
        """(T,) how many are under way, `at_least` of them in the held stage, and (T,) the age of the oldest."""
        stretch = np.ones_like(rate) if tempo is None else tempo
        means = np.interp(stretch, TEMPOS, [lengths.mean for lengths in self._at])
        if at_least is None:
            counts = random.poisson(rate * means)
        else:
            counts = at_least + random.poisson(rate * (means - self.held.mean))
        nearest = np.abs(TEMPOS[:, None] - stretch[None, :]).argmin(axis=0)
        ages = np.zeros(len(rate))
        for number in np.unique(nearest):
            here = nearest == number
            ages[here] = self._at[number].oldest(random, counts[here])
        return counts, ages


def _draw(random: np.random.Generator, stage: Stage) -> Floats:
    return np.asarray(stage.median_s * np.exp(stage.sigma * random.standard_normal(DRAWS)), dtype=np.float64)
