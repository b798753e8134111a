"""Faults are named as the command line and the API say, and checked."""

import pytest

from tocsin.demo.faults import FaultKind, parse_spec
from tocsin.demo.world import make_world

WORLD = make_world()


@pytest.mark.parametrize(
    ("words", "kind", "target", "factor"),
    [
        ("withdrawals-stuck", FaultKind.WITHDRAWALS_STUCK, "tron", 1.0),
        ("withdrawals-stuck:solana", FaultKind.WITHDRAWALS_STUCK, "solana", 1.0),
        ("confirmations-slow:bitcoin:8", FaultKind.CONFIRMATIONS_SLOW, "bitcoin", 8.0),
        ("matching-slow::50", FaultKind.MATCHING_SLOW, "all", 50.0),
        ("exporter-silent:core", FaultKind.EXPORTER_SILENT, "core", 1.0),
    ],
)
def test_a_fault_in_words_is_understood(words: str, kind: FaultKind, target: str, factor: float) -> None:
    spec = parse_spec(WORLD, words)
    assert (spec.kind, spec.target, spec.factor) == (kind, target, factor)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("withdrawals-lost", "must be one of confirmations-slow"),
        ("withdrawals-stuck:cardano", "target of withdrawals-stuck is 'cardano', must be one of bitcoin"),
        ("confirmations-slow:bitcoin:0", "factor of confirmations-slow is 0.0, must be from 1"),
        ("confirmations-slow:bitcoin:fast", "--fault confirmations-slow:bitcoin:fast"),
    ],
)
def test_a_wrong_fault_is_refused_with_what_would_be_right(words: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_spec(WORLD, words)
