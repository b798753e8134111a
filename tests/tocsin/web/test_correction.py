"""Words are seen before they are sent, and put right afterwards: on page and feeds at once, by mail only if asked."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import feedparser
import pytest

from incidents import lifecycle
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import Action, TransitionError
from tests.tocsin.web.running import Running
from tests.tocsin.web.subscribing import mails, subscribed, taking_subscriptions, tell
from tickets.ticket import Ticket, TicketStatus
from tocsin.page.publish import publish
from tocsin.storage.accounts import Role

BO = "bo@example.com"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    with taking_subscriptions(tmp_path) as made:
        yield made


def said(tocsin: Running, text: str = "It takes **ten** hours.") -> tuple[Incident, Ticket, int]:
    """A public incident with a message that was mailed, a customer who waits for it, and the line's number."""
    incident = tocsin.incident()
    ticket = tocsin.ticket(email=BO, incident_id=incident.id, status=TicketStatus.AWAITING_INCIDENT)
    tocsin.clock.pass_(minutes=2)
    tocsin.do(incident, Action.ADD_MESSAGE, text=text)
    settle(tocsin)
    return incident, ticket, len(tocsin.services.store.incidents.timeline(incident.id))


def settle(tocsin: Running) -> None:
    """Customers, subscribers and the page hear of it."""
    tocsin.settle()
    tocsin.clock.pass_(seconds=30)
    tell(tocsin)


def correct(tocsin: Running, incident: Incident, line: int, text: str, *, mail: str = "") -> None:
    tocsin.clock.pass_(minutes=3)
    tocsin.do(incident, Action.CORRECT, line=str(line), text=text, mail=mail)
    settle(tocsin)


def files(tocsin: Running) -> dict[str, str]:
    folder = tocsin.services.publisher.directory
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def corrections(tocsin: Running, to: str) -> list[str]:
    return [m.text for m in mails(tocsin, to) if "ten minutes" in m.text]


def test_a_correction_takes_the_place_of_the_words_and_nobody_is_mailed(tocsin: Running) -> None:
    subscribed(tocsin)
    incident, _, line = said(tocsin)
    before = feedparser.parse(files(tocsin)["feed.atom"].encode())
    came = [len(mails(tocsin, to)) for to in (BO, "ada@example.com")]
    correct(tocsin, incident, line, "It takes ten *minutes*.")
    made = files(tocsin)
    assert not [path for path, content in made.items() if "hours" in content and "ten" in content]
    for path in ("index.html", f"incidents/{incident.id}.html", "feed.atom", "feed.json"):
        assert "minutes</em>" in made[path] or "minutes&lt;/em&gt;" in made[path], path
    assert re.search(r"Corrected <time[^>]*>14:08 UTC</time>", made["index.html"])
    assert "Korrigiert" in made[f"de/incidents/{incident.id}.html"]
    after = feedparser.parse(made["feed.atom"].encode())
    assert [e.id for e in after.entries] == [e.id for e in before.entries], "the same entries"
    assert after.entries[0].updated > before.entries[0].updated
    assert after.entries[0].published == before.entries[0].published
    assert after.feed.updated > before.feed.updated
    for role, path in ((Role.ENGINEER, "console"), (Role.AGENT, "desk")):
        shown = tocsin.client(role).get(f"/{path}/incidents/{incident.id}").text
        assert re.search(r">corrected <time[^>]*>30 s ago, 14:08 UTC</time>", shown)
    assert "date_modified" in json.loads(made["feed.json"])["items"][0]
    assert [len(mails(tocsin, to)) for to in (BO, "ada@example.com")] == came


