"""The account API of the simulated exchange, and the true causes by which a story is scored."""

from collections import deque
from datetime import UTC, datetime

from tocsin.demo.arrivals import CUSTOMERS
from tocsin.demo.customers import customer_of
from tocsin.demo.faults import Fault
from tocsin.demo.sender import Sent
from tocsin.demo.simulate import Simulation
from tocsin.demo.transactions import Transaction

KEPT_S = 3600.0
KEPT_EACH = 20


class Accounts:
    """The transactions of the last hour by customer, and older ones that are not finished."""

    def __init__(self) -> None:
        self._of: dict[str, deque[Transaction]] = {}
        self._pruned_at = 0.0

    def add(self, started: list[Transaction], now: float) -> None:
        """Customers began these."""
        for transaction in started:
            self._of.setdefault(transaction.customer_id, deque(maxlen=KEPT_EACH)).append(transaction)
        if now - self._pruned_at > KEPT_S / 10:
            self._prune(now)

    def account(self, customer_id: str, now: float) -> dict[str, object]:
        """The answer of `GET /accounts/{customer_id}`, the latest transaction first. KeyError: no such customer."""
        digits = customer_id.removeprefix("C-")
        if not (customer_id.startswith("C-") and digits.isdecimal() and 0 <= int(digits) - 100_000 < CUSTOMERS):
            raise KeyError(customer_id)
        latest = reversed(self._of.get(customer_id, deque()))
        return {
            "customer_id": customer_id,
            "tier": customer_of(customer_id).tier,
            "transactions": [_transaction_json(transaction, now) for transaction in latest],
        }

    def _prune(self, now: float) -> None:
        self._pruned_at = now
        for customer_id in tuple(self._of):
            kept = [t for t in self._of[customer_id] if t.finished_at is None or now - t.finished_at < KEPT_S]
            if kept:
                self._of[customer_id] = deque(kept, maxlen=KEPT_EACH)
            else:
                del self._of[customer_id]


def truth(simulation: Simulation, sent: list[Sent], under_way: int) -> dict[str, object]:
    """The answer of `GET /truth`: what really happened."""
    affected = [_affected(transaction, simulation.now) for transaction in simulation.touched()]
    return {
        "now": _iso(simulation.now),
        "speed": simulation.world.speed,
        "faults": [fault_json(fault) for fault in simulation.faults.values()],
        "transactions": affected,
        "customers": sorted({str(one["customer_id"]) for one in affected if one["late"]}),
        "tickets_under_way": under_way,
        "tickets": [_ticket(one) for one in sent],
    }


def fault_json(fault: Fault) -> dict[str, object]:
    """A fault as `/faults` and `/truth` tell it."""
    return {
        "id": fault.id,
        "fault": fault.spec.kind.value,
        "target": fault.spec.target,
        "factor": fault.spec.factor,
        "started_at": _iso(fault.started_at),
        "ended_at": _iso(fault.ended_at),
    }


def _transaction_json(transaction: Transaction, now: float) -> dict[str, object]:
    return {
        "kind": transaction.kind.value,
        "asset": transaction.asset,
        "network": transaction.network,
        "pair": transaction.pair,
        "amount": transaction.amount,
        "amount_usd": transaction.amount_usd,
        "txid": transaction.id,
        "status": transaction.status(),
        "created_at": _iso(transaction.created_at),
        "late": transaction.is_late(now),
    }


def _affected(transaction: Transaction, now: float) -> dict[str, object]:
    return {
        "txid": transaction.id,
        "customer_id": transaction.customer_id,
        "kind": transaction.kind.value,
        "asset": transaction.asset,
        "network": transaction.network,
        "pair": transaction.pair,
        "fault": transaction.delayed_by,
        "created_at": _iso(transaction.created_at),
        "usual_s": round(transaction.usual_s, 3),
        "finished_at": _iso(transaction.finished_at),
        "late": transaction.is_late(now),
    }


def _ticket(sent: Sent) -> dict[str, object]:
    letter, own = sent.letter, sent.letter.transaction
    return {
        "number": sent.number,
        "key": letter.key,
        "customer_id": letter.customer.id,
        "email": letter.customer.email,
        "label": letter.label,
        "topic": letter.topic,
        "fault": letter.fault_id,
        "form": letter.form,
        "language": letter.customer.language,
        "subject": letter.subject,
        "text": letter.text,
        "txid": own.id if own else "",
        "amount_usd": own.amount_usd if own else None,
        "written_at": _iso(letter.written_at),
        "sent_at": _iso(sent.sent_at),
        "answered_at": _iso(sent.answered_at),
        "transaction_created_at": _iso(own.created_at if own else None),
        "transaction_finished_at": _iso(own.finished_at if own else None),
        "attempts": sent.attempts,
        "error": sent.error,
    }


def _iso(at: float | None) -> str | None:
    return (
        None
        if at is None
        else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
