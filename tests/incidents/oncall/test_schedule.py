"""Who is on call: rotations, hours, layers and overrides, against a model that walks through every minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.oncall.rotation import Rotation, first_instant
from incidents.oncall.schedule import Hours, Layer, OncallSchedule, Override, Shift, on_call, shifts

ZURICH = "Europe/Zurich"
MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotation(*people: str, every: timedelta = timedelta(days=7), zone: str = ZURICH, at: str = "09:00") -> Rotation:
    return Rotation(
        people=people, zone=zone, starts_on=date(2026, 3, 16), hand_over=time.fromisoformat(at), every=every
    )


def of(*layers: Layer) -> OncallSchedule:
    return OncallSchedule(name="primary", layers=layers)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        pytest.param("2026-03-29 01:59", "2026-03-29 00:59", id="before the clocks are set forward"),
        pytest.param("2026-03-29 02:30", "2026-03-29 01:00", id="a time that is skipped is when the clocks were set"),
        pytest.param("2026-03-29 03:00", "2026-03-29 01:00", id="the first time after it"),
        pytest.param("2026-10-25 02:30", "2026-10-25 00:30", id="of a time that comes twice the first"),
        pytest.param("2026-10-25 03:00", "2026-10-25 02:00", id="after both"),
    ],
)
def test_a_local_time_is_one_instant(wall: str, instant: str) -> None:
    assert first_instant(datetime.fromisoformat(wall), ZoneInfo(ZURICH)) == utc(instant)


@pytest.mark.parametrize(
    ("at", "person"),
    [
        pytest.param("2026-03-16 07:59", None, id="before the first turn"),
        pytest.param("2026-03-16 08:00", "ann", id="at nine in winter"),
        pytest.param("2026-03-30 06:59", "bob", id="still the second week, in summer time"),
        pytest.param("2026-03-30 07:00", "ann", id="nine o'clock is an hour earlier in summer"),
        pytest.param("2026-11-02 07:59", "ann", id="still the week before, in winter"),
        pytest.param("2026-11-02 08:00", "bob", id="and an hour later again"),
    ],
)
def test_a_weekly_hand_over_stays_at_its_local_time(at: str, person: str | None) -> None:
    assert rotation("ann", "bob").person_at(utc(at)) == person


@pytest.mark.parametrize(
    ("hours", "wall", "covered"),
    [
        (Hours(days=frozenset(range(5)), starts=time(9), ends=time(17)), "2026-03-20 16:59", True),
        (Hours(days=frozenset(range(5)), starts=time(9), ends=time(17)), "2026-03-20 17:00", False),
        (Hours(days=frozenset(range(5)), starts=time(9), ends=time(17)), "2026-03-21 10:00", False),
        (Hours(days=frozenset({4}), starts=time(22), ends=time(6)), "2026-03-21 05:59", True),
        (Hours(days=frozenset({4}), starts=time(22), ends=time(6)), "2026-03-20 05:59", False),
        (Hours(days=frozenset({6}), starts=time(0), ends=time(0)), "2026-03-22 23:59", True),
        (Hours(days=frozenset({6}), starts=time(0), ends=time(0)), "2026-03-23 00:00", False),
    ],
    ids=["Friday", "its end", "Saturday", "the night after Friday", "the night before it", "all Sunday", "its end"],
)
def test_hours_cover(hours: Hours, wall: str, covered: bool) -> None:
    assert hours.covers(datetime.fromisoformat(wall)) is covered


def test_a_layer_of_higher_priority_keeps_the_others_off_call_while_it_applies() -> None:
    office = Layer(
        rotation=rotation("cleo"), hours=(Hours(days=frozenset(range(5)), starts=time(9), ends=time(17)),), priority=1
    )
    schedule = of(Layer(rotation=rotation("ann")), Layer(rotation=rotation("bob")), office)
    assert on_call(schedule, utc("2026-03-17 12:00")) == ("cleo",)
    assert on_call(schedule, utc("2026-03-17 20:00")) == ("ann", "bob")


def override(person: str, since: str, until: str, made: str = "2026-03-01 00:00") -> Override:
    return Override(
        id=f"{person}:{since}",
        schedule="primary",
        person=person,
        starts_at=utc(since),
        ends_at=utc(until),
        by="eve",
        made_at=utc(made),
    )


def test_an_override_replaces_all_and_the_one_made_last_counts() -> None:
    schedule = of(Layer(rotation=rotation("ann", "bob")))
    first = override("cleo", "2026-03-17 10:00", "2026-03-17 20:00")
    second = override("dan", "2026-03-17 18:00", "2026-03-18 10:00", made="2026-03-02 00:00")
    since, until = utc("2026-03-17 00:00"), utc("2026-03-19 00:00")
    assert [(s.people, s.starts_at.hour, s.override) for s in shifts(schedule, since, until, [first, second])] == [
        (("ann",), 0, ""),
        (("cleo",), 10, first.id),
        (("dan",), 18, second.id),
        (("ann",), 10, ""),
    ]


def test_time_in_which_nobody_is_on_call_is_a_shift_of_nobody() -> None:
    schedule = of(Layer(rotation=rotation("ann"), ends_at=utc("2026-03-17 00:00")))
    assert shifts(schedule, utc("2026-03-16 00:00"), utc("2026-03-18 00:00")) == (
        Shift(people=(), starts_at=utc("2026-03-16 00:00"), ends_at=utc("2026-03-16 08:00")),
        Shift(people=("ann",), starts_at=utc("2026-03-16 08:00"), ends_at=utc("2026-03-17 00:00")),
        Shift(people=(), starts_at=utc("2026-03-17 00:00"), ends_at=utc("2026-03-18 00:00")),
    )


@pytest.mark.parametrize(
    ("people", "every"),
    [((), timedelta(days=1)), (("ann",), timedelta(minutes=90)), (("ann",), timedelta(days=400))],
    ids=["nobody", "not whole hours", "longer than a year"],
)
def test_a_rotation_that_means_nothing_is_refused(people: tuple[str, ...], every: timedelta) -> None:
    with pytest.raises(ValueError, match=r"name at least one|must be whole hours"):
        rotation(*people, every=every)


class Walker:
    """The slow, obvious model: a clock on the wall that is read each minute, and a list that is gone through."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.turn = layer, -1
        self.next_wall = datetime.combine(layer.rotation.starts_on, layer.rotation.hand_over)

    def person(self, at: datetime) -> str | None:
        rotation = self.layer.rotation
        wall = at.astimezone(ZoneInfo(rotation.zone)).replace(tzinfo=None)
        while wall >= self.next_wall:
            self.turn, self.next_wall = self.turn + 1, self.next_wall + rotation.every
        applies = not self.layer.hours or any(hours.covers(wall) for hours in self.layer.hours)
        is_over = self.layer.ends_at is not None and at >= self.layer.ends_at
        return rotation.people[self.turn % len(rotation.people)] if self.turn >= 0 and applies and not is_over else None


