"""Detection's own rows: each watch's state with its watermark, and how its last evaluation went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tocsin.storage.counting import put
from tocsin.storage.rows import Rows
from tocsin.storage.tables import checkpoints, watch_status


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """A watch's last evaluation.

    error: "" when ok. last_ok_at: the last one that worked. watermark: samples seen up to here.
    """

    name: str
    ok: bool
    error: str
    evaluated_at: datetime
    series: int = 0
    took: timedelta = timedelta(0)
    watermark: datetime | None = None
    last_ok_at: datetime | None = None


class Checkpoints(Rows):
    """State and status by watch."""

    def save(self, watch: str, state: bytes, watermark: datetime | None, now: datetime) -> None:
        """Replaces the watch's state."""
        saved = {"state": state, "watermark": watermark, "saved_at": now}
        with self._database.write() as connection:
            put(connection, checkpoints, {"watch": watch}, saved)

    def get(self, watch: str) -> bytes | None:
        """The state last saved; None = start warm from history."""
        with self._database.read() as connection:
            state = connection.scalar(select(checkpoints.c.state).where(checkpoints.c.watch == watch))
        return None if state is None else bytes(state)

    def forget(self, watch: str) -> None:
        """A watch whose definition changed starts anew."""
        with self._database.write() as connection:
            connection.execute(delete(checkpoints).where(checkpoints.c.watch == watch))

    def save_status(
        self,
        name: str,
        ok: bool,
        error: str,
        evaluated_at: datetime,
        *,
        series: int = 0,
        took: timedelta = timedelta(0),
        watermark: datetime | None = None,
    ) -> None:
        """How the evaluation at `evaluated_at` went."""
        said: dict[str, object] = {
            "ok": ok,
            "error": error,
            "evaluated_at": evaluated_at,
            "series": series,
            "took": took,
            "watermark": watermark,
        }
        if ok:
            said["last_ok_at"] = evaluated_at
        with self._database.write() as connection:
            put(connection, watch_status, {"name": name}, said)

    def statuses(self) -> tuple[WatchStatus, ...]:
        """Of every watch that was ever evaluated, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(watch_status).order_by(watch_status.c.name))
            return tuple(WatchStatus(**row) for row in rows.mappings())
