"""Notifies people by Apprise (https://github.com/caronc/apprise): chats, phones and pagers by one address each."""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from incidents.delivery import DeliveryError


class MissingNotifyExtra(ValueError):
    """The package that notifies is not installed."""


class AppriseNotifier:
    """Sends one text to a person's addresses. Safe to share between threads.

    deadline: of one address, whoever dawdles. at_once: calls under way; one more fails at once, to be tried again, so
    that services which hang take no more threads than these. Raises MissingNotifyExtra.
    """

    def __init__(self, *, deadline: timedelta = timedelta(seconds=15), at_once: int = 16) -> None:
        try:
            import apprise
        except ImportError as error:
            message = "oncall: apprise needs the extra notify, which is not installed: pip install 'tocsin[notify]'"
            raise MissingNotifyExtra(message) from error
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses, and those hold tokens
        self._apprise: Any = apprise
        self._deadline = deadline.total_seconds()
        self._room = threading.Semaphore(at_once)

    def is_known(self, address: str) -> bool:
        """Whether it is an address of a service that Apprise knows."""
        return self._made(address) is not None

    def send(self, addresses: Sequence[str], *, subject: str, text: str) -> None:
        """Returns once at least one of the addresses took it; raises DeliveryError where none did.

        Apprise says neither why something failed nor whether it did its work before, so a repeat may come twice.
        """
        taken = [self._sent(address, subject, text) for address in addresses]
        if not any(taken):
            raise DeliveryError(f"none of {len(taken)} addresses of Apprise took it in time", retry=True)

    def _made(self, address: str) -> Any:
        """Apprise with this address; None where it does not know one like it."""
        made = self._apprise.Apprise(asset=self._apprise.AppriseAsset(async_mode=False))
        return made if made.add(address) else None

    def _sent(self, address: str, subject: str, text: str) -> bool:
        made = self._made(address)
        if made is None or not self._room.acquire(blocking=False):
            return False
        taken: list[bool] = []

        def call() -> None:
            try:
                taken.append(bool(made.notify(body=text, title=subject, body_format=self._apprise.NotifyFormat.TEXT)))
            finally:
                self._room.release()

        calling = threading.Thread(target=call, name="apprise", daemon=True)
        calling.start()
        calling.join(self._deadline)
        return taken == [True]
