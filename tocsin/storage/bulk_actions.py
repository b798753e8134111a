"""What agents did to many tickets by one action: finished after a kill, and undone by one action for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, insert, or_, select, update

from tocsin.storage.rows import StorePart
from tocsin.storage.tables.tickets import bulk_actions
from tocsin.storage.values import from_json, to_json


class BulkKind(StrEnum):
    """What was done to each ticket."""

    LINK = "link"
    ANSWER = "answer"
    LET_WAIT = "let wait"


class BulkStage(StrEnum):
    """How far an action is."""

    UNDER_WAY = "under_way"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOrder:
    """What an action is to do: an answer's text, and the ids of its tickets."""

    text: str = ""
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """One action.

    batch: its id in the audit trail. count: the tickets that it changed; once it is undone, those that were put back.
    order: its tickets are forgotten once it is done, since the audit trail then has them.
    """

    batch: str
    kind: BulkKind
    incident_id: str
    at: datetime
    by: str
    order: BulkOrder
    stage: BulkStage = BulkStage.UNDER_WAY
    count: int = 0
    undone_at: datetime | None = None
    undone_by: str = ""


class BulkActions(StorePart):
    """Actions on many tickets. A claim keeps others from going on with one that somebody carries out."""

    def begin(self, action: BulkAction, claimed_until: datetime) -> None:
        """Keeps an action before its first ticket is changed."""
        row = {
            "batch": action.batch,
            "kind": action.kind,
            "incident_id": action.incident_id,
            "at": action.at,
            "by": action.by,
            "stage": action.stage,
            "count": action.count,
            "claimed_until": claimed_until,
            "undone_by": "",
            "sealed": self._sealed(action.batch, action.order),
        }
        with self._database.write() as connection:
            connection.execute(insert(bulk_actions).values(row))

    def finish(self, action: BulkAction, count: int) -> None:
        """Says that every ticket of it was changed, or put back, and how many those were."""
        stage = BulkStage.DONE if action.stage is BulkStage.UNDER_WAY else BulkStage.UNDONE
        sealed = self._sealed(action.batch, BulkOrder(text=action.order.text))
        values = {"stage": stage, "count": count, "claimed_until": None, "sealed": sealed}
        which = (bulk_actions.c.batch == action.batch, bulk_actions.c.stage == action.stage)
        with self._database.write() as connection:
            connection.execute(update(bulk_actions).where(*which).values(**values))

    def begin_undo(self, batch: str, by: str, now: datetime, claimed_until: datetime) -> bool:
        """Turns an action that is done into one that is being undone; whether it was done, and this call turned it."""
        values = {
            "stage": BulkStage.UNDOING, "undone_at": now, "undone_by": by, "claimed_until": claimed_until,
        }  # fmt: skip
        is_it = (bulk_actions.c.batch == batch, bulk_actions.c.stage == BulkStage.DONE)
        with self._database.write() as connection:
            return bool(connection.execute(update(bulk_actions).where(*is_it).values(**values)).rowcount)

    def get(self, batch: str) -> BulkAction | None:
        """The action of this id."""
        with self._database.read() as connection:
            row = connection.execute(select(bulk_actions).where(bulk_actions.c.batch == batch)).one_or_none()
        return None if row is None else self._opened(row)

    def claim_cut_short(self, now: datetime, claimed_until: datetime) -> tuple[BulkAction, ...]:
        """Actions, and undoings, that somebody began and nobody carries out any more, oldest first."""
        begun = bulk_actions.c.stage.in_((BulkStage.UNDER_WAY, BulkStage.UNDOING))
        is_free = or_(bulk_actions.c.claimed_until.is_(None), bulk_actions.c.claimed_until <= now)
        statement = select(bulk_actions).where(begun, is_free).order_by(bulk_actions.c.at)
        with self._database.read() as connection:
            if connection.execute(statement.limit(1)).one_or_none() is None:
                return ()
        with self._database.write() as connection:
            rows = connection.execute(statement.with_for_update(skip_locked=True)).all()
            claimed = bulk_actions.c.batch.in_([row.batch for row in rows])
            connection.execute(update(bulk_actions).where(claimed).values(claimed_until=claimed_until))
        return self._all_opened(rows)

    def since(self, incident_id: str, at: datetime) -> tuple[BulkAction, ...]:
        """Those of an incident since then that changed tickets and are not undone, newest first."""
        statement = (
            select(bulk_actions)
            .where(bulk_actions.c.incident_id == incident_id, bulk_actions.c.at >= at)
            .where(bulk_actions.c.stage != BulkStage.UNDONE)
            .where(or_(bulk_actions.c.stage != BulkStage.DONE, bulk_actions.c.count > 0))
            .order_by(bulk_actions.c.at.desc(), bulk_actions.c.batch)
        )
        with self._database.read() as connection:
            return self._all_opened(connection.execute(statement).all())

    def _all_opened(self, rows: Sequence[Row[tuple[object, ...]]]) -> tuple[BulkAction, ...]:
        return tuple(self._opened(row) for row in rows)

    def _opened(self, row: Row[tuple[object, ...]]) -> BulkAction:
        values = row._asdict()
        return BulkAction(
            batch=values["batch"],
            kind=BulkKind(values["kind"]),
            incident_id=values["incident_id"],
            at=values["at"],
            by=values["by"],
            order=self._order(values["batch"], values["sealed"]),
            stage=BulkStage(values["stage"]),
            count=values["count"],
            undone_at=values["undone_at"],
            undone_by=values["undone_by"],
        )

    def _order(self, batch: str, sealed: bytes | None) -> BulkOrder:
        """What it is to do; nothing of an action from before this was kept."""
        return (
            BulkOrder() if sealed is None else from_json(BulkOrder, self._cipher.open(bytes(sealed), _context(batch)))
        )

    def _sealed(self, batch: str, order: BulkOrder) -> bytes:
        return self._cipher.seal(to_json(order), _context(batch))


def _context(batch: str) -> str:
    return f"bulk action:{batch}"
