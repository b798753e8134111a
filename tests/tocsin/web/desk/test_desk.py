"""What agents do: the queue, one ticket, and many at once."""

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import Client, Running
from tickets.identity import NOBODY
from tickets.linking import BY_WORDS
from tickets.ticket import Author, Form, NewTicket, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.context.loops import Loop
from tocsin.desk.intake import assess, receive
from tocsin.desk.learning import Learning
from tocsin.desk.ticket_link import mailed_path
from tocsin.storage.accounts import Role
from tocsin.web.desk.ticket import ACTIONS as OFFERED

S = TicketStatus
BY_PRIORITY = {p: Routing(priority=p, team=Team.TECHNICAL, tier=1, department="Technical") for p in Priority}


@pytest.fixture
def agent(tocsin: Running) -> Client:
    return tocsin.client(Role.AGENT)


def do(tocsin: Running, agent: Client, ticket: Ticket, action: str, **values: str) -> int:
    data = {"form_token": tocsin.form_token(Role.AGENT), "action": action, **values}
    return agent.post(f"/desk/tickets/{ticket.number}", data=data).status_code


def test_the_queue_has_the_most_pressing_first_over_all_its_pages(tocsin: Running, agent: Client) -> None:
    order = [Priority.LOW, Priority.CRITICAL, Priority.NORMAL, Priority.HIGH, Priority.URGENT] * 21
    made: list[Ticket] = []
    for priority in order:
        tocsin.clock.pass_(seconds=1)
        made.append(tocsin.ticket(routing=BY_PRIORITY[priority], customer_id=str(len(made))))
    tocsin.ticket(status=S.CLOSED)
    wanted = [t.number for p in Priority for t in made if t.routing.priority is p]
    assert pages(agent, "/desk", r'href="/desk/tickets/(TOC-\d+)[?]view') == wanted


