"""The sentences that the exchange's customers write, read from `wordings.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.demo.transactions import Transaction

COINS = ("BTC", "ETH", "SOL", "ADA", "LTC", "XRP", "DOT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A subject and a text, in a language ("en", "de", …)."""

    subject: str
    text: str
    language: str


class Wordings:
    """All wordings by topic: a kind of transaction, a topic of question, or "repeat"."""

    def __init__(self, path: Path | None = None) -> None:
        with (path or Path(__file__).with_name("wordings.toml")).open("rb") as file:
            self._topics: dict[str, dict[str, list[list[str]]]] = tomllib.load(file)

    def topics(self) -> tuple[str, ...]:
        """What customers write about."""
        return tuple(self._topics)

    def all(self, topic: str) -> tuple[Wording, ...]:
        """Every wording of a topic, its slots not filled. KeyError: no such topic."""
        return tuple(
            Wording(subject=subject, text=text, language=language)
            for language, pairs in self._topics[topic].items()
            for subject, text in pairs
        )

    def pick(self, topic: str, language: str, own: Transaction | None, random: np.random.Generator) -> Wording:
        """One of the topic in that language, or in English where there is none, with its slots filled."""
        by_language = self._topics[topic]
        language = language if language in by_language else "en"
        pairs = by_language[language]
        subject, text = pairs[int(random.integers(len(pairs)))]
        slots = _slots(own, random)
        return Wording(subject=subject.format(**slots), text=text.format(**slots), language=language)


def _slots(own: Transaction | None, random: np.random.Generator) -> dict[str, str]:
    amount = round(float(random.lognormal(6.0, 1.0)), -1)
    slots = {"coin": COINS[int(random.integers(len(COINS)))], "sum": f"{max(amount, 10.0):.0f}"}
    if own is None:
        return slots
    return slots | {
        "asset": own.asset,
        "network": own.network.capitalize(),
        "amount": f"{own.amount:g}",
        "txid": own.id if random.random() < 0.5 else own.id[:10] + "…",
        "pair": own.pair,
        "order": own.id,
    }
