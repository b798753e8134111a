"""Fit the classifier of what messages want to our own examples, and say how well it reads messages of another author.

    python -m benchmarks.fit_intent [--write]

`messages/examples.jsonl`: 1,005 messages in thirteen languages, written for this. `messages/strangers.jsonl`: 300 in
eleven, by another author, who saw neither the examples nor the vocabulary; only ever measured on. --write puts the
numbers into tickets/intent_model.npz. Needs the `text` extra.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tickets.embedder import E5Embedder
from tickets.intent import NUMBERS, PIECES, Intent, IntentModel, Matter, counted, estimate, pieces_of
from tickets.linking.evidence import WORDS_OF

Array = NDArray[np.float64]
MESSAGES = Path(__file__).parent / "messages"
MODEL = Path(__file__).parents[1] / "tickets" / "intent_model.npz"
LEVELS = (0.5, 0.7, 0.85)
PIECES_PENALTY, EMBEDDING_PENALTY = 0.02, 10.0


def messages(name: str) -> Sequence[Mapping[str, str]]:
    """The messages of one file: language, matter, topic, symptom, text."""
    lines = (MESSAGES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def fit(rows: Array, answers: Sequence[int], penalty: float) -> Array:
    """(columns + 1, matters) of a multinomial logit, its constants last: the least of log loss + penalty * |w|^2."""
    truth = np.eye(len(Matter))[list(answers)]

    def loss(flat: Array) -> tuple[float, Array]:
        w = flat.reshape(rows.shape[1] + 1, len(Matter))
        z = rows @ w[:-1] + w[-1]
        z -= z.max(axis=1, keepdims=True)
        shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        value = -np.log(np.maximum(1e-12, (shares * truth).sum(axis=1))).sum() + penalty * (w[:-1] ** 2).sum()
        off = shares - truth
        slope = np.vstack([rows.T @ off + 2 * penalty * w[:-1], off.sum(axis=0)])
        return float(value), slope.ravel()

    start = np.zeros((rows.shape[1] + 1) * len(Matter))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    w: Array = found.x.reshape(rows.shape[1] + 1, len(Matter))
    return w


def model_of(examples: Sequence[Mapping[str, str]], vectors: Array) -> IntentModel:
    """The classifier of the examples; vectors: (examples, d), their embeddings."""
    answers = [list(Matter).index(Matter(e["matter"])) for e in examples]
    seen = np.zeros(PIECES)
    for e in examples:
        seen[list(counted(e["text"]))] += 1
    rarity = np.log((1 + len(examples)) / (1 + seen)) + 1
    pieces = fit(np.array([pieces_of(e["text"], rarity) for e in examples]), answers, PIECES_PENALTY)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0)
    scaled = fit((vectors - mean) / spread, answers, EMBEDDING_PENALTY)
    weights = scaled[:-1] / spread[:, None]
    embedding = np.vstack([weights, scaled[-1] - mean @ weights])
    others = vectors[[e["language"] == WORDS_OF for e in examples]]
    return IntentModel(rarity=rarity, pieces=pieces, embedding=embedding, others=others)


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
    examples, strangers = messages("examples"), messages("strangers")
    model = model_of(examples, embedder.embed([e["text"] for e in examples]).astype(np.float64))
    vectors = embedder.embed([s["text"] for s in strangers])
    print("by pieces: ", report(strangers, [estimate(model, s["text"], None) for s in strangers]))
    embedded = [estimate(model, s["text"], v) for s, v in zip(strangers, vectors, strict=True)]
    print("embedded:  ", report(strangers, embedded))
    if options.write:
        numbers = {name: getattr(model, name).astype(np.float32) for name in NUMBERS}
        numbers["others"] = numbers["others"].astype(np.float16)
        np.savez_compressed(MODEL, **numbers)


if __name__ == "__main__":
    main()
