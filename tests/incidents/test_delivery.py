"""When a failed delivery is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery import DeliveryError, Failure, GiveUp, GoneError, Policy, Retry, Why, decide, jitter_of, wait_of

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PATIENT = Policy(first=timedelta(seconds=10), longest=timedelta(minutes=5), give_up_after=None, retries_refusals=True)
STRICT = Policy(first=timedelta(seconds=10), longest=timedelta(minutes=5), give_up_after=3, retries_refusals=False)


def busy(asks: float | None = None) -> DeliveryError:
    return DeliveryError("503", retry=True, retry_after=None if asks is None else timedelta(seconds=asks))


REFUSED = DeliveryError("400", retry=False)


@pytest.mark.parametrize(
    ("policy", "error", "failures", "jitter", "outcome"),
    [
        pytest.param(PATIENT, busy(), 1, 0.0, 5.0, id="half of the first wait at least"),
        pytest.param(PATIENT, busy(), 1, 0.5, 7.5, id="and half by chance"),
        pytest.param(PATIENT, busy(), 3, 0.0, 20.0, id="doubled twice"),
        pytest.param(PATIENT, busy(), 6, 0.0, 150.0, id="never above the longest"),
        pytest.param(PATIENT, busy(), 10**9, 0.0, 150.0, id="for ever"),
        pytest.param(PATIENT, REFUSED, 1, 0.0, 150.0, id="a refusal waits the longest"),
        pytest.param(PATIENT, busy(60), 1, 0.0, 60.0, id="asked to wait"),
        pytest.param(PATIENT, busy(60), 1, 0.5, 65.0, id="never earlier, and not all at once"),
        pytest.param(PATIENT, busy(1), 6, 0.0, 150.0, id="asked for less than we wait"),
        pytest.param(PATIENT, busy(0), 1, 0.0, 5.0, id="asked for nothing"),
        pytest.param(PATIENT, busy(10**9), 1, 0.0, 3600.0, id="asked for years"),
        pytest.param(PATIENT, GoneError("410", retry=False), 1, 0.0, Why.GONE, id="gone, whatever the policy"),
        pytest.param(STRICT, REFUSED, 1, 0.0, Why.REFUSED, id="refused for good"),
        pytest.param(STRICT, busy(), 2, 0.0, 10.0, id="not yet too often"),
        pytest.param(STRICT, busy(), 3, 0.0, Why.TOO_OFTEN, id="too often"),
        pytest.param(STRICT, busy(60), 3, 0.0, Why.TOO_OFTEN, id="too often, whatever it asks"),
    ],
)
def test_what_becomes_of_a_failure(
    policy: Policy, error: DeliveryError, failures: int, jitter: float, outcome: float | Why
) -> None:
    decided = decide(policy, error, failures=failures, jitter=jitter, now=NOW)
    if isinstance(outcome, Why):
        assert decided == GiveUp(outcome)
    else:
        assert decided == Retry(NOW + timedelta(seconds=outcome))


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 10_000))
def test_a_wait_is_bounded_and_never_shorter_than_asked(failures: int, jitter: float, asks: float | None) -> None:
    decided = decide(PATIENT, busy(asks), failures=failures, jitter=jitter, now=NOW)
    assert isinstance(decided, Retry)
    wait = (decided.at - NOW).total_seconds()
    doubled = min(300.0, 10.0 * 2 ** (failures - 1))
    honoured = min(asks or 0.0, 3600.0)
    assert max(doubled / 2, honoured) - 1e-3 <= wait <= max(doubled, honoured + 10.0) + 1e-3


def test_a_thousand_that_failed_together_come_back_spread() -> None:
    jitters = sorted(jitter_of(f"incident:{n}", 1) for n in range(1000))
    assert jitters[0] >= 0.0
    assert jitters[-1] < 1.0
    assert max(later - earlier for earlier, later in pairwise(jitters)) < 0.02
    assert jitter_of("incident:1", 1) == jitter_of("incident:1", 1) != jitter_of("incident:1", 2)


def test_an_error_is_kept_in_words_that_every_database_takes() -> None:
    failure = Failure(cause=DeliveryError("a\x00b\ud800" + "c" * 9000, retry=True), next_at=NOW)
    assert failure.error.startswith("a\ufffdb\ufffdc")
    assert len(failure.error) == 2000


def test_a_retry_date_is_honoured() -> None:
    now = datetime(2026, 3, 2, 14, 0, 0, tzinfo=UTC)
    assert wait_of("Mon, 02 Mar 2026 14:00:30 GMT", now) == timedelta(seconds=30)
    assert wait_of("Mon, 02 Mar 2026 13:00:00 GMT", now) == timedelta(0)