def pages(client: Client, path: str, item: str) -> list[str]:
    """What the pattern finds on a list's every page, following its cursor."""
    found: list[str] = []
    for _ in range(40):
        html = client.get(path).text
        found += re.findall(item, html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        if following is None:
            return found
        path = following.group(1).replace("&amp;", "&")
    raise AssertionError(f"{path} has no last page")


def test_an_incident_is_one_row_with_its_tickets_inside(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    undisclosed = tocsin.incident("Quiet", disclosed=False)
    for _ in range(3):
        tocsin.ticket(incident_id=incident.id, status=S.AWAITING_INCIDENT)
    html = agent.get("/desk").text
    assert html.count(f"/desk/incidents/{incident.id}") == 1
    assert "No new tickets" in html
    assert 'data-label="Tickets inside">3<br><small>3 in 10 minutes</small></td>' in html
    assert undisclosed.reference in html
    inside = agent.get(f"/desk/incidents/{incident.id}").text
    assert inside.count("/desk/tickets/TOC-") == 3


def test_a_ticket_that_may_belong_is_linked_with_one_click(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket(subject="Bitcoin withdrawal pending", text="My BTC withdrawal is still pending", fields=())
    tocsin.clock.pass_(minutes=1)
    incident = tocsin.incident()
    html = agent.get(f"/desk/tickets/{ticket.number}").text
    assert "Possibly related:" in html
    assert f"Link it to {incident.reference}" in html
    assert do(tocsin, agent, ticket, "link", incident=incident.id) == 303
    linked = tocsin.again(ticket)
    assert (linked.incident_id, linked.status, linked.linked_by) == (incident.id, S.AWAITING_INCIDENT, "agent")


ACTIONS: dict[str, tuple[dict[str, object], str, dict[str, str], TicketStatus]] = {
    "accept": ({}, "accept", {}, S.IN_PROGRESS),
    "reply": ({}, "reply", {"text": "We look"}, S.AWAITING_CUSTOMER),
    "note": ({}, "note", {"text": "Known"}, S.NEW),
    "link": ({}, "link", {"incident": "INCIDENT"}, S.AWAITING_INCIDENT),
    "confirm": (
        {"incident_id": "INCIDENT", "status": S.AWAITING_INCIDENT, "linked_by": "tocsin"},
        "confirm",
        {},
        S.AWAITING_INCIDENT,
    ),
    "reject": ({"suggested_id": "INCIDENT"}, "reject", {}, S.NEW),
    "unlink": ({"incident_id": "INCIDENT", "status": S.AWAITING_INCIDENT}, "unlink", {}, S.NEW),
    "resolve": ({}, "resolve", {}, S.RESOLVED),
    "reopen": ({"status": S.RESOLVED}, "reopen", {}, S.NEW),
    "close": ({"status": S.RESOLVED}, "close", {}, S.CLOSED),
    "undo close": (
        {"status": S.CLOSED, "closed_from": S.AWAITING_CUSTOMER, "closed_by": "agent"},
        "undo close",
        {},
        S.AWAITING_CUSTOMER,
    ),
    "undo merge": ({"status": S.MERGED}, "undo merge", {}, S.NEW),
    "hand over": ({"assignee": "mara"}, "hand over", {"person": "agent", "note": "Please go on"}, S.IN_PROGRESS),
}


WITH_DETAIL = ACTIONS.keys() - {"reply", "note"}


@pytest.mark.parametrize("case", ACTIONS.values(), ids=ACTIONS)
def test_every_action_is_done_and_audited(
    tocsin: Running, agent: Client, case: tuple[dict[str, object], str, dict[str, str], TicketStatus]
) -> None:
    was, action, values, becomes = case
    incident = tocsin.incident()
    ticket = tocsin.ticket(**{k: incident.id if v == "INCIDENT" else v for k, v in was.items()})
    said = {k: incident.id if v == "INCIDENT" else v for k, v in values.items()}
    assert do(tocsin, agent, ticket, action, **said) == 303
    assert tocsin.again(ticket).status == becomes
    assert tocsin.audited(ticket.id) == ["create", action]
    entry = tocsin.services.store.audit.page().items[0].entry
    assert entry.actor == "agent"
    assert bool(entry.detail) == (action in WITH_DETAIL), "what was done is in the audit trail, a message's text never"


def test_the_table_has_every_action_of_the_desk() -> None:
    assert set(ACTIONS) == set(OFFERED)


def test_every_view_of_a_ticket_is_audited(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket()
    agent.get(f"/desk/tickets/{ticket.number}")
    path = f"/support/t/{tocsin.services.store.tickets.make_token(ticket.id)}"
    tocsin.client().get(path)
    tocsin.client().get(mailed_path(tocsin.services.desk, ticket.id))
    assert tocsin.audited(ticket.id) == ["create", "view", "view", "view"]
    tocsin.client().post(path, data={"text": "More"})
    tocsin.client().post(path, data={"action": "close"})
    assert tocsin.audited(ticket.id)[4:] == ["comment", "close"]
    assert tocsin.services.store.audit.first_break() is None


@pytest.mark.parametrize(
    ("status", "action", "values"),
    [
        (S.CLOSED, "reply", {"text": "x"}),
        (S.NEW, "reply", {"text": "  "}),
        (S.NEW, "unlink", {}),
        (S.NEW, "dance", {}),
    ],
)
def test_an_impossible_action_is_reported_and_changes_nothing(
    tocsin: Running, agent: Client, status: TicketStatus, action: str, values: dict[str, str]
) -> None:
    ticket = tocsin.ticket(status=status)
    assert do(tocsin, agent, ticket, action, **values) == 409
    assert tocsin.again(ticket) == ticket


def test_a_ticket_waits_for_no_incident_that_is_over_or_in_shadow(tocsin: Running, agent: Client) -> None:
    over, ticket = tocsin.incident(), tocsin.ticket()
    tocsin.do(over, Action.RESOLVE, end_reason="fixed")
    assert do(tocsin, agent, ticket, "link", incident=over.id) == 409
    assert do(tocsin, agent, ticket, "link", incident="nothing") == 404


def test_an_answer_sent_twice_reaches_the_customer_once(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket()
    for _ in range(2):
        assert do(tocsin, agent, ticket, "reply", text="We look", key="k") == 303
    tocsin.settle()
    assert tocsin.services.mailbox is not None
    assert len(tocsin.services.mailbox.list().mails) == 1
    assert [m.author for m in tocsin.services.store.tickets.thread(ticket.id)] == [Author.CUSTOMER, Author.AGENT]


def waiting(tocsin: Running, incident_id: str, count: int = 5) -> list[Ticket]:
    """Linked tickets; every second customer wrote twice."""
    made = []
    for k in range(count):
        tocsin.clock.pass_(seconds=1)
        who = {"email": f"c{k // 2}@example.com", "customer_id": f"C-{k // 2}"}
        made.append(tocsin.ticket(incident_id=incident_id, status=S.AWAITING_INCIDENT, **who))
    return made


@pytest.mark.parametrize(
    ("joining", "leaving", "reported"),
    [
        (0, 0, "Sent to 3 customers."),
        (5, 0, "Sent to 8 customers, 5 more than when you opened the form."),
        (1, 0, "Sent to 4 customers, 1 more than when you opened the form."),
        (0, 1, "Sent to 2 customers, 1 fewer than when you opened the form."),
        (2, 2, "Sent to 3 customers."),
    ],
)
def test_one_message_reaches_everybody_who_is_linked_when_it_is_sent(
    tocsin: Running, agent: Client, joining: int, leaving: int, reported: str
) -> None:
    incident = tocsin.incident()
    tickets = waiting(tocsin, incident.id)
    path = f"/desk/incidents/{incident.id}/answer"
    form = agent.get(path).text
    assert "Write to 3 customers" in form
    data = {"form_token": tocsin.form_token(Role.AGENT), "text": "We look at it", "key": "k", "count": "3"}
    for k in range(joining):
        linked = {"incident_id": incident.id, "status": S.AWAITING_INCIDENT, "customer_id": ""}
        tickets.append(tocsin.ticket(email=f"late{k}@example.com", **linked))
    for ticket in (tickets[4], tickets[0], tickets[1])[: leaving * 2 - 1 if leaving else 0]:
        do(tocsin, agent, ticket, "resolve")
    answer = agent.post(path, data=data)
    assert reported in agent.get(answer.headers["location"]).text
    wrote = [len(tocsin.services.store.tickets.thread(t.id)) - 1 for t in tickets]
    assert sum(wrote) == tocsin.services.store.mail.counts().waiting == 3 + joining - leaving
    again = agent.post(path, data=data)
    assert "nobody got them twice" in agent.get(again.headers["location"]).text
    assert [len(tocsin.services.store.tickets.thread(t.id)) - 1 for t in tickets] == wrote


def test_the_same_words_in_a_new_form_reach_only_who_joined_since(tocsin: Running, agent: Client) -> None:
    """A browser that goes back brings what was typed into a new form."""
    incident = tocsin.incident()
    tickets = waiting(tocsin, incident.id)

    def write(text: str, key: str) -> str:
        data = {"form_token": tocsin.form_token(Role.AGENT), "text": text, "key": key, "count": "3"}
        return agent.get(agent.post(f"/desk/incidents/{incident.id}/answer", data=data).headers["location"]).text

    assert "Sent to 3 customers." in write("We look at it", "first")
    assert "nobody got them twice" in write("We look at it\n", "second")
    for k in range(8):  # whose ids come before and after those of the others
        linked = {"incident_id": incident.id, "status": S.AWAITING_INCIDENT, "customer_id": ""}
        tickets.append(tocsin.ticket(email=f"late{k}@example.com", **linked))
    assert "Sent to 8 customers, 5 more than" in write("We look at it", "third")
    assert max(len(tocsin.services.store.tickets.thread(t.id)) - 1 for t in tickets) == 1
    assert "Sent to 11 customers" in write("We still look at it", "fourth")


def test_a_form_sent_twice_at_once_is_answered_both_times_and_reaches_each_once(tocsin: Running) -> None:
    incident = tocsin.incident()
    tickets = waiting(tocsin, incident.id)
    path, token = f"/desk/incidents/{incident.id}/answer", tocsin.form_token(Role.AGENT)
    agents = [tocsin.client(Role.AGENT) for _ in range(4)]
    for number in range(5):
        data = {"form_token": token, "text": f"We look at it, {number}", "key": "k", "count": "3"}
        together = Barrier(len(agents))

        def send(agent: Client, data: dict[str, str] = data, together: Barrier = together) -> str:
            together.wait()
            answer = agent.post(path, data=data)
            assert answer.status_code == 303, answer.text
            return agent.get(answer.headers["location"]).text

        with ThreadPoolExecutor(len(agents)) as pool:
            pages = list(pool.map(send, agents))
        assert sorted("Sent to 3 customers." in html for html in pages) == [False, False, False, True]
        assert sum("nobody got them twice" in html for html in pages) == 3
    wrote = [len(tocsin.services.store.tickets.thread(t.id)) - 1 for t in tickets]
    assert sum(wrote) == tocsin.services.store.mail.counts().waiting == 15
    assert max(wrote) == 5


@pytest.mark.parametrize("count", ["", "x", "-1", "9" * 30])
def test_a_message_to_all_goes_out_whatever_the_form_said_of_their_number(
    tocsin: Running, agent: Client, count: str
) -> None:
    incident = tocsin.incident()
    waiting(tocsin, incident.id)
    data = {"form_token": tocsin.form_token(Role.AGENT), "text": "We look at it", "key": "k", "count": count}
    answer = agent.post(f"/desk/incidents/{incident.id}/answer", data=data)
    assert "Sent to 3 customers." in agent.get(answer.headers["location"]).text


def test_a_closing_offers_its_undoing(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket(status=S.AWAITING_CUSTOMER)
    do(tocsin, agent, ticket, "close")
    assert "Undo closing: it is awaiting customer again" in agent.get(f"/desk/tickets/{ticket.number}").text
    assert do(tocsin, agent, ticket, "undo close") == 303
    assert "Undo closing" not in agent.get(f"/desk/tickets/{ticket.number}").text
    assert tocsin.again(ticket).status is S.AWAITING_CUSTOMER


def test_what_was_mailed_by_itself_stands_in_the_thread(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    ticket = tocsin.ticket(incident_id=incident.id, status=S.AWAITING_INCIDENT)
    tocsin.clock.pass_(minutes=1)
    do(tocsin, agent, ticket, "reply", text="We look at yours")
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.ADD_MESSAGE, text="A fix is on its way.")
    tocsin.settle()
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    for update in tocsin.services.store.incidents.timeline(incident.id):
        for ours in tocsin.services.refreshed:
            ours.deliver(update)
    desk = agent.get(f"/desk/tickets/{ticket.number}").text
    token = tocsin.services.store.tickets.make_token(ticket.id)
    portal = tocsin.client().get(f"/support/t/{token}").text
    for html in (desk, portal):
        thread = html.partition("<h2>Messages</h2>")[2]
        order = ["We look at yours", "A fix is on its way.", "We have marked your ticket as solved."]
        assert sorted(thread.index(one) for one in order) == [thread.index(one) for one in order]
        assert thread.count("We look at yours") == 1, "an answer is a message, not a mail beside it"
        assert "mailed=" not in thread, "the link proves that its reader has the mailbox: it stands in the mail alone"
        assert ", by mail" in thread
    assert "(not sent yet)" in desk


def test_all_of_an_incident_are_resolved_but_those_a_human_must_decide(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    tickets = waiting(tocsin, incident.id)
    human = tocsin.ticket(incident_id=incident.id, human_reason="speaks of theft")
    unsolved = tocsin.ticket(incident_id=incident.id, status=S.AWAITING_INCIDENT, keep_open=True)
    assert "Resolve 7 tickets" in agent.get(f"/desk/incidents/{incident.id}").text
    data = {"form_token": tocsin.form_token(Role.AGENT)}
    answer = agent.post(f"/desk/incidents/{incident.id}/resolve", data=data)
    reported = agent.get(answer.headers["location"]).text
    assert "5 tickets were resolved. 2 stay open: a human must decide." in reported
    assert {tocsin.again(t).status for t in tickets} == {S.RESOLVED}
    assert {tocsin.again(t).status for t in (human, unsolved)} == {S.NEW, S.AWAITING_INCIDENT}
    assert tocsin.audited(tickets[0].id) == ["create", "resolve"]


def test_who_was_mailed_because_of_a_mistaken_link_and_nobody_else_is_written_that_it_was_one(
    tocsin: Running, agent: Client
) -> None:
    incident, form = tocsin.incident(), {"form_token": tocsin.form_token(Role.AGENT)}
    tocsin.settle()
    tocsin.clock.pass_(minutes=1)
    rightly = tocsin.ticket(email="right@example.com", customer_id="")
    do(tocsin, agent, rightly, "link", incident=incident.id)
    wrongly = [tocsin.ticket(email=f"c{k}@example.com", customer_id="") for k in range(3)]
    wrongly.append(tocsin.ticket(email="c0@example.com", customer_id=""))
    answer = agent.post("/desk", data={**form, "ticket": [t.id for t in wrongly], "incident": incident.id})
    page, batch = answer.headers["location"], answer.headers["location"].partition("linked=")[2]
    do(tocsin, agent, wrongly[2], "unlink")
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are on it.")
    tocsin.settle()
    assert "2 customers were mailed about it" in agent.get(page).text
    for _ in range(2):
        agent.post(f"/desk/incidents/{incident.id}/undo", data={**form, "batch": batch})
    corrected = [
        m for t in (rightly, *wrongly) for m in tocsin.services.store.mail.of_ticket(t.id) if "Corr" in m.subject
    ]
    assert sorted(m.to for m in corrected) == ["c0@example.com", "c1@example.com"]
    assert all("Bitcoin withdrawals delayed" in m.text for m in corrected)
    assert Loop.MAIL in tocsin.runtime.woken


def test_linking_many_is_undone_as_one(tocsin: Running, agent: Client) -> None:
    incident, before = tocsin.incident(), tocsin.ticket()
    do(tocsin, agent, before, "link", incident=incident.id)
    tickets = [tocsin.ticket() for _ in range(4)]
    data = {"form_token": tocsin.form_token(Role.AGENT), "ticket": [t.id for t in tickets], "incident": incident.id}
    answer = agent.post("/desk", data=data)
    reported = agent.get(answer.headers["location"]).text
    assert "4 tickets were linked" in reported
    assert {tocsin.again(t).incident_id for t in tickets} == {incident.id}
    do(tocsin, agent, tickets[0], "resolve")
    batch = answer.headers["location"].partition("linked=")[2]
    undo = {"form_token": tocsin.form_token(Role.AGENT), "batch": batch}
    undone = agent.post(f"/desk/incidents/{incident.id}/undo", data=undo)
    assert "3 tickets were taken off" in agent.get(undone.headers["location"]).text
    assert [tocsin.again(t).incident_id for t in tickets] == [incident.id, None, None, None]
    assert tocsin.again(before).incident_id == incident.id
    assert tocsin.audited(tickets[1].id) == ["create", "link", "unlink"]


@pytest.mark.parametrize("batch", ["", "x", "99999999999999999999-a", "-1-a"])
def test_what_names_no_action_is_not_undone(tocsin: Running, agent: Client, batch: str) -> None:
    incident = tocsin.incident()
    data = {"form_token": tocsin.form_token(Role.AGENT), "batch": batch}
    assert agent.post(f"/desk/incidents/{incident.id}/undo", data=data).status_code == 404


def test_linking_none_says_what_to_do(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    answer = agent.post("/desk", data={"form_token": tocsin.form_token(Role.AGENT), "incident": incident.id})
    assert answer.status_code == 422
    assert "no ticket is ticked" in answer.text


ODD = "the little hourglass beside my coins keeps turning"


def odd_ticket(tocsin: Running, **changes: object) -> Ticket:
    """A ticket with the odd words, of a customer of its own."""
    email = f"{secrets.token_hex(6)}@example.com"
    fields = (("asset", "BTC"), ("network", "bitcoin"))
    return tocsin.ticket(text=ODD, subject="", fields=fields, email=email, customer_id="", **changes)


def probability(tocsin: Running) -> float:
    """How likely a new ticket with the odd words belongs to the incident, as the desk that serves now says."""
    return assess(tocsin.services.desk, odd_ticket(tocsin), tocsin.clock()).dampening.probability or 0.0


def link_many(tocsin: Running, agent: Client, incident: Incident, count: int) -> str:
    """Links tickets with the odd words in one action; its batch."""
    tickets = [odd_ticket(tocsin) for _ in range(count)]
    data = {"form_token": tocsin.form_token(Role.AGENT), "ticket": [t.id for t in tickets], "incident": incident.id}
    return agent.post("/desk", data=data).headers["location"].partition("linked=")[2]


def test_linking_learns_from_agents_and_unlearns_what_is_undone(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    before = probability(tocsin)
    link_many(tocsin, agent, incident, 2)
    assert probability(tocsin) == before, "two answers are not enough"
    batch = link_many(tocsin, agent, incident, 20)
    taught = probability(tocsin)
    assert taught > before
    serving = tocsin.services.desk.learning
    fresh = Learning(tocsin.services.store, BY_WORDS, serving.targets, tocsin.services.metrics)
    assert fresh.taught(incident.opened_at) == serving.taught(incident.opened_at), "a process that starts now knows it"
    undo = {"form_token": tocsin.form_token(Role.AGENT), "batch": batch}
    agent.post(f"/desk/incidents/{incident.id}/undo", data=undo)
    assert probability(tocsin) == before


def test_what_agents_take_off_makes_the_next_less_likely(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    before = probability(tocsin)
    for _ in range(8):
        ticket = odd_ticket(tocsin, incident_id=incident.id, status=S.AWAITING_INCIDENT)
        assert do(tocsin, agent, ticket, "unlink") == 303
    assert probability(tocsin) < before


def test_what_tocsin_linked_itself_teaches_nothing(tocsin: Running) -> None:
    tocsin.incident()
    tocsin.clock.pass_(minutes=1)
    new = NewTicket(
        form=Form.WITHDRAWAL,
        subject="Bitcoin withdrawal pending",
        text="My BTC withdrawal is still pending for hours",
        email="eve@example.com",
        fields=(("asset", "BTC"), ("network", "bitcoin")),
    )
    receipt = receive(tocsin.services.desk, new, tocsin.clock(), identity=NOBODY, idempotency_key=None)
    assert receipt.ticket.linked_by == "tocsin"
    assert tocsin.services.store.link_answers.mark() == 0
