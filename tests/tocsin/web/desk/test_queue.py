"""The queue: rows with customer, reason and clock, narrowed by a query that can be kept."""

import re
from collections.abc import Callable

import pytest

from tests.tocsin.web.running import Client, Running
from tickets.ticket import Form, Priority, Routing, Team, Ticket, TicketStatus
from tocsin.storage.accounts import Role


@pytest.fixture
def agent(tocsin: Running) -> Client:
    return tocsin.client(Role.AGENT)


def routed(team: Team = Team.GENERAL, tier: int = 1, priority: Priority = Priority.NORMAL) -> Routing:
    return Routing(priority=priority, team=team, tier=tier, department="Technical", reasons=("nothing asks for more",))


def listed(agent: Client, query: str) -> list[str]:
    answer = agent.get(f"/desk?{query}")
    assert answer.status_code == 200, query
    return re.findall(r'href="/desk/tickets/(TOC-\d+)\?view', answer.text)


NARROWED: dict[str, tuple[dict[str, object], str]] = {
    "team": ({"routing": routed(Team.ACCOUNT)}, "team=Account+Management"),
    "form": ({"form": Form.FEES}, "form=Fees"),
    "language": ({"language": "de"}, "language=de"),
    "tier": ({"routing": routed(tier=2)}, "tier=2"),
    "assignee": ({"assignee": "mara"}, "assignee=mara"),
    "address": ({"email": "eve@example.com"}, "customer=EVE%40example.com"),
    "customer ID": ({"customer_id": "C-77"}, "customer=C-77"),
}


@pytest.mark.parametrize(("changes", "query"), NARROWED.values(), ids=NARROWED)
def test_a_view_is_narrowed(tocsin: Running, agent: Client, changes: dict[str, object], query: str) -> None:
    for _ in range(2):
        tocsin.ticket(routing=routed(), assignee="")
    wanted = tocsin.ticket(**{"routing": routed(), **changes})
    assert listed(agent, query) == [wanted.number]


def test_a_view_is_narrowed_by_age_incident_and_nobody(tocsin: Running, agent: Client) -> None:
    incident = tocsin.incident()
    old = tocsin.ticket(routing=routed(), assignee="mara")
    tocsin.clock.pass_(hours=5)
    linked = tocsin.ticket(routing=routed(), incident_id=incident.id, assignee="mara")
    free = tocsin.ticket(routing=routed())
    assert listed(agent, "age=4") == [old.number]
    assert listed(agent, f"incident={incident.id}") == [linked.number]
    assert listed(agent, "assignee=-") == [free.number]
    assert listed(agent, "age=1&assignee=-") == []


@pytest.mark.parametrize(
    "query", ["show=none", "team=x", "form=x", "age=3", "tier=9", "customer=%00", "language=" + "x" * 300]
)
def test_a_view_that_has_no_meaning_is_refused_in_words(agent: Client, query: str) -> None:
    answer = agent.get(f"/desk?{query}")
    assert answer.status_code == 404
    assert query.split("=", maxsplit=1)[0].replace("show", "list") in answer.text


def test_a_row_says_who_why_and_until_when(tocsin: Running, agent: Client) -> None:
    tocsin.ticket(name="Grace Example", routing=routed(priority=Priority.HIGH), language="es")
    tocsin.clock.pass_(minutes=50)
    html = agent.get("/desk").text
    row = html[html.index("<tbody>") :]
    assert "Grace Example" in row
    assert "nothing asks for more" in row
    assert '>10 min</time> <span class="hidden">first answer</span>' in row
    assert '<td data-label="Language">es</td>' in row
    tocsin.clock.pass_(minutes=25)
    assert ">15 min late</time>" in agent.get("/desk").text


def test_a_view_is_kept_and_shared_and_removed_by_its_owner_alone(tocsin: Running, agent: Client) -> None:
    manager = tocsin.client(Role.MANAGER)
    for name, shared in (("Mine alone", ""), ("For all of us", "yes")):
        values = {"name": name, "query": "show=queue&form=Fees", "shared": shared}
        assert agent.submit("/desk/views", values, page="/desk").status_code == 303
    assert "Mine alone" in agent.get("/desk").text
    seen = manager.get("/desk").text
    assert "For all of us" in seen
    assert "Mine alone" not in seen
    (mine, shared_view) = tocsin.services.store.desk_views.of("agent")
    assert shared_view.query == "show=queue&form=Fees"
    assert manager.submit("/desk/views/remove", {"id": str(mine.id)}, page="/desk").status_code == 404
    assert agent.submit("/desk/views/remove", {"id": str(mine.id)}, page="/desk").status_code == 303
    assert [one.name for one in tocsin.services.store.desk_views.of("agent")] == ["For all of us"]


FINISHING: dict[str, dict[str, str]] = {
    "answer and wait": {"action": "reply", "text": "We look."},
    "answer and solve": {"action": "reply", "text": "Done.", "then": "solve"},
    "resolve": {"action": "resolve"},
    "hand over": {"action": "hand over", "person": "manager", "note": "Please go on"},
}
STAYING = {
    "answer and keep": {"action": "reply", "text": "One moment.", "then": "keep"},
    "take": {"action": "accept"},
    "note": {"action": "note", "text": "Hm"},
}
VIEW = "view=show%3Dqueue"


