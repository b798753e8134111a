"""The demo's customers are kept for a human where they write of security, and nowhere else."""

from datetime import UTC, datetime

import pytest

from tickets.guard import must_stay_human
from tickets.ticket import Form, NewTicket
from tocsin.demo.wordings import Wording, Wordings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDINGS = Wordings()
SLOTS = {
    "asset": "BTC", "network": "Bitcoin", "amount": "0.02", "txid": "a1b2", "pair": "BTC/USDT", "order": "O-1",
    "coin": "ETH", "sum": "2340",
}  # fmt: skip
TOPICS = [topic for topic in WORDINGS.topics() if topic != "angry"]
"""Who is furious may say one of the words that always mean a review."""


def stays_human(wording: Wording) -> bool:
    subject, text = wording.subject.format(**SLOTS), wording.text.format(**SLOTS)
    ticket = NewTicket(form=Form.OTHER, subject=subject, text=text, name="Kim", email="kim@example.com")
    return must_stay_human(ticket, now=NOON).human


@pytest.mark.parametrize("topic", TOPICS)
def test_only_words_about_security_keep_a_ticket_for_a_human(topic: str) -> None:
    wordings = WORDINGS.all(topic)
    assert wordings
    wrong = [(w.language, w.subject, w.text) for w in wordings if stays_human(w) != (topic == "security")]
    assert wrong == []