@pytest.mark.parametrize("is_over", [False, True])
def test_who_had_the_words_gets_the_new_ones_where_that_is_asked_for(tocsin: Running, is_over: bool) -> None:
    subscribed(tocsin)
    incident, ticket, line = said(tocsin)
    if is_over:
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
        settle(tocsin)
        assert tocsin.again(ticket).status is TicketStatus.RESOLVED
    correct(tocsin, incident, line, "It takes ten minutes.", mail="yes")
    for _ in range(2):
        settle(tocsin)
    (customers,) = corrections(tocsin, BO)
    assert "This replaces what we wrote to you before." in customers
    assert "Correction: " in next(m.head.subject for m in mails(tocsin, BO) if "ten minutes" in m.text)
    (subscribers,) = corrections(tocsin, "ada@example.com")
    assert "Corrected – 2 Mar 2026" in subscribers
    assert "hours" not in customers + subscribers


def test_words_are_taken_back_and_corrected_twice(tocsin: Running) -> None:
    incident, _, line = said(tocsin)
    correct(tocsin, incident, line, "It takes nine hours.")
    correct(tocsin, incident, line, "")
    made = files(tocsin)
    assert "hours" not in made[f"incidents/{incident.id}.html"]
    assert made[f"incidents/{incident.id}.html"].count('<li id="') == 2, "the entry stays, in the template's words"
    correct(tocsin, incident, line, "It takes ten minutes.")
    assert "ten minutes" in files(tocsin)[f"incidents/{incident.id}.html"]
    timeline = tocsin.services.store.incidents.timeline(incident.id)
    assert timeline[line - 1].message == "It takes **ten** hours.", "the record keeps them"
    assert "taken back by mara" in timeline[-2].reason


def test_a_postmortem_and_the_words_of_an_end_are_corrected(tocsin: Running) -> None:
    incident, _, _ = said(tocsin)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", text="A valve stuck.")
    ended = len(tocsin.services.store.incidents.timeline(incident.id))
    tocsin.do(incident, Action.POSTMORTEM, text="Two valves stuck.")
    correct(tocsin, incident, ended, "A pump stuck.")
    correct(tocsin, incident, ended + 1, "Two pumps stuck.")
    made = files(tocsin)[f"incidents/{incident.id}.html"]
    assert "valve" not in made
    assert "A pump stuck." in made
    assert "Two pumps stuck." in made


def test_words_that_waited_go_out_once_they_are_corrected(tocsin: Running) -> None:
    incident, _, _ = said(tocsin)
    tocsin.clock.pass_(minutes=2)

    def slipped(now: Incident) -> IncidentUpdate:
        return lifecycle.add_message(now, "chain/bitcoin is slow.", "mara", tocsin.clock())

    line = tocsin.services.store.incidents.change(incident.id, slipped, tocsin.clock()).seq
    publish(tocsin.services.publisher, tocsin.clock())
    problems = tocsin.services.publisher.problems
    assert len(problems) == 1
    correct(tocsin, incident, line, "The Bitcoin network is slow.")
    assert not any("chain/bitcoin" in one for one in tocsin.services.publisher.problems)
    assert "The Bitcoin network is slow." in files(tocsin)["index.html"]


@pytest.mark.parametrize("line", ["1", "99", "x", ""])
def test_a_line_without_words_is_not_corrected(tocsin: Running, line: str) -> None:
    incident, _, _ = said(tocsin)
    with pytest.raises(TransitionError):
        tocsin.do(incident, Action.CORRECT, line=line, text="New")


def test_the_api_corrects_too(tocsin: Running) -> None:
    incident, _, line = said(tocsin)
    machine = tocsin.client(token=tocsin.token("incidents:write"))
    path = f"/api/v1/incidents/{incident.id}/actions"
    answer = machine.post(path, json={"action": "correct words", "line": line, "text": "Ten minutes."})
    assert answer.status_code == 200
    last = answer.json()["timeline"][-1]
    assert (last["kind"], last["corrects"], last["is_mailed"]) == ("corrected", line, False)
    assert machine.post(path, json={"action": "correct words", "line": 1, "text": "x"}).status_code == 409
    assert machine.post(path, json={"action": "correct words", "line": line, "text": "INC-17"}).status_code == 422


