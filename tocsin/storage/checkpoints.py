"""Detection's own rows: each watch's state with its watermark, and how its last evaluation went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.storage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """A watch's last evaluation. error: "" when ok. last_ok_at: the last one that worked. watermark: samples seen up to here."""

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

    def save_checkpoint(self, watch: str, state: bytes, watermark: datetime | None, now: datetime) -> None:
        """Replaces the watch's state."""

    def checkpoint(self, watch: str) -> bytes | None:
        """The state last saved; None = start warm from history."""

    def forget_checkpoint(self, watch: str, now: datetime) -> None:
        """A watch whose definition changed starts anew."""

    def save_watch_status(
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

    def watch_statuses(self) -> tuple[WatchStatus, ...]:
        """Of every watch that was ever evaluated, by name."""
