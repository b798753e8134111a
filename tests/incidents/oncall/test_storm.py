"""What a person is sent in a storm: few messages, and every incident in one of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.oncall.storm import Packing, SentBefore, StormLimits, pack
from tests.incidents.build import T0

LIMITS = StormLimits(at_once=3, window=timedelta(minutes=5))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("waiting", "before", "expected"),
    [
        pytest.param("ab", SentBefore(), Packing(singles=("a", "b")), id="few leave one by one"),
        pytest.param("abcde", SentBefore(), Packing(singles=("a", "b", "c"), digest=("d", "e")), id="many"),
        pytest.param("ab", SentBefore(singles=(T0 - MINUTE,) * 3), Packing(digest=("a", "b")), id="after many"),
        pytest.param("ab", SentBefore(singles=(T0 - 5 * MINUTE,) * 3), Packing(singles=("a", "b")), id="after a calm"),
        pytest.param("a", SentBefore(digest_at=T0 - MINUTE), Packing(), id="waits for the window's end"),
        pytest.param("a", SentBefore(digest_at=T0 - 5 * MINUTE), Packing(singles=("a",)), id="the window is over"),
        pytest.param("ab", SentBefore(digest_at=T0 - 9 * MINUTE), Packing(digest=("a", "b")), id="the storm goes on"),
        pytest.param("ab", SentBefore(digest_at=T0 - 10 * MINUTE), Packing(singles=("a", "b")), id="it is over"),
    ],
)
def test_packing(waiting: str, before: SentBefore, expected: Packing) -> None:
    assert pack(waiting, before, LIMITS, T0) == expected


def delivered(arrivals: list[int], limits: StormLimits) -> list[tuple[int, tuple[str, ...]]]:
    """Each message with its minute, of incidents that arrive at those minutes, looked at each minute for 3 hours."""
    singles: list[int] = []
    messages: list[tuple[int, tuple[str, ...]]] = []
    waiting: list[str] = []
    digest_at: int | None = None
    for minute in range(180):
        waiting += [f"{n}" for n, at in enumerate(arrivals) if at == minute]
        before = SentBefore(
            singles=tuple(T0 + n * MINUTE for n in singles),
            digest_at=None if digest_at is None else T0 + digest_at * MINUTE,
        )
        leaves = pack(waiting, before, limits, T0 + minute * MINUTE)
        messages += [(minute, (one,)) for one in leaves.singles]
        singles += [minute] * len(leaves.singles)
        if leaves.digest:
            messages.append((minute, leaves.digest))
            digest_at = minute
        waiting = [one for one in waiting if one not in {*leaves.singles, *leaves.digest}]
    assert not waiting
    return messages


@given(
    arrivals=st.lists(st.integers(0, 100), max_size=200),
    limits=st.builds(StormLimits, at_once=st.integers(1, 6), window=st.integers(1, 20).map(lambda n: n * MINUTE)),
)
def test_every_incident_is_in_one_message_and_no_window_has_more_than_its_share(
    arrivals: list[int], limits: StormLimits
) -> None:
    messages = delivered(arrivals, limits)
    assert sorted(one for _, ids in messages for one in ids) == sorted(str(n) for n in range(len(arrivals)))
    minutes, window = [at for at, _ in messages], limits.window // MINUTE
    for at in minutes:
        assert sum(at <= other < at + window for other in minutes) <= limits.at_once + 1


def test_a_storm_of_a_thousand_incidents_is_at_most_twenty_messages_a_person() -> None:
    messages = delivered([n * 60 // 1000 for n in range(1000)], StormLimits())
    assert len(messages) <= 20
    assert sum(len(ids) for _, ids in messages) == 1000