def walked(layers: Sequence[Layer], overrides: Sequence[Override], since: datetime, until: datetime) -> list[object]:
    """Who is on call in each minute of a span; the walk begins before the first turn of each layer."""
    walkers = [Walker(layer) for layer in layers]
    found: list[object] = []
    at = since - timedelta(days=4)
    while at < until:
        people = [(w.layer.priority, person) for w in walkers if (person := w.person(at))]
        highest = max((priority for priority, _ in people), default=0)
        substitutes = [o for o in overrides if o.starts_at <= at < o.ends_at]
        if at >= since:
            last = max(substitutes, key=lambda o: (o.made_at, o.id), default=None)
            usual = tuple(dict.fromkeys(p for priority, p in people if priority == highest))
            found.append((last.person,) if last else usual)
        at += MINUTE
    return found


CHANGES = {
    ZURICH: ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
    "UTC": ("2026-03-28",),
}
"""The days before the clocks are set; on Lord Howe by half an hour."""
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
HOURS = st.builds(Hours, days=st.frozensets(st.integers(0, 6), min_size=1), starts=CLOCKS, ends=CLOCKS)


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Layer, ...], tuple[Override, ...], datetime]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    since = utc(draw(st.sampled_from(CHANGES[zone]))) + timedelta(hours=draw(st.integers(0, 12)))
    layers = st.builds(
        Layer,
        rotation=st.builds(
            Rotation,
            people=st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple),
            zone=st.just(zone),
            starts_on=st.sampled_from([since.date() - timedelta(days=n) for n in (-1, 0, 1, 2)]),
            hand_over=CLOCKS,
            every=st.sampled_from([timedelta(hours=n) for n in (1, 5, 12, 24, 168)]),
        ),
        hours=st.lists(HOURS, max_size=2).map(tuple),
        priority=st.integers(0, 1),
        ends_at=st.one_of(st.none(), st.just(since + timedelta(hours=20))),
    )
    minutes = st.integers(-60, 2000)
    overrides = st.builds(
        lambda person, start, length, made: Override(
            id=f"{person}{start}{length}",
            schedule="primary",
            person=person,
            starts_at=since + start * MINUTE,
            ends_at=since + (start + length) * MINUTE,
            by="eve",
            made_at=since - made * MINUTE,
        ),
        st.sampled_from("xyz"),
        minutes,
        st.integers(1, 900),
        st.integers(0, 3),
    )
    return (
        tuple(draw(st.lists(layers, min_size=1, max_size=3))),
        tuple(draw(st.lists(overrides, max_size=2))),
        since,
    )


@settings(max_examples=60)
@given(case=cases())
def test_who_is_on_call_is_what_a_walk_through_every_minute_finds(
    case: tuple[tuple[Layer, ...], tuple[Override, ...], datetime],
) -> None:
    layers, overrides, since = case
    until = since + timedelta(hours=40)
    expected = walked(layers, overrides, since, until)
    schedule, minutes = of(*layers), [since + n * MINUTE for n in range(len(expected))]
    found = shifts(schedule, since, until, overrides)
    assert all(a.ends_at == b.starts_at and a != b for a, b in pairwise(found))
    assert (found[0].starts_at, found[-1].ends_at) == (since, until)
    by_shift = [next(s.people for s in found if s.starts_at <= at < s.ends_at) for at in minutes]
    assert by_shift == expected
    assert [on_call(schedule, at, overrides) for at in minutes[::7]] == expected[::7]
