"""A fault that returns is the same incident, reported as back; one that keeps returning is one state, reported once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from detectors.watch import FailureKind
from incidents.component import ComponentStatus, Disclosure, DisclosureMode
from incidents.disclosure import public_incident
from incidents.incident import EndReason, IncidentUpdate, Status, UpdateKind
from incidents.lifecycle import acknowledge, monitor, resolve
from incidents.public import DisclosureSettings, Phase, PublicIncident
from incidents.recurrence import STRETCHES
from incidents.signal import Signal
from incidents.silence import Silence
from statuspage.uptime import availability, history, incident_stretches
from tests.incidents.build import at, exchange, signal
from tests.incidents.timeline import Timeline

TRADING, WITHDRAWALS = "withdrawals/ETH/ethereum", "withdrawals/BTC/bitcoin"


def spikes(count: int, every: float, length: float, **changes: object) -> list[Signal]:
    """Excursions of so many minutes' length, one every so many minutes, which customers feel."""
    name = str(changes.pop("name", "latency"))
    return [
        signal(
            WITHDRAWALS,
            n * every * 60,
            end=(n * every + length) * 60,
            seen=(n * every + length) * 60,
            visible=True,
            name=name,
            **changes,  # type: ignore[arg-type]
        )
        for n in range(count)
    ]


def page(story: Timeline) -> PublicIncident:
    seen = public_incident(story.lines, story.graph, "en", DisclosureSettings())
    assert seen
    return seen


def loud(story: Timeline) -> list[tuple[float, str]]:
    return [(minute, kind) for minute, kind in story.kinds() if kind not in ("signals", "severity")]


def test_three_spikes_an_hour_apart_are_one_incident_reopened_twice_and_reported_each_time() -> None:
    story = Timeline(spikes(3, every=60, length=10)).play(400)
    assert loud(story) == [
        (0.5, "opened"),
        (0.5, "disclosed"),
        (12.0, "resolved"),
        (60.0, "reopened"),
        (72.0, "resolved"),
        (120.0, "reopened"),
        (230.0, "resolved"),
    ]
    bodies = [u.body for u in reversed(page(story).updates)]
    assert "The problem has been back since 15:00 UTC." in bodies[2]
    assert "The problem has been back since 16:00 UTC. It keeps coming back: 3 times since 14:00 UTC." in bodies[4]
    assert "It has not come back since 16:10 UTC." in bodies[5]


def test_three_minutes_in_ten_over_six_hours_are_reported_once_as_recurring_and_the_end_is_reported() -> None:
    story = Timeline(spikes(36, every=10, length=3)).play(500)
    assert loud(story) == [
        (0.5, "opened"),
        (0.5, "disclosed"),
        (5.0, "resolved"),
        (10.0, "reopened"),
        (15.0, "resolved"),
        (20.0, "reopened"),
        (367.0, "resolved"),
    ]
    assert story.only.recurrence
    assert story.only.recurrence.count == 36


@pytest.mark.parametrize(
    ("every", "length"),
    [
        pytest.param(5, 1, id="a minute in five"),
        pytest.param(30, 20, id="two thirds of the time"),
        pytest.param(7, 4.5, id="a calm just longer than the hold"),
        pytest.param(100, 5, id="rarer than hourly"),
    ],
)
def test_flapping_of_any_rhythm_is_one_incident_that_is_reported_a_few_times(every: float, length: float) -> None:
    story = Timeline(spikes(20, every, length)).play(20 * every + 250)
    assert [kind for _, kind in loud(story)].count("reopened") == 2
    assert (story.only.status, loud(story)[-1][1]) == (Status.RESOLVED, "resolved")


