"""The call to somebody else's watchdog: made while all is well, missed when we are dead or blind."""

import httpx2

TIMEOUT = 10.0


class HeartbeatError(Exception):
    """The watchdog did not take the call; it will ring, which is right if it never hears us again."""


def call(url: str) -> None:
    """One GET. Raises HeartbeatError unless it is answered 2xx."""
    try:
        answer = httpx2.get(url, timeout=TIMEOUT, follow_redirects=False)
    except httpx2.HTTPError as error:
        raise HeartbeatError(f"heartbeat: {type(error).__name__} at the watchdog's address: {error}") from error
    if not answer.is_success:
        raise HeartbeatError(f"heartbeat: the watchdog answered {answer.status_code}, expected 2xx")
