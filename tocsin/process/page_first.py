"""Lets the page be first: whoever is sent a link to it finds there what the message says."""

from datetime import datetime, timedelta

from tocsin.page.publish import is_behind
from tocsin.page.publisher import PagePublisher

PATIENCE = timedelta(seconds=5)
"""A page that stays behind for longer (a full disk, a storm) delays nobody any more, until it has caught up."""


class PageFirst:
    """How long the page has been behind; one for the process, as the wait is for the page and not for an update."""

    def __init__(self) -> None:
        self._behind_since: datetime | None = None

    def must_wait(self, publisher: PagePublisher, now: datetime) -> bool:
        """Whether messages to the public wait for the page now."""
        if not is_behind(publisher):
            self._behind_since = None
            return False
        if self._behind_since is None or self._behind_since > now:  # the clock was set back
            self._behind_since = now
        return now - self._behind_since < PATIENCE
