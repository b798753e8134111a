"""Sends the simulated customers' tickets to the desk over its public HTTP API."""

import asyncio
import logging
import time
from dataclasses import dataclass

import httpx2

from tocsin.demo.customers import Letter
from tocsin.demo.identity import customer_token

log = logging.getLogger("tocsin.demo")
GIVE_UP_AFTER_S = 900.0  # a customer tries again: a desk on a busy machine may need minutes to come up
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a letter. number: as the desk answered, "" when it never did; error: why not."""

    letter: Letter
    sent_at: float
    answered_at: float | None
    number: str
    attempts: int
    error: str = ""


class Sender:
    """Posts letters, a few at a time; a letter that fails for now is sent again under the same key.

    identity_key: signs who writes; b"" = customers only claim who they are.
    """

    def __init__(
        self, desk: str, *, identity_key: bytes = b"", at_once: int = 8, give_up_after_s: float = GIVE_UP_AFTER_S
    ) -> None:
        self._identity_key = identity_key
        self._give_up_after_s = give_up_after_s
        self.sent: list[Sent] = []
        self._address = desk.rstrip("/") + "/api/v1/tickets"
        self._slots = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = httpx2.AsyncClient(timeout=10.0)

    def post(self, letter: Letter) -> None:
        """Send it soon; the answer ends in `sent`."""
        task = asyncio.get_running_loop().create_task(self._post(letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def under_way(self) -> int:
        """Letters posted that have no answer yet."""
        return len(self._tasks)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    async def _post(self, letter: Letter) -> None:
        async with self._slots:
            first, pause, error, attempt = time.time(), FIRST_PAUSE_S, "", 0
            deadline = time.monotonic() + self._give_up_after_s
            while True:
                attempt += 1
                try:
                    answer = await self._client.post(self._address, json=letter.body(), headers=self._headers(letter))
                except httpx2.TransportError as failure:
                    error = f"{type(failure).__name__}: {failure}"
                else:
                    if answer.status_code in (200, 201):
                        self._note(letter, first, attempt, str(answer.json().get("number", "")), "")
                        return
                    error = f"HTTP {answer.status_code}"
                    if answer.status_code < 500 and answer.status_code not in (408, 429):
                        break
                if time.monotonic() >= deadline:
                    break
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            log.warning("ticket not accepted by %s after %d attempts: %s", self._address, attempt, error)
            self._note(letter, first, attempt, "", error)

    def _headers(self, letter: Letter) -> dict[str, str]:
        headers = {"Idempotency-Key": letter.key}
        if self._identity_key:
            headers["X-Customer-Token"] = customer_token(letter.customer, self._identity_key)
        return headers

    def _note(self, letter: Letter, first: float, attempts: int, number: str, error: str) -> None:
        answered = time.time() if number else None
        self.sent.append(
            Sent(letter=letter, sent_at=first, answered_at=answered, number=number, attempts=attempts, error=error)
        )
