"""Simulated customers: which problems each one notices, when they write to support, and what they write.

A customer notices once their own transaction has been under way for twice its usual time (the earlier reading of
"late by more than twice its usual time": the customers get no extra patience), and writes after a lognormal delay of
median five minutes and sigma 1, both shortened by the speed. Before sending they look once more: whoever sees the
transaction done by then does not write. Nothing here knows of faults but the labels kept for the scoring.
"""

import heapq
import itertools
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from tocsin.demo import shape
from tocsin.demo.arrivals import CUSTOMERS, customer_id
from tocsin.demo.transactions import Transaction
from tocsin.demo.wordings import Wording, Wordings
from tocsin.demo.world import Kind, World

NOTICE_TIMES_USUAL = 2.0
DELAY_MEDIAN_S = 300.0
DELAY_SIGMA = 1.0
REPEAT_MEDIAN_S = 600.0
REPEAT_SHARE = 0.25
NAMES = (
    "Ana Ferreira", "Boris Lindqvist", "Carla Neumann", "Deniz Aydin", "Elif Kaya", "Farid Haddad", "Greta Olsen",
    "Hugo Martin", "Irina Volkova", "Jonas Weber", "Kofi Mensah", "Lucia Romero", "Marek Nowak", "Nadia Rossi",
    "Oscar Silva", "Priya Nair", "Quentin Dubois", "Rosa Delgado", "Samir Khan", "Tomas Horak", "Uma Patel",
    "Viktor Orlov", "Wendy Clarke", "Xenia Petrou", "Yusuf Demir", "Zoe Fischer",
)  # fmt: skip
LANGUAGES = ("en", "en", "en", "en", "en", "en", "de", "es", "tr", "pt", "ru")
TIERS = ("basic", "basic", "basic", "basic", "plus", "plus", "vip", "institutional")
RATES = {"fees": 0.07, "kyc": 0.08, "two_factor": 0.06, "api": 0.04, "general": 0.06, "security": 0.05, "angry": 0.06}
"""Tickets a second that have nothing to do with any transaction, at a load of 1."""
FORMS = {
    "fees": "Fees", "kyc": "Account verification", "two_factor": "Two-factor", "api": "API", "general": "Other",
    "security": "Other", "angry": "Other",
}  # fmt: skip

