"""Whatever a customer, an alert or an engineer writes comes out as text, on every surface."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from detectors.watch import FailureKind
from incidents.incident import Incident, IncidentUpdate, UpdateKind
from incidents.lifecycle import Action
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.http.test_bounds import PNG
from tests.tocsin.web.running import Client, Running
from tickets.ticket import Ticket
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage import EngineeringTicketRow
from tocsin.storage.accounts import Role

EVIL = """"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}<a href="javascript:alert(3)">x</a>"""
PAGES = {
    "desk": (Role.AGENT, "/desk"),
    "desk, linked": (Role.AGENT, "/desk?show=incident"),
    "desk ticket": (Role.AGENT, "/desk/tickets/{number}"),
    "desk incident": (Role.AGENT, "/desk/incidents/{incident}"),
    "desk answer": (Role.AGENT, "/desk/incidents/{incident}/answer"),
    "mailbox": (Role.AGENT, "/mailbox"),
    "mail": (Role.AGENT, "/mailbox/{mail}"),
    "console": (Role.ENGINEER, "/console"),
    "console incident": (Role.ENGINEER, "/console/incidents/{incident}"),
    "audit": (Role.ADMINISTRATOR, "/console/audit"),
    "portal": (None, "/support?form=Withdrawal"),
    "portal ticket": (None, "{page}"),
    "portal history": (None, "{history}"),
    "page": (None, "/status/"),
    "page incident": (None, "/status/incidents/{incident}.html"),
}


class Foreign(HTMLParser):
    """Collects elements and attributes that only the hostile text can have brought."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value}>")
        sources = [value for name, value in attrs if name == "src"]
        self._in_script = tag == "script"
        if tag == "img" and sources == ["x"]:
            self.found.append("<img src=x>")

    def handle_data(self, data: str) -> None:
        if self._in_script and "alert(" in data:
            self.found.append("<script>")
        self._in_script = False


def foreign(html: str) -> list[str]:
    reader = Foreign()
    reader.feed(html)
    return reader.found


def test_the_reader_of_this_test_sees_what_is_hostile() -> None:
    seen = {"<script>", "<img src=x>", "<img onerror=alert(2)>", "<a href=javascript:alert(3)>"}
    assert set(foreign(EVIL)) == seen


def hostile_incident(tocsin: Running) -> Incident:
    """An incident whose every free text is hostile, published with hostile words."""
    incident = tocsin.incident(EVIL[:190], disclosed=False, reason=EVIL)
    tocsin.do(incident, Action.ADD_NOTE, text=EVIL)
    tocsin.do(incident, Action.SET_SEVERITY, severity="critical", reason=EVIL)
    tocsin.do(incident, Action.APPROVE, text=EVIL)
    plots = {"plot-1.svg": b"<svg/>"}
    row = EngineeringTicketRow(incident_id=incident.id, title=EVIL, body=EVIL, digest="d", plots=plots)
    tocsin.services.store.engineering_tickets.save(row, tocsin.clock())
    return incident


def hostile_ticket(tocsin: Running) -> Ticket:
    """A ticket whose every free text, also of its file's name, is hostile, with an agent's hostile answer and note."""
    client = tocsin.client()
    data = {"form": "Withdrawal", "asset": "BTC", "network": EVIL[:100], "email": "ada@example.com", "text": EVIL}
    data |= {"subject": EVIL, "name": EVIL[:150], "phone": EVIL[:90], "customer_id": EVIL[:90]}
    answer = client.post("/support", data=data, files={"attachments": (EVIL, PNG, "image/png")})
    assert answer.status_code == 303, answer.text
    ticket = tocsin.services.store.tickets.page().items[0]
    agent = tocsin.client(Role.AGENT)
    for action in ("reply", "note"):
        said = {"form_token": tocsin.form_token(Role.AGENT), "action": action, "text": EVIL}
        assert agent.post(f"/desk/tickets/{ticket.number}", data=said).status_code == 303
    return ticket


def places(tocsin: Running) -> dict[str, str]:
    incident, ticket = hostile_incident(tocsin), hostile_ticket(tocsin)
    tocsin.settle()
    page = mailed_path(tocsin.services.desk, ticket.id)
    assert tocsin.services.mailbox is not None
    return {
        "incident": incident.id,
        "number": ticket.number,
        "mail": tocsin.services.mailbox.list().mails[0].id,
        "page": page,
        "history": page.replace("?", "/history?"),
    }


def test_hostile_words_come_out_as_text_everywhere(tocsin: Running) -> None:
    where = places(tocsin)
    shown = 0
    for name, (role, path) in PAGES.items():
        answer = tocsin.client(role).get(path.format(**where))
        assert answer.status_code == 200, name
        assert foreign(answer.text) == [], name
        assert "alert(2)&gt;49" not in answer.text, name
        shown += "&lt;script&gt;" in answer.text
    assert shown >= 9


def test_hostile_words_come_out_as_text_in_mails(tocsin: Running) -> None:
    places(tocsin)
    mailbox = tocsin.services.mailbox
    assert mailbox is not None
    mails = [mailbox.read(m.id) for m in mailbox.list().mails]
    assert len(mails) >= 2
    for mail in mails:
        assert mail is not None
        assert foreign(mail.html) == []
        assert "\n" not in mail.head.subject


ADDRESSES = ["/support?form={evil}", "/signin?next={evil}", "/{evil}", "/support/t/{evil}", "/desk?cursor={evil}"]
ADDRESSES += ["/desk?show={evil}", "/console/audit?actor={evil}"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_hostile_addresses_come_out_as_text(tocsin: Running, path: str) -> None:
    answer = tocsin.client(Role.ADMINISTRATOR).get(path.format(evil=quote(EVIL, safe="")))
    assert foreign(answer.text) == []


def test_a_wrong_form_with_hostile_values_shows_them_as_text(tocsin: Running) -> None:
    client: Client = tocsin.client()
    names = ("asset", "network", "txid", "amount", "amount_usd", "address", "subject", "text", "name", "email", "phone")
    answer = client.post("/support", data=dict.fromkeys(names, EVIL) | {"form": "Withdrawal", "key": EVIL})
    assert answer.status_code == 422
    assert foreign(answer.text) == []


def test_hostile_evidence_comes_out_as_text(tocsin: Running) -> None:
    signal = Signal(
        key="k",
        source=SignalSource.ALERT,
        name=EVIL,
        component=EVIL,
        title=EVIL,
        kind=FailureKind.DELAY,
        started_at=tocsin.clock(),
        seen_at=tocsin.clock(),
        facts=(("observed", EVIL),),
    )
    incident = Incident(
        id="a" * 12,
        title=EVIL,
        kind=FailureKind.DELAY,
        component=EVIL,
        components=(EVIL,),
        signals=(signal,),
        started_at=tocsin.clock(),
        opened_at=tocsin.clock(),
        disclosure_reason=EVIL,
        severity_reason=EVIL,
    )
    update = IncidentUpdate(incident=incident, at=tocsin.clock(), kind=UpdateKind.OPENED, reason=EVIL, author=EVIL)
    tocsin.services.store.incidents.open(update, tocsin.clock())
    for path in ("/console", f"/console/incidents/{incident.id}"):
        html = tocsin.client(Role.ENGINEER).get(path).text
        assert "&lt;script&gt;" in html
        assert foreign(html) == []
