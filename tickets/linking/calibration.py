"""Calibration: how often a link of each probability is right, and what agents said of links since.

The first figures are of tickets that the weights had not seen (`benchmarks/fit_linking.py`). Agents' answers move them
once there are ENOUGH; the linker's own links never do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

ENOUGH = 30
"""Fewer answers than these move nothing."""
DOUBT = 20.0
"""Answers that a step must have before they weigh half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A link that was proposed with a probability, and whether an agent said that it was right."""

    probability: float
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Links whose probability is at least `above` and below that of the next step.

    share: of all tickets, 0 to 1. right: the share of these links that are right. answers, confirmed: how many of them
    agents judged, and found right.
    """

    above: float
    share: float
    right: float
    answers: int = 0
    confirmed: int = 0


def _steps(*rows: tuple[float, int, float]) -> tuple[Step, ...]:
    """Steps of (probability from which on, tickets of 1,000, share that is right)."""
    return tuple(Step(above=above, share=many / 1000, right=right) for above, many, right in rows)


BY_WORDS = _steps(
    (0, 260, 0.023),
    (0.05, 36, 0.064),
    (0.1, 41, 0.075),
    (0.2, 32, 0.139),
    (0.3, 22, 0.249),
    (0.4, 20, 0.489),
    (0.5, 24, 0.620),
    (0.6, 27, 0.620),
    (0.7, 57, 0.813),
    (0.8, 40, 0.813),
    (0.85, 38, 0.833),
    (0.9, 30, 0.835),
    (0.925, 46, 0.922),
    (0.95, 36, 0.946),
    (0.96, 36, 0.946),
    (0.97, 46, 0.946),
    (0.98, 71, 0.946),
    (0.99, 140, 0.994),
)
"""Where tickets are read by their words alone."""
BY_MEANING = _steps(
    (0, 273, 0.022),
    (0.05, 37, 0.048),
    (0.1, 38, 0.115),
    (0.2, 32, 0.115),
    (0.3, 15, 0.117),
    (0.4, 16, 0.458),
    (0.5, 17, 0.579),
    (0.6, 28, 0.710),
    (0.7, 49, 0.754),
    (0.8, 36, 0.866),
    (0.85, 44, 0.889),
    (0.9, 36, 0.908),
    (0.925, 69, 0.923),
    (0.95, 34, 0.963),
    (0.96, 50, 0.963),
    (0.97, 62, 0.976),
    (0.98, 72, 0.997),
    (0.99, 89, 1.000),
)
"""Where they are read by their meaning too."""


def recalibrated(steps: Sequence[Step], guesses: Iterable[Guess]) -> tuple[Step, ...]:
    """The steps with what agents said of links; the same steps while there are too few answers.

    A step's own figure counts as much as DOUBT answers. A link that is likelier is never right less often (isotonic
    regression, Barlow et al. 1972): where the answers say so by chance, neighbouring steps share one figure.
    """
    judged = tuple(guesses)
    ends = [*(step.above for step in steps[1:]), 1.1]
    counted = [_counted(step, end, judged) for step, end in zip(steps, ends, strict=True)]
    if sum(step.answers for step in counted) < ENOUGH:
        return tuple(counted)
    from scipy.optimize import isotonic_regression  # a fourteenth of every start, and needed once there are answers

    answers = np.array([step.answers for step in counted], dtype=np.float64)
    confirmed = np.array([step.confirmed for step in counted], dtype=np.float64)
    first = np.array([step.right for step in counted])
    rates = isotonic_regression((DOUBT * first + confirmed) / (DOUBT + answers), weights=DOUBT + answers).x
    return tuple(replace(step, right=float(rate)) for step, rate in zip(counted, rates, strict=True))


def _counted(step: Step, end: float, guesses: Sequence[Guess]) -> Step:
    own = [g for g in guesses if step.above <= g.probability < end]
    return replace(step, answers=len(own), confirmed=sum(g.is_right for g in own))
