"""Tickets that came before their incident was known are linked outside the delivery of its updates."""

from tests.tocsin.web.running import Running
from tickets.ticket import TicketStatus

BODY = {
    "form": "Withdrawal",
    "text": "My Bitcoin withdrawal has not arrived",
    "email": "ada@example.com",
    "customer_id": "C-1",
    "fields": {"asset": "BTC", "network": "Bitcoin"},
}


def test_who_is_linked_afterwards_is_mailed_what_others_were_once(tocsin: Running) -> None:
    exchange = tocsin.client(token=tocsin.token("tickets:write"))
    for k in range(3):
        exchange.post("/api/v1/tickets", json={**BODY, "customer_id": f"C-{k // 2}", "email": f"c{k // 2}@example.com"})
    tocsin.clock.pass_(minutes=2)
    tocsin.settle()
    tocsin.incident()
    for sink in ("customers", "sweep", "customers", "sweep"):
        tocsin.deliver(f"updates:{sink}")
    tickets = tocsin.services.store.tickets.page().items
    assert {t.status for t in tickets} == {TicketStatus.AWAITING_INCIDENT}
    notified = [
        mail.to for t in tickets for mail in tocsin.services.store.mail.of_ticket(t.id) if "Update" in mail.subject
    ]
    assert sorted(notified) == ["c0@example.com", "c1@example.com"]
