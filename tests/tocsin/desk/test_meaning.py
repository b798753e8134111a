"""With embeddings on, the desk keeps for a human what reads like a human's case in words that no list has."""

from pathlib import Path

from tests.tocsin.web.running import CONFIG, READILY, running
from tickets.guard import HumanReason
from tickets.identity import NOBODY
from tickets.ticket import Form, NewTicket, TicketStatus
from tocsin.desk.intake import receive

UNLISTED = "An app that I installed from a link swaps the address each time I paste it, my last withdrawal went to them"


def new(text: str) -> NewTicket:
    return NewTicket(
        form=Form.WITHDRAWAL,
        subject="",
        text=text,
        email="anna@example.com",
        fields=(("asset", "BTC"), ("network", "bitcoin")),
    )


def test_a_case_of_security_in_unlisted_words_stays_with_a_human(tmp_path: Path) -> None:
    tocsin = running(tmp_path, f"{CONFIG}desk: {{embeddings: true, {READILY}}}\n")
    try:
        tocsin.incident("Withdrawals are slow")
        ticket = receive(
            tocsin.services.desk, new(UNLISTED), tocsin.clock(), identity=NOBODY, idempotency_key=None
        ).ticket
    finally:
        tocsin.close()
    assert ticket.human_reason == HumanReason.READS_SO
    assert ticket.incident_id is None or ticket.status is TicketStatus.NEW


def test_a_plain_complaint_is_linked_as_before(tmp_path: Path) -> None:
    tocsin = running(tmp_path, f"{CONFIG}desk: {{embeddings: true, {READILY}}}\n")
    try:
        incident = tocsin.incident("Bitcoin withdrawals are slow")
        plain = new("My bitcoin withdrawal has been pending for three hours")
        ticket = receive(tocsin.services.desk, plain, tocsin.clock(), identity=NOBODY, idempotency_key=None).ticket
    finally:
        tocsin.close()
    assert (ticket.human_reason, ticket.incident_id) == ("", incident.id)
