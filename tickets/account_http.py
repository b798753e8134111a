"""The exchange's account API over HTTP: GET {base}/accounts/{customer_id}."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from tickets.ticket import Transaction

TIMEOUT_SECONDS = 2.0
ANSWER_BYTES_MAX = 2_000_000
SILENT_MAX = 5
PAUSE = timedelta(seconds=30)


class HttpAccount:
    """Reads {"customer_id", "transactions": [{kind, asset, network, amount_usd, txid, status, created_at, late}]}.

    Whatever goes wrong gives None, "unknown", and is kept in `last_error`; it never reads as "no transactions".
    clock: with it, an API that did not answer SILENT_MAX times in a row is left alone for PAUSE: a ticket does not wait
    two seconds for what is not there.
    """

    def __init__(
        self,
        base: str,
        *,
        token: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._clock = clock
        self._silent = 0
        self._asked_again_at: datetime | None = None
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._base = base.rstrip("/")
        self._client = httpx2.Client(headers=headers, timeout=timeout_seconds, follow_redirects=False)
        self.last_error = ""

    def transactions(self, customer_id: str) -> tuple[Transaction, ...] | None:
        """The customer's transactions; None = unknown. A customer without an ID is unknown too."""
        if not customer_id or self._is_left_alone():
            return None
        try:
            found = self._read(customer_id)
        except httpx2.HTTPStatusError as error:  # its own words name the customer
            self.last_error = f"account API {self._base}: answered {error.response.status_code}, expected 200"
            return None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            self.last_error = f"account API {self._base}: {type(error).__name__}: {error}"
            self._note_silence()
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.last_error = f"account API {self._base}: answer not understood: {type(error).__name__}: {error}"
            return None
        self.last_error = ""
        self._silent, self._asked_again_at = 0, None
        return found

    def _is_left_alone(self) -> bool:
        """Whether it is not asked now. After the pause one question at a time tries it."""
        if self._clock is None or self._asked_again_at is None:
            return False
        now = self._clock()
        if now < self._asked_again_at:
            return True
        self._asked_again_at = now + PAUSE
        return False

    def _note_silence(self) -> None:
        self._silent += 1
        if self._clock is not None and self._silent >= SILENT_MAX:
            self._asked_again_at = self._clock() + PAUSE
            self.last_error += f"; not asked again before {self._asked_again_at:%H:%M:%S} UTC"

    def _read(self, customer_id: str) -> tuple[Transaction, ...]:
        answer = self._client.get(f"{self._base}/accounts/{quote(customer_id, safe='')}")
        answer.raise_for_status()
        if len(answer.content) > ANSWER_BYTES_MAX:
            raise ValueError(f"{len(answer.content)} bytes, at most {ANSWER_BYTES_MAX} are read")
        body = answer.json()
        if body["customer_id"] != customer_id:
            raise ValueError("it answered for another customer")
        return tuple(_transaction(row) for row in body["transactions"])

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def _transaction(row: Mapping[str, Any]) -> Transaction:
    late = row.get("late")
    if late is not None and not isinstance(late, bool):
        raise ValueError(f"late is {late!r}, expected true, false or null")
    return Transaction(
        kind=str(row["kind"]).lower(),
        asset=str(row.get("asset") or "").upper(),
        network=str(row.get("network") or "").lower(),
        amount_usd=float(row.get("amount_usd") or 0.0),
        txid=str(row.get("txid") or ""),
        status=str(row["status"]).lower(),
        created_at=_instant(row["created_at"]),
        late=late,
    )


def _instant(value: object) -> datetime:
    """RFC 3339 text or epoch seconds -> aware UTC."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(f"created_at is {value!r}, expected a time with its zone")
    return at.astimezone(UTC)
