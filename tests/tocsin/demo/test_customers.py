"""Customers see their own transactions alone, and write when people would."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tocsin.demo.customers import Customers, Letter, customer_of
from tocsin.demo.transactions import Transaction
from tocsin.demo.wordings import Wordings
from tocsin.demo.world import Kind, make_world

START = datetime(2026, 11, 18, 14, 0, tzinfo=UTC).timestamp()
SPEED = 20.0
WORLD = make_world(speed=SPEED, seed=3)


def withdrawal(number: int, *, finished_at: float | None = None, delayed_by: str = "") -> Transaction:
    return Transaction(
        id=f"{number:064x}",
        kind=Kind.WITHDRAWAL,
        asset="USDT",
        network="tron",
        customer_id=f"C-{100_000 + number}",
        amount=12.5,
        amount_usd=12.5,
        created_at=START,
        usual_s=10.0,
        stages=WORLD.stages(Kind.WITHDRAWAL, "tron"),
        finished_at=finished_at,
        delayed_by=delayed_by,
    )


def letters_of(transactions: list[Transaction], *, until: float, unrelated: float = 0.0) -> list[Letter]:
    customers = Customers(WORLD, start=START, unrelated=unrelated)
    written = customers.step(transactions, START + 1)
    for second in range(2, int(until) + 1):
        written += customers.step([], START + second)
    return written


def test_nobody_writes_before_twice_the_usual_time_and_half_within_the_median_delay() -> None:
    letters = letters_of([withdrawal(number, delayed_by="F1") for number in range(2000)], until=600)
    first = [letter.written_at - START for letter in letters if letter.label == "affected"]
    assert len(first) > 1990
    assert min(first) > 20.0
    delays = np.array(first) - 20.0
    assert np.median(delays) == pytest.approx(300.0 / SPEED, rel=0.1)
    assert np.log(delays).std() == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(("finished", "writes"), [(15.0, False), (21.0, False), (500.0, True)])
def test_who_sees_it_done_does_not_write(finished: float, writes: bool) -> None:
    transactions = [withdrawal(number, finished_at=START + finished) for number in range(100)]
    letters = letters_of(transactions, until=400)
    assert (len({letter.customer.id for letter in letters}) > 90) == writes


def test_a_late_transaction_that_no_fault_delayed_is_labelled_unrelated() -> None:
    letters = letters_of([withdrawal(number) for number in range(50)], until=200)
    assert {letter.label for letter in letters} == {"unrelated", "repeat"}
    assert all(letter.fault_id == "" for letter in letters)


def test_repeats_come_only_from_customers_who_wrote_before() -> None:
    letters = letters_of([withdrawal(number, delayed_by="F1") for number in range(300)], until=900)
    repeats = [letter for letter in letters if letter.label == "repeat"]
    assert 40 < len(repeats) < 120
    for repeat in repeats:
        earlier = [
            one for one in letters if one.customer.id == repeat.customer.id and one.written_at < repeat.written_at
        ]
        assert earlier


def test_two_late_transactions_of_one_customer_are_one_complaint_and_one_more_question() -> None:
    twice = [withdrawal(1, delayed_by="F1"), withdrawal(1, delayed_by="F1")]
    letters = letters_of(twice, until=900)
    assert [letter.label for letter in letters[:2]] == ["affected", "repeat"]


def test_questions_of_every_topic_come_at_a_steady_rate() -> None:
    letters = letters_of([], until=900, unrelated=1.0)
    topics = {letter.topic for letter in letters}
    assert topics == {"fees", "kyc", "two_factor", "api", "general", "security", "angry"}
    assert {letter.label for letter in letters} == {"unrelated", "security", "angry"}
    assert all(letter.transaction is None for letter in letters)


def test_every_letter_has_a_key_of_its_own_and_a_body_that_the_desk_takes() -> None:
    letters = letters_of([withdrawal(number) for number in range(100)], until=300, unrelated=1.0)
    assert len({letter.key for letter in letters}) == len(letters)
    for letter in letters:
        body = letter.body()
        assert set(body) == {"form", "subject", "text", "name", "email", "customer_id", "language", "fields"}
        assert "@" in str(body["email"])
        assert "{" not in str(body["subject"]) + str(body["text"])


def test_a_customer_is_the_same_each_time() -> None:
    assert customer_of("C-100042") == customer_of("C-100042")
    assert len({customer_of(f"C-{100_000 + n}").language for n in range(200)}) == 6


def test_each_topic_has_many_wordings_and_fills_its_slots() -> None:
    wordings, random = Wordings(), np.random.default_rng(1)
    languages = set()
    for topic in wordings.topics():
        assert len([one for one in wordings.all(topic) if one.language == "en"]) >= 12, topic
        for one in wordings.all(topic):
            languages.add(one.language)
            chosen = wordings.pick(topic, one.language, withdrawal(1), random)
            assert "{" not in chosen.subject + chosen.text
    assert languages == {"en", "de", "es", "tr", "pt", "ru"}


def test_only_security_letters_use_the_words_that_the_escalation_rules_watch() -> None:
    wordings = Wordings()
    for topic in wordings.topics():
        text = " ".join(f"{one.subject} {one.text}".lower() for one in wordings.all(topic))
        found = [word for word in ("hack", "scam", "legal", "lawyer") if word in text]
        assert bool(found) == (topic == "security"), (topic, found)
