"""Fit the linker's weights to labelled days of tickets, and say how well they do on days that they have not seen.

    python -m benchmarks.fit_linking days.json.gz [--penalty 2.0]

A penalised multinomial logit (McFadden 1974) over each ticket's active incidents and "none". Signs that contradict what
a piece of evidence means are held at zero. Prints the table of weights, rounded; nothing is written.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_adapter import incident_of, instant, ticket_of, transactions_of
from tickets.linking.evidence import evidence
from tickets.linking.reading import read_incident, read_ticket
from tickets.linking.weights import BIAS, WEIGHTS

Array = NDArray[np.float64]
AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One ticket: rows (k, f), one an active incident, and which of them it belongs to; -1 = none."""

    day: int
    rows: Array
    truth: int


def choices(days: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[Choice]:
    """Every ticket that came while an incident was active, but those whose answer is debatable."""
    column = {name: k for k, name in enumerate(names)}
    for number, day in enumerate(days):
        for record in day["tickets"]:
            now = instant(record["created_at"])
            active = [
                i for i in day["incidents"] if instant(i["started_at"]) <= now <= instant(i["resolved_at"]) + AFTER
            ]
            if not active or record["labels"]["tolerated"]:
                continue
            truth = record["labels"]["truth"]
            index = next((k for k, i in enumerate(active) if i["id"] in truth), -1)
            read = read_ticket(ticket_of(record), transactions_of(record))
            rows = np.zeros((len(active), len(names) + 1))
            rows[:, -1] = 1.0
            for k, one in enumerate(active):
                pieces = evidence(read, read_incident(incident_of(_as_seen(one, now))), now)
                for name, value in pieces.items():
                    rows[k, column[name]] = value
            yield Choice(day=number, rows=rows, truth=index)


def _as_seen(incident: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    over = instant(incident["resolved_at"]) <= now
    return {**incident, "resolved_at": incident["resolved_at"] if over else None}


def fit(data: Sequence[Choice], start: Array, penalty: float, steps: int = 1500) -> Array:
    """(f,) weights: the least of mean log loss + penalty / n * |w - start|^2, by Adam (Kingma and Ba 2015)."""
    w, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    width = max(len(c.rows) for c in data)
    x = np.zeros((len(data), width, len(start)))
    mask, y = np.full((len(data), width), -np.inf), np.zeros((len(data), width))
    for n, c in enumerate(data):
        x[n, : len(c.rows)] = c.rows
        mask[n, : len(c.rows)] = 0.0
        if c.truth >= 0:
            y[n, c.truth] = 1.0
    for step in range(1, steps + 1):
        z = x @ w + mask
        top = np.maximum(z.max(axis=1, keepdims=True), 0.0)
        e = np.exp(z - top)
        p = e / (np.exp(-top) + e.sum(axis=1, keepdims=True))
        gradient = np.einsum("nk,nkf->f", p - y, x) / len(data) + 2 * penalty / len(data) * (w - start)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        w = w - 0.03 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        w = np.where(np.sign(w) == -np.sign(start), 0.0, w)
    return w


def shares(c: Choice, w: Array) -> Array:
    """(k,) probabilities of a ticket's incidents."""
    z = c.rows @ w
    top = max(0.0, float(z.max()))
    e = np.exp(z - top)
    found: Array = e / (np.exp(-top) + e.sum())
    return found


def report(data: Sequence[Choice], probabilities: Sequence[Array]) -> str:
    """Best F1, precision and recall at .65, unrelated ones wrongly linked at .65, log loss."""
    best = [
        (float(p.max()), int(p.argmax()) == c.truth, c.truth >= 0) for c, p in zip(data, probabilities, strict=True)
    ]
    possible = sum(b[2] for b in best)
    f1, at = max((_f1(best, t / 200, possible), t / 200) for t in range(4, 200))
    linked = [b for b in best if b[0] >= 0.65]
    wrong = sum(b[0] >= 0.65 for b in best if not b[2]) / max(1, sum(not b[2] for b in best))
    loss = -np.mean(
        [
            np.log(max(1e-9, p[c.truth] if c.truth >= 0 else 1 - p.sum()))
            for c, p in zip(data, probabilities, strict=True)
        ]
    )
    right = sum(b[1] for b in linked)
    return (
        f"best F1 {f1:.3f} at {at:.3f}; at .65 precision {right / max(1, len(linked)):.3f} "
        f"recall {right / possible:.3f} unrelated {wrong:.3f}; log loss {loss:.3f}"
    )


def _f1(best: Sequence[tuple[float, bool, bool]], threshold: float, possible: int) -> float:
    linked = [b for b in best if b[0] >= threshold]
    right = sum(b[1] for b in linked)
    return 2 * right / (len(linked) + possible) if linked else 0.0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days")
    parser.add_argument("--penalty", type=float, default=2.0)
    parser.add_argument("--folds", type=int, default=6)
    options = parser.parse_args()
    with gzip.open(options.days, "rt", encoding="utf-8") as file:
        days = json.load(file)
    names = list(WEIGHTS)
    data = list(choices(days, names))
    start = np.array([*WEIGHTS.values(), BIAS])
    print("as it is:", report(data, [shares(c, start) for c in data]))
    kinds = _folds(days, options.folds)
    seen = {f: fit([c for c in data if kinds[c.day] != f], start, options.penalty) for f in range(options.folds)}
    print("unseen days:", report(data, [shares(c, seen[kinds[c.day]]) for c in data]))
    w = fit(data, start, options.penalty)
    print("all days:", report(data, [shares(c, w) for c in data]))
    print(f"BIAS = {w[-1]:.1f}")
    for name, value, before in zip(names, w, start, strict=False):
        print(f'        "{name}": {value:.1f},  # was {before}')


def _folds(days: Sequence[object], folds: int) -> list[int]:
    return [k % folds for k in range(len(days))]


if __name__ == "__main__":
    main()
