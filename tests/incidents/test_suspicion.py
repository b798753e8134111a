"""What may be suspected in public, and how each suspicion ends within ten minutes, with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, Disclosure, DisclosureMode, Unapproved
from incidents.incident import Incident, Status
from incidents.signal import Signal
from incidents.suspicion import Suspicion, SuspicionEnd, follow, suspected
from tests.incidents.build import at, signal

PAYOUTS = "withdrawals/BTC/bitcoin"
USUAL = Disclosure()


def graph(disclosure: Disclosure = USUAL, *, public: bool = True) -> ComponentGraph:
    return ComponentGraph([Component(name=PAYOUTS, title="Bitcoin", public=public, disclosure=disclosure)])


def incident(*signals: Signal, **changes: object) -> Incident:
    first = signals[0]
    made = Incident(
        id="i",
        number=1,
        title="",
        kind=first.kind,
        component=PAYOUTS,
        components=(PAYOUTS,),
        signals=signals,
        started_at=first.started_at,
        opened_at=at(30),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FELT = signal(PAYOUTS, 0, visible=True)
LONE = signal(PAYOUTS, 0)


@pytest.mark.parametrize(
    ("evidence", "policy", "is_suspected"),
    [
        pytest.param([FELT], graph(), True, id="what customers feel"),
        pytest.param([LONE, signal(PAYOUTS, 5, name="errors")], graph(), True, id="two independent signals"),
        pytest.param([LONE], graph(), False, id="a lone signal that nobody feels"),
        pytest.param([signal(PAYOUTS, 0, visible=True, end=10)], graph(), False, id="what is over"),
        pytest.param([signal(PAYOUTS, 0, visible=True, shadow=True)], graph(), False, id="a shadow"),
        pytest.param([signal(PAYOUTS, 0, visible=True, kind=FailureKind.SILENCE)], graph(), False, id="silence"),
        pytest.param([FELT], graph(Disclosure(mode=DisclosureMode.NEVER)), False, id="never"),
        pytest.param([FELT], graph(Disclosure(mode=DisclosureMode.AUTO)), True, id="automatic"),
        pytest.param([FELT], graph(Disclosure(then=Unapproved.ESCALATE)), False, id="nothing without a human"),
        pytest.param([FELT], graph(Disclosure(suspect=False)), False, id="a policy that suspects nothing"),
        pytest.param([FELT], graph(public=False), False, id="an internal component"),
    ],
)
def test_a_component_is_suspected_where_its_policy_would_publish_by_itself(
    evidence: list[Signal], policy: ComponentGraph, is_suspected: bool
) -> None:
    expected = {PAYOUTS: at(0)} if is_suspected else {}
    assert suspected(evidence, (), policy) == expected
    shadow = evidence[0].shadow
    assert suspected((), (incident(*evidence, shadow=shadow),), policy) == expected


def test_what_is_public_or_withheld_is_not_suspected() -> None:
    assert suspected((FELT,), (incident(FELT, disclosed_at=at(60)),), graph()) == {}
    assert suspected((FELT,), (incident(FELT, withheld_by="mara"),), graph()) == {}


def begun(shown: float = 10, **changes: object) -> Suspicion:
    return replace(Suspicion(id=1, component=PAYOUTS, since=at(0), shown_at=at(shown)), **changes)  # type: ignore[arg-type]


FOUND = {PAYOUTS: at(0)}


def test_it_begins_once() -> None:
    assert follow((), FOUND, (), at(20)) == (Suspicion(component=PAYOUTS, since=at(0), shown_at=at(20)),)
    assert follow((begun(),), FOUND, (), at(20)) == ()


@pytest.mark.parametrize(
    ("found", "incidents", "seconds", "end"),
    [
        pytest.param({}, [incident(FELT, disclosed_at=at(300))], 300, SuspicionEnd.CONFIRMED, id="published"),
        pytest.param({}, [], 100, SuspicionEnd.RECOVERED, id="over"),
        pytest.param({}, [incident(FELT, status=Status.RETRACTED)], 100, SuspicionEnd.FALSE_ALARM, id="retracted"),
        pytest.param({}, [incident(FELT, withheld_by="mara")], 100, SuspicionEnd.NOT_CONFIRMED, id="withheld"),
        pytest.param(FOUND, [incident(FELT)], 610, SuspicionEnd.NOT_CONFIRMED, id="ten minutes"),
        pytest.param(FOUND, [incident(FELT)], 609, None, id="a second less"),
    ],
)
def test_it_is_confirmed_or_withdrawn_with_a_reason(
    found: dict[str, object], incidents: list[Incident], seconds: float, end: SuspicionEnd | None
) -> None:
    changes = follow((begun(),), found, incidents, at(seconds))  # type: ignore[arg-type]
    assert [(s.id, s.end, s.ended_at, bool(s.reason)) for s in changes] == (
        [(1, end, at(seconds), True)] if end else []
    )


def test_what_was_not_confirmed_is_not_suspected_again_until_it_is_something_new() -> None:
    over = begun(ended_at=at(610), end=SuspicionEnd.NOT_CONFIRMED)
    assert follow((over,), FOUND, (), at(620)) == ()
    (again,) = follow((over,), {PAYOUTS: at(700)}, (), at(710))
    assert again.shown_at == at(710)


def test_what_came_back_after_it_was_over_is_suspected_again() -> None:
    over = begun(ended_at=at(100), end=SuspicionEnd.RECOVERED)
    assert len(follow((over,), FOUND, (), at(110))) == 1


def test_an_earlier_false_alarm_says_nothing_of_what_begins_later() -> None:
    old = incident(FELT, status=Status.RETRACTED, opened_at=at(0) - timedelta(hours=1))
    (ended,) = follow((begun(),), {}, [old], at(100))
    assert ended.end is SuspicionEnd.RECOVERED