def act(tocsin: Running, agent: Client, ticket: Ticket, values: dict[str, str], query: str = VIEW) -> str:
    tocsin.session(Role.MANAGER)
    data = {"form_token": tocsin.form_token(Role.AGENT), **values}
    answer = agent.post(f"/desk/tickets/{ticket.number}?{query}", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("values", FINISHING.values(), ids=FINISHING)
def test_whoever_is_done_with_a_ticket_gets_the_next_of_their_view(
    tocsin: Running, agent: Client, values: dict[str, str]
) -> None:
    first, second, third = in_a_row(tocsin)
    place = act(tocsin, agent, second, values)
    assert place.startswith(f"/desk/tickets/{third.number}?{VIEW}&done={second.number}.")
    assert second.number in agent.get(place).text
    assert act(tocsin, agent, third, values).startswith(f"/desk/tickets/{first.number}?")
    assert act(tocsin, agent, first, values).startswith("/desk?show=queue&done=")


@pytest.mark.parametrize("values", STAYING.values(), ids=STAYING)
def test_whoever_goes_on_with_a_ticket_stays_there(tocsin: Running, agent: Client, values: dict[str, str]) -> None:
    first, *_ = in_a_row(tocsin)
    assert act(tocsin, agent, first, values) == f"/desk/tickets/{first.number}?{VIEW}"
    assert act(tocsin, agent, first, {"action": "resolve"}, query="") == f"/desk/tickets/{first.number}"


def test_the_next_ticket_is_nobody_elses(tocsin: Running, agent: Client) -> None:
    first, second, third = in_a_row(tocsin)
    taken = {"form_token": tocsin.form_token(Role.MANAGER), "action": "accept"}
    tocsin.client(Role.MANAGER).post(f"/desk/tickets/{second.number}", data=taken)
    place = agent.get(f"/desk/next?after={first.number}&{VIEW}").headers["location"]
    assert place.startswith(f"/desk/tickets/{third.number}")
    assert agent.get("/desk/next?after=TOC-1").status_code == 404


def in_a_row(tocsin: Running) -> tuple[Ticket, Ticket, Ticket]:
    def one() -> Ticket:
        tocsin.clock.pass_(seconds=1)
        return tocsin.ticket(routing=routed())

    return one(), one(), one()


@pytest.mark.parametrize("wanted", [lambda t: t.number, lambda t: f"#{t.number.lower()}"])
def test_a_number_opens_its_ticket(tocsin: Running, agent: Client, wanted: Callable[[Ticket], str]) -> None:
    ticket = tocsin.ticket()
    answer = agent.get("/desk/search", params={"q": wanted(ticket)})
    assert answer.headers["location"] == f"/desk/tickets/{ticket.number}"


def test_words_list_the_tickets_in_which_all_of_them_stand(tocsin: Running, agent: Client) -> None:
    mine = tocsin.ticket(email="eve@example.com", customer_id="C-77", subject="Platypus")
    tocsin.ticket()
    while tocsin.services.store.search.index_due():
        pass
    for q in ("Eve@example.com", "C-77", "platypus pending"):
        html = agent.get("/desk/search", params={"q": q}).text
        assert re.findall(r'href="/desk/tickets/(TOC-\d+)', html) == [mine.number]
    assert "No ticket has all of these words" in agent.get("/desk/search", params={"q": "platypus unicorn"}).text
    assert agent.get("/desk/search", params={"q": "x", "cursor": "nonsense"}).status_code < 500


def test_a_ticket_that_changed_meanwhile_refuses_an_answer_and_keeps_the_words(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket()
    seen = re.search(r'name="seen" value="([^"]+)"', agent.get(f"/desk/tickets/{ticket.number}").text)
    assert seen
    tocsin.clock.pass_(minutes=1)
    token = tocsin.form_token(Role.MANAGER)
    said = {"form_token": token, "action": "reply", "text": "It is paid out."}
    tocsin.client(Role.MANAGER).post(f"/desk/tickets/{ticket.number}", data=said)
    mine = {"form_token": tocsin.form_token(Role.AGENT), "action": "reply", "text": "We look at it.", "seen": seen[1]}
    answer = agent.post(f"/desk/tickets/{ticket.number}", data=mine)
    assert answer.status_code == 409
    assert "changed while you wrote" in answer.text
    assert "It is paid out." in answer.text
    assert ">We look at it.</textarea>" in answer.text
    again = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert again
    assert agent.post(f"/desk/tickets/{ticket.number}", data={**mine, "seen": again[1]}).status_code == 303
    assert tocsin.again(ticket).status is TicketStatus.AWAITING_CUSTOMER


def test_a_second_agent_sees_who_has_the_ticket_open_and_who_writes(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket()
    path = f"/desk/tickets/{ticket.number}"
    assert "has this ticket open" not in agent.get(path).text
    manager = tocsin.client(Role.MANAGER)
    assert "<strong>agent</strong> has this ticket open" in manager.get(path).text
    sent = {"form_token": tocsin.form_token(Role.AGENT), "writes": "yes"}
    answer = agent.post(f"{path}/presence", data=sent).json()
    assert answer["others"] == [{"name": "manager", "writes": False}]
    assert answer["version"] == ticket.updated_at.isoformat()
    assert "<strong>agent</strong> writes here" in manager.get(path).text
    tocsin.clock.pass_(minutes=2)
    assert "<strong>agent</strong>" not in manager.get(path).text


def test_nobody_unknown_is_handed_a_ticket(tocsin: Running, agent: Client) -> None:
    ticket = tocsin.ticket()
    said = {"form_token": tocsin.form_token(Role.AGENT), "action": "hand over", "person": "eve", "note": "Please go on"}
    answer = agent.post(f"/desk/tickets/{ticket.number}", data=said)
    assert answer.status_code == 409
    assert "nobody at the desk is called" in answer.text
    assert ">Please go on</textarea>" in answer.text
