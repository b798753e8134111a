"""Saved state of each watch."""

from sqlalchemy import delete, select

from tocsin.storage.counting import put
from tocsin.storage.rows import StorePart
from tocsin.storage.tables.detection import checkpoints


class Checkpoints(StorePart):
    """State by watch."""

    def save(self, watch: str, state: bytes) -> None:
        """Replaces the watch's state."""
        with self._database.write() as connection:
            put(connection, checkpoints, {"watch": watch}, {"state": state})

    def get(self, watch: str) -> bytes | None:
        """The state last saved; None = start warm from history."""
        with self._database.read() as connection:
            state = connection.scalar(select(checkpoints.c.state).where(checkpoints.c.watch == watch))
        return None if state is None else bytes(state)

    def forget(self, watch: str) -> None:
        """A watch whose definition changed starts anew."""
        with self._database.write() as connection:
            connection.execute(delete(checkpoints).where(checkpoints.c.watch == watch))
