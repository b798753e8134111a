"""Who has a ticket's page open at the desk, and who writes there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tocsin.storage.counting import put
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.desk import desk_mentions, desk_presence

PRESENT = timedelta(seconds=60)
"""So long somebody counts as being there after their page last said so."""
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody who has the page open. writes: an answer or a note is begun there."""

    name: str
    seen_at: datetime
    writes: bool


class Presence(StorePart):
    """Who is where; it is a courtesy, and no lock."""

    def note(self, ticket_id: str, name: str, now: datetime, *, writes: bool) -> None:
        """Somebody has the page open now; what called them there is read."""
        with self._database.write() as connection:
            connection.execute(delete(desk_presence).where(desk_presence.c.seen_at < now - FORGOTTEN))
            key = {"ticket_id": ticket_id, "name": name}
            put(connection, desk_presence, key, {"seen_at": now, "writes": writes})
            theirs = desk_mentions.c.name == name, desk_mentions.c.ticket_id == ticket_id
            connection.execute(delete(desk_mentions).where(*theirs))

    def mentions_of(self, name: str, most: int = 20) -> tuple[str, ...]:
        """The ids of the tickets whose notes call them and which they have not opened since, the newest first."""
        statement = select(desk_mentions.c.ticket_id).where(desk_mentions.c.name == name)
        with self._database.read() as connection:
            return tuple(connection.scalars(statement.order_by(desk_mentions.c.at.desc()).limit(most)))

    def others(self, ticket_id: str, name: str, now: datetime) -> tuple[Present, ...]:
        """Who else has it open, whoever writes first."""
        statement = (
            select(desk_presence)
            .where(desk_presence.c.ticket_id == ticket_id, desk_presence.c.name != name)
            .where(desk_presence.c.seen_at > now - PRESENT)
            .order_by(desk_presence.c.writes.desc(), desk_presence.c.name)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(Present(name=row.name, seen_at=row.seen_at, writes=row.writes) for row in rows)
