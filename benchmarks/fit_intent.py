"""Fit the classifier of what messages want to our own examples, and say how well it reads messages of another author.

    python -m benchmarks.fit_intent [--write]

`messages/examples.jsonl` (1,005), `examples_2.jsonl` (3,192), `plain.jsonl` (1,123 without a crime in them) and
`twins.jsonl` (440, most of them cases of security in the words of plain complaints): messages in thirteen languages,
written for this by nine authors. `strangers.jsonl`: 300 in eleven, and `held_out.jsonl`: 360 in thirteen, by two more,
who saw neither the examples nor the vocabulary; only ever measured on. --write puts the numbers into
tickets/intent_model.npz. Needs the `text` extra.

Each later author was asked for some matters more than for others. An example's weight makes the shares of the matters
what they are in the first file, which the estimates are about; a twin counts as much as four plain ones, since a case
of security that is taken for a complaint costs more than the other way round.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from tickets.embedder import E5Embedder
from tickets.intent import NUMBERS, PIECES, Intent, IntentModel, Matter, Pieces, counted, estimate, pieces_of
from tickets.linking.evidence import WORDS_OF

Array = NDArray[np.float64]
MESSAGES = Path(__file__).parent / "messages"
MODEL = Path(__file__).parents[1] / "tickets" / "intent_model.npz"
LEVELS = (0.5, 0.7, 0.92)
KEPT_AS = {"pieces": np.float16, "others": np.float16}
PIECES_PENALTY, EMBEDDING_PENALTY = 0.005, 20.0
FIRST, LATER, HELD_OUT = "examples", {"examples_2": 1.0, "plain": 0.5, "twins": 2.0}, ("strangers", "held_out")
"""The files, the later ones with what a message of theirs counts."""


def messages(name: str) -> Sequence[Mapping[str, str]]:
    """The messages of one file: language, matter, topic, symptom, text."""
    lines = (MESSAGES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def fit(rows: csr_matrix, answers: Sequence[int], weights: Array, penalty: float) -> Array:
    """(columns + 1, matters) of a multinomial logit, its constants last: the least of log loss + penalty * |w|^2.

    weights: (rows,) how much each row counts.
    """
    truth = np.eye(len(Matter))[list(answers)]

    def loss(flat: Array) -> tuple[float, Array]:
        w = flat.reshape(rows.shape[1] + 1, len(Matter))
        z = rows @ w[:-1] + w[-1]
        z -= z.max(axis=1, keepdims=True)
        shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        value = -(weights * np.log(np.maximum(1e-12, (shares * truth).sum(axis=1)))).sum()
        off = (shares - truth) * weights[:, None]
        slope = np.vstack([rows.T @ off + 2 * penalty * w[:-1], off.sum(axis=0)])
        return float(value + penalty * (w[:-1] ** 2).sum()), slope.ravel()

    start = np.zeros((rows.shape[1] + 1) * len(Matter))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    w: Array = found.x.reshape(rows.shape[1] + 1, len(Matter))
    return w


def answers_of(examples: Sequence[Mapping[str, str]]) -> Sequence[int]:
    """The matter of each, as its place in Matter."""
    return [list(Matter).index(Matter(e["matter"])) for e in examples]


def model_of(
    first: Sequence[Mapping[str, str]], later: Sequence[Mapping[str, str]], counts_as: Sequence[float], vectors: Array
) -> IntentModel:
    """The classifier of the examples. counts_as: of each later one, beside 1 of each first.

    vectors: (examples, d), the embeddings of the first, then of the later.
    """
    examples = [*first, *later]
    answers = answers_of(examples)
    usual = np.bincount(answers_of(first), minlength=len(Matter)) / len(first)
    weights = (usual * len(answers) / np.bincount(answers, minlength=len(Matter)))[list(answers)]
    weights *= np.array([*[1.0] * len(first), *counts_as])
    counts = [counted(e["text"]) for e in examples]
    seen = np.bincount([column for count in counts for column in count], minlength=PIECES)
    rarity = np.log((1 + len(examples)) / (1 + seen)) + 1
    pieces = fit(matrix([pieces_of(e["text"], rarity) for e in examples]), answers, weights, PIECES_PENALTY)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0)
    scaled = fit(csr_matrix((vectors - mean) / spread), answers, weights, EMBEDDING_PENALTY)
    slopes = scaled[:-1] / spread[:, None]
    embedding = np.vstack([slopes, scaled[-1] - mean @ slopes])
    english = [e["language"] == WORDS_OF for e in first]
    return IntentModel(rarity=rarity, pieces=pieces, embedding=embedding, others=vectors[: len(first)][english])


def matrix(rows: Sequence[Pieces]) -> csr_matrix:
    """(rows, PIECES)."""
    ends = np.cumsum([0, *(len(row.columns) for row in rows)])
    columns, values = np.concatenate([r.columns for r in rows]), np.concatenate([r.weights for r in rows])
    return csr_matrix((values, columns, ends), shape=(len(rows), PIECES))


def report(rows: Sequence[Mapping[str, str]], intents: Sequence[Intent]) -> str:
    """The share read rightly, the log loss, and who must stay with a human at some thresholds."""
    pairs = [(Matter(r["matter"]), i.shares) for r, i in zip(rows, intents, strict=True)]
    right = np.mean([shares[matter] == max(shares.values()) for matter, shares in pairs])
    loss = -np.mean([np.log(max(1e-9, shares[matter])) for matter, shares in pairs])
    human = np.array([matter in (Matter.SECURITY, Matter.LEGAL, Matter.SELF_HARM) for matter, _ in pairs])
    said = np.array([i.human for i in intents])
    kept = [f"at {t}: recall {(said[human] >= t).mean():.3f}, precision {human[said >= t].mean():.3f}" for t in LEVELS]
    return f"right {right:.3f}, log loss {loss:.3f}; human {'; '.join(kept)}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    embedder = E5Embedder()
    first, by_file = messages(FIRST), [(messages(name), counts) for name, counts in LATER.items()]
    later, counts_as = [m for some, _ in by_file for m in some], [counts for some, counts in by_file for _ in some]
    vectors = np.vstack([embedder.embed([e["text"] for e in some]) for some in (first, later)])
    model = model_of(first, later, counts_as, vectors.astype(np.float64))
    for name in HELD_OUT:
        rows = messages(name)
        print(name, "by pieces: ", report(rows, [estimate(model, s["text"], None) for s in rows]))
        own = embedder.embed([s["text"] for s in rows])
        print(
            name, "embedded:  ", report(rows, [estimate(model, s["text"], v) for s, v in zip(rows, own, strict=True)])
        )
    if options.write:
        numbers = {name: getattr(model, name).astype(KEPT_AS.get(name, np.float32)) for name in NUMBERS}
        np.savez_compressed(MODEL, **numbers)


if __name__ == "__main__":
    main()
