"""What messages want: judged on messages of an author who saw neither the examples nor the lists of phrases."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from tickets.embedder import E5Embedder
from tickets.intent import Intent, Matter, intent_of, message_of
from tickets.phrases import Concept, concepts_in

MESSAGES = Path(__file__).parents[2] / "benchmarks" / "messages"
HUMAN = frozenset({Matter.SECURITY, Matter.LEGAL, Matter.SELF_HARM})
HUMAN_CONCEPTS = frozenset(
    {
        Concept.UNAUTHORISED, Concept.STOLEN, Concept.FRAUD, Concept.HACK, Concept.SCAM, Concept.LEGAL, Concept.THREAT,
        Concept.AUTHORITY, Concept.SELF_HARM,
    }
)  # fmt: skip


@cache
def read_file(name: str) -> Sequence[Mapping[str, str]]:
    return [json.loads(line) for line in (MESSAGES / name).read_text(encoding="utf-8").splitlines()]


def strangers() -> Sequence[Mapping[str, str]]:
    return [*read_file("strangers.jsonl"), *read_file("held_out.jsonl")]


def right(messages: Sequence[Mapping[str, str]], intents: Sequence[Intent]) -> float:
    """The share of the messages of which the likeliest matter is the true one."""
    hits = [i.shares[Matter(m["matter"])] == max(i.shares.values()) for m, i in zip(messages, intents, strict=True)]
    return sum(hits) / len(hits)


def kept(messages: Sequence[Mapping[str, str]], intents: Sequence[Intent], share: float) -> tuple[float, float]:
    """(recall, precision) of what a human must read."""
    want = [m["matter"] in HUMAN for m in messages]
    said = [i.human >= share for i in intents]
    both = sum(w and s for w, s in zip(want, said, strict=True))
    return both / sum(want), both / max(1, sum(said))


def test_no_message_stands_in_two_files_and_each_matter_in_all() -> None:
    whole = ("examples.jsonl", "examples_2.jsonl", "strangers.jsonl", "held_out.jsonl")
    texts = [m["text"] for name in (*whole, "plain.jsonl", "twins.jsonl") for m in read_file(name)]
    assert [text for text, many in Counter(texts).items() if many > 1] == []
    for name in whole:
        assert {m["matter"] for m in read_file(name)} == set(Matter)
    assert {m["matter"] for m in read_file("plain.jsonl")}.isdisjoint(HUMAN)


def test_words_alone_tell_strangers_messages_apart() -> None:
    intents = [intent_of(m["text"]) for m in strangers()]
    assert right(strangers(), intents) > 0.7
    recall, precision = kept(strangers(), intents, 0.7)
    assert recall > 0.6
    assert precision > 0.8
    listed = [m["matter"] in HUMAN for m in strangers() if HUMAN_CONCEPTS & concepts_in(m["text"])]
    assert recall > sum(listed) / sum(m["matter"] in HUMAN for m in strangers()), "the lists of phrases find more"


def test_meaning_tells_more_than_words() -> None:
    some = strangers()[::6]
    vectors = E5Embedder().embed([m["text"] for m in some])
    intents = [intent_of(m["text"], v) for m, v in zip(some, vectors, strict=True)]
    assert right(some, intents) > max(0.75, right(some, [intent_of(m["text"]) for m in some]))
    recall, precision = kept(some, intents, 0.7)
    assert recall > 0.6
    assert precision > 0.85


@pytest.mark.parametrize(
    "text", ["", "?", "0x1234", "\x00", "a" * 20_000, "🙂🙂", "\u200f\u0645\u0631\u062d\u0628\u0627"]
)
def test_any_text_has_shares_that_add_up(text: str) -> None:
    shares = intent_of(text).shares
    assert set(shares) == set(Matter)
    assert sum(shares.values()) == pytest.approx(1)


def test_the_subject_is_read_where_the_text_does_not_repeat_it() -> None:
    assert message_of("Deposit", "where is it") == "Deposit\nwhere is it"
    assert message_of("where", "where is it") == "where is it"
