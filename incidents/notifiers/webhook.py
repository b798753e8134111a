"""Sends incident updates as JSON to one URL, signed by Standard Webhooks (https://www.standardwebhooks.com)."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import Self

import httpx2
import orjson
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from incidents.delivery import DeliveryError, wait_of
from incidents.incident import Incident, IncidentUpdate
from incidents.signal import Signal

_NOTHING: Mapping[str, object] = MappingProxyType({})
_TRY_LATER = frozenset({408, 425, 429})
_OK, _REDIRECT, _SERVER_ERROR = 200, 300, 500


class WebhookSink:
    """Posts every update once accepted; the `webhook-id` is the update's key, so a repeat is recognisable.

    secret: `whsec_` and base64; the standard asks for 24 to 64 bytes. clock: for the time of the signature.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        secret: str,
        clock: Callable[[], datetime],
        timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"webhook {name}: url is {url!r}, must begin with https:// or http://")
        self._name = name
        self._url = url
        self._webhook = _webhook(name, secret)
        self._clock = clock
        self._client = httpx2.Client(timeout=timeout.total_seconds(), follow_redirects=False)

    @property
    def name(self) -> str:
        """Unique in the configuration; the cursor is kept under it."""
        return self._name

    def deliver(self, update: IncidentUpdate, extra: Mapping[str, object] = _NOTHING) -> None:
        """Returns once the other side answered 2xx; raises DeliveryError.

        extra: what the application adds to the update's data, such as the engineering ticket.
        """
        self._post(update.key, {**payload_of(update), "data": {**data_of(update), **extra}})

    def update_ticket(self, update: IncidentUpdate, extra: Mapping[str, object], digest: str) -> None:
        """Posts a `ticket.updated` event: the ticket reads differently, and nothing happened since that update.

        Returns once the other side answered 2xx; raises DeliveryError. digest: of the ticket, for the event's id.
        """
        data = {"incident": _incident(update.incident), **extra}
        at = self._clock().isoformat()
        self._post(f"{update.key}:{digest[:16]}", {"type": "ticket.updated", "timestamp": at, "data": data})

    def send_test(self) -> str:
        """Posts a `test` event; returns what to look for; raises DeliveryError."""
        at = self._clock()
        key = f"test-{hashlib.sha256(f'{self._name}{at.isoformat()}'.encode()).hexdigest()[:12]}"
        data = {"message": f"This is a test of the webhook {self._name}. Nothing is wrong."}
        self._post(key, {"type": "test", "timestamp": at.isoformat(), "data": data})
        return f"a request of type test with webhook-id {key}"

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, key: str, payload: Mapping[str, object]) -> None:
        body = orjson.dumps(payload)
        at = self._clock().astimezone(UTC)
        headers = {
            "content-type": "application/json",
            "user-agent": "tocsin",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._webhook.sign(key, at, body.decode()),
        }
        try:
            # Streamed, so that a receiver's endless answer is not read.
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                self._judge(answer.status_code, answer.headers.get("retry-after", ""))
        except httpx2.TimeoutException as error:
            raise DeliveryError(f"webhook {self._name}: no answer in time", retry=True) from error
        except httpx2.TransportError as error:
            raise DeliveryError(f"webhook {self._name}: cannot be reached: {error}", retry=True) from error
        except (httpx2.InvalidURL, httpx2.HTTPError) as error:
            raise DeliveryError(f"webhook {self._name}: {error}; mend its url", retry=False) from error

    def _judge(self, status: int, retry_after: str) -> None:
        if _OK <= status < _REDIRECT:
            return
        answered = f"webhook {self._name}: answered {status}, expected 2xx"
        if status in _TRY_LATER or status >= _SERVER_ERROR:
            raise DeliveryError(answered, retry=True, retry_after=wait_of(retry_after, self._clock()))
        if _REDIRECT <= status < 400:
            answered += "; redirects are not followed, give the final address as its url"
        raise DeliveryError(answered, retry=False)


def payload_of(update: IncidentUpdate) -> dict[str, object]:
    """The envelope of the standard: type, timestamp, data; without what the application adds."""
    return {"type": f"incident.{update.kind}", "timestamp": update.at.isoformat(), "data": data_of(update)}


def data_of(update: IncidentUpdate) -> dict[str, object]:
    """The update and the incident as it then stood; documented in docs/webhook.md."""
    return {
        "update": {
            "key": update.key,
            "seq": update.seq,
            "kind": update.kind.value,
            "at": update.at.isoformat(),
            "reason": update.reason,
            "author": update.author,
            "message": update.message,
            "corrects": update.corrects,
            "language": update.language,
            "links": [{"title": title, "url": url} for title, url in update.links],
        },
        "incident": _incident(update.incident),
    }


def _incident(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        "reference": incident.reference,
        "title": incident.title,
        "kind": incident.kind.value,
        "status": incident.status.value,
        "severity": incident.severity.value if incident.severity else None,
        "severity_reason": incident.severity_reason,
        "component": incident.component,
        "components": list(incident.components),
        "signals": [_signal(signal) for signal in incident.signals],
        "shadow": incident.shadow,
        "opened_by": incident.opened_by,
        "confirmed_by": incident.confirmed_by,
        "end_reason": incident.end_reason.value if incident.end_reason else None,
        "merged_into": incident.merged_into,
        "disclosure_reason": incident.disclosure_reason,
        "recurrence": _recurrence(incident),
        **{field: _instant(getattr(incident, field)) for field in _INSTANTS},
    }


def _recurrence(incident: Incident) -> dict[str, object] | None:
    known = incident.recurrence
    if known is None:
        return None
    return {
        "since": known.since.isoformat(),
        "count": known.count,
        "last_at": known.last_at.isoformat(),
        "is_recurring": incident.is_recurring,
    }


_INSTANTS = (
    "started_at",
    "opened_at",
    "recovered_at",
    "resolved_at",
    "reopened_at",
    "disclosed_at",
    "disclose_at",
)


def _signal(signal: Signal) -> dict[str, object]:
    return {
        "key": signal.key,
        "source": signal.source.value,
        "name": signal.name,
        "component": signal.component,
        "title": signal.title,
        "kind": signal.kind.value,
        "started_at": signal.started_at.isoformat(),
        "ended_at": _instant(signal.ended_at),
        "score": signal.score,
        "user_visible": signal.user_visible,
        "facts": [{"name": name, "text": text} for name, text in signal.facts],
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _webhook(name: str, secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (ValueError, RuntimeError) as error:  # base64 errors are ValueErrors
        raise ValueError(f"webhook {name}: its secret is not `whsec_` and base64") from error
    except EmptyWebhookSecretError as error:
        raise ValueError(f"webhook {name}: its secret is empty") from error
