"""Fit the linker's weights to labelled days of tickets, and say how well they do on what they have not seen.

    python -m benchmarks.fit_linking days.json.gz [--split wording] [--words] [--penalty 0.3]

Each split (`holdouts.SPLITS`) holds out a fifth of the tickets at a time, with the phrases that only they have; the
weights are fitted on the rest. Reported are the held-out tickets of all parts together, the spread over the parts, the
calibration, and recall by language. Then the weights: the mean of all fits, rounded; nothing is written. --words:
without the `text` extra.
"""

import argparse
import gzip
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize

from benchmarks.holdouts import SPLITS, Choice, parted
from tickets.linking.calibration import BY_WORDS
from tickets.linking.weights import BIAS, WEIGHTS

Array = NDArray[np.float64]
MOST = 0.95
HELD = frozenset(
    {
        "nothing compared",
        "alike in words alone",
        "only meaning compared",
        "alike in meaning alone",
        "alike in words too",
        "earlier same",
        "earlier other",
        "more than usual",
    }
)
"""Weights that the days cannot teach: five are `fit_likeness`'s, two of what agents decided, the last one is no fit."""
FOR = frozenset(
    {
        "form same", "asset text same", "network text same", "topic same", "symptom same",
        "country same", "says nothing", "account hit", "account through", "account late",
        "account empty",
    }
)  # fmt: skip
"""The evidence that speaks for a link; all other speaks against it."""
SIGNS = {name: WEIGHTS[name] if name in HELD else 1.0 if name in FOR else -1.0 for name in WEIGHTS}
"""Where a fit starts: 1 either way. The weights that serve were fitted on everything, so they are no start."""
MANY = 40
"""Caused tickets that a language must have for its own line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A ticket's likeliest incident. right: None = debatable."""

    probability: float
    right: bool | None
    caused: bool
    choice: Choice


def fit(data: Sequence[Choice], start: Array, penalty: float) -> Array:
    """(f,) weights: the least of log loss + penalty * |w - start|^2, over each ticket's incidents and none.

    A penalised multinomial logit (McFadden 1974), in which a ticket belongs to none as far as it is suspicious. Signs
    that contradict what a piece of evidence means are held at zero.
    """
    data = [c for c in data if not c.tolerated.any()]
    width = max(len(c.evidence) for c in data)
    x, y = np.zeros((len(data), width, len(start))), np.zeros((len(data), width))
    missing = np.ones((len(data), width), dtype=bool)
    for n, c in enumerate(data):
        x[n, : len(c.evidence)], missing[n, : len(c.evidence)] = c.evidence, False
        y[n, : len(c.evidence)] = c.truth / max(1.0, c.truth.sum())
    free = np.array([1 - c.suspicion for c in data])[:, None]
    none = 1 - y.sum(axis=1)

    def loss(w: Array) -> tuple[float, Array]:
        shares = _softmax(np.where(missing, -np.inf, x @ w))
        p = free * shares
        left = np.maximum(1e-9, 1 - p.sum(axis=1))
        value = -(y * np.log(np.maximum(1e-9, p))).sum() - (none * np.log(left)).sum()
        slope = y / np.maximum(1e-9, p) - (none / left)[:, None]
        by_score = free * shares * (slope - (slope * shares).sum(axis=1, keepdims=True))
        return value + penalty * ((w - start) ** 2).sum(), -np.tensordot(by_score, x, 2) + 2 * penalty * (w - start)

    bounds = [
        (s, s) if name in HELD else (0, None) if s > 0 else (None, 0)
        for name, s in zip(WEIGHTS, start[:-1], strict=True)
    ]
    found: Array = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return found


def _bounds(name: str, start: float) -> tuple[float | None, float | None]:
    if name in HELD:
        return start, start
    return (0.0, None) if start > 0 else (None, 0.0)


def _softmax(scores: Array) -> Array:
    """(n, k) shares of the choices beside "none", whose score is 0."""
    top = np.maximum(scores.max(axis=1, keepdims=True), 0.0)
    e = np.exp(scores - top)
    shares: Array = e / (np.exp(-top) + e.sum(axis=1, keepdims=True))
    return shares


def judge(choice: Choice, w: Array) -> Outcome:
    """What the weights make of one ticket, as `rank` does."""
    scores = (choice.evidence @ w)[None, :]
    active = _softmax(np.where(choice.over, -np.inf, scores))[0]
    ended = _softmax(np.where(choice.over, scores, -np.inf))[0] * max(0.0, 1 - active.sum())
    p = (active + ended) * (1 - choice.suspicion)
    best = int(p.argmax())
    right = None if choice.tolerated[best] and not choice.truth[best] else bool(choice.truth[best])
    return Outcome(probability=float(p[best]), right=right, caused=bool(choice.truth.any()), choice=choice)