@pytest.mark.parametrize(
    ("starts", "lengths", "incidents"),
    [
        pytest.param((0, 13, 21, 47, 80, 95, 130), (3, 1, 6, 2, 9, 1, 4), 1, id="no rhythm at all"),
        pytest.param((0, 10 + 2 + 119), (10, 10), 1, id="a minute before the window closes"),
        pytest.param((0, 10 + 2 + 121), (10, 10), 2, id="a minute after it"),
        pytest.param((0, 20, 40, 43 + 5), (3, 3, 3, 3), 1, id="recurring, then sooner than ever"),
        pytest.param((0, 20, 40, 43 + 200), (3, 3, 3, 3), 2, id="recurring, then later than the window"),
    ],
)
def test_spikes_of_any_distance_and_length_are_one_incident_within_the_window(
    starts: tuple[float, ...], lengths: tuple[float, ...], incidents: int
) -> None:
    story = Timeline(
        [
            signal(WITHDRAWALS, s * 60, end=(s + n) * 60, seen=(s + n) * 60, visible=True)
            for s, n in zip(starts, lengths, strict=True)
        ]
    ).play(500)
    assert len(story.incidents) == incidents
    assert [kind for _, kind in loud(story)].count("reopened") <= 2
    assert all(not one.is_active for one in story.incidents.values())


def test_two_components_that_flap_out_of_phase_are_two_incidents_each_reported_a_few_times() -> None:
    one = spikes(20, every=10, length=3)
    other = [
        signal(TRADING, (n * 10 + 5) * 60, end=(n * 10 + 8) * 60, seen=(n * 10 + 8) * 60, visible=True)
        for n in range(20)
    ]
    story = Timeline([*one, *other]).play(450)
    assert {i.component for i in story.incidents.values()} == {WITHDRAWALS, TRADING}
    assert [kind for _, kind in loud(story)].count("reopened") == 4
    assert [i.recurrence.count for i in story.incidents.values() if i.recurrence] == [20, 20]


def test_flapping_goes_on_as_it_was_after_a_restart() -> None:
    whole = Timeline(spikes(12, every=10, length=3)).play(300)
    for minute in (1, 4, 11, 24, 37):  # in the first excursion, the first calm, the second, a later one, a later calm
        before = Timeline(spikes(12, every=10, length=3)).play(minute)
        after = Timeline(spikes(12, every=10, length=3))
        after.incidents, after.lines = dict(before.incidents), list(before.lines)
        after.play_from(minute).play(300)
        assert loud(after) == loud(whole), minute


def test_a_calm_shorter_than_the_hold_is_no_return() -> None:
    story = Timeline(spikes(40, every=2, length=1)).play(100)
    assert [kind for _, kind in loud(story)] == ["opened", "disclosed", "resolved"]
    assert story.only.recurrence is None


def test_between_the_excursions_a_recurring_fault_is_open_and_its_component_degraded() -> None:
    story = Timeline(spikes(36, every=10, length=3)).play(68)
    seen = page(story)
    assert (seen.phase, seen.recurring_since, seen.last_seen_at) == (Phase.INVESTIGATING, at(0), at(63 * 60))
    assert dict(seen.now_statuses) == {WITHDRAWALS: ComponentStatus.DEGRADED}
    before = len(seen.updates)
    assert len(page(story.play(300)).updates) == before, "not an entry an excursion"


def test_only_the_excursions_of_a_recurring_outage_count_as_down() -> None:
    story = Timeline(spikes(36, every=10, length=3, kind=FailureKind.HALT)).play(360)
    made = history([WITHDRAWALS], incident_stretches(page(story)), since=at(0), now=at(360 * 60), count=1)
    share = availability(made[WITHDRAWALS])
    assert share is not None
    assert 1 - share == pytest.approx(0.3, abs=0.03)


def test_a_fault_that_comes_later_than_the_window_is_another_incident() -> None:
    story = Timeline(spikes(2, every=10 + 2 + 121, length=10)).play(200)
    assert len(story.incidents) == 2


def test_the_same_component_failing_alike_is_the_same_fault_whichever_watch_sees_it() -> None:
    story = Timeline([*spikes(1, 60, 10), *[replace(s, name="queue-age", key="q") for s in spikes(2, 60, 10)[1:]]])
    assert [kind for _, kind in loud(story.play(100))].count("reopened") == 1
    assert "fails again as in" in next(u.reason for u in story.lines if u.kind is UpdateKind.REOPENED)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(signal(WITHDRAWALS, 3600, name="errors", kind=FailureKind.ERRORS), id="another kind of failure"),
        pytest.param(signal(TRADING, 3600), id="another component"),
        pytest.param(signal(WITHDRAWALS, 3600, name="queue", shadow=True), id="a shadow"),
    ],
)
def test_another_fault_within_the_window_opens_its_own(other: Signal) -> None:
    assert len(Timeline([*spikes(1, 60, 10), other]).play(70).incidents) == 2


