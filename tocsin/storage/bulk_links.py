"""Links of many tickets by one action of an agent, so that each can be undone for a day."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from tocsin.storage.rows import StorePart
from tocsin.storage.tables import bulk_links


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLink:
    """One action. batch: its id in the audit trail. count: tickets it linked; 0 = it was cut short, or linked none."""

    batch: str
    incident_id: str
    at: datetime
    by: str
    count: int = 0


class BulkLinks(StorePart):
    """What agents linked at once and have not undone."""

    def begin(self, link: BulkLink) -> None:
        """Keeps an action before its first ticket is linked: one that is cut short can be undone too."""
        row = {"batch": link.batch, "incident_id": link.incident_id, "at": link.at, "by": link.by, "count": link.count}
        with self._database.write() as connection:
            connection.execute(insert(bulk_links).values(row))

    def finish(self, batch: str, count: int) -> None:
        """Says how many tickets it linked; of none it is forgotten."""
        which = bulk_links.c.batch == batch
        done = update(bulk_links).where(which).values(count=count) if count else delete(bulk_links).where(which)
        with self._database.write() as connection:
            connection.execute(done)

    def since(self, incident_id: str, at: datetime) -> tuple[BulkLink, ...]:
        """Those of an incident since then that are not undone, newest first."""
        statement = (
            select(bulk_links)
            .where(bulk_links.c.incident_id == incident_id, bulk_links.c.at >= at)
            .order_by(bulk_links.c.at.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return tuple(BulkLink(**row._asdict()) for row in rows)
