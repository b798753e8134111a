"""An anomaly as a signal: the same key, what kind of failure, and the facts that an engineer needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest

from detectors.anomaly import Anomaly, AnomalyKind
from detectors.watch import FailureKind, Query, Read, Watch
from incidents.intake.anomalies import band, quantity, signal_of

T0 = datetime(2026, 3, 2, 14, 3, 10, tzinfo=UTC)
WATCH = Watch(
    name="withdrawal-time",
    query=Query(
        metric="withdrawal_seconds", read=Read.QUANTILE, quantile=0.95, match=(("asset", "BTC"),), by=("asset",)
    ),
    component="withdrawals/{asset}",
    title="Withdrawal processing time, p95",
    unit="s",
    kind=FailureKind.DELAY,
    user_visible=True,
    tags=(("runbook", "https://wiki.example/btc"),),
)
ANOMALY = Anomaly(
    watch="withdrawal-time",
    component="withdrawals/BTC",
    kind=AnomalyKind.DEVIATION,
    failure=FailureKind.DELAY,
    labels=(("asset", "BTC"),),
    started_at=T0,
    detected_at=T0 + timedelta(seconds=30),
    last_seen_at=T0 + timedelta(seconds=60),
    observed=412.3,
    expected=78.0,
    low=60.0,
    high=95.0,
    unit="s",
    score=3.0,
    model="level",
    reason="412 s where 60 to 95 s are usual",
    series=2,
)


def test_the_signal_keeps_the_stretch_and_its_times() -> None:
    signal = signal_of(ANOMALY, WATCH)
    assert (signal.key, signal.name, signal.component) == (ANOMALY.key, "withdrawal-time", "withdrawals/BTC")
    assert (signal.started_at, signal.said_at, signal.seen_at) == (T0, ANOMALY.detected_at, ANOMALY.last_seen_at)
    assert (signal.user_visible, signal.kind, signal.score) == (True, FailureKind.DELAY, 3.0)
    assert (signal.observed, signal.expected, signal.unit) == (412.3, 78.0, "s")


def test_series_that_speak_together_are_counted_in_the_facts() -> None:
    facts = dict(signal_of(replace(ANOMALY, model="pool", pooled=14, of=40), WATCH).facts)
    assert facts["together"] == "14 of 40 series"


def test_the_facts_are_what_an_engineer_asks_for() -> None:
    assert dict(signal_of(ANOMALY, WATCH, promql="p95(x)").facts) == {
        "reason": "412 s where 60 to 95 s are usual",
        "observed": "412 s",
        "expected": "60 to 95 s",
        "usual": "78 s",
        "series": "2, worst: asset=BTC",
        "model": "level",
        "promql": "p95(x)",
        "source": "default",
        "tag runbook": "https://wiki.example/btc",
    }


def test_without_promql_the_query_is_reported_in_words() -> None:
    assert dict(signal_of(ANOMALY, WATCH).facts)["query"] == 'quantile of withdrawal_seconds{asset="BTC"} by asset'


def test_an_absence_is_silence_and_has_no_numbers() -> None:
    gone = replace(
        ANOMALY, kind=AnomalyKind.ABSENCE, failure=FailureKind.DELAY, observed=nan, expected=nan, low=nan, high=nan
    )
    signal = signal_of(gone, WATCH)
    assert signal.kind is FailureKind.SILENCE
    assert (signal.observed, signal.expected) == (None, None)
    assert not {"observed", "expected", "usual"} & dict(signal.facts).keys()


def test_a_shadow_watch_makes_shadow_signals() -> None:
    assert signal_of(ANOMALY, replace(WATCH, shadow=True)).shadow


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (60, 95, "60 to 95 s"),
        (-inf, 95, "at most 95 s"),
        (60, inf, "at least 60 s"),
        (nan, nan, ""),
        (0.9, 1.3, "0.9 to 1.3 s"),
    ],
)
def test_a_band_is_said_in_words(low: float, high: float, said: str) -> None:
    assert band(low, high, "s") == said


@pytest.mark.parametrize(("value", "unit", "said"), [(4.123, "s", "4.12 s"), (1234.5, "", "1234"), (0.0, "%", "0 %")])
def test_a_quantity_has_three_digits_and_its_unit(value: float, unit: str, said: str) -> None:
    assert quantity(value, unit) == said


@pytest.mark.parametrize(
    ("anomaly", "said"),
    [
        pytest.param(replace(ANOMALY, accepted=True), "accepted as the new normal", id="a change stayed"),
        pytest.param(
            replace(ANOMALY, accepted=True, kind=AnomalyKind.ABSENCE), "silent for good", id="a silence stayed"
        ),
        pytest.param(ANOMALY, None, id="it came back"),
    ],
)
def test_the_facts_say_that_a_change_was_accepted(anomaly: Anomaly, said: str | None) -> None:
    assert dict(signal_of(anomaly, WATCH).facts).get("ended") == said


@pytest.mark.parametrize(
    ("model", "observed"),
    [
        ("level", "412 s"),
        ("season", "412 s"),
        ("drift", "412 s as a mean of the last hour"),
        ("burn", "412 s over the long window"),
        ("shift", "412 times as far from usual as by chance"),
    ],
)
def test_a_number_that_is_no_sample_says_what_it_is(model: str, observed: str) -> None:
    signal = signal_of(replace(ANOMALY, model=model), WATCH)
    assert dict(signal.facts)["observed"] == observed
    assert (signal.expected is None) == (model in {"burn", "shift"})


def test_the_signal_names_the_series() -> None:
    assert signal_of(ANOMALY, WATCH).labels == ANOMALY.labels
