"""Alerts wait in the inbox until they are signals, on both databases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from incidents.component import ComponentGraph
from incidents.intake.alerts import Alert, AlertRules, Followed, expire, follow, identity_of
from tests.tocsin.storage.examples import T0, at
from tocsin.storage import Changes, Store

RULES, GRAPH = AlertRules(), ComponentGraph(())


def alert(name: str = "DiskFull", minute: float = 0, **changes: object) -> Alert:
    made = Alert(
        labels=(("alertname", name), ("instance", "a\ud7ff\U0001f525")),
        annotations=(("summary", "voll: 95 %\ufffd"),),
        started_at=T0,
        said_at=at(minute),
        lease_until=at(minute + 4),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def named(said: Alert) -> str:
    return identity_of(said, RULES)


def changes(said: Sequence[tuple[str, Alert]], known: Mapping[str, Followed]) -> Changes:
    followed: dict[str, Followed] = {}
    signals = []
    for identity, one in said:
        after = follow(one, followed.get(identity) or known.get(identity), RULES, GRAPH)
        assert after is not None
        followed[identity] = after
        signals += [after.signal] if after.is_news else []
    return Changes(followed=followed, signals=tuple(signals))


def take(store: Store, *said: Alert, minute: float = 0) -> int:
    store.alerts.accept(said, at(minute), 1000)
    return work_off(store, minute)


def work_off(store: Store, minute: float = 0, *, leads: bool = True) -> int:
    done = store.alerts.work_off(named, changes, at(minute), lambda: leads)
    return 0 if done is None else done.alerts


def test_what_is_accepted_waits_and_is_worked_off_once(store: Store) -> None:
    assert store.alerts.accept((alert(), alert("Other")), T0, 1000) == 2
    assert store.alerts.waiting() == 2
    assert work_off(store) == 2
    assert (store.alerts.waiting(), work_off(store)) == (0, 0)
    (one, other) = store.alerts.lasting().values()
    assert {one.signal.name, other.signal.name} == {"DiskFull", "Other"}
    assert (one.heard_at, one.lease_until) == (T0, at(4))
    assert one.signal.title == "voll: 95 %\ufffd"


def test_with_too_many_that_wait_nothing_more_is_kept(store: Store) -> None:
    store.alerts.accept((alert(), alert("Other")), T0, 1)
    assert store.alerts.accept((alert("Third"),), T0, 1) == 3
    assert store.alerts.waiting() == 2


def test_a_process_that_lost_the_lease_leaves_the_inbox_as_it_is(store: Store) -> None:
    store.alerts.accept((alert(),), T0, 1000)
    assert work_off(store, leads=False) == 0
    assert store.alerts.waiting() == 1


def test_what_another_process_worked_off_meanwhile_is_not_written_once_more(store: Store) -> None:
    store.alerts.accept((alert(),), T0, 1000)
    others: list[int] = []

    def slowly(said: Sequence[tuple[str, Alert]], known: Mapping[str, Followed]) -> Changes:
        others.append(work_off(store))
        return changes(said, known)

    assert store.alerts.work_off(named, slowly, at(5), lambda: True) is None
    assert (others, store.alerts.waiting()) == ([1], 0)
    (one,) = store.alerts.lasting().values()
    assert one.heard_at == T0


def test_two_stretches_in_one_run_are_two_signals(store: Store) -> None:
    ended = alert(minute=1, ended_at=at(1), lease_until=None)
    take(store, alert(), ended, alert(minute=5, started_at=at(5)), minute=6)
    (now,) = store.alerts.lasting().values()
    assert now.signal.started_at == at(5)


def test_a_statement_replaces_the_lease_of_the_last(store: Store) -> None:
    take(store, alert())
    take(store, alert(minute=0.5), minute=0.5)
    (held,) = store.alerts.lasting().values()
    assert (held.heard_at, held.lease_until, held.signal.seen_at) == (at(0.5), at(4.5), T0)


def test_a_lease_that_ran_out_ends_the_alert_once(store: Store) -> None:
    take(store, alert())

    def ends(minute: float) -> int:
        now = at(minute)
        return len(store.alerts.expire(lambda held: expire(held, now, at(-60)), now, lambda: True))

    assert [ends(3.9), ends(4), ends(5)] == [0, 1, 0]
    assert store.alerts.lasting() == {}


def test_what_ended_an_hour_ago_is_forgotten(store: Store) -> None:
    take(store, alert())
    take(store, alert(minute=1, ended_at=at(1), lease_until=None), minute=1)
    late = at(1) + timedelta(hours=1, seconds=1)
    store.alerts.expire(lambda held: None, late, lambda: True)
    known: list[Mapping[str, Followed]] = []

    def look(said: Sequence[tuple[str, Alert]], before: Mapping[str, Followed]) -> Changes:
        known.append(before)
        return Changes(followed={}, signals=())

    store.alerts.accept((alert(minute=62),), late, 1000)
    store.alerts.work_off(named, look, late, lambda: True)
    assert known == [{}]


def test_what_cannot_become_a_signal_holds_up_nothing_and_is_tried_again(store: Store) -> None:
    def but_one(said: Sequence[tuple[str, Alert]], known: Mapping[str, Followed]) -> Changes:
        bad = tuple(one for _, one in said if dict(one.labels)["alertname"] == "Odd")
        done = changes([(identity, one) for identity, one in said if one not in bad], known)
        return replace(done, failed=bad)

    store.alerts.accept((alert("Odd"), alert(), alert("Odd", 1)), T0, 1000)
    done = store.alerts.work_off(named, but_one, T0, lambda: True)
    assert done is not None
    assert (done.alerts, store.alerts.waiting(), store.alerts.failed()) == (3, 0, 2)
    assert [held.signal.name for held in store.alerts.lasting().values()] == ["DiskFull"]
    assert (store.alerts.try_again(), store.alerts.failed(), store.alerts.waiting()) == (2, 0, 2)
    assert work_off(store) == 2
    assert {held.signal.name for held in store.alerts.lasting().values()} == {"DiskFull", "Odd"}
    assert store.alerts.try_again() == 0
