"""Which signals a silence keeps quiet, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.repeat import Repeat
from incidents.signal import Signal
from incidents.silence import Silence, find_silence, was_silenced
from tests.incidents.build import at, signal

DAY = 86_400.0


def silence(**changes: object) -> Silence:
    base = {
        "id": "s1",
        "component": "chain/*",
        "starts_at": at(0),
        "ends_at": at(600),
        "author": "mara",
        "reason": "upgrade",
    }
    return Silence(**{**base, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reported", "now", "quiet"),
    [
        pytest.param(signal("chain/bitcoin", 10), 20, True, id="in force"),
        pytest.param(signal("chain/bitcoin", 10), -1, False, id="before its start"),
        pytest.param(signal("chain/bitcoin", 10), 600, False, id="from its end on"),
        pytest.param(signal("deposits/BTC", 10), 20, False, id="another component"),
        pytest.param(signal("chain/bitcoin", 10, end=500), 9000, True, id="ended under it"),
        pytest.param(signal("chain/bitcoin", 10, end=700), 9000, False, id="outlived it"),
    ],
)
def test_a_silence_holds_for_its_component_and_time(reported: Signal, now: float, quiet: bool) -> None:
    assert (find_silence(reported, [silence()], at(now)) is not None) is quiet


def test_a_silence_may_name_a_watch() -> None:
    only = silence(component="*", name="queue")
    assert find_silence(signal("any", 1, name="queue"), [only], at(2))
    assert not find_silence(signal("any", 1), [only], at(2))


def test_the_reason_names_who_until_when_and_why() -> None:
    found = find_silence(signal("chain/bitcoin", 1), [silence()], at(2))
    assert found
    assert found.reason == "chain/bitcoin (latency) is silenced until 2026-03-02 14:10 UTC by mara: upgrade"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"ends_at": at(0)}, "must be after its start"), ({"component": "*"}, "matches everything")],
)
def test_a_silence_that_makes_no_sense_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        silence(**changes)


def test_a_silence_may_name_labels_and_all_must_match() -> None:
    only = silence(component="*", labels=(("cluster", "eu-*"), ("job", "*")))
    labelled = replace(signal("any", 1), labels=(("cluster", "eu-1"),))
    assert find_silence(labelled, [only], at(2))
    assert not find_silence(replace(labelled, labels=(("cluster", "us-1"),)), [only], at(2))
    assert not find_silence(signal("any", 1), [only], at(2))


def test_a_series_is_in_force_during_its_occurrences_alone() -> None:
    daily = Repeat(rule="FREQ=DAILY", zone="UTC", lasts=timedelta(minutes=10))
    series = silence(repeat=daily, ends_at=at(10 * DAY))
    found = find_silence(signal("chain/bitcoin", DAY), [series], at(DAY + 60))
    assert found
    assert "until 2026-03-03 14:10 UTC" in found.reason
    assert not find_silence(signal("chain/bitcoin", DAY), [series], at(DAY + 600))
    assert [start for start, _ in series.upcoming(at(DAY + 60))] == [at(n * DAY) for n in range(1, 6)]
    assert series.upcoming(at(10 * DAY)) == ()


def test_one_occurrence_of_a_series_is_left_out_and_may_come_back() -> None:
    daily = Repeat(rule="FREQ=DAILY", zone="UTC", lasts=timedelta(minutes=10))
    series = silence(repeat=daily, ends_at=at(10 * DAY))
    without = series.without(at(DAY), at(60)).without(at(0), at(60))
    assert not without.covers(at(60)), "one that lasts ends"
    assert [without.covers(at(n * DAY + 60)) for n in range(4)] == [False, False, True, True]
    assert [start for start, _ in without.upcoming(at(60))] == [at(n * DAY) for n in range(2, 7)]
    assert without.skipped(at(60)) == (at(DAY),)
    assert without.with_again(at(DAY)).covers(at(DAY + 60))
    for other, start in ((series, at(1)), (silence(), at(0))):
        with pytest.raises(ValueError, match="expected that of an occurrence"):
            other.without(start, at(60))
    with pytest.raises(ValueError, match="that was skipped"):
        series.with_again(at(DAY))


def test_a_series_ends_within_a_year() -> None:
    daily = Repeat(rule="FREQ=DAILY", zone="UTC", lasts=timedelta(minutes=10))
    with pytest.raises(ValueError, match="must end within a year"):
        silence(repeat=daily, ends_at=at(400 * DAY))


def test_what_outlives_its_silence_says_so() -> None:
    daily = Repeat(rule="FREQ=DAILY", zone="UTC", lasts=timedelta(minutes=10))
    once, series = silence(), silence(repeat=daily, ends_at=at(10 * DAY))
    late = signal("chain/bitcoin", 10)
    assert was_silenced(late, [once], at(601)) == "it was silenced until 14:10:00 by mara: upgrade"
    assert was_silenced(late, [once], at(599)) == ""
    assert was_silenced(signal("chain/bitcoin", 600), [once], at(601)) == ""
    again = signal("chain/bitcoin", DAY + 5)
    assert "14:10:00" in was_silenced(again, [series], at(DAY + 601))
    assert was_silenced(again, [series], at(DAY + 60)) == ""
