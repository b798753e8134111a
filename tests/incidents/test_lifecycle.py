"""What a human may do, from every status, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from detectors.watch import FailureKind
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.lifecycle import (
    ALLOWED,
    Action,
    Opening,
    TransitionError,
    acknowledge,
    add_message,
    add_note,
    approve,
    confirm,
    correct,
    identify,
    monitor,
    open_by_hand,
    postmortem,
    reopen,
    resolve,
    retract,
    set_severity,
    withhold,
)
from incidents.regroup import Correction, Rules, merge, move, split
from incidents.settings import Settings
from incidents.settle import settle
from tests.incidents.build import AUTO, at, exchange, signal

GRAPH = exchange()
WITHDRAWALS = "withdrawals/BTC/bitcoin"
BY, NOW = "mara", at(100)


def incident(status: Status = Status.DETECTED, **changes: object) -> Incident:
    base = Incident(
        id="a" * 12,
        number=17,
        title="Bitcoin withdrawals delayed",
        kind=FailureKind.DELAY,
        component=WITHDRAWALS,
        components=(WITHDRAWALS,),
        signals=(signal(WITHDRAWALS, 0),),
        status=status,
        started_at=at(0),
        opened_at=at(5),
        resolved_at=at(90) if status in (Status.RESOLVED, Status.RETRACTED, Status.MERGED) else None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


OTHER = incident(id="b" * 12, number=18)
WORD = Correction(key="k", by=BY, reason="one node", at=NOW)
RULES = Rules(graph=GRAPH)


def two(one: Incident) -> Incident:
    """With a second signal, so that one can leave."""
    return replace(one, signals=(*one.signals, signal("chain/bitcoin", 1)))


ACTIONS: dict[Action, tuple[Callable[[Incident], IncidentUpdate], UpdateKind, Status | None]] = {
    Action.ACKNOWLEDGE: (lambda i: acknowledge(i, BY, NOW), UpdateKind.STATUS, Status.ACKNOWLEDGED),
    Action.IDENTIFY: (lambda i: identify(i, BY, NOW), UpdateKind.STATUS, Status.IDENTIFIED),
    Action.MONITOR: (lambda i: monitor(i, BY, NOW), UpdateKind.STATUS, Status.MONITORING),
    Action.SET_SEVERITY: (lambda i: set_severity(i, Severity.MAJOR, BY, NOW), UpdateKind.SEVERITY, None),
    Action.ADD_NOTE: (lambda i: add_note(i, "looking at the node", BY, NOW), UpdateKind.NOTE, None),
    Action.ADD_MESSAGE: (lambda i: add_message(i, "We are on it.", BY, NOW), UpdateKind.MESSAGE, None),
    Action.CONFIRM: (lambda i: confirm(i, GRAPH, BY, NOW), UpdateKind.STATUS, None),
    Action.APPROVE: (lambda i: approve(i, BY, NOW), UpdateKind.DISCLOSED, None),
    Action.WITHHOLD: (lambda i: withhold(i, GRAPH, BY, NOW), UpdateKind.STATUS, None),
    Action.RESOLVE: (lambda i: resolve(i, EndReason.FIXED, BY, NOW, anyway=True), UpdateKind.RESOLVED, Status.RESOLVED),
    Action.RETRACT: (lambda i: retract(i, BY, NOW), UpdateKind.RETRACTED, Status.RETRACTED),
    Action.MERGE: (lambda i: merge(i, OTHER, WORD, RULES).updates[0], UpdateKind.MERGED, Status.MERGED),
    Action.SPLIT: (lambda i: split(two(i), [two(i).signals[0].key], WORD, RULES).updates[0], UpdateKind.SIGNALS, None),
    Action.MOVE: (
        lambda i: move(two(i), OTHER, [two(i).signals[0].key], WORD, RULES).updates[0],
        UpdateKind.SIGNALS,
        None,
    ),
    Action.POSTMORTEM: (
        lambda i: postmortem(replace(i, disclosed_at=at(9)), "A valve.", BY, NOW),
        UpdateKind.POSTMORTEM,
        None,
    ),
    Action.REOPEN: (lambda i: reopen(i, GRAPH, BY, NOW), UpdateKind.REOPENED, Status.DETECTED),
    Action.CORRECT: (
        lambda i: correct(i, replace(add_message(incident(), "Old.", BY, NOW), seq=2), "New.", BY, NOW),
        UpdateKind.CORRECTED,
        None,
    ),
}
# Written out, not computed from ALLOWED: d = detected, a = acknowledged, i = identified, m = monitoring,
# r = resolved, t = retracted, x = merged.
POSSIBLE = {
    Action.ACKNOWLEDGE: "d",
    Action.IDENTIFY: "dam",
    Action.MONITOR: "dai",
    Action.SET_SEVERITY: "daim",
    Action.ADD_NOTE: "daimrtx",
    Action.ADD_MESSAGE: "daimrt",
    Action.CONFIRM: "daim",
    Action.APPROVE: "daim",
    Action.WITHHOLD: "daim",
    Action.RESOLVE: "daim",
    Action.RETRACT: "daimr",
    Action.MERGE: "daim",
    Action.SPLIT: "daim",
    Action.MOVE: "daim",
    Action.REOPEN: "rt",
    Action.POSTMORTEM: "r",
    Action.CORRECT: "daimrt",
}
LETTERS = dict(zip("daimrtx", Status, strict=True))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_action_from_every_status_works_or_says_what_is_allowed(action: Action, status: Status) -> None:
    act, kind, leads_to = ACTIONS[action]
    if status in {LETTERS[letter] for letter in POSSIBLE[action]}:
        update = act(incident(status))
        assert (update.kind, update.incident.status) == (kind, leads_to or status)
        assert (update.author, update.at) == (BY, NOW)
        assert update.reason
    else:
        with pytest.raises(TransitionError, match=f"cannot {action} INC-17: it is {status}, must be one of"):
            act(incident(status))


def test_the_table_of_this_test_covers_every_action() -> None:
    assert set(POSSIBLE) == set(ACTIONS) == set(ALLOWED) == set(Action)


def test_what_was_never_public_has_no_public_postmortem() -> None:
    with pytest.raises(TransitionError, match="INC-17 was never public"):
        postmortem(incident(Status.RESOLVED), "A valve.", BY, NOW)


@pytest.mark.parametrize("what", ["no words", "a correction", "another incident's"])
def test_only_words_that_this_incident_said_are_corrected(what: str) -> None:
    line = replace(add_message(incident(), "Old.", BY, NOW), seq=2)
    wrong = {
        "no words": replace(acknowledge(incident(), BY, NOW), seq=2),
        "a correction": replace(correct(incident(), line, "New.", BY, NOW), seq=3),
        "another incident's": replace(line, incident=OTHER),
    }[what]
    with pytest.raises(TransitionError, match="holds no words for the public"):
        correct(incident(), wrong, "Newer.", BY, NOW)


def test_an_incident_opened_by_hand_is_confirmed_titled_and_never_resolves_by_itself() -> None:
    opening = Opening(key="form-1", title=" Withdrawals stuck ", components=(WITHDRAWALS,), severity=Severity.MAJOR)
    update = open_by_hand(opening, GRAPH, BY, NOW)
    opened = update.incident
    assert (update.kind, opened.title, opened.opened_by, opened.confirmed_by) == (
        UpdateKind.OPENED,
        "Withdrawals stuck",
        BY,
        BY,
    )
    assert open_by_hand(opening, GRAPH, BY, at(200)).incident.id == opened.id
    assert [u.kind for u in settle([opened], GRAPH, at(99999), Settings())] == [UpdateKind.DISCLOSED]


@pytest.mark.parametrize(
    ("opening", "says"),
    [
        pytest.param(Opening(key="k", title=" ", components=(WITHDRAWALS,)), "title is empty", id="no title"),
        pytest.param(Opening(key="k", title="t", components=()), "components is empty", id="no component"),
        pytest.param(Opening(key="k", title="t", components=("x/y",)), "'x/y' is not configured", id="unknown"),
    ],
)
def test_an_opening_that_says_too_little_is_refused(opening: Opening, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        open_by_hand(opening, GRAPH, BY, NOW)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        pytest.param(lambda: resolve(incident(), EndReason.FALSE_ALARM, BY, NOW), "use retract", id="false alarm"),
        pytest.param(lambda: resolve(incident(), EndReason.DUPLICATE, BY, NOW), "use merge", id="duplicate"),
        pytest.param(lambda: approve(incident(shadow=True), BY, NOW), "shadow", id="publish a shadow"),
        pytest.param(lambda: approve(incident(disclosed_at=at(9)), BY, NOW), "public since 14:00", id="publish twice"),
        pytest.param(lambda: withhold(incident(disclosed_at=at(9)), GRAPH, BY, NOW), "public already", id="too late"),
        pytest.param(lambda: add_note(incident(), "  ", BY, NOW), "text is empty", id="empty note"),
        pytest.param(lambda: add_message(incident(), "", BY, NOW), "text is empty", id="empty message"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(act: Callable[[], object], says: str) -> None:
    with pytest.raises(TransitionError, match=says):
        act()


def test_giving_the_severity_back_lets_the_rules_speak_again() -> None:
    changed = set_severity(incident(severity=Severity.CRITICAL, severity_by_human=True), None, BY, NOW).incident
    assert (changed.severity, changed.severity_by_human) == (None, False)


def test_withholding_stops_the_deadline_and_approving_publishes_all_the_same() -> None:
    due = incident(signals=(signal(WITHDRAWALS, 0, visible=True),))
    kept = withhold(due, exchange(AUTO), BY, NOW).incident
    assert kept.disclose_at is None
    assert UpdateKind.DISCLOSED not in {u.kind for u in settle([kept], GRAPH, at(9999), Settings())}
    assert approve(kept, BY, NOW, message="Sorry.").incident.disclosed_at == NOW
