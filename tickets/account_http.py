"""The exchange's account API over HTTP: GET {base}/accounts/{customer_id}."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from incidents.delivery import DeliveryError
from tickets.rest import RestClient, RestError, bearer
from tickets.ticket import Transaction

DEADLINE = timedelta(seconds=2)
"""From the first packet to the last: a ticket waits for no API that sends a byte a second."""


class HttpAccount:
    """Reads {"customer_id", "transactions": [{kind, asset, network, amount_usd, txid, status, created_at, late}]}.

    Whatever goes wrong gives None, "unknown", and is kept in `last_error`; it never reads as "no transactions".
    An API that did not answer several times in a row is left alone for a while: a ticket does not wait two seconds for
    what is not there.
    """

    def __init__(
        self,
        base: str,
        *,
        clock: Callable[[], datetime],
        token: str = "",
        deadline: timedelta = DEADLINE,
    ) -> None:
        self._name = f"account API {base.rstrip('/')}"
        self.client = RestClient(
            self._name,
            base,
            headers=bearer(token) if token else {},
            clock=clock,
            allow_private=True,
            deadline=deadline,
        )
        self.last_error = ""

    def transactions(self, customer_id: str) -> tuple[Transaction, ...] | None:
        """The customer's transactions; None = unknown. A customer without an ID is unknown too."""
        if not customer_id:
            return None
        try:
            found = self._read(customer_id)
        except RestError as error:
            self.last_error = str(error).replace(_path(customer_id), "/accounts/…")
            if error.status == 0 and self.client.gate.again_at is not None:
                self.last_error += f"; not asked again before {self.client.gate.again_at:%H:%M:%S} UTC"
            return None
        except DeliveryError:
            self.last_error = f"{self._name}: the answer is not JSON"
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.last_error = f"{self._name}: answer not understood: {type(error).__name__}: {error}"
            return None
        self.last_error = ""
        return found

    def _read(self, customer_id: str) -> tuple[Transaction, ...]:
        body = self.client.get(_path(customer_id))
        if body["customer_id"] != customer_id:
            raise ValueError("it answered for another customer")
        return tuple(_transaction(row) for row in body["transactions"])

    def close(self) -> None:
        """Closes the connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def _path(customer_id: str) -> str:
    return f"/accounts/{quote(customer_id, safe='')}"


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