def figures(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """The figures by which linking is judged."""
    counted = sorted((o for o in outcomes if o.right is not None), key=lambda o: -o.probability)
    p = np.array([o.probability for o in counted])
    right = np.cumsum([bool(o.right) for o in counted])
    precision, recall = right / np.arange(1, len(counted) + 1), right / max(1, sum(o.caused for o in outcomes))
    bins = np.minimum(9, (p * 10).astype(int))
    hits = np.array([bool(o.right) for o in counted], dtype=float)
    off = sum(abs(p[bins == b].sum() - hits[bins == b].sum()) for b in range(10)) / max(1, len(p))
    others = [o for o in outcomes if not o.choice.record["labels"]["truth"]]
    danger = [o for o in outcomes if o.choice.record["labels"]["kind"] == "security" and not o.choice.human]
    must = [bool(o.choice.record["labels"]["safety"]["human_required"]) for o in outcomes]
    both = sum(m and o.choice.human for m, o in zip(must, outcomes, strict=True))
    return {
        "best F1": float(np.max(2 * precision * recall / np.maximum(1e-9, precision + recall), initial=0.0)),
        "recall at .95": float(np.max(recall[precision >= 0.95], initial=0.0)),
        "recall at .99": float(np.max(recall[precision >= 0.99], initial=0.0)),
        "calibration error": float(off),
        "unrelated linked": sum(o.right is False and o.probability >= MOST for o in others) / max(1, len(others)),
        "security linked": float(sum(o.probability >= MOST for o in danger)),
        "human recall": both / max(1, sum(must)),
        "human precision": both / max(1, sum(o.choice.human for o in outcomes)),
    }


def calibration(outcomes: Sequence[Outcome]) -> Sequence[tuple[float, int, float]]:
    """The steps of `tickets.linking.calibration`: from which probability on, tickets of 1,000, share that is right.

    Those that stay with a human are not linked, so they do not count.
    """
    counted = [o for o in outcomes if o.right is not None and not o.choice.human]
    above = [step.above for step in BY_WORDS]
    place = np.digitize([o.probability for o in counted], above) - 1
    right = np.array([bool(o.right) for o in counted], dtype=float)
    many = np.array([(place == k).sum() for k in range(len(above))])
    rates = [right[place == k].mean() if many[k] else 0.0 for k in range(len(above))]
    smooth = isotonic_regression(rates, weights=np.maximum(1, many)).x
    return [(a, round(1000 * n / max(1, len(counted))), float(r)) for a, n, r in zip(above, many, smooth, strict=True)]


def by_language(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Recall of each language that has MANY caused tickets, where precision over all languages is .95."""
    counted = sorted((o for o in outcomes if o.right is not None), key=lambda o: -o.probability)
    precision = np.cumsum([bool(o.right) for o in counted]) / np.arange(1, len(counted) + 1)
    linked = counted[: int(np.flatnonzero(precision >= MOST).max(initial=-1)) + 1]
    caused, found = _counted([o for o in outcomes if o.caused]), _counted([o for o in linked if o.right])
    return {name: found.get(name, 0) / n for name, n in sorted(caused.items()) if n >= MANY}


def _counted(outcomes: Sequence[Outcome]) -> Mapping[str, int]:
    out: dict[str, int] = {}
    for o in outcomes:
        name = str(o.choice.record["language"])
        out[name] = out.get(name, 0) + 1
    return out


def report(name: str, parts: Sequence[Sequence[Outcome]]) -> None:
    """Prints each figure of all parts together, and its least and most among the parts."""
    every = [o for part in parts for o in part]
    pooled, each = figures(every), [figures(part) for part in parts if part]
    print(f"held out by {name}: {len(every)} tickets")
    for key, value in pooled.items():
        spread = sorted(part[key] for part in each)
        print(f"  {key:20} {value:7.4f}   in the parts {spread[0]:.3f} to {spread[-1]:.3f}")
    for above, many, right in calibration(every):
        print(f"  ({above}, {many}, {right:.3f}),")
    print("  by language:", ", ".join(f"{k} {v:.2f}" for k, v in by_language(every).items()))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days")
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--penalty", type=float, default=0.3)
    options = parser.parse_args()
    if options.words:
        os.environ["WITHOUT_TEXT"] = "yes"
    with gzip.open(options.days, "rt", encoding="utf-8") as file:
        days: Sequence[Mapping[str, Any]] = json.load(file)
    names, start = list(SIGNS), np.array([*SIGNS.values(), 0.0])
    fits: list[Array] = []
    for split in options.split or list(SPLITS):
        parts = []
        for rest, own in parted(days, names, SPLITS[split]):
            fits.append(fit(rest, start, options.penalty))
            parts.append([judge(c, fits[-1]) for c in own])
        report(split, parts)
    mean, spread = np.mean(fits, axis=0), np.std(fits, axis=0)
    print(f"BIAS = {mean[-1]:.1f}  # +-{spread[-1]:.1f}, serves {BIAS}")
    for k, name in enumerate(names):
        print(f'        "{name}": {mean[k]:.1f},  # +-{spread[k]:.1f}, was {start[k]}')


if __name__ == "__main__":
    main()
