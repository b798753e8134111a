"""Who is notified, when, and of what; and what never gets out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.component import Component, ComponentGraph, ComponentStatus, Disclosure, DisclosureMode, Unapproved
from incidents.correlate import correlate
from incidents.disclosure import decide_disclosure, disclose, public_incident, unconfirmed
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.lifecycle import (
    acknowledge,
    add_message,
    add_note,
    approve,
    confirm,
    identify,
    monitor,
    postmortem,
    resolve,
    retract,
)
from incidents.public import DisclosureSettings, Phase, PublicIncident
from incidents.settings import Settings
from incidents.signal import Signal, SignalSource
from tests.incidents.build import AUTO, at, exchange, signal

WITHDRAWALS, DEPOSITS, WALLET = "withdrawals/BTC/bitcoin", "deposits/BTC/bitcoin", "wallet/hot-7"
APPROVE = Disclosure()
NEVER = Disclosure(mode=DisclosureMode.NEVER)
ESCALATE = Disclosure(then=Unapproved.ESCALATE)
LATER = Disclosure(mode=DisclosureMode.AUTO, after=timedelta(minutes=2))
SITE = DisclosureSettings(name="Example")


def graph_of(**policies: Disclosure) -> ComponentGraph:
    return ComponentGraph(
        replace(c, disclosure=policies[c.name.partition("/")[0]]) if c.name.partition("/")[0] in policies else c
        for c in exchange()
    )


def incident(*signals: Signal, **changes: object) -> Incident:
    base = Incident(
        id="a" * 12,
        title="internal words",
        kind=signals[0].kind,
        component=signals[0].component,
        components=tuple(dict.fromkeys(s.component for s in signals)),
        signals=signals,
        started_at=at(0),
        opened_at=at(0),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


FELT = signal(WITHDRAWALS, 0, visible=True)


@pytest.mark.parametrize(
    ("seen", "policies", "due", "reason"),
    [
        pytest.param(incident(FELT), {"withdrawals": AUTO}, 0, "published automatically; latency is felt", id="auto"),
        pytest.param(incident(FELT), {"withdrawals": LATER}, 120, "automatically after 120 s", id="auto after"),
        pytest.param(incident(FELT), {"withdrawals": APPROVE}, 300, "asks for approval", id="approve by a deadline"),
        pytest.param(incident(FELT), {"withdrawals": ESCALATE}, None, "nothing goes out unapproved", id="escalate"),
        pytest.param(
            incident(FELT, signal(DEPOSITS, 0)),
            {"deposits": ESCALATE},
            None,
            "deposits/BTC/bitcoin asks",
            id="one escalates",
        ),
        pytest.param(incident(FELT), {"withdrawals": NEVER}, None, "policy says never", id="never"),
        pytest.param(incident(FELT, shadow=True), {}, None, "shadow", id="shadow"),
        pytest.param(incident(FELT, withheld_by="mara"), {}, None, "withheld by mara", id="withheld"),
        pytest.param(incident(signal(WITHDRAWALS, 0)), {}, None, "waits for a second", id="one witness"),
        pytest.param(
            incident(signal(WITHDRAWALS, 0), signal(WITHDRAWALS, 0, name="queue")), {}, 0, "independently", id="two"
        ),
        pytest.param(
            incident(signal(WITHDRAWALS, 0), signal(DEPOSITS, 0)), {}, None, "waits for", id="one watch on two series"
        ),
        pytest.param(
            incident(signal(WITHDRAWALS, 0, visible=True, kind=FailureKind.SILENCE)), {}, None, "waits", id="no data"
        ),
        pytest.param(
            incident(signal(WITHDRAWALS, 0, source=SignalSource.HUMAN)), {}, 0, "reported by a human", id="a human"
        ),
        pytest.param(incident(signal(WITHDRAWALS, 0), confirmed_by="mara"), {}, 0, "confirmed by mara", id="confirmed"),
        pytest.param(
            incident(FELT, signal(DEPOSITS, 0)), {"deposits": APPROVE}, 300, "asks for approval", id="the strictest"
        ),
        pytest.param(
            incident(FELT, signal(WALLET, 0)), {"wallet": NEVER}, 0, "automatically", id="an internal one binds nobody"
        ),
        pytest.param(incident(signal(WALLET, 0, visible=True)), {}, None, "internal", id="only internal ones"),
    ],
)
def test_the_policy_decides(seen: Incident, policies: dict[str, Disclosure], due: float | None, reason: str) -> None:
    verdict = decide_disclosure(seen, graph_of(**policies))
    assert verdict.disclose_at == (None if due is None else at(due))
    assert reason in verdict.reason


def test_it_is_disclosed_at_its_deadline_not_before_and_once() -> None:
    graph = graph_of(withdrawals=APPROVE)
    assert disclose(incident(FELT), graph, at(299)) is None
    update = disclose(incident(FELT), graph, at(300))
    assert update
    assert (update.kind, update.incident.disclosed_at) == (UpdateKind.DISCLOSED, at(300))
    assert disclose(update.incident, graph, at(301)) is None


def test_what_recovered_before_its_deadline_is_not_reported() -> None:
    assert disclose(incident(FELT, recovered_at=at(200)), graph_of(withdrawals=APPROVE), at(300)) is None


def numbered(*updates: IncidentUpdate) -> list[IncidentUpdate]:
    return [replace(update, seq=n) for n, update in enumerate(updates, start=1)]


def outside(timeline: Sequence[IncidentUpdate], graph: ComponentGraph | None = None) -> PublicIncident:
    seen = public_incident(timeline, graph or exchange(), "en", SITE)
    assert seen
    return seen


def opened(*signals: Signal, graph: ComponentGraph | None = None) -> list[IncidentUpdate]:
    return list(correlate(signals, [], graph or exchange(), at(30), Settings()))


def test_the_page_reads_as_a_story() -> None:
    reported = opened(FELT)
    seen = acknowledge(reported[-1].incident, "mara", at(60))
    known = identify(seen.incident, "mara", at(120))
    noted = add_note(known.incident, "peer 10.0.0.7 is down", "mara", at(130))
    watched = monitor(noted.incident, "mara", at(180))
    over = replace(watched.incident, signals=(replace(FELT, ended_at=at(200)),), recovered_at=at(200))
    done = resolve(over, EndReason.FIXED, "mara", at(240), message="All is **sent**.")
    page = outside(numbered(*reported, seen, known, noted, watched, done))
    assert page.title == "Bitcoin withdrawals delayed"
    assert [e.phase for e in reversed(page.updates)] == [
        Phase.INVESTIGATING,
        Phase.IDENTIFIED,
        Phase.MONITORING,
        Phase.RESOLVED,
    ]
    assert page.updates[-1].body == (
        "Bitcoin withdrawals are delayed. Withdrawals may arrive later than usual. Please do not request them again. "
        "We are investigating. Next update by 14:35 UTC."
    )
    assert page.updates[0].message == "All is **sent**."
    assert (page.monitoring_at, page.resolved_at, page.next_update_by) == (at(180), at(240), None)
    assert page.statuses == ((WITHDRAWALS, ComponentStatus.DEGRADED),)
    assert page.now_statuses == ((WITHDRAWALS, ComponentStatus.OPERATIONAL),)


def test_a_postmortem_is_an_entry_of_its_own_and_the_incident_stays_resolved() -> None:
    reported = opened(FELT)
    done = resolve(reported[-1].incident, EndReason.FIXED, "mara", at(240), anyway=True)
    learnt = postmortem(done.incident, "A **valve** stuck.", "mara", at(9000))
    page = outside(numbered(*reported, done, learnt))
    assert (page.phase, page.resolved_at, page.updated_at) == (Phase.RESOLVED, at(240), at(9000))
    newest = page.updates[0]
    assert (newest.phase, newest.body, newest.message) == (Phase.POSTMORTEM, "", "A **valve** stuck.")
    assert len(page.updates) == 3


def test_every_entry_says_how_each_component_was_from_then_on() -> None:
    reported = opened(FELT)
    ended = replace(reported[-1].incident, signals=(replace(FELT, ended_at=at(100)),), recovered_at=at(100))
    watched = monitor(ended, "mara", at(180))
    grown = correlate(
        [signal(DEPOSITS, 20, kind=FailureKind.HALT)], [reported[-1].incident], exchange(), at(40), Settings()
    )
    done = resolve(watched.incident, EndReason.FIXED, "mara", at(240))
    assert [u.statuses for u in outside(numbered(*reported, watched, done)).updates] == [
        ((WITHDRAWALS, ComponentStatus.OPERATIONAL),),
        ((WITHDRAWALS, ComponentStatus.OPERATIONAL),),
        ((WITHDRAWALS, ComponentStatus.DEGRADED),),
    ]
    newest = outside(numbered(*reported, *grown)).updates[0]
    assert dict(newest.statuses) == {
        WITHDRAWALS: ComponentStatus.DEGRADED,
        DEPOSITS: ComponentStatus.MAJOR_OUTAGE,
    }


def test_nothing_is_seen_before_its_disclosure() -> None:
    timeline = numbered(*opened(signal(WITHDRAWALS, 0)))
    assert public_incident(timeline, exchange(), "en", SITE) is None


def test_words_written_before_the_disclosure_come_out_with_it() -> None:
    first = opened(signal(WITHDRAWALS, 0))
    worded = add_message(first[-1].incident, "We are on it.", "mara", at(40))
    reported = approve(worded.incident, "mara", at(50))
    page = outside(numbered(*first, worded, reported))
    assert [e.message for e in page.updates] == ["We are on it."]
    assert not page.automatic


def test_it_says_automatic_until_somebody_confirms() -> None:
    reported = opened(FELT)
    assert outside(numbered(*reported)).automatic
    sure = confirm(reported[-1].incident, exchange(), "mara", at(60))
    page = outside(numbered(*reported, sure))
    assert not page.automatic
    assert len(page.updates) == 1


def test_a_retraction_is_visible_and_corrects_the_statuses() -> None:
    reported = opened(FELT)
    page = outside(numbered(*reported, retract(reported[-1].incident, "mara", at(90))))
    assert (page.phase, page.statuses) == (Phase.RETRACTED, ((WITHDRAWALS, ComponentStatus.OPERATIONAL),))
    assert "false alarm" in page.updates[0].body


def test_a_component_that_joins_is_a_new_entry_and_one_that_says_never_is_not() -> None:
    graph = graph_of(deposits=NEVER)
    reported = opened(FELT, graph=graph)
    grown = correlate([signal(DEPOSITS, 20)], [reported[-1].incident], graph, at(40), Settings())
    assert len(outside(numbered(*reported, *grown), graph).updates) == 1
    assert len(outside(numbered(*reported, *grown), exchange()).updates) == 2


def test_the_severity_outside_is_the_peak() -> None:
    reported = opened(FELT)
    worse = replace(reported[-1], incident=replace(reported[-1].incident, severity=Severity.CRITICAL))
    assert outside(numbered(*reported, worse, reported[-1])).severity is Severity.CRITICAL


HOSTILE = "<script>alert(1)</script> 10.1.2.3 db-internal-07"


def test_nothing_internal_gets_out() -> None:
    graph = exchange()
    bad = replace(
        FELT,
        name="secret-watch",
        title=HOSTILE,
        facts=(("promql", "sum(rate(secret_metric[5m]))"), ("labels", "host=db-internal-07")),
    )
    reported = opened(bad, replace(signal(WALLET, 1), title=HOSTILE), graph=graph)
    named = replace(reported[-1].incident, title=HOSTILE, title_by_human=True, severity_reason=HOSTILE)
    noted = add_note(named, HOSTILE, "mara-the-engineer", at(50))
    known = identify(noted.incident, "mara-the-engineer", at(60), reason=HOSTILE)
    done = resolve(known.incident, EndReason.FIXED, "mara-the-engineer", at(90), anyway=True)
    seen = outside(numbered(*reported, noted, known, done), graph)
    bare = tuple(replace(u, statuses=()) for u in seen.updates)
    shown = repr(replace(seen, statuses=(), now_statuses=(), updates=bare, steps=()))
    for secret in ("script", "10.1.2.3", "db-internal", "secret", "mara", "hot-7", "Hot wallet", "bitcoin", "latency"):
        assert secret not in shown
    reported_of = (*seen.statuses, *seen.now_statuses, *(pair for u in seen.updates for pair in u.statuses))
    assert {name for name, _ in reported_of} == {WITHDRAWALS}


def test_a_brace_in_a_title_is_a_brace() -> None:
    graph = ComponentGraph([Component(name="api", title="API {0.__class__} {x}", disclosure=AUTO)])
    page = outside(numbered(*opened(signal("api", 0, visible=True), graph=graph)), graph)
    assert page.title == "API {0.__class__} {x} slow"


@pytest.mark.parametrize(
    ("act", "automatic"),
    [
        pytest.param(lambda i: add_note(i, "hm", "mara", at(60)), True, id="a note inside"),
        pytest.param(lambda i: acknowledge(i, "mara", at(60)), True, id="somebody looks"),
        pytest.param(lambda i: add_message(i, "We are on it.", "mara", at(60)), False, id="a person's own words"),
        pytest.param(lambda i: identify(i, "mara", at(60)), False, id="the cause"),
        pytest.param(lambda i: monitor(i, "mara", at(60)), False, id="a fix"),
    ],
)
def test_under_a_persons_words_it_does_not_say_that_nobody_confirmed_it(
    act: Callable[[Incident], IncidentUpdate], automatic: bool
) -> None:
    reported = opened(FELT)
    assert outside(numbered(*reported, act(reported[-1].incident))).automatic is automatic


def test_it_says_what_it_does_not_touch_where_that_is_known() -> None:
    assert outside(numbered(*opened(FELT))).unaffected == "We see no effect on deposits or trading."


DEPOSITS_LATE = incident(signal(DEPOSITS, 0, visible=True), id="deposits")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param(DEPOSITS_LATE, "We see no effect on trading.", id="deposits are late"),
        pytest.param(
            replace(DEPOSITS_LATE, components=(DEPOSITS, "trading/engine")),
            "",
            id="deposits and trading, so nothing is left",
        ),
        pytest.param(
            incident(signal(DEPOSITS, 0, kind=FailureKind.SILENCE), id="silent"),
            "We see no effect on trading.",
            id="nobody knows how deposits are",
        ),
        pytest.param(incident(FELT, id="same"), "We see no effect on deposits or trading.", id="withdrawals as well"),
        pytest.param(
            incident(signal(WALLET, 0), id="inside"), "We see no effect on deposits or trading.", id="only inside"
        ),
        pytest.param(
            replace(DEPOSITS_LATE, shadow=True),
            "We see no effect on deposits or trading.",
            id="a shadow is no incident",
        ),
    ],
)
def test_what_another_incident_touches_is_not_called_unaffected(other: Incident, said: str) -> None:
    timeline = numbered(*opened(FELT))
    seen = public_incident(timeline, exchange(), "en", SITE, (timeline[-1].incident, other))
    assert seen
    assert seen.unaffected == said
    assert all("no effect" not in entry.body for entry in seen.updates)


def test_of_an_incident_that_has_ended_nothing_is_called_unaffected() -> None:
    reported = opened(FELT)
    done = resolve(reported[-1].incident, EndReason.FIXED, "mara", at(240), anyway=True)
    assert outside(numbered(*reported, done)).unaffected == ""


UNDISCLOSED = Disclosure(mode=DisclosureMode.AUTO, after=timedelta(minutes=9))


@pytest.mark.parametrize(
    ("seen", "policies", "unwell"),
    [
        pytest.param(incident(FELT), {"withdrawals": UNDISCLOSED}, {WITHDRAWALS: at(0)}, id="waits to be reported"),
        pytest.param(
            incident(FELT, status=Status.RESOLVED, resolved_at=at(60)),
            {"withdrawals": UNDISCLOSED},
            {WITHDRAWALS: at(0)},
            id="resolved before it was reported, and lasts",
        ),
        pytest.param(incident(signal(WITHDRAWALS, 0)), {"withdrawals": UNDISCLOSED}, {}, id="a lone signal"),
        pytest.param(incident(FELT), {"withdrawals": NEVER}, {}, id="never"),
        pytest.param(incident(FELT, withheld_by="mara"), {"withdrawals": UNDISCLOSED}, {}, id="withheld"),
        pytest.param(incident(FELT, shadow=True), {"withdrawals": UNDISCLOSED}, {}, id="a shadow"),
        pytest.param(incident(FELT, disclosed_at=at(9)), {"withdrawals": UNDISCLOSED}, {}, id="reported"),
        pytest.param(incident(FELT, status=Status.RETRACTED), {"withdrawals": UNDISCLOSED}, {}, id="a false alarm"),
        pytest.param(incident(replace(FELT, ended_at=at(50))), {"withdrawals": UNDISCLOSED}, {}, id="over"),
    ],
)
def test_what_deviates_and_is_not_reported_yet_is_unconfirmed(
    seen: Incident, policies: dict[str, Disclosure], unwell: dict[str, object]
) -> None:
    assert dict(unconfirmed(seen, graph_of(**policies))) == unwell
