"""Whether the database has room for what is written: why the last write failed, until one succeeds."""

import structlog

from tocsin.storage.errors import NoRoomError

log = structlog.get_logger()


class Room:
    """What the last write found. lacks: why it failed, in words with what mends it; "" = it did not."""

    def __init__(self) -> None:
        self.lacks = ""

    def refused(self, error: NoRoomError) -> None:
        """A write failed. It is logged once, not at each that follows."""
        if not self.lacks:
            log.error("the database cannot be written", why=str(error))
        self.lacks = str(error)

    def wrote(self) -> None:
        """A write succeeded."""
        if self.lacks:
            self.lacks = ""
            log.info("the database is written again")
