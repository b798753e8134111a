"""Each statement of an incident's evidence is kept once: from which line of its timeline on, and before which it went.

A line holds hundreds of signals in a storm, nearly all of them those of the line before; so the rows of incidents and
timeline are written without their signals, and a line's evidence is what had come by it and had not gone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from incidents.incident import IncidentUpdate
from incidents.signal import Signal
from tocsin.storage.tables.incidents import evidence
from tocsin.storage.values import to_json

BY_START = attrgetter("started_at", "key")
"""The order of an incident's signals."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A signal as an incident holds it. since: the first line that has it. until: the first without it, None = none."""

    since: int
    until: int | None
    signal: Signal

    def is_in(self, seq: int) -> bool:
        """Whether the line with this seq holds it."""
        return self.since <= seq and (self.until is None or self.until > seq)


def held_at(statements: Iterable[Statement], seq: int) -> tuple[Signal, ...]:
    """The signals of a line."""
    return tuple(sorted((one.signal for one in statements if one.is_in(seq)), key=BY_START))


def read_statements(
    connection: Connection, incident_id: str, first: int, last: int, signal_of: Callable[[str], Signal]
) -> list[Statement]:
    """The statements that any of an incident's lines from `first` to `last` holds."""
    rows = connection.execute(_OF_LINES, {"incident_": incident_id, "first_": first, "last_": last})
    return [Statement(row.since, row.until, signal_of(row.value)) for row in rows]


def write_evidence(
    connection: Connection, lines: Sequence[IncidentUpdate], before: Mapping[str, Iterable[Signal]]
) -> None:
    """Writes what the lines, in their order, change of their incidents' evidence.

    before: the signals of each incident as the line before the first of these held them.
    """
    held: dict[str, dict[str, Signal]] = defaultdict(dict)
    held |= {name: {one.key: one for one in signals} for name, signals in before.items()}
    fresh: dict[tuple[str, str], dict[str, object]] = {}
    rows: list[dict[str, object]] = []
    gone: list[dict[str, object]] = []
    for line in lines:
        name, now = line.incident.id, {one.key: one for one in line.incident.signals}
        was = held[name]
        changed = [one for key, one in now.items() if (old := was.get(key)) is not one and old != one]
        for key in (*(one.key for one in changed if one.key in was), *(was.keys() - now.keys())):
            own = fresh.pop((name, key), None)
            if own is None:
                gone.append({"incident_": name, "key_": key, "until_": line.seq})
            else:
                own["until"] = line.seq
        for one in changed:
            row = {"incident_id": name, "key": one.key, "since": line.seq, "until": None, "value": to_json(one)}
            fresh[name, one.key] = row
            rows.append(row)
        held[name] = now
    if gone:
        connection.execute(_GO, gone)
    if rows:
        connection.execute(insert(evidence), rows)


_OF_LINES = select(evidence.c.since, evidence.c.until, evidence.c.value).where(
    evidence.c.incident_id == bindparam("incident_"),
    evidence.c.since <= bindparam("last_"),
    or_(evidence.c.until.is_(None), evidence.c.until > bindparam("first_")),
)
_GO = (
    update(evidence)
    .where(
        and_(
            evidence.c.incident_id == bindparam("incident_"),
            evidence.c.key == bindparam("key_"),
            evidence.c.until.is_(None),
        )
    )
    .values(until=bindparam("until_"))
)
