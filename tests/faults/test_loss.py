"""What a kill -9 and an unfriendly receiver cost: nothing of Tocsin's; an Alertmanager beside it in the same run."""

from pathlib import Path

from tests.faults.loss import Losses, alertmanager, fairly, suffered, tocsin
from tests.patience import until

MANY = 8


def test_nothing_is_lost_and_nothing_comes_twice_where_an_alertmanager_loses_and_repeats(tmp_path: Path) -> None:
    with alertmanager(tmp_path / "alertmanager") as peer:
        theirs = suffered(peer, MANY, fairly)
    with tocsin(tmp_path / "tocsin", MANY) as ours:
        assert suffered(ours, MANY, until) == Losses(
            lost=0, never_notified=0, notified_twice=0, ends_never_said=0, silences_lost=0, extra=0
        )
    print(f"Alertmanager: {theirs}")
    assert theirs.lost + theirs.notified_twice + theirs.ends_never_said > 0, "the story would show it"
