"""Which signals a silence keeps quiet, and until when."""

import pytest

from incidents.signal import Signal
from incidents.silence import Silence, find_silence
from tests.incidents.build import at, signal


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
