"""Calls an external watchdog while all is well; a missing call means that the process is dead or its watches have no
data.
"""

import httpx2

TIMEOUT = 10.0


class HeartbeatError(Exception):
    """The watchdog did not take the call; it will raise an alarm, which is right if no later call arrives."""


def call(url: str) -> None:
    """One GET. Raises HeartbeatError unless it is answered 2xx."""
    try:
        answer = httpx2.get(url, timeout=TIMEOUT, follow_redirects=False)
    except httpx2.HTTPError as error:
        raise HeartbeatError(f"heartbeat: {type(error).__name__} at the watchdog's address: {error}") from error
    if not answer.is_success:
        raise HeartbeatError(f"heartbeat: the watchdog answered {answer.status_code}, expected 2xx")