PREVIEWED = "We **look** at [it](https://x.example)."


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({"action": "add message"}, "Update: Bitcoin withdrawals"),
        ({"action": "resolve", "end_reason": "fixed"}, "Solved: Bitcoin withdrawals"),
        ({"action": "correct words", "line": "LINE", "mail": "yes"}, "Correction: Bitcoin withdrawals"),
        ({"action": "correct words", "line": "LINE"}, ""),
        ({"action": "approve"}, "Update: Bitcoin withdrawals"),
        ({"action": "publish postmortem"}, ""),
    ],
    ids=["update", "end", "mailed correction", "correction", "approval", "postmortem"],
)
def test_words_are_seen_as_they_would_be_read_before_they_are_sent(
    tocsin: Running, values: dict[str, str], subject: str
) -> None:
    incident, _, line = said(tocsin)
    if values["action"] == "approve":
        incident = tocsin.incident("Another", disclosed=False)
    if values["action"] == "publish postmortem":
        tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    before = tocsin.services.store.incidents.timeline(incident.id)
    data = {k: v.replace("LINE", str(line)) for k, v in values.items()} | {"text": PREVIEWED, "preview": "yes"}
    engineer = tocsin.client(Role.ENGINEER)
    answer = engineer.submit(f"/console/incidents/{incident.id}", data)
    assert answer.status_code == 200
    shown = answer.text.partition("Preview: nothing has been sent.")[2].partition("customer with a linked ticket")[0]
    assert '<strong>look</strong> at <a href="https://x.example"' in shown
    assert "[Example Exchange] " in shown
    mailed = unescape(answer.text.partition("customer with a linked ticket</h3>")[2].partition("</form>")[0])
    assert (subject in mailed) if subject else ("None is sent." in mailed)
    assert ("We look at it (https://x.example)." in mailed) is bool(subject)
    assert f">{PREVIEWED}</textarea>" in answer.text, "what was written is still there to be sent"
    assert "bo@example.com" not in mailed
    assert tocsin.services.store.incidents.timeline(incident.id) == before
    assert tocsin.services.store.mail.counts().waiting == 0


def test_a_preview_refuses_what_the_form_would(tocsin: Running) -> None:
    incident, _, _ = said(tocsin)
    engineer = tocsin.client(Role.ENGINEER)
    values = {"action": "add message", "preview": "yes", "text": "chain/bitcoin is slow"}
    assert engineer.submit(f"/console/incidents/{incident.id}", values).status_code == 422


def test_a_message_to_all_is_seen_before_it_is_sent(tocsin: Running) -> None:
    incident, ticket, _ = said(tocsin)
    agent, path = tocsin.client(Role.AGENT), f"/desk/incidents/{incident.id}/answer"
    thread = tocsin.services.store.tickets.thread(ticket.id)
    answer = agent.submit(path, {"text": PREVIEWED, "count": "1", "preview": "yes"})
    assert answer.status_code == 200
    assert "Preview: nothing has been sent." in answer.text
    assert '<strong>look</strong> at <a href="https://x.example"' in answer.text
    assert "We look at it (https://x.example)." in answer.text
    assert f">{PREVIEWED}</textarea>" in answer.text
    assert tocsin.services.store.tickets.thread(ticket.id) == thread
    assert tocsin.services.store.mail.counts().waiting == 0


def test_old_words_of_the_same_minute_are_corrected_in_the_entry_that_they_are_part_of(tocsin: Running) -> None:
    subscribed(tocsin)
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=2)
    tocsin.do(incident, Action.ADD_MESSAGE, text="It takes ten hours.")
    line = len(tocsin.services.store.incidents.timeline(incident.id))
    tocsin.clock.at += timedelta(seconds=5)
    tocsin.do(incident, Action.IDENTIFY)
    settle(tocsin)
    correct(tocsin, incident, line, "It takes ten minutes.", mail="yes")
    assert "ten minutes" in files(tocsin)["index.html"]
    assert len(corrections(tocsin, "ada@example.com")) == 1