LATE_FORMS = {Kind.DEPOSIT: "Deposit", Kind.WITHDRAWAL: "Withdrawal", Kind.ORDER: "Trading issue"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who it is; the same for the same id, always."""

    id: str
    name: str
    email: str
    language: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A ticket to send, and what is true of it. label: affected, unrelated, security, angry or repeat."""

    key: str
    customer: Customer
    form: str
    subject: str
    text: str
    fields: tuple[tuple[str, str], ...]
    label: str
    topic: str
    written_at: float
    transaction: Transaction | None = None
    fault_id: str = ""

    def body(self) -> dict[str, object]:
        """What is sent to `POST /api/v1/tickets`."""
        return {
            "form": self.form,
            "subject": self.subject,
            "text": self.text,
            "name": self.customer.name,
            "email": self.customer.email,
            "customer_id": self.customer.id,
            "language": self.customer.language,
            "fields": dict(self.fields),
        }


class Sheet(NamedTuple):
    """What is filled in beside the words, and what is true of it."""

    form: str
    fields: tuple[tuple[str, str], ...]
    label: str
    topic: str


class Customers:
    """All of them. step() is given what began and returns who writes now."""

    def __init__(self, world: World, *, start: float, unrelated: float = 1.0) -> None:
        self._world = world
        self._unrelated = unrelated
        self._random = np.random.default_rng([world.seed, int(start), 5])
        self._now = start
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._wrote: dict[str, Transaction] = {}
        self._out: list[Letter] = []
        self._numbers = itertools.count(1)
        self._wordings = Wordings()

    def step(self, started: list[Transaction], now: float) -> list[Letter]:
        """The letters written up to `now`; `started`: what customers began since the last step."""
        for transaction in started:
            self._at(transaction.created_at + NOTICE_TIMES_USUAL * transaction.usual_s, self._notice, transaction)
        self._ask_questions(self._now, now)
        self._now = now
        self._out = []
        while self._agenda and self._agenda[0][0] <= now:
            at, _, action = heapq.heappop(self._agenda)
            action(at)
        return self._out

    def _at(self, at: float, action: Callable[[Transaction, float], None], transaction: Transaction) -> None:
        self._then(at, partial(action, transaction))

    def _then(self, at: float, action: Callable[[float], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), action))

    def _notice(self, transaction: Transaction, at: float) -> None:
        if transaction.finished_at is not None and transaction.finished_at <= at:
            return
        self._at(at + self._wait(DELAY_MEDIAN_S), self._complain, transaction)

    def _complain(self, transaction: Transaction, at: float) -> None:
        if transaction.finished_at is not None and transaction.finished_at <= at:
            return
        customer = customer_of(transaction.customer_id)
        first = self._wrote.get(customer.id)
        if first is not None and first.finished_at is None:
            self._ask_again(first, at)
            return
        wording = self._wordings.pick(transaction.kind, customer.language, transaction, self._random)
        form, fields = LATE_FORMS[transaction.kind], self._fields(transaction)
        if self._random.random() < 0.03:
            form, fields = "Other", ()
        label = "affected" if transaction.delayed_by else "unrelated"
        self._write(customer, wording, Sheet(form, fields, label, str(transaction.kind)), at, transaction)
        self._wrote[customer.id] = transaction
        if self._random.random() < REPEAT_SHARE:
            self._at(at + self._wait(REPEAT_MEDIAN_S), self._ask_again, transaction)

    def _ask_again(self, transaction: Transaction, at: float) -> None:
        if transaction.finished_at is not None and transaction.finished_at <= at:
            return
        customer = customer_of(transaction.customer_id)
        wording = self._wordings.pick("repeat", customer.language, transaction, self._random)
        fields = self._fields(transaction) if self._random.random() < 0.7 else ()
        sheet = Sheet(LATE_FORMS[transaction.kind], fields, "repeat", str(transaction.kind))
        self._write(customer, wording, sheet, at, transaction)

    def _ask_questions(self, start: float, end: float) -> None:
        if end <= start:
            return
        load = float(shape.load(np.array([start]))[0])
        for topic, rate in RATES.items():
            for _ in range(int(self._random.poisson(rate * load * self._unrelated * (end - start)))):
                at = start + float(self._random.random()) * (end - start)
                self._then(at, partial(self._question, topic))

    def _question(self, topic: str, at: float) -> None:
        customer = customer_of(customer_id(int(self._random.integers(CUSTOMERS))))
        wording = self._wordings.pick(topic, customer.language, None, self._random)
        label = topic if topic in ("security", "angry") else "unrelated"
        self._write(customer, wording, Sheet(FORMS[topic], (), label, topic), at, None)

    def _fields(self, transaction: Transaction) -> tuple[tuple[str, str], ...]:
        """The form asks for asset and network, or pair; the transaction's number many leave out."""
        if transaction.kind is Kind.ORDER:
            order = (("order_id", transaction.id),) if self._random.random() < 0.8 else ()
            return (("pair", transaction.pair), *order)
        known = [("asset", transaction.asset), ("network", transaction.network), ("amount", f"{transaction.amount:g}")]
        if self._random.random() < 0.65:
            known.append(("txid", transaction.id))
        if self._random.random() < 0.5:
            known.append(("amount_usd", f"{transaction.amount_usd:.2f}"))
        return tuple(known)

    def _write(
        self,
        customer: Customer,
        wording: Wording,
        sheet: Sheet,
        at: float,
        transaction: Transaction | None,
    ) -> Letter:
        key = f"{customer.id}-{self._world.seed}-{next(self._numbers)}-{int(at * 1000)}"
        letter = Letter(
            key=key,
            customer=replace(customer, language=wording.language),
            form=sheet.form,
            subject=wording.subject,
            text=wording.text,
            fields=sheet.fields,
            label=sheet.label,
            topic=sheet.topic,
            written_at=at,
            transaction=transaction,
            fault_id=transaction.delayed_by if transaction else "",
        )
        self._out.append(letter)
        return letter

    def _wait(self, median_s: float) -> float:
        return median_s / self._world.speed * float(np.exp(DELAY_SIGMA * self._random.standard_normal()))


def customer_of(customer_id: str) -> Customer:
    """The customer of an id; every id has the same name, language and tier each time."""
    mark = zlib.crc32(customer_id.encode())
    name = NAMES[mark % len(NAMES)]
    mailbox = f"{name.lower().replace(' ', '.')}.{customer_id[2:]}@customers.example"
    language, tier = LANGUAGES[(mark >> 8) % len(LANGUAGES)], TIERS[(mark >> 16) % len(TIERS)]
    return Customer(id=customer_id, name=name, email=mailbox, language=language, tier=tier)
