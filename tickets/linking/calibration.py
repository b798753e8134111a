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
    (0, 252, 0.017),
    (0.05, 40, 0.077),
    (0.1, 45, 0.097),
    (0.2, 34, 0.190),
    (0.3, 22, 0.260),
    (0.4, 16, 0.581),
    (0.5, 21, 0.581),
    (0.6, 22, 0.581),
    (0.7, 44, 0.802),
    (0.8, 34, 0.823),
    (0.85, 45, 0.823),
    (0.9, 35, 0.827),
    (0.925, 52, 0.852),
    (0.95, 28, 0.852),
    (0.96, 55, 0.944),
    (0.97, 68, 0.955),
    (0.98, 81, 0.991),
    (0.99, 106, 0.991),
)
"""Where tickets are read by their words alone."""
BY_MEANING = _steps(
    (0, 275, 0.021),
    (0.05, 38, 0.069),
    (0.1, 36, 0.101),
    (0.2, 31, 0.101),
    (0.3, 16, 0.101),
    (0.4, 13, 0.551),
    (0.5, 18, 0.551),
    (0.6, 44, 0.596),
    (0.7, 41, 0.828),
    (0.8, 32, 0.859),
    (0.85, 56, 0.859),
    (0.9, 34, 0.940),
    (0.925, 54, 0.940),
    (0.95, 25, 0.977),
    (0.96, 51, 0.977),
    (0.97, 60, 0.985),
    (0.98, 86, 0.985),
    (0.99, 91, 1.000),
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
