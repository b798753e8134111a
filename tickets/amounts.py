"""Estimates the amount of money that a ticket is about, in US dollars, without a price list."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tickets.phrases import normalise
from tickets.ticket import NewTicket, Ticket, Transaction

LARGE_USD = 10_000.0
RECENT = timedelta(days=1)
"""A transaction this young may be the one that a ticket is about, though it does not name it."""
SAME_SUM = 0.02  # dollar coins trade within this of a dollar
# Dollars and what is worth about one; an amount in euros or pounds is worth more, so it counts at its number.
CURRENCY = (
    r"(?:usd[tc]?|dollars?|dolar(?:es)?|доллар\w*|美元|美金|دلار|دولار|ドル|us\$|\$|"
    r"eur[os]?|euros?|€|gbp|pounds?|£)"
)
NUMBER = (
    r"(\d{1,3}(?:[.,' \u00a0]\d{3})+|\d+)([.,]\d{1,8})?\s?"
    r"(k|mio|million|millon\w*|mil|万|тыс\w*|bin|lakh)?"
)
AMOUNT = re.compile(rf"{CURRENCY}\s?{NUMBER}(?!\d)|{NUMBER}\s?{CURRENCY}")
SCALE = {"k": 1e3, "mil": 1e3, "bin": 1e3, "万": 1e4, "lakh": 1e5, "mio": 1e6, "million": 1e6}


def largest_usd(ticket: NewTicket | Ticket, transactions: Sequence[Transaction] | None, now: datetime) -> float | None:
    """The largest sum that the ticket may be about, in US dollars; None = unknown.

    It comes from the form, the words and the transactions that the ticket names; where it names none, from those of
    the last day.
    """
    own = transactions or ()
    known = [*_from_fields(ticket, "amount"), *_from_fields(ticket, "amount_usd"), *(t.amount_usd for t in own)]
    said = in_text(f"{ticket.subject}\n{ticket.text}", known)
    meant = list(_named(ticket, own)) or [t.amount_usd for t in own if now - RECENT <= t.created_at <= now]
    return max([*_from_fields(ticket, "amount_usd"), *said, *meant], default=None)


def in_text(text: str, known: Sequence[float] = ()) -> list[float]:
    """All dollar amounts that a text names; other currencies only where one unit is worth a dollar or more.

    "707.669" is 707 thousand to one reader and 707 to another: it is read as the sum among `known` that it fits, and as
    the larger where it fits none.
    """
    values = (_readings(found) for found in AMOUNT.finditer(normalise(text)))
    return [_fitting(readings, known) for readings in values if readings]


def _fitting(readings: list[float], known: Sequence[float]) -> float:
    fits = [r for r in readings if any(math.isclose(r, one, rel_tol=SAME_SUM) for one in known)]
    return max(fits or readings)


def _readings(found: re.Match[str]) -> list[float]:
    """What the sum may be: with its only separator before the thousands, or before three decimals."""
    usual = _value(found)
    if usual is None:
        return []
    whole, part = next((g for g in (found.group(1, 2), found.group(4, 5)) if g[0]), ("", ""))
    single = re.fullmatch(r"(\d{1,3})[.,](\d{3})", whole or "")
    if single is None or part:
        return [usual]
    return [usual, usual / 1000.0]


def _value(found: re.Match[str]) -> float | None:
    whole, part, scale = next((g for g in (found.group(1, 2, 3), found.group(4, 5, 6)) if g[0]), ("", "", ""))
    digits = re.sub(r"\D", "", whole or "")
    if not digits or len(digits) > 12:
        return None
    number = float(digits + (part or "").replace(",", "."))
    return number * _scale(scale or "")


def _scale(word: str) -> float:
    return (
        next((factor for start, factor in SCALE.items() if word == start), 1e3 if word.startswith("тыс") else 1e6)
        if word
        else 1.0
    )


def _from_fields(ticket: NewTicket | Ticket, name: str) -> Iterable[float]:
    value = dict(ticket.fields).get(name, "").replace(",", ".")
    try:
        number = float(value)
    except ValueError:
        return
    if math.isfinite(number):
        yield number


def _named(ticket: NewTicket | Ticket, transactions: Sequence[Transaction]) -> Iterable[float]:
    fields = dict(ticket.fields)
    ids = {fields.get("txid", ""), fields.get("order_id", "")} - {""}
    return (t.amount_usd for t in transactions if t.txid and (t.txid in ids or t.txid in ticket.text))
