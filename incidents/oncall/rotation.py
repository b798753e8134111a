"""Rotations: people who take turns, handed over at a time of the wall clock, exact over changes of summer time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST_TURN = timedelta(hours=1)
LONGEST_TURN = timedelta(days=366)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the clocks of a zone show `wall`, or a later time where they skip it.

    wall: naive, whole seconds. A time that the clocks show twice means the first of the two.
    """
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if wall_clock_at(early, zone) == wall:
        return early
    before, after = int(early.timestamp()), int(late.timestamp())  # the clocks are set forward in between
    while after - before > 1:
        middle = (before + after) // 2
        if wall_clock_at(datetime.fromtimestamp(middle, UTC), zone) < wall:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, UTC)


def wall_clock_at(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of a zone show at an instant; naive."""
    return at.astimezone(zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns.

    people: in order; the first has the first turn. zone: IANA. starts_on, hand_over: when the first turn begins, by the
    zone's clocks. every: the length of a turn by those clocks, whole hours: with 7 days each hand-over is at the same
    local time, and a turn over a change of summer time lasts an hour less or more.
    """

    people: tuple[str, ...]
    zone: str
    starts_on: date
    hand_over: time
    every: timedelta

    def __post_init__(self) -> None:
        if not self.people:
            raise ValueError("a rotation has no people; name at least one")
        if not SHORTEST_TURN <= self.every <= LONGEST_TURN or self.every % SHORTEST_TURN:
            raise ValueError(f"a turn lasts {self.every}, must be whole hours from 1 hour to 366 days")

    def turn_starts_at(self, turn: int) -> datetime:
        """When a turn begins. turn: 0 = the first."""
        wall = datetime.combine(self.starts_on, self.hand_over) + turn * self.every
        return first_instant(wall, ZoneInfo(self.zone))

    def turn_at(self, at: datetime) -> int:
        """The turn in which an instant lies; negative before the first."""
        begin = datetime.combine(self.starts_on, self.hand_over)
        turn = (wall_clock_at(at, ZoneInfo(self.zone)) - begin) // self.every
        while turn >= 0 and self.turn_starts_at(turn) > at:
            turn -= 1
        while self.turn_starts_at(turn + 1) <= at:  # clocks that were set back show an earlier turn's time again
            turn += 1
        return turn

    def person_at(self, at: datetime) -> str | None:
        """Whose turn it is; None before the first."""
        turn = self.turn_at(at)
        return self.people[turn % len(self.people)] if turn >= 0 else None

    def hand_overs(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """The instants at which turns begin, from `since` until before `until`."""
        turn = max(0, self.turn_at(since))
        while (at := self.turn_starts_at(turn)) < until:
            if at >= since:
                yield at
            turn += 1
