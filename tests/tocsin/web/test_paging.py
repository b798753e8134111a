"""Every list is paged by a cursor: all of it, in order, nothing twice."""

from datetime import timedelta

import pytest

from incidents.lifecycle import Action
from incidents.silence import Silence
from tests.tocsin.web.desk.test_desk import pages
from tests.tocsin.web.running import Running
from tickets.mail.message import Mail
from tickets.ticket import TicketStatus
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage import AuditEntry
from tocsin.storage.accounts import Role

MANY = 110


def incidents(tocsin: Running, count: int = 60, *, over: bool = False) -> list[str]:
    made = [tocsin.incident(f"Number {k}", disclosed=False) for k in range(count)]
    for incident in made if over else ():
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    return [i.id for i in reversed(made)]


@pytest.mark.parametrize("over", [False, True])
def test_the_consoles_incidents(tocsin: Running, over: bool) -> None:
    made = incidents(tocsin, over=over)
    path = "/console?show=over" if over else "/console"
    listed = pages(
        tocsin.client(Role.ENGINEER), path, r'<td class="main"[^>]*><a data-row href="/console/incidents/(\w+)"'
    )
    assert listed == made


def test_the_apis_incidents(tocsin: Running) -> None:
    made = incidents(tocsin)
    client = tocsin.client(token=tocsin.token("incidents:read"))
    found: list[str] = []
    params: dict[str, str] = {"limit": "25"}
    while True:
        page = client.get("/api/v1/incidents", params=params).json()
        found += [i["id"] for i in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert found == made


def test_the_desks_incidents(tocsin: Running) -> None:
    made = incidents(tocsin, 45)
    assert pages(tocsin.client(Role.AGENT), "/desk", r'href="/desk/incidents/(\w+)"') == made


def test_an_incidents_tickets(tocsin: Running) -> None:
    incident = tocsin.incident()
    made = []
    for k in range(MANY):
        tocsin.clock.pass_(seconds=1)
        ticket = tocsin.ticket(incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT, customer_id=str(k))
        made.append(ticket.number)
    path = f"/desk/incidents/{incident.id}"
    assert pages(tocsin.client(Role.AGENT), path, r'href="/desk/tickets/(TOC-\d+)"') == made[::-1]


def test_a_customers_other_tickets(tocsin: Running) -> None:
    made = []
    for _ in range(25):
        tocsin.clock.pass_(seconds=1)
        made.append(tocsin.ticket().number)
    listed = pages(tocsin.client(Role.AGENT), f"/desk/tickets/{made[0]}", r'href="/desk/tickets/(TOC-\d+)"')
    assert listed == made[:0:-1]


def test_the_support_history(tocsin: Running) -> None:
    made = []
    for _ in range(60):
        tocsin.clock.pass_(seconds=1)
        made.append(tocsin.ticket())
    path = mailed_path(tocsin.services.desk, made[0].id).replace("?", "/history?")
    listed = pages(tocsin.client(), path, r'<td class="id"[^>]*>(TOC-\d+)')
    assert listed == [t.number for t in reversed(made)]


def test_an_incidents_timeline(tocsin: Running) -> None:
    incident = tocsin.incident()
    for k in range(MANY):
        tocsin.do(incident, Action.ADD_NOTE, text=f"note-{k}-")
    listed = pages(tocsin.client(Role.ENGINEER), f"/console/incidents/{incident.id}", r"note-(\d+)-")
    assert listed == [str(k) for k in reversed(range(MANY))]


def test_the_mailbox(tocsin: Running) -> None:
    mailbox = tocsin.services.mailbox
    assert mailbox is not None
    for k in range(MANY):
        tocsin.clock.pass_(seconds=1)
        name = f"<{k}@example.com>"
        mail = Mail(key=name, to="a@example.com", subject=f"mail-{k}-", text="", html="", message_id=name)
        with mailbox.sending() as send:
            send(mail)
    listed = pages(tocsin.client(Role.AGENT), "/mailbox", r"mail-(\d+)-")
    assert listed == [str(k) for k in reversed(range(MANY))]


def test_the_audit(tocsin: Running) -> None:
    for k in range(250):
        entry = AuditEntry(actor="bob", action=f"act-{k}-", subject_kind="ticket", subject="x")
        tocsin.services.store.audit.add(entry, tocsin.clock())
    client = tocsin.client(Role.ADMINISTRATOR)
    listed = pages(client, "/console/audit?actor=bob", r"act-(\d+)-")
    assert listed == [str(k) for k in reversed(range(250))]


def test_silences(tocsin: Running) -> None:
    for k in range(MANY):
        at = tocsin.clock() + timedelta(seconds=k)
        silence = Silence(
            id=f"s{k}", component=f"part-{k}-", starts_at=at, ends_at=at + timedelta(days=1), author="x", reason="x"
        )
        tocsin.services.store.silences.add(silence, tocsin.clock())
    listed = pages(tocsin.client(Role.ENGINEER), "/console/silences", r">part-(\d+)-</td>")
    assert listed == [str(k) for k in reversed(range(MANY))]


@pytest.mark.parametrize(
    "path",
    ["/console?cursor=x", "/desk?cursor=x", "/desk?cursor=9.", "/desk?incidents=x", "/console/audit?cursor=x",
     "/console/silences?cursor=x", "/console/notices?cursor=x", "/api/v1/incidents?cursor=x"],
)  # fmt: skip
def test_a_cursor_of_nowhere_is_refused(tocsin: Running, path: str) -> None:
    assert tocsin.client(Role.ADMINISTRATOR).get(path).status_code == 400
