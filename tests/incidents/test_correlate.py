"""What becomes one incident, what stays apart, and what is reported of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.correlate import Placement, correlate, place
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.lifecycle import acknowledge, set_severity
from incidents.settings import Settings
from incidents.signal import ENDED, Signal
from incidents.silence import Silence
from tests.incidents.build import at, exchange, signal

SETTINGS = Settings()
GRAPH = exchange()
CHAIN, WITHDRAWALS, DEPOSITS = "chain/bitcoin", "withdrawals/BTC/bitcoin", "deposits/BTC/bitcoin"


def run(waiting: Sequence[Signal], known: Sequence[Incident] = (), now: float = 60) -> Placement:
    return place(waiting, known, GRAPH, at(now), SETTINGS)


def after(updates: Sequence[IncidentUpdate], known: Sequence[Incident] = ()) -> list[Incident]:
    """The incidents as they stand once the updates are stored."""
    latest = {i.id: i for i in known}
    latest.update({u.incident.id: u.incident for u in updates})
    return list(latest.values())


def only(incidents: Sequence[Incident]) -> Incident:
    (incident,) = [i for i in incidents if i.is_active]
    return incident


def test_an_effect_joins_its_cause_and_says_why() -> None:
    known = after(run([signal(CHAIN, 190)], now=191).updates)
    (update,) = run([signal(WITHDRAWALS, 200)], known, now=201).updates
    assert update.reason == "withdrawals/BTC/bitcoin depends on chain/bitcoin, which deviates since 14:03:10"
    assert update.incident.components == (CHAIN, WITHDRAWALS)


def test_a_component_without_dependencies_is_placed_at_once() -> None:
    (update,) = run([signal(CHAIN, 10)], now=10).updates
    assert (update.kind, update.incident.title) == (UpdateKind.OPENED, "Bitcoin network delayed")


def test_an_effect_waits_for_its_cause_and_then_is_placed_without_it() -> None:
    early = run([signal(WITHDRAWALS, 10)], now=14.9)
    assert early.updates == ()
    assert early.deferred[0].until == at(15)
    assert only(after(run([signal(WITHDRAWALS, 10)], now=15).updates)).component == WITHDRAWALS


def test_a_later_statement_does_not_make_a_signal_wait_longer() -> None:
    assert run([signal(WITHDRAWALS, 10, seen=14)], now=15).updates


def test_a_cause_in_the_same_batch_frees_its_effects() -> None:
    placed = run([signal(WITHDRAWALS, 10), signal(CHAIN, 11)], now=11)
    incident = only(after(placed.updates))
    assert (incident.component, len(incident.signals), placed.deferred) == (CHAIN, 2, ())


def test_a_cause_that_comes_later_becomes_the_root_and_the_title() -> None:
    known = after(run([signal(WITHDRAWALS, 0)]).updates)
    grown = only(after(run([signal(CHAIN, 61)], known, now=62).updates, known))
    assert (grown.id, grown.component, grown.title) == (known[0].id, CHAIN, "Bitcoin network delayed")


def test_a_cause_does_not_change_a_title_that_a_human_wrote() -> None:
    known = [replace(i, title="Ours", title_by_human=True) for i in after(run([signal(WITHDRAWALS, 0)]).updates)]
    grown = only(after(run([signal(CHAIN, 61)], known, now=62).updates, known))
    assert (grown.component, grown.title) == (CHAIN, "Ours")


def test_two_effects_opened_apart_become_one_when_their_cause_shows() -> None:
    wallet = after(run([signal("wallet/hot-7", 0)]).updates)
    both = after(run([signal(WITHDRAWALS, 100)], wallet, now=110).updates, wallet)
    assert len(both) == 2
    grown = after(run([signal(CHAIN, 120)], both, now=121).updates, both)
    assert sorted(i.status for i in grown) == [Status.DETECTED, Status.MERGED]
    assert only(grown).components == (CHAIN, "wallet/hot-7", WITHDRAWALS)
    merged = next(i for i in grown if i.status is Status.MERGED)
    assert (merged.merged_into, merged.end_reason) == (only(grown).id, EndReason.DUPLICATE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(signal(CHAIN, 0), signal("chain/ethereum", 0), id="two roots"),
        pytest.param(signal(CHAIN, 0), signal("withdrawals/ETH/ethereum", 0), id="effect of another root"),
        pytest.param(signal("trading/engine", 0), signal(DEPOSITS, 0), id="no dependency in common"),
        pytest.param(signal("balance/01", 0), signal("balance/02", 0), id="two of twelve on one silent dependency"),
        pytest.param(signal(WITHDRAWALS, 0, end=60), signal(CHAIN, 900), id="long after the other ended"),
        pytest.param(signal(WITHDRAWALS, 0), signal(CHAIN, 900), id="cause far too late for the effect"),
    ],
)
def test_unrelated_faults_stay_apart(one: Signal, other: Signal) -> None:
    assert len(after(run([one, other], now=1000).updates)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(signal(CHAIN, 0), signal(CHAIN, 300, name="errors"), id="one component"),
        pytest.param(signal(CHAIN, 0), signal(WITHDRAWALS, 900), id="an effect long after its cause, which lasts"),
        pytest.param(signal(WITHDRAWALS, 0), signal(CHAIN, 200), id="a cause that shows late"),
        pytest.param(signal(DEPOSITS, 0), signal("wallet/hot-7", 5), id="two of three on one silent dependency"),
    ],
)
def test_one_fault_is_one_incident(one: Signal, other: Signal) -> None:
    assert len(after(run([one, other], now=1000).updates)) == 1


def test_most_of_a_silent_dependencys_dependents_are_one_incident() -> None:
    known: list[Incident] = []
    for n in range(8):
        known = after(run([signal(f"balance/{n:02d}", n * 5)], known, now=n * 5 + 5).updates, known)
    assert len(only(known).signals) == 8
    assert "ledger, which itself is silent" in run([signal("balance/08", 41)], known, now=47).updates[0].reason


def test_the_same_input_gives_the_same_updates_in_any_order() -> None:
    waiting = [signal(CHAIN, 3), signal(WITHDRAWALS, 1), signal(DEPOSITS, 2), signal("trading/engine", 2)]
    assert run(waiting).updates == run(waiting[::-1]).updates


def test_what_a_killed_predecessor_stored_is_found_again_and_changes_nothing() -> None:
    waiting = [signal(CHAIN, 3), signal(WITHDRAWALS, 4)]
    known = after(run(waiting).updates)
    again = run(waiting, known)
    assert (again.updates, len(again.unchanged)) == ((), 2)


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        pytest.param(signal(CHAIN, 0, seen=90, end=80), "chain/bitcoin (latency) ended at 14:01:20", id="ended"),
        pytest.param(
            replace(signal(CHAIN, 0, seen=90, end=80), facts=((ENDED, "accepted as the new normal"),)),
            "chain/bitcoin (latency) ended at 14:01:20: accepted as the new normal",
            id="a change was accepted",
        ),
        pytest.param(
            signal(CHAIN, 0, seen=90, score=5), "chain/bitcoin (latency) worsened: score 2.0, now 5.0", id="worse"
        ),
        pytest.param(
            signal(CHAIN, 0, seen=90, kind=FailureKind.HALT), "chain/bitcoin (latency) is now stopped", id="kind"
        ),
        pytest.param(signal(CHAIN, 0, seen=90), "", id="nothing new"),
        pytest.param(signal(CHAIN, 0, seen=-5, end=-1), "", id="older than what is known"),
    ],
)
def test_a_later_statement_updates_its_incident_where_it_says_something(later: Signal, reason: str) -> None:
    known = after(run([signal(CHAIN, 0)]).updates)
    placed = run([later], known, now=90)
    assert [u.reason for u in placed.updates] == ([reason] if reason else [])
    assert len(placed.unchanged) == (0 if reason else 1)


def ended(now: float = 100) -> list[Incident]:
    known = after(run([signal(CHAIN, 0)]).updates)
    return after(run([signal(CHAIN, 0, seen=now, end=now - 1)], known, now=now).updates, known)


def test_it_resolves_when_all_evidence_ended_and_that_held() -> None:
    known = ended()
    assert run([], known, now=218).updates == ()
    (update,) = run([], known, now=219).updates
    assert (update.kind, update.incident.end_reason) == (UpdateKind.RESOLVED, EndReason.RECOVERED)


def test_it_does_not_resolve_while_any_evidence_lasts() -> None:
    known = after(run([signal(CHAIN, 0), signal(WITHDRAWALS, 1)]).updates)
    known = after(run([signal(CHAIN, 0, seen=99, end=99)], known, now=100).updates, known)
    assert run([], known, now=9000).updates == ()


def test_it_never_resolves_by_itself_while_a_human_holds_it() -> None:
    known = [acknowledge(i, "mara", at(101)).incident for i in ended()]
    assert run([], known, now=9000).updates == ()


def resolved() -> list[Incident]:
    known = ended()
    return after(run([], known, now=300).updates, known)


def test_the_same_fault_soon_after_reopens_it() -> None:
    (update,) = run([signal(CHAIN, 400)], resolved(), now=401).updates
    assert (update.kind, update.incident.status) == (UpdateKind.REOPENED, Status.DETECTED)
    assert (update.incident.reopened_at, update.incident.resolved_at, update.incident.recovered_at) == (
        at(401),
        None,
        None,
    )


def test_the_same_fault_long_after_is_a_new_incident() -> None:
    placed = run([signal(CHAIN, 300 + 7201)], resolved(), now=7600)
    assert [u.kind for u in placed.updates] == [UpdateKind.OPENED]


def test_a_retracted_incident_is_not_reopened() -> None:
    known = [replace(i, status=Status.RETRACTED) for i in resolved()]
    assert [u.kind for u in run([signal(CHAIN, 400)], known, now=401).updates] == [UpdateKind.OPENED]


def test_at_most_one_active_incident_holds_a_fingerprint() -> None:
    known = after(run([signal(CHAIN, 0, end=50)]).updates)
    known = after(run([signal(CHAIN, 10_000)], known, now=10_001).updates, known)
    assert len([i for i in known if i.is_active]) == 1


def test_a_shadow_signal_makes_a_shadow_incident_and_never_feeds_a_live_one() -> None:
    known = after(run([signal(CHAIN, 0), signal(WITHDRAWALS, 1, shadow=True, visible=True)]).updates)
    assert sorted((i.shadow, i.components) for i in known) == [(False, (CHAIN,)), (True, (WITHDRAWALS,))]
    assert all(i.disclosed_at is None for i in known)


def test_a_silenced_component_opens_no_incident_and_the_reason_is_kept() -> None:
    quiet = Silence(
        id="s1", component="chain/*", starts_at=at(0), ends_at=at(3600), author="mara", reason="node upgrade"
    )
    placed = place([signal(CHAIN, 10)], [], GRAPH, at(20), SETTINGS, silences=[quiet])
    assert placed.updates == ()
    assert placed.silenced[0].reason.endswith("silenced until 2026-03-02 15:00 UTC by mara: node upgrade")
    assert correlate([signal(CHAIN, 10)], [], GRAPH, at(3600), SETTINGS, silences=[quiet])


def test_a_humans_severity_is_never_overwritten() -> None:
    known = [set_severity(i, Severity.MINOR, "mara", at(61)).incident for i in after(run([signal(CHAIN, 0)]).updates)]
    halted = signal(WITHDRAWALS, 60, kind=FailureKind.HALT, visible=True)
    assert only(after(run([halted], known, now=66).updates, known)).severity is Severity.MINOR


def test_a_severity_that_rises_has_a_line_of_its_own() -> None:
    known = after(run([signal(CHAIN, 0)]).updates)
    halted = signal(WITHDRAWALS, 60, kind=FailureKind.HALT, visible=True)
    updates = run([halted], known, now=66).updates
    assert [u.kind for u in updates] == [UpdateKind.SIGNALS, UpdateKind.SEVERITY, UpdateKind.DISCLOSED]
    assert [u.incident.severity for u in updates] == [Severity.MINOR, Severity.MAJOR, Severity.MAJOR]


def test_an_automatic_component_is_disclosed_with_its_opening() -> None:
    updates = run([signal(WITHDRAWALS, 0, visible=True)], now=5).updates
    assert [u.kind for u in updates] == [UpdateKind.OPENED, UpdateKind.DISCLOSED]
    assert updates[-1].incident.disclosed_at == at(5)


def test_a_signal_of_an_unknown_component_opens_an_incident_of_its_own() -> None:
    assert only(after(run([signal("nobody/knows", 0)]).updates)).components == ("nobody/knows",)


def test_a_statement_of_a_fault_that_a_human_resolved_opens_nothing() -> None:
    known = [
        replace(i, status=Status.RESOLVED, resolved_at=at(70), status_by_human=True)
        for i in after(run([signal(CHAIN, 0)]).updates)
    ]
    assert run([signal(CHAIN, 0, seen=90)], known, now=90).updates == ()


def test_everything_about_time_is_a_setting() -> None:
    patient = replace(SETTINGS, cause_wait=timedelta(seconds=30))
    assert place([signal(WITHDRAWALS, 0)], [], GRAPH, at(29), patient).deferred


def test_evidence_of_a_merged_incident_follows_it_to_where_it_went() -> None:
    source = after(run([signal(CHAIN, 0)]).updates)
    both = after(run([signal("trading/engine", 5)], source).updates, source)
    into = next(i for i in both if i.component == "trading/engine")
    merged = replace(source[0], status=Status.MERGED, merged_into=into.id, resolved_at=at(70))
    (update,) = run([signal(CHAIN, 0, seen=90, end=80)], [into, merged], now=90).updates
    assert (update.incident.id, update.incident.components) == (into.id, (CHAIN, "trading/engine"))


def test_a_watch_may_leave_the_shadow_while_its_shadow_incident_is_open() -> None:
    known = after(run([signal(CHAIN, 0, shadow=True)]).updates)
    both = after(run([signal(CHAIN, 100)], known, now=101).updates, known)
    assert len({s.fingerprint for i in both for s in i.signals}) == 2


def test_what_was_merged_ends_before_another_incident_takes_its_evidence() -> None:
    both = after(run([signal("wallet/hot-7", 0)]).updates)
    both = after(run([signal(WITHDRAWALS, 100)], both, now=110).updates, both)
    assert [u.kind for u in run([signal(CHAIN, 120)], both, now=121).updates] == [UpdateKind.MERGED, UpdateKind.SIGNALS]


def test_what_falls_silent_at_one_time_is_one_incident_wherever_it_is() -> None:
    everywhere = [signal(name, 10 + k, kind=FailureKind.SILENCE) for k, name in enumerate((DEPOSITS, "api", CHAIN))]
    incident = only(after(run(everywhere).updates))
    assert len(incident.signals) == 3
    assert incident.title.endswith("not reporting, and 2 more")


def test_what_one_watch_saw_move_together_is_one_incident_wherever_it_is() -> None:
    everywhere = [signal(name, 10 + 90 * k, together=True) for k, name in enumerate((DEPOSITS, "api", CHAIN))]
    assert len(only(after(run(everywhere, now=200).updates)).signals) == 3


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(signal(CHAIN, 10, together=True, name="another"), id="another watch"),
        pytest.param(signal(CHAIN, 10), id="speaking for itself"),
        pytest.param(signal(CHAIN, 10, together=True, shadow=True), id="a shadow"),
    ],
)
def test_what_did_not_move_together_is_not_tied_by_it(other: Signal) -> None:
    assert len(after(run([signal("trading/engine", 10, together=True), other], now=60).updates)) == 2


def test_what_falls_silent_later_is_another_incident() -> None:
    apart = [signal("api", 10, kind=FailureKind.SILENCE), signal(CHAIN, 200, kind=FailureKind.SILENCE)]
    assert len(after(run(apart, now=260).updates)) == 2


def test_a_deviation_does_not_join_what_fell_silent_elsewhere() -> None:
    both = [signal("trading/engine", 10, kind=FailureKind.SILENCE), signal(CHAIN, 10, kind=FailureKind.DELAY)]
    assert len(after(run(both).updates)) == 2


@pytest.mark.parametrize("first", ["10.0.0.7:9100", "payments-7f9c-x2", "?"])
@pytest.mark.parametrize("listed_first", [True, False])
def test_what_no_configuration_names_joins_what_begins_at_one_time(first: str, *, listed_first: bool) -> None:
    signals = [signal(CHAIN, 10), signal(first, 50)] if listed_first else [signal(first, 10), signal(CHAIN, 50)]
    (incident,) = after(run(signals).updates)
    assert (incident.component, incident.title) == (CHAIN, "Bitcoin network delayed")  # people know this one
    assert incident.components == (CHAIN, first)


def test_what_no_configuration_names_joins_what_repeats_until_then() -> None:
    known = after(run([signal(CHAIN, 10, end=400)], now=401).updates)
    (update,) = run([signal("pod-3", 430)], known, now=440).updates
    assert update.reason == "pod-3 deviates at one time with chain/bitcoin, and no configuration names pod-3"


@pytest.mark.parametrize("start", [75.0, 500.0])
def test_what_no_configuration_names_stays_apart_from_what_began_long_before(start: float) -> None:
    known = after(run([signal(CHAIN, 10)], now=11).updates)
    assert len(after(run([signal("pod-3", start)], known, now=start + 1).updates, known)) == 2


@pytest.mark.parametrize(
    ("name", "other", "like"),
    [
        pytest.param("web-1b2d-k9", "web-7f9c-x2", True, id="pods of one deployment"),
        pytest.param("10.0.0.7:9187", "10.0.0.7:9100", True, id="two ports of a host"),
        pytest.param("Web-1", "web-2", True, id="letters in either case"),
        pytest.param("web-1", "worker-1", False, id="another deployment"),
        pytest.param("10.0.0.8:9100", "10.0.0.7:9100", False, id="another host"),
        pytest.param("7", "8", False, id="bare numbers"),
    ],
)
def test_of_two_incidents_the_one_with_a_name_like_its_own_is_joined(name: str, other: str, *, like: bool) -> None:
    far = "trading/engine"
    known = after(run([signal(far, 0), signal(CHAIN, 1)], now=2).updates)
    chains = next(i for i in known if i.component == CHAIN)
    marked = [replace(i, signals=(*i.signals, signal(other, 3))) if i is chains else i for i in known]
    later = after(run([signal(far, 4, name="errors"), signal(name, 5)], marked, now=6).updates, marked)
    assert next(i.component for i in later if name in i.components) == (CHAIN if like else far)


def test_a_quiet_incident_does_not_take_in_the_next_fault_though_nobody_looked_meanwhile() -> None:
    known = after(run([signal(CHAIN, 0, end=10)], now=11).updates)
    later = 10 + SETTINGS.recovery_hold.total_seconds() + SETTINGS.reopen_within.total_seconds() + 60
    updates = run([signal(CHAIN, later)], known, now=later + 1).updates
    assert [u.kind for u in updates] == [UpdateKind.RESOLVED, UpdateKind.OPENED]
    assert len({u.incident.id for u in updates}) == 2


def test_a_fault_that_returns_while_nobody_looked_belongs_to_its_incident() -> None:
    known = after(run([signal(CHAIN, 0, end=10)], now=11).updates)
    (update,) = run([signal(CHAIN, 3600)], known, now=3601).updates
    assert (update.incident.id, update.kind) == (known[0].id, UpdateKind.SIGNALS)


def test_an_acknowledged_incident_takes_its_fault_back_however_long_it_was_quiet() -> None:
    known = after(run([signal(CHAIN, 0, end=10)], now=11).updates)
    known = [acknowledge(known[0], "erin", at(12)).incident]
    (update,) = run([signal(CHAIN, 36_000)], known, now=36_001).updates
    assert update.incident.id == known[0].id
