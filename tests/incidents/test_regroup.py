"""What a person's merge, split, move and undo make of two incidents, and what they refuse."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from detectors.watch import FailureKind
from incidents.disclosure import public_incident
from incidents.incident import Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.lifecycle import TransitionError
from incidents.public import DisclosureSettings
from incidents.regroup import Correction, Rules, merge, move, split, undo
from incidents.signal import Signal
from tests.incidents.build import at, exchange, signal

GRAPH = exchange()
RULES = Rules(graph=GRAPH)
BITCOIN, ETHEREUM = "withdrawals/BTC/bitcoin", "withdrawals/ETH/ethereum"
WORD = Correction(key="form-1", by="mara", reason="two nodes, two faults", at=at(100))
LATER = replace(WORD, key="form-2", at=at(200), reason="it was one after all")
SITE = DisclosureSettings()


def incident(name: str, *signals: Signal, **changes: object) -> Incident:
    base = Incident(
        id=name * 12,
        number=ord(name),
        title="",
        kind=signals[0].kind,
        component=signals[0].component,
        components=tuple(dict.fromkeys(s.component for s in signals)),
        signals=signals,
        started_at=min(s.started_at for s in signals),
        opened_at=at(5),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def both(**changes: object) -> Incident:
    """Bitcoin is late, Ethereum has stopped; felt by customers."""
    halted = signal(ETHEREUM, 10, kind=FailureKind.HALT, visible=True)
    return incident("a", signal(BITCOIN, 0), halted, kind=FailureKind.HALT, **changes)


def latest(updates: tuple[IncidentUpdate, ...]) -> dict[str, Incident]:
    return {u.incident.id: u.incident for u in updates}


def keys(one: Incident) -> set[str]:
    return {s.key for s in one.signals}


def test_a_split_leaves_each_incident_what_is_its_own() -> None:
    source = both(severity=Severity.MAJOR, severity_reason="major: it has stopped")
    updates = split(source, [source.signals[1].key], WORD, RULES).updates
    left, new = latest(updates).values()
    assert (left.components, left.kind, left.severity) == ((BITCOIN,), FailureKind.DELAY, Severity.MINOR)
    assert (new.components, new.title, new.severity) == ((ETHEREUM,), "Ethereum withdrawals stopped", Severity.MAJOR)
    assert (new.started_at, new.opened_by, new.split_from) == (at(10), "mara", source.id)
    assert [u.kind for u in updates] == [UpdateKind.SIGNALS, UpdateKind.SEVERITY, UpdateKind.OPENED]
    assert all("two nodes, two faults" in u.reason for u in (updates[0], updates[2]))


def test_a_severity_that_a_person_set_outlives_a_split() -> None:
    source = both(severity=Severity.CRITICAL, severity_by_human=True)
    assert latest(split(source, [source.signals[1].key], WORD, RULES).updates)[source.id].severity is Severity.CRITICAL


def test_every_stretch_of_a_fault_goes_with_the_one_that_was_chosen() -> None:
    source = incident("a", signal(BITCOIN, 0, end=50), signal(BITCOIN, 80), signal(ETHEREUM, 10))
    new = split(source, [source.signals[0].key], WORD, RULES).updates[-1].incident
    assert keys(new) == {s.key for s in source.signals[:2]}


def test_what_a_split_takes_from_a_public_incident_stays_public() -> None:
    source = both(disclosed_at=at(20))
    new = split(source, [source.signals[1].key], WORD, RULES).updates[-1]
    shown = public_incident([replace(new, seq=1)], GRAPH, "en", SITE)
    assert new.incident.disclosed_at == at(100)
    assert shown is not None
    assert "Ethereum" in shown.title


def test_what_a_split_takes_from_a_withheld_incident_stays_withheld() -> None:
    source = both(withheld_by="joe")
    new = split(source, [source.signals[1].key], WORD, RULES).updates[-1].incident
    assert (new.disclosed_at, new.disclose_at, new.withheld_by) == (None, None, "joe")


def test_a_merge_moves_evidence_components_and_disclosure_to_the_target() -> None:
    duplicate = incident("b", signal(ETHEREUM, 10), disclosed_at=at(20))
    target = incident("a", signal(BITCOIN, 0))
    ended, taken, *_, public = merge(duplicate, target, WORD, RULES).updates
    assert (ended.kind, ended.incident.merged_into) == (UpdateKind.MERGED, target.id)
    assert (taken.kind, taken.incident.components) == (UpdateKind.SIGNALS, (BITCOIN, ETHEREUM))
    assert (public.kind, public.incident.disclosed_at, public.continues) == (
        UpdateKind.DISCLOSED,
        at(100),
        duplicate.id,
    )


def test_a_public_target_is_not_published_once_more() -> None:
    duplicate = incident("b", signal(ETHEREUM, 10), disclosed_at=at(20))
    target = incident("a", signal(BITCOIN, 0), disclosed_at=at(30))
    updates = merge(duplicate, target, WORD, RULES).updates
    assert UpdateKind.DISCLOSED not in {u.kind for u in updates}
    assert latest(updates)[target.id].disclosed_at == at(30)


def test_a_wrong_merge_is_undone_with_what_came_to_it_since() -> None:
    one, other = incident("b", signal(ETHEREUM, 10)), incident("a", signal(BITCOIN, 0))
    done = merge(one, other, WORD, RULES)
    merged, target = latest(done.updates).values()
    came = signal(ETHEREUM, 150, visible=True)
    target = replace(target, signals=(*target.signals, came))
    back = undo(done.grouping, merged, target, LATER, RULES)
    left, again = latest(back.updates)[target.id], latest(back.updates)[merged.id]
    assert keys(again) == {one.signals[0].key, came.key}
    assert keys(left) == keys(other)
    assert (again.status, again.merged_into, again.end_reason) == (Status.DETECTED, None, None)
    assert back.updates[-1].kind is UpdateKind.SEPARATED
    assert (back.grouping.undone_at, back.grouping.undone_by) == (at(200), "mara")


def test_an_undone_split_is_one_incident_again() -> None:
    source = both()
    done = split(source, [source.signals[1].key], WORD, RULES)
    left, new = latest(done.updates).values()
    again = latest(undo(done.grouping, left, new, LATER, RULES).updates)
    assert (keys(again[left.id]), again[new.id].merged_into) == (keys(source), left.id)


def test_an_undone_move_gives_the_signals_back() -> None:
    source, target = both(), incident("b", signal("chain/ethereum", 5))
    done = move(source, target, [source.signals[1].key], WORD, RULES)
    left, grown = latest(done.updates).values()
    assert keys(grown) == {*keys(target), source.signals[1].key}
    back = latest(undo(done.grouping, left, grown, LATER, RULES).updates)
    assert (keys(back[left.id]), keys(back[grown.id])) == (keys(source), keys(target))


def test_the_root_goes_to_what_the_evidence_depends_on_once_it_has_left() -> None:
    source = incident("a", signal(ETHEREUM, 0), signal(BITCOIN, 5), signal("chain/bitcoin", 9))
    left = latest(split(source, [source.signals[0].key], WORD, RULES).updates)[source.id]
    assert (left.component, left.started_at) == ("chain/bitcoin", at(5))


def undone(
    source: Status = Status.DETECTED, target: Status = Status.DETECTED, undone_at: datetime | None = None
) -> Callable[[], object]:
    def act() -> object:
        done = split(both(), [both().signals[1].key], WORD, RULES)
        left, new = latest(done.updates).values()
        grouping = replace(done.grouping, undone_at=undone_at)
        return undo(grouping, replace(left, status=source), replace(new, status=target), LATER, RULES)

    return act


OTHER = incident("b", signal("chain/ethereum", 5))
NO_REASON = replace(WORD, reason=" ")


@pytest.mark.parametrize(
    ("act", "says"),
    [
        pytest.param(lambda: merge(both(), both(), WORD, RULES), "into itself", id="itself"),
        pytest.param(
            lambda: merge(both(), replace(OTHER, status=Status.RESOLVED), WORD, RULES), "is resolved", id="into an end"
        ),
        pytest.param(lambda: merge(both(), replace(OTHER, shadow=True), WORD, RULES), "shadow", id="into a shadow"),
        pytest.param(lambda: merge(both(), OTHER, NO_REASON, RULES), "reason is empty", id="no reason"),
        pytest.param(lambda: split(both(), [], WORD, RULES), "choose at least one", id="nothing"),
        pytest.param(lambda: split(both(), ["x"], WORD, RULES), "holds no signal 'x'", id="unknown"),
        pytest.param(lambda: split(both(), keys(both()), WORD, RULES), "all of its signals", id="all"),
        pytest.param(lambda: move(both(), OTHER, keys(both()), WORD, RULES), "all of its signals", id="move all"),
        pytest.param(undone(undone_at=at(150)), "was undone by", id="twice"),
        pytest.param(undone(target=Status.RESOLVED), "its end stays", id="target over"),
        pytest.param(undone(source=Status.RESOLVED), "reopen it first", id="source over"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(act: Callable[[], object], says: str) -> None:
    with pytest.raises(TransitionError, match=says):
        act()
