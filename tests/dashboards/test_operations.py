"""Figures of incidents against reading every timeline from its beginning, over generated histories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboards.incident_fact import IncidentFact, fold
from dashboards.operations import (
    OPERATIONS,
    ComponentNoise,
    CountedIncident,
    counted,
    noisy,
    noisy_components,
    operations_figures,
)
from incidents import lifecycle
from incidents.component import ComponentGraph
from incidents.incident import EndReason, Incident, IncidentUpdate, Status, UpdateKind
from incidents.lifecycle import TransitionError
from tests.tocsin.storage.examples import incident, signal

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GRAPH = ComponentGraph(())
ACTS: dict[str, Any] = {
    "acknowledge": lifecycle.acknowledge,
    "identify": lifecycle.identify,
    "monitor": lifecycle.monitor,
    "approve": lifecycle.approve,
    "note": lambda i, by, now: lifecycle.add_note(i, "seen", by, now),
    "resolve": lambda i, by, now: lifecycle.resolve(i, EndReason.FIXED, by, now, anyway=True),
    "retract": lifecycle.retract,
    "reopen": lambda i, by, now: lifecycle.reopen(i, GRAPH, by, now),
    "remind": lambda i, by, now: IncidentUpdate(incident=i, at=now, kind=UpdateKind.REMINDER, reason="late"),
    "signals": lambda i, by, now: IncidentUpdate(
        incident=_grown(i, now), at=now, kind=UpdateKind.SIGNALS, reason="one more"
    ),
}
steps = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(sorted(ACTS))), max_size=12)


def _grown(found: Incident, now: datetime) -> Incident:
    more = signal(f"watch-{len(found.signals)}", started_at=now - timedelta(minutes=300), seen_at=now, detected_at=now)
    return replace(found, signals=(*found.signals, more), started_at=min(found.started_at, more.started_at))


def lived(number: int, by_hand: bool, history: list[tuple[int, str]]) -> list[IncidentUpdate]:
    now = T0 + timedelta(hours=number)
    first = () if by_hand else (signal(started_at=now - timedelta(minutes=5), detected_at=now - timedelta(minutes=1)),)
    found = incident(
        f"incident{number:04}",
        *first,
        number=number,
        started_at=now - timedelta(minutes=5),
        opened_at=now,
        opened_by="mara" if by_hand else "tocsin",
    )
    lines = [IncidentUpdate(incident=found, at=now, kind=UpdateKind.OPENED, reason="so it is")]
    for minutes, name in history:
        now += timedelta(minutes=minutes)
        try:
            lines.append(ACTS[name](lines[-1].incident, "mara", now))
        except TransitionError:
            continue
    return lines


def facts_of(lines: list[IncidentUpdate]) -> IncidentFact:
    fact = None
    for line in lines:
        fact = fold(fact, line)
    assert fact is not None
    return fact


@given(steps, st.booleans())
def test_the_fold_is_what_reading_the_whole_timeline_gives(history: list[tuple[int, str]], by_hand: bool) -> None:
    lines = lived(1, by_hand, history)
    fact, last = facts_of(lines), lines[-1].incident
    human = [line.at for line in lines if line.author == "mara" and line.incident.status is not Status.DETECTED]
    monitored = [line.at for line in lines if line.incident.status is Status.MONITORING]
    observed = [s.said_at for line in lines for s in line.incident.signals]
    assert (fact.status, fact.opened_at) == (last.status, last.opened_at)
    assert fact.acknowledged_at == min(human, default=None)
    assert fact.mitigated_at == min(monitored, default=None)
    assert fact.observed_at == min(observed, default=None)
    assert fact.started_at == min(line.incident.started_at for line in lines)
    assert fact.disclosed_at == min(
        (line.incident.disclosed_at for line in lines if line.incident.disclosed_at), default=None
    )
    assert fact.ended_at == (None if last.is_active else last.resolved_at)
    assert fact.reopenings == sum(line.kind is UpdateKind.REOPENED for line in lines)
    assert fact.reminders == sum(line.kind is UpdateKind.REMINDER for line in lines)
    assert fact.is_false == (last.status is Status.RETRACTED)


def ranked(values: list[float], part: float) -> float:
    return sorted(values)[ceil(part * len(values) - 1e-9) - 1]


def median(values: list[float]) -> float | None:
    return sorted(values)[(len(values) + 1) // 2 - 1] if values else None


@given(st.lists(st.tuples(steps, st.booleans(), st.one_of(st.none(), st.integers(-50, 50))), max_size=8))
def test_figures_are_what_looking_at_each_incident_gives(world: list[Any]) -> None:
    known = []
    for number, (history, by_hand, wrote) in enumerate(world, start=1):
        fact = facts_of(lived(number, by_hand, history))
        at = None if wrote is None else fact.opened_at + timedelta(minutes=wrote)
        known.append(CountedIncident(fact=fact, first_ticket_at=at))
    span = counted(known, timedelta(days=15))
    found = {figure.definition.key: figure.now for figure in operations_figures(span)}
    real = [one for one in known if one.fact.status is not Status.RETRACTED]
    leads = [
        (one.first_ticket_at - one.fact.observed_at).total_seconds()
        for one in real
        if one.first_ticket_at and one.fact.observed_at
    ]
    assert found["opened"].value == len(known)
    assert found["false-monthly"].value == 2 * (len(known) - len(real))
    assert found["before-customers"].part == (len([lead for lead in leads if lead > 0]) if leads else 0)
    assert found["lead-median"].value == median(leads)
    assert found["lead-worst"].value == (-ranked([-lead for lead in leads], 0.9) if leads else None)
    taken: dict[str, list[tuple[datetime, datetime | None]]] = {
        "resolve": [(one.fact.opened_at, one.fact.ended_at) for one in real],
        "publish": [(one.fact.opened_at, one.fact.disclosed_at) for one in real],
        "acknowledge": [(one.fact.opened_at, one.fact.acknowledged_at) for one in real],
        "mitigate": [(one.fact.opened_at, one.fact.mitigated_at) for one in real],
        "detect": [
            (one.fact.started_at, one.fact.opened_at)
            for one in real
            if one.fact.observed_at and one.fact.opened_by == "tocsin"
        ],
    }
    for name, pairs in taken.items():
        took = [max(0.0, (end - start).total_seconds()) for start, end in pairs if end]
        assert found[f"{name}-median"].value == median(took), name
        if name in {"resolve", "detect"}:
            assert found[f"{name}-90"].value == (ranked(took, 0.9) if took else None)
    back = [one.fact.reopenings > 0 for one in real]
    assert found["came-back"].value == (sum(back) / len(back) if back else None)
    reminded = [one.fact.reminders > 0 for one in real if one.fact.disclosed_at]
    assert found["reminded"].value == (sum(reminded) / len(reminded) if reminded else None)
    assert found["before-customers"].value == (sum(lead > 0 for lead in leads) / len(leads) if leads else None)
    assert {definition.key for definition in OPERATIONS.values()} == set(found)


def test_a_shadow_incident_and_a_merged_one_are_in_no_figure() -> None:
    fact = facts_of(lived(1, False, []))
    others = [replace(fact, shadow=True), replace(fact, status=Status.MERGED)]
    assert counted([CountedIncident(fact=one) for one in others], timedelta(days=1)).incidents == ()


def test_the_noisiest_watch_comes_first_and_one_that_opened_nothing_is_left_out() -> None:
    def known(number: int, watch: str, false: bool) -> CountedIncident:
        fact = facts_of(lived(number, False, []))
        status = Status.RETRACTED if false else Status.RESOLVED
        return CountedIncident(fact=replace(fact, watches=(watch,), status=status))

    span = counted(
        [known(1, "calm", False), known(2, "loud", True), known(3, "loud", True), known(4, "loud", False)],
        timedelta(days=30),
    )
    found = noisy(span, {"calm": 1, "loud": 1, "silent": 1})
    assert [(one.watch, one.opened, one.false) for one in found] == [("loud", 3, 2), ("calm", 1, 0)]
    assert found[0].proposal.startswith("More than half are false")
    assert found[1].proposal == "No false alarms: nothing to do."


def test_the_noisiest_component_comes_first_and_each_has_a_proposal() -> None:
    def known(number: int, component: str, status: Status = Status.RESOLVED, reopenings: int = 0) -> CountedIncident:
        fact = replace(facts_of(lived(number, False, [])), component=component, status=status, reopenings=reopenings)
        return CountedIncident(fact=fact)

    span = counted(
        [
            known(1, "chain/a", Status.RETRACTED),
            known(2, "chain/b", reopenings=1),
            known(3, "chain/c"),
            known(4, "chain/c"),
        ],
        timedelta(days=30),
    )
    found = noisy_components(span, {"chain/c": 2, "chain/d": 3})
    assert found == (
        ComponentNoise(component="chain/a", opened=1, false=1),
        ComponentNoise(component="chain/b", opened=1, came_back=1),
        ComponentNoise(component="chain/c", opened=2, muted=2),
        ComponentNoise(component="chain/d", muted=3),
    )
    assert [one.proposal.split(":")[0] for one in found] == [
        "More than half are false",
        "More than half came back",
        "Nothing to do.",
        "Muted more often than it opened an incident",
    ]
