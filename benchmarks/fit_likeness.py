"""Fit what likeness to an incident's words is worth where nothing else of a ticket can be compared.

    python -m benchmarks.fit_likeness

Our own example messages (`messages/examples.jsonl`, whose subjects and failures were labelled for this) beside the
public words that the service itself would write about each subject and kind of failure. A message is of such an
incident if it complains of that failure of that subject; of all others it is not. Prints a logit's weights by meaning
(the `text` extra), by pieces of words and by both, for one ticket in four that an incident caused;
`tickets/linking/weights.py` has about their mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.fit_intent import FIRST, messages
from incidents.wording import words_of
from tickets.embedder import E5Embedder
from tickets.linking.evidence import LIKE_MEANING, LIKE_WORDS, WORDS_OF, within
from tickets.reader import Reader

Array = NDArray[np.float64]
CAUSED = 0.25
# Topic of an example -> its title on the page, and the area whose words it has.
SUBJECTS: Mapping[str, tuple[str, str]] = {
    "deposit": ("Deposits", "deposit"),
    "withdrawal": ("Withdrawals", "withdrawal"),
    "bank": ("Bank transfers", "deposit"),
    "card": ("Card payments", "other"),
    "trading": ("Spot trading", "trade"),
    "futures": ("Futures", "trade"),
    "verification": ("Identity verification", "other"),
    "code": ("Login codes", "other"),
    "login": ("Sign-in", "other"),
    "api": ("API", "other"),
    "price": ("Prices", "other"),
    "staking": ("Staking", "other"),
    "app": ("Mobile app", "other"),
    "balance": ("Balances", "other"),
}
# Kind of failure -> the symptoms that customers have of it.
SYMPTOMS: Mapping[str, frozenset[str]] = {
    "delay": frozenset({"delay", "not_received"}),
    "errors": frozenset({"failed", "down"}),
    "halt": frozenset({"halted", "down", "failed", "not_received"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIncident:
    """An incident as the service would publish it: its title and what is said of it."""

    topic: str
    symptoms: frozenset[str]
    texts: tuple[str, str]

    def caused(self, message: Mapping[str, str]) -> bool:
        """Whether a message complains of it."""
        complains = message["matter"] in ("complaint", "angry")
        return complains and message["topic"] == self.topic and message["symptom"] in self.symptoms


def own_incidents() -> Sequence[OwnIncident]:
    """Every subject with every kind of failure, in English."""
    words = words_of("en")

    def texts(subject: str, area: str, kind: str) -> tuple[str, str]:
        title, now, means = (
            words[f"{part}.{kind}.{area}"].format(subject=subject) for part in ("title", "now", "means")
        )
        return title, f"{now} {means} {words['phase.investigating']}"

    return [
        OwnIncident(topic=topic, symptoms=symptoms, texts=texts(subject, area, kind))
        for topic, (subject, area) in SUBJECTS.items()
        for kind, symptoms in SYMPTOMS.items()
    ]


def fit(likeness: Array, caused: NDArray[np.bool_]) -> Array:
    """The weight of each column of `likeness`, then the constant, of a logit in which CAUSED of all are caused."""
    share = np.where(caused, CAUSED / caused.sum(), (1 - CAUSED) / (~caused).sum())
    rows = np.column_stack([likeness, np.ones(len(caused))])

    def loss(w: Array) -> float:
        z = rows @ w
        return float((share * (np.logaddexp(0, z) - caused * z)).sum())

    weights: Array = minimize(loss, np.zeros(rows.shape[1]), method="BFGS").x
    return weights


def main() -> None:
    """Command line."""
    reader, examples, known = Reader(E5Embedder()), messages(FIRST), own_incidents()
    reader.prepare([*(m["text"] for m in examples), *(text for i in known for text in i.texts)])
    pairs = [(reader.likeness(m["text"], i.texts), i.caused(m), m["language"]) for m in examples for i in known]
    for name, chosen in (("all languages", pairs), ("English", [p for p in pairs if p[2] == WORDS_OF])):
        caused = np.array([p[1] for p in chosen])
        meaning = np.array([within(p[0].meaning or 0.0, LIKE_MEANING) for p in chosen])
        words = np.array([within(p[0].words, LIKE_WORDS) for p in chosen])
        print(f"{name}: {caused.sum()} of {len(chosen)} pairs; weights, then the constant")
        for what, columns in (("meaning", [meaning]), ("words", [words]), ("meaning and words", [meaning, words])):
            print(f"  by {what}: ", fit(np.column_stack(columns), caused).round(1))


if __name__ == "__main__":
    main()