def test_what_a_human_holds_open_becomes_recurring_by_a_line_of_its_own() -> None:
    story = Timeline(spikes(5, every=10, length=3)).play(1)
    story.act(lambda i: acknowledge(i, "mara", at(70))).play(60)
    assert [kind for _, kind in loud(story)] == ["opened", "disclosed", "status", "recurring"]
    assert page(story).updates[0].body.startswith("It keeps coming back: 3 times since 14:00 UTC.")


def test_a_fix_that_is_watched_and_did_not_hold_is_reported() -> None:
    story = Timeline(spikes(2, every=10, length=3)).play(4)
    story.act(lambda i: monitor(i, "mara", at(250))).play(20)
    assert (loud(story)[-1], story.only.status) == ((10.0, "reopened"), Status.DETECTED)
    assert story.only.status_by_human, "a human still ends it"


def test_what_was_over_before_its_disclosure_is_reported_once_it_recurs() -> None:
    patient = Disclosure(mode=DisclosureMode.AUTO, after=timedelta(minutes=25))
    story = Timeline(spikes(4, every=10, length=3), exchange(patient)).play(60)
    assert (25.5, "disclosed") in loud(story)


def test_only_the_first_and_the_latest_stretches_are_kept_as_evidence() -> None:
    story = Timeline(spikes(36, every=10, length=3)).play(500)
    assert len(story.only.signals) == STRETCHES
    assert story.only.started_at == story.only.signals[0].started_at == at(0)


def ended_by_hand(minutes: float = 5) -> Timeline:
    story = Timeline([signal(WITHDRAWALS, 0, visible=True), signal(WITHDRAWALS, 60, name="queue")]).play(minutes)
    now = at(minutes * 60)
    return story.act(lambda i: resolve(i, EndReason.FIXED, "mara", now, anyway=True))


def last(story: Timeline) -> IncidentUpdate:
    return story.lines[-1]


def test_what_still_deviates_after_the_hold_opens_the_same_incident_again() -> None:
    story = ended_by_hand().play(6.5)
    assert last(story).kind is UpdateKind.RESOLVED
    story.play(7.5)
    assert (last(story).kind, len(story.incidents)) == (UpdateKind.REOPENED, 1)
    assert "latency) still deviates, 2 min after the end" in last(story).reason
    assert "We closed this too early: the problem is not over." in page(story).updates[0].body


def test_the_page_never_calls_well_what_was_resolved_and_still_deviates() -> None:
    story = ended_by_hand()
    assert dict(page(story).now_statuses) == {WITHDRAWALS: ComponentStatus.DEGRADED}
    assert page(story).updates[0].statuses == ((WITHDRAWALS, ComponentStatus.DEGRADED),)


def test_evidence_that_ends_within_the_hold_leaves_the_end_as_it_was() -> None:
    story = ended_by_hand()
    story.signals = [replace(s, ended_at=at(350), seen_at=at(350)) for s in story.signals]
    story.play(30)
    assert story.only.status is Status.RESOLVED
    assert dict(page(story).now_statuses) == {WITHDRAWALS: ComponentStatus.OPERATIONAL}


def test_evidence_that_no_source_repeats_is_taken_as_ended() -> None:
    story = ended_by_hand()
    story.signals = []
    story.play(9.5)
    assert (last(story).kind, story.only.lasting, story.only.status) == (UpdateKind.SIGNALS, (), Status.RESOLVED)


def test_a_silence_keeps_an_ended_incident_ended() -> None:
    story = ended_by_hand()
    story.silences = [
        Silence(id="s", component=WITHDRAWALS, starts_at=at(0), ends_at=at(9000), author="mara", reason="known")
    ]
    story.play(60)
    assert story.only.status is Status.RESOLVED


def test_many_instances_of_one_alert_that_last_together_do_not_flap() -> None:
    story = Timeline([signal(WITHDRAWALS, 40 * n, end=3600, seen=3600, visible=True) for n in range(8)]).play(10)
    assert story.only.flapping == ()
    assert len(story.only.signals) == 8
