"""Labelled days of tickets as evidence, with parts held out as strangers would be.

Held out by wording, by incident or by language. What is held out loses the phrases of the vocabulary that no other
ticket and none of our own messages (`messages/`) has: those may have been written for it.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import linking_adapter
from benchmarks.fit_intent import messages
from benchmarks.linking_adapter import (
    LIKELY,
    Desk,
    human,
    incident_of,
    instant,
    kept_as,
    reader,
    ticket_of,
    transactions_of,
)
from tickets import phrases
from tickets.linking.evidence import evidence
from tickets.linking.rank import probabilities, read_together, score
from tickets.linking.reading import read_incident
from tickets.phrases import Concept, normalise
from tickets.word import WORD

Array = NDArray[np.float64]
Record = Mapping[str, Any]
Phrase = tuple[Concept, str]
AFTER = timedelta(hours=2)
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One ticket while incidents were active: the evidence for each, and which of them it belongs to.

    evidence: (incidents, pieces), in the order of `names` and a last 1. over: (incidents,) those that had ended.
    truth: (incidents,) 1 for the right ones. human: whether the guard keeps it for a human.
    """

    record: Record
    evidence: Array
    over: NDArray[np.bool_]
    truth: Array
    tolerated: NDArray[np.bool_]
    suspicion: float
    human: bool


def by_wording(record: Record) -> int:
    """The part of a ticket: all tickets of one wording are in one."""
    return _part(record["labels"]["base"])


def by_incident(record: Record) -> int:
    """The part of a ticket: all tickets that are about one kind of incident are in one."""
    base = str(record["labels"]["base"])
    found = re.search(r"D_\w+?(?=-)", base)
    return _part("incident " + (found.group() if found else base))


def by_language(record: Record) -> int:
    """The part of a ticket: all tickets of one language are in one."""
    return _part(f"language {record['language']}")


SPLITS: Mapping[str, Callable[[Record], int]] = {
    "wording": by_wording,
    "incident": by_incident,
    "language": by_language,
}


def _part(key: str) -> int:
    return zlib.crc32(key.encode()) % FOLDS


def choices(days: Sequence[Record], names: Sequence[str], only: Set[str] | None = None) -> Iterator[Choice]:
    """Every ticket that came while an incident was active. only: their ids; None = all."""
    column = {name: k for k, name in enumerate(names)}
    for day in days:
        desk = linking_adapter.DESK = Desk()
        customers = {t["customer_id"] for t in day["tickets"] if only is None or t["id"] in only}
        for record in day["tickets"]:
            if record["customer_id"] not in customers:
                continue
            choice = _choice(desk, day, record, column)
            if choice is not None and (only is None or record["id"] in only):
                yield choice


def _choice(desk: Desk, day: Record, record: Record, column: Mapping[str, int]) -> Choice | None:
    now = instant(record["created_at"])
    active = [i for i in day["incidents"] if instant(i["started_at"]) <= now <= instant(i["resolved_at"]) + AFTER]
    new, transactions = ticket_of(record), transactions_of(record)
    earlier = desk.earlier(new, record["id"], now)
    stays = human(record)
    read = read_together(new, earlier, transactions, reader())
    over = np.array([instant(i["resolved_at"]) <= now for i in active], dtype=bool)
    found = {}
    for one, ended in zip(active, over, strict=True):
        seen = read_incident(incident_of({**one, "resolved_at": one["resolved_at"] if ended else None}))
        found[one["id"]] = evidence(read, seen, now, reader())
    shares = probabilities({ident: score(pieces) for ident, pieces in found.items()})
    best = max(shares, key=lambda ident: shares[ident], default=None)
    sure = best is not None and shares[best] * (1 - read.suspicion) >= LIKELY
    desk.keep(kept_as(new, record["id"], now, best if sure else None, "held" if stays else ""))
    if not active:
        return None
    rows = np.zeros((len(active), len(column) + 1))
    rows[:, -1] = 1.0
    for k, one in enumerate(active):
        for name, value in found[one["id"]].items():
            if name in column:
                rows[k, column[name]] = value
    labels = record["labels"]
    return Choice(
        record=record,
        evidence=rows,
        over=over,
        truth=np.array([float(i["id"] in labels["truth"]) for i in active]),
        tolerated=np.array([i["id"] in labels["tolerated"] for i in active], dtype=bool),
        suspicion=read.suspicion,
        human=stays,
    )


def parted(
    days: Sequence[Record], names: Sequence[str], part_of: Callable[[Record], int]
) -> Iterator[tuple[Sequence[Choice], Sequence[Choice]]]:
    """For each part: the other tickets, and the part's own, both read without the phrases that only the part has."""
    whole = {c.record["id"]: c for c in choices(days, names)}
    standing = {t["id"]: phrases_in(_words(t)) for day in days for t in day["tickets"]}
    own = frozenset().union(*(phrases_in(m["text"]) for name in ("examples", "strangers") for m in messages(name)))
    part = {t["id"]: part_of(t) for day in days for t in day["tickets"]}
    for k in range(FOLDS):
        inside = frozenset().union(*(standing[ident] for ident in part if part[ident] == k))
        outside = frozenset().union(*(standing[ident] for ident in part if part[ident] != k))
        gone = inside - outside - own
        changed = {ident for ident in part if standing[ident] & gone}
        with without(gone):
            found = whole | {c.record["id"]: c for c in choices(days, names, changed)}
        yield (
            [c for ident, c in found.items() if part[ident] != k],
            [c for ident, c in found.items() if part[ident] == k],
        )


def _words(record: Record) -> str:
    return f"{record['subject']}\n{record['text']}"


def _entries() -> Iterable[Phrase]:
    for language in phrases.LANGUAGES:
        for concept, texts in language.items():
            yield from ((concept, text.strip()) for text in texts.split(",") if text.strip())


@contextmanager
def without(gone: Set[Phrase]) -> Iterator[None]:
    """Reads with a vocabulary that lacks some phrases."""
    before = phrases._lexicon  # noqa: SLF001 - the service has one vocabulary; only this changes it
    smaller = phrases._Lexicon(e for e in _entries() if e not in gone)  # noqa: SLF001 - as above
    _exchange(lambda: smaller)
    try:
        yield
    finally:
        _exchange(before)


def _exchange(lexicon: Callable[[], Any]) -> None:
    phrases._lexicon = lexicon  # type: ignore[assignment]  # noqa: SLF001 - as above
    phrases.said_in.cache_clear()
    read_incident.cache_clear()


def phrases_in(text: str) -> frozenset[Phrase]:
    """All phrases of the vocabulary that stand in a text, not one a concept alone."""
    lexicon = phrases._lexicon()  # noqa: SLF001 - as above
    plain = normalise(text)
    words = WORD.findall(plain)
    found = {
        (phrase.concept, phrase.text)
        for at, word in enumerate(words)
        for phrase in (*lexicon.starting_with(word), *lexicon.harmless.get(word, ()))
        if phrase.end(words, at)
    }
    if phrases.RUN_ON.search(plain):
        found |= {entry for entry, pattern in _run_on() if pattern.search(plain)}
    return frozenset(found)


@cache
def _run_on() -> Sequence[tuple[Phrase, re.Pattern[str]]]:
    patterns = ((entry, phrases._pattern(entry[1])) for entry in _entries())  # noqa: SLF001 - as above
    return [(entry, re.compile(pattern)) for entry, pattern in patterns if phrases.RUN_ON.search(entry[1])]
