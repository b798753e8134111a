"""What a person wrote in Markdown is rendered for everyone who reads it, and safe for all of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tests.tocsin.web.subscribing import mails, subscribed, taking_subscriptions, tell
from tickets.ticket import Ticket, TicketStatus
from tocsin.page.publish import publish
from tocsin.storage.accounts import Role

WRITTEN = (
    "We **moved** traffic, see [how](https://x.example/how).\n\n- Deposits arrive\n- <b>Wait</b> [no](javascript:x)"
)
HTML = '<strong>moved</strong> traffic, see <a href="https://x.example/how"'
ITEM = "<li>Deposits arrive</li>"
TEXT = "We moved traffic, see how (https://x.example/how).\n\n- Deposits arrive\n- <b>Wait</b>"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    with taking_subscriptions(tmp_path) as made:
        yield made


def is_rendered(html: str) -> bool:
    html = re.sub(r"<textarea.*?</textarea>", "", html, flags=re.DOTALL)  # where the words are written, or corrected
    assert "**moved**" not in html
    assert "<b>Wait" not in html
    assert 'href="javascript' not in html
    return HTML in html and ITEM in html


def is_readable(text: str) -> bool:
    assert "**" not in text
    return TEXT in text.replace("\r\n", "\n")


def written(tocsin: Running) -> tuple[Incident, Ticket]:
    incident = tocsin.incident()
    linked = {"incident_id": incident.id, "status": TicketStatus.AWAITING_INCIDENT}
    ticket = tocsin.ticket(email="bo@example.com", **linked)
    tocsin.clock.pass_(minutes=2)
    tocsin.do(incident, Action.ADD_MESSAGE, text=WRITTEN)
    return incident, ticket


def test_words_for_the_public_are_rendered_on_every_page_in_every_feed_and_mail(tocsin: Running) -> None:
    subscribed(tocsin)
    incident, ticket = written(tocsin)
    tocsin.settle()
    folder = tocsin.services.publisher.directory
    for path in ("index.html", f"incidents/{incident.id}.html", f"de/incidents/{incident.id}.html"):
        assert is_rendered((folder / path).read_text("utf-8")), path
    atom = feedparser.parse((folder / "feed.atom").read_bytes())
    assert any(is_rendered(entry.content[0].value) for entry in atom.entries)
    items = json.loads((folder / "feed.json").read_bytes())["items"]
    assert any(is_rendered(one["content_html"]) and is_readable(one["content_text"]) for one in items)
    summary = json.loads((folder / "api/v2/summary.json").read_bytes())
    assert any(is_readable(update["body"]) for update in summary["incidents"][0]["incident_updates"])
    token = tocsin.services.store.tickets.make_token(ticket.id)
    engineer, agent, customer = tocsin.client(Role.ENGINEER), tocsin.client(Role.AGENT), tocsin.client()
    assert is_rendered(engineer.get(f"/console/incidents/{incident.id}").text)
    assert is_rendered(agent.get(f"/desk/incidents/{incident.id}").text)
    assert is_rendered(customer.get(f"/support/t/{token}").text)
    assert is_rendered(customer.get("/support").text)
    linked = [m for m in mails(tocsin, "bo@example.com") if HTML in m.html]
    assert [is_rendered(m.html) and is_readable(m.text) for m in linked] == [True]
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    assert [is_rendered(m.html) and is_readable(m.text) for m in mails(tocsin) if HTML in m.html] == [True]


def test_an_agents_answer_is_rendered_and_what_a_customer_wrote_stays_as_it_was(tocsin: Running) -> None:
    ticket = tocsin.ticket(email="bo@example.com", text="I sent **1** BTC\nto _x_")
    agent = tocsin.client(Role.AGENT)
    agent.submit(f"/desk/tickets/{ticket.number}", {"action": "reply", "text": WRITTEN})
    agent.submit(f"/desk/tickets/{ticket.number}", {"action": "note", "text": "For **us** alone"})
    (mail,) = mails(tocsin, "bo@example.com")
    assert is_rendered(mail.html)
    assert is_readable(mail.text)
    desk = agent.get(f"/desk/tickets/{ticket.number}").text
    portal = tocsin.client().get(f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}").text
    for html in (desk, portal):
        assert is_rendered(html)
        assert "I sent **1** BTC\nto _x_" in html
    assert "<strong>us</strong>" in desk
    assert "alone" not in portal


def test_planned_work_is_rendered_too(tocsin: Running) -> None:
    subscribed(tocsin)
    work = tocsin.planned_work("Upgrade", WRITTEN)
    publish(tocsin.services.publisher, tocsin.clock())
    folder = tocsin.services.publisher.directory
    assert is_rendered((folder / "index.html").read_text("utf-8"))
    assert is_rendered((folder / f"maintenance/{work.public.id}.html").read_text("utf-8"))
    calendar = (folder / "maintenance.ics").read_text("utf-8").replace("\n ", "")
    assert "DESCRIPTION:We moved traffic\\, see how (https://x.example/how).\\n\\n- Deposits arrive" in calendar
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)
    (mail,) = [m for m in mails(tocsin) if "Upgrade" in m.head.subject]
    assert is_rendered(mail.html)
    assert is_readable(mail.text)
