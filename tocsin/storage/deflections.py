"""Visitors who were shown an incident in place of the form, or held out from it, and who of them wrote all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, func, select, update

from tickets.ticket import Form
from tocsin.storage.counting import insert_new
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.tickets import deflections

WROTE_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Visitors of one group, and how many of them wrote a ticket of the form."""

    visitors: int = 0
    wrote: int = 0


class Deflections(StorePart):
    """Who was shown what; a visitor is kept as an index that tells nothing."""

    def add(self, visitor: str, incident_id: str, form: Form, now: datetime, *, held_out: bool) -> None:
        """Counts a visitor of an incident's form; once, however often they look."""
        row = {
            "visitor_index": self._index(visitor),
            "incident_id": incident_id,
            "form": form.value,
            "held_out": held_out,
            "shown_at": now,
            "wrote": False,
        }
        which = (deflections.c.visitor_index == row["visitor_index"], deflections.c.incident_id == incident_id)
        with self._database.read() as connection:
            if connection.execute(select(deflections.c.form).where(*which)).first() is not None:
                return  # most looks are not a visitor's first, and a write would wait for every other
        with self._database.write() as connection:
            connection.execute(insert_new(connection, deflections).values(**row))

    def wrote(self, visitor: str, form: Form, now: datetime) -> None:
        """The visitor sent a ticket by the form, within a day of having been counted."""
        which = (
            deflections.c.visitor_index == self._index(visitor),
            deflections.c.form == form.value,
            deflections.c.shown_at > now - WROTE_WITHIN,
        )
        with self._database.write() as connection:
            connection.execute(update(deflections).where(*which).values(wrote=True))

    def counted(self, start: datetime, end: datetime) -> dict[bool, Visitors]:
        """Those counted from start to before end, by whether they were held out."""
        with self._database.read() as connection:
            rows = connection.execute(_COUNTED, {"start": start, "end": end}).all()
        return {bool(row.held_out): Visitors(visitors=row.many, wrote=row.wrote) for row in rows}

    def of_incident(self, incident_id: str) -> Visitors:
        """Those who were shown one incident in place of the form."""
        statement = select(func.count().label("many"), _WROTE).where(
            deflections.c.incident_id == incident_id, deflections.c.held_out.is_(False)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).one()
        return Visitors(visitors=row.many, wrote=row.wrote or 0)

    def prune(self, before: datetime, most: int = 5000) -> int:
        """Forgets visitors of before then, at most so many at once; returns how many."""
        old = select(deflections.c.visitor_index, deflections.c.incident_id).where(deflections.c.shown_at < before)
        with self._database.write() as connection:
            rows = connection.execute(old.limit(most)).all()
            for row in rows:
                which = (deflections.c.visitor_index == row.visitor_index, deflections.c.incident_id == row.incident_id)
                connection.execute(delete(deflections).where(*which))
        return len(rows)

    def _index(self, visitor: str) -> str:
        return self._cipher.blind_index(f"visitor:{visitor}")


_WROTE = func.sum(case((deflections.c.wrote, 1), else_=0)).label("wrote")
_COUNTED = (
    select(deflections.c.held_out, func.count().label("many"), _WROTE)
    .where(deflections.c.shown_at >= bindparam("start"), deflections.c.shown_at < bindparam("end"))
    .group_by(deflections.c.held_out)
)
