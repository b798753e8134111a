"""Planned work: what a human may plan, and what becomes of it as time goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from statuspage.maintenance import (
    MaintenancePhase,
    PlannedWork,
    advance,
    end_series,
    following,
    move,
    plan,
    say,
    series_of,
)
from statuspage.uptime import maintenance_stretches

NOW = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
P = MaintenancePhase


def planned(**changes: object) -> PlannedWork:
    values: dict[str, object] = {
        "key": "form-1",
        "title": " Database upgrade ",
        "body": "Trading pauses.",
        "components": ("trading",),
        "start": NOW + HOUR,
        "end": NOW + 2 * HOUR,
        "quiet": True,
        "by": "mara",
        "now": NOW,
    }
    return plan(**{**values, **changes})  # type: ignore[arg-type]


def test_it_is_announced_with_its_words_and_the_same_form_gives_the_same_work() -> None:
    work = planned()
    assert (work.public.title, work.public.phase, work.author) == ("Database upgrade", P.SCHEDULED, "mara")
    assert [u.body for u in work.public.updates] == ["Trading pauses."]
    assert planned() == work
    assert planned(key="form-2").public.id != work.public.id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "title is empty"),
        ({"title": "x" * 201}, "at most 200"),
        ({"body": ""}, "text is empty"),
        ({"components": ()}, "components is empty"),
        ({"end": NOW + HOUR}, "must be after its start"),
        ({"start": NOW - 2 * HOUR, "end": NOW - HOUR}, "which is past"),
        ({"end": NOW + timedelta(days=40)}, "at most 30"),
    ],
)
def test_what_cannot_be_planned_is_published(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        planned(**changes)


@pytest.mark.parametrize(
    ("minutes", "phases"),
    [
        pytest.param(59, [P.SCHEDULED], id="before"),
        pytest.param(60, [P.IN_PROGRESS, P.SCHEDULED], id="at its start"),
        pytest.param(120, [P.COMPLETED, P.IN_PROGRESS, P.SCHEDULED], id="at its end, after a long absence of ours"),
    ],
)
def test_the_clock_moves_it(minutes: int, phases: list[MaintenancePhase]) -> None:
    work = planned()
    after = advance(work, NOW + timedelta(minutes=minutes))
    assert [u.phase for u in after.public.updates] == phases
    assert after.public.phase is phases[0]
    assert len({u.id for u in after.public.updates}) == len(phases)
    assert (after is work) == (len(phases) == 1)
    again = advance(after, NOW + timedelta(minutes=minutes))
    assert again is after


def test_who_begins_early_and_ends_early_is_believed() -> None:
    begun = say(planned(), "We begin.", NOW + timedelta(minutes=10), phase=P.IN_PROGRESS)
    done = say(begun, "", NOW + timedelta(minutes=30), phase=P.COMPLETED)
    (stretch,) = maintenance_stretches(done.public)
    assert (stretch.start, stretch.end) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=30))
    assert advance(done, NOW + 3 * HOUR) is done


@pytest.mark.parametrize("phase", [P.COMPLETED, P.CANCELLED])
def test_what_is_called_off_is_cancelled_keeps_its_time_and_never_was_maintenance(phase: P) -> None:
    off = say(planned(), "Not today.", NOW, phase=phase)
    assert (off.public.phase, off.is_over) == (P.CANCELLED, True)
    assert (off.public.scheduled_for, off.public.scheduled_until) == (NOW + HOUR, NOW + 2 * HOUR)
    assert maintenance_stretches(off.public) == ()
    assert advance(off, NOW + 3 * HOUR) is off


def test_work_that_began_is_completed_not_called_off() -> None:
    with pytest.raises(ValueError, match="has begun, so it cannot be called off"):
        say(advance(planned(), NOW + HOUR), "", NOW + HOUR, phase=P.CANCELLED)


def test_another_time_is_news_with_the_planners_words_and_the_same_time_is_none() -> None:
    work = planned()
    moved = move(work, NOW + 3 * HOUR, NOW + 4 * HOUR, NOW + timedelta(minutes=5), "The vendor is late.")
    newest = moved.public.updates[0]
    assert (newest.is_moved, newest.body, newest.phase) == (True, "The vendor is late.", P.SCHEDULED)
    assert (newest.start, newest.end) == (NOW + 3 * HOUR, NOW + 4 * HOUR)
    assert moved.public.updated_at == NOW + timedelta(minutes=5)
    assert (moved.public.updates[1].start, moved.public.updates[1].end) == (NOW + HOUR, NOW + 2 * HOUR)
    assert move(moved, NOW + 3 * HOUR, NOW + 4 * HOUR, NOW + timedelta(minutes=9)) is moved


def test_it_can_be_moved_until_it_is_over_but_not_its_start_once_begun() -> None:
    moved = move(planned(), NOW + 3 * HOUR, NOW + 4 * HOUR, NOW)
    assert moved.public.scheduled_for == NOW + 3 * HOUR
    begun = advance(moved, NOW + 3 * HOUR)
    with pytest.raises(ValueError, match="Move its end alone, or complete it and plan new work"):
        move(begun, NOW + 24 * HOUR, NOW + 25 * HOUR, NOW + 3 * HOUR)
    longer = move(begun, NOW + 3 * HOUR, NOW + 6 * HOUR, NOW + 3 * HOUR)
    assert (longer.public.scheduled_for, longer.public.scheduled_until) == (NOW + 3 * HOUR, NOW + 6 * HOUR)
    over = advance(longer, NOW + 6 * HOUR)
    with pytest.raises(ValueError, match="it is over"):
        move(over, NOW, NOW + 9 * HOUR, NOW)


def test_who_began_within_a_minute_may_send_the_start_as_the_form_shows_it() -> None:
    begun = say(planned(), "", NOW + timedelta(minutes=10, seconds=23), phase=P.IN_PROGRESS)
    longer = move(begun, NOW + timedelta(minutes=10), NOW + 4 * HOUR, NOW + timedelta(minutes=11))
    assert longer.public.scheduled_for == NOW + timedelta(minutes=10, seconds=23)
    assert longer.public.scheduled_until == NOW + 4 * HOUR


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(planned(start=NOW - HOUR, end=NOW + HOUR), id="announced an hour after it began"),
        pytest.param(move(planned(), NOW - HOUR, NOW + HOUR, NOW + timedelta(minutes=5)), id="moved to the past"),
        pytest.param(say(advance(planned(), NOW + HOUR), "Soon.", NOW + 2.1 * HOUR), id="said after its end"),
        pytest.param(move(planned(), NOW + HOUR, NOW + 3 * HOUR, NOW + 1.2 * HOUR), id="moved when it was due"),
    ],
)
def test_entries_follow_each_other_in_time_and_the_times_of_the_work_stay(work: PlannedWork) -> None:
    after = advance(work, NOW + 4 * HOUR).public
    assert after.phase is P.COMPLETED
    assert [u.at for u in after.updates] == sorted((u.at for u in after.updates), reverse=True)
    assert (after.scheduled_for, after.scheduled_until) == (work.public.scheduled_for, work.public.scheduled_until)


def test_work_that_is_completed_as_it_begins_lasts_a_second() -> None:
    done = say(say(planned(), "", NOW, phase=P.IN_PROGRESS), "", NOW, phase=P.COMPLETED).public
    assert (done.scheduled_for, done.scheduled_until) == (NOW, NOW + timedelta(seconds=1))


def test_it_never_goes_backwards_and_says_nothing_empty() -> None:
    begun = advance(planned(), NOW + HOUR)
    with pytest.raises(ValueError, match="in_progress already"):
        say(begun, "x", NOW + HOUR, phase=P.IN_PROGRESS)
    with pytest.raises(ValueError, match="text is empty"):
        say(begun, " ", NOW + HOUR)
    with pytest.raises(ValueError, match="it is over"):
        say(advance(begun, NOW + 2 * HOUR), "x", NOW + 2 * HOUR)


SUNDAYS = "FREQ=WEEKLY;BYDAY=SU"


def weekly(**changes: object) -> PlannedWork:
    """Each Sunday at 02:00 in Berlin, for an hour; NOW is a Saturday, and summer time begins in two weeks."""
    start = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
    series, end = series_of(SUNDAYS, "Europe/Berlin", start, start + HOUR, None)
    return planned(start=series.slot, end=end, series=series, **changes)


def over(work: PlannedWork) -> PlannedWork:
    return advance(work, work.public.scheduled_until)


def test_when_one_is_over_the_next_is_announced_at_the_same_time_of_the_wall_clock() -> None:
    work, starts = weekly(), []
    for _ in range(3):
        starts.append(work.public.scheduled_for)
        work = over(work)
        found = following(work, work.public.scheduled_until)
        assert found is not None
        work = found
    starts.append(work.public.scheduled_for)
    assert [f"{at:%d %H:%M}" for at in starts] == ["15 01:00", "22 01:00", "29 01:00", "05 00:00"], "02:00 in Berlin"
    assert (work.public.title, work.public.phase, work.quiet) == ("Database upgrade", P.SCHEDULED, True)
    assert [u.body for u in work.public.updates] == ["Trading pauses."]


def test_the_next_is_the_same_however_often_it_is_asked_for_and_another_than_this() -> None:
    work = over(weekly())
    later = work.public.scheduled_until
    first, again = following(work, later), following(work, later)
    assert first is not None
    assert first == again
    assert first.public.id != work.public.id


def test_while_it_is_not_over_and_where_it_comes_once_nothing_follows() -> None:
    assert following(weekly(), NOW) is None
    assert following(over(planned()), NOW + 3 * HOUR) is None


def test_one_that_was_moved_or_called_off_moves_no_other() -> None:
    work = weekly()
    slot = work.public.scheduled_for
    moved = move(work, slot + 48 * HOUR, slot + 49 * HOUR, NOW)
    for done in (over(moved), say(work, "", NOW, phase=P.COMPLETED)):
        found = following(done, done.public.updated_at)
        assert found is not None
        assert found.public.scheduled_for == slot + timedelta(days=7)


def test_after_a_long_absence_the_next_is_one_that_is_not_over() -> None:
    found = following(over(weekly()), NOW + timedelta(days=30))
    assert found is not None
    assert found.public.scheduled_until > NOW + timedelta(days=30)


def test_a_series_ends_when_it_is_to_or_somebody_ends_it() -> None:
    start = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
    series, end = series_of(SUNDAYS, "UTC", start, start + HOUR, start + timedelta(days=8))
    first = over(planned(start=series.slot, end=end, series=series))
    second = following(first, first.public.scheduled_until)
    assert second is not None
    assert following(over(second), second.public.scheduled_until) is None
    assert following(over(end_series(weekly())), NOW + timedelta(days=2)) is None
    with pytest.raises(ValueError, match="no series to end"):
        end_series(planned())


def test_where_the_start_is_no_such_day_the_first_is_the_next_that_is() -> None:
    start = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday
    series, end = series_of(SUNDAYS, "UTC", start, start + HOUR, None)
    assert (series.slot, end) == (start + timedelta(days=6), start + timedelta(days=6) + HOUR)


@pytest.mark.parametrize(
    ("rule", "zone", "days", "words"),
    [
        ("FREQ=HOURLY", "UTC", 30, "FREQ is 'HOURLY'"),
        (SUNDAYS, "Nowhere/City", 30, "zone is"),
        (SUNDAYS, "UTC", 400, "within a year"),
        (SUNDAYS, "UTC", -1, "within a year"),
        ("FREQ=YEARLY;BYMONTH=1", "UTC", 30, "no occurrence"),
    ],
)
def test_a_series_that_cannot_be_is_refused_by_what_is_wrong(rule: str, zone: str, days: int, words: str) -> None:
    start = NOW + HOUR
    with pytest.raises(ValueError, match=words):
        series_of(rule, zone, start, start + HOUR, start + timedelta(days=days))
