"""Coins that customers name beside an incident's own: an engineer reads of them, the public does not."""

from tests.tocsin.web.running import Running
from tickets.ticket import Proof, TicketStatus


def test_the_engineering_ticket_names_them_and_the_page_does_not(tocsin: Running) -> None:
    incident = tocsin.incident()
    for k in range(4):
        tocsin.ticket(
            incident_id=incident.id,
            status=TicketStatus.AWAITING_INCIDENT,
            proof=Proof.MACHINE,
            is_address_proven=True,
            customer_id=f"C-{k}",
            email=f"c{k}@example.com",
            subject="Withdrawal",
            text="It has not arrived",
            fields=(("asset", "XRP"),),
        )
    tocsin.settle()
    written = tocsin.services.store.engineering_tickets.get(incident.id)
    assert written is not None
    assert "**XRP**, Withdrawal: 4 customers, and no signal is about it; no component is about it" in written.body
    page = tocsin.services.config.data / "page"
    files = [path for path in page.rglob("*") if path.is_file() and path.suffix in (".html", ".json", ".xml", ".ics")]
    assert files
    assert not [path.name for path in files if "XRP" in path.read_text(encoding="utf-8")]
