"""A flood in small, of tickets that live in another helpdesk: what its customers and agents see there, and what not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.contracts.helpdesks.fake import SECRET, TOKEN, Fake, serving
from tests.contracts.test_helpdesks import FAKES
from tests.tocsin.web.running import CONFIG, READILY, Clock, Running, running
from tickets.helpdesk import HelpdeskStatus
from tickets.ticket import Author, Ticket, TicketStatus
from tocsin.storage.accounts import Role
from tocsin.web.app import create_web

LATE = "My BTC withdrawal over the bitcoin network is pending for hours, it does not arrive."
HACKED = "Somebody hacked my account and withdrew my BTC over the bitcoin network! I did not do this."
FEES = "How much is the monthly fee of an account for companies?"
BTC = {"form": "Withdrawal", "asset": "BTC", "network": "bitcoin"}


class Stage:
    """A Tocsin beside one helpdesk."""

    def __init__(self, tocsin: Running, there: Fake) -> None:
        self.tocsin = tocsin
        self.there = there

    def read(self) -> None:
        """Some minutes later the helpdesk is polled."""
        self.tocsin.clock.pass_(minutes=3)
        self.tocsin.services.helpdesks[0].run(self.tocsin.clock())

    def write(self) -> int:
        return self.tocsin.deliver("helpdesk:support")

    def settle(self) -> None:
        """The incident's updates reach the customers' tickets, and these the helpdesk, until nothing is left."""
        self.tocsin.settle()
        while self.write():
            pass

    def ours(self, ticket_id: str) -> Ticket:
        known = self.tocsin.services.store.helpdesks.known("support", [ticket_id])
        found = self.tocsin.services.store.tickets.get(known[ticket_id].ticket_id)
        assert found is not None
        return found

    def call(self, ticket_id: str) -> int:
        headers, body = self.there.webhook(ticket_id)
        answer = self.tocsin.client().post("/api/v1/helpdesks/support", content=body, headers=headers)
        return answer.status_code

    def flood(self) -> Incident:
        """An incident that is public, and whose tickets were swept and answered."""
        incident = self.tocsin.incident()
        self.settle()
        return incident

    def mails(self) -> int:
        return self.tocsin.services.store.mail.backlog().waiting


@pytest.fixture(params=FAKES)
def stage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    yield from _stage(request.param, tmp_path, monkeypatch, READILY)


def _stage(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: str) -> Iterator[Stage]:
    monkeypatch.setenv("HELPDESK_TOKEN", TOKEN)
    monkeypatch.setenv("HELPDESK_WEBHOOK_SECRET", SECRET)
    clock = Clock()
    with serving(FAKES[kind](clock)) as there:
        config = f"{CONFIG}desk: {{{desk}}}\nhelpdesks: [{there.config()}]\n"
        tocsin = running(tmp_path, config)
        there.clock = tocsin.clock
        made = Stage(tocsin, there)
        there.new("older than Tocsin")
        tocsin.clock.pass_(minutes=1)
        made.read()
        yield made
        tocsin.close()


def test_from_the_first_ticket_to_the_last_answer(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    early = there.new(LATE, "ada@example.com", **BTC)
    second = there.new(LATE, "bea@example.com", **BTC)
    hacked = there.new(HACKED, "cyd@example.com", **BTC)
    other = there.new(FEES, "dan@example.com", form="Fees")
    stage.read()
    stage.settle()
    assert [there.said(n) for n in (early, second, hacked, other)] == [[]] * 4, "the helpdesk says that it arrived"

    incident = stage.flood()
    later = there.new(LATE, "eve@example.com", **BTC)
    stage.read()
    stage.settle()
    linked = (early, second, later)
    assert [len(there.said(n)) for n in linked] == [1, 1, 1], "one acknowledgement each"
    assert [there.status(n) for n in linked] == [HelpdeskStatus.WAITING] * 3
    (record,) = there.records()
    assert [there.related(n) for n in linked] == [str(record.id)] * 3
    assert all(f"tocsin-{incident.reference.lower()}" in there.tags(n) for n in linked)
    assert "Bitcoin withdrawals" in there.said(early)[0]
    assert "TOC-" not in there.said(later)[0], "the customer knows another number"

    there.is_down = True
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We have found the cause.")
    stage.settle()
    assert [len(there.said(n)) for n in linked] == [1, 1, 1]
    there.is_down = False
    tocsin.clock.pass_(minutes=20)
    while stage.write():
        pass
    assert [len(there.said(n)) for n in linked] == [2, 2, 2], "what it missed, once"
    assert all("We have found the cause." in there.said(n)[-1] for n in linked)

    there.say(second, "any update?")
    stage.read()
    stage.settle()
    assert (len(there.said(second)), there.status(second)) == (3, HelpdeskStatus.WAITING)

    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    stage.settle()
    assert [there.status(n) for n in linked] == [HelpdeskStatus.SOLVED] * 3
    assert [len(there.said(n)) for n in linked] == [3, 4, 3]
    assert [stage.ours(n).status for n in linked] == [TicketStatus.RESOLVED] * 3

    seen = len(there.said(early)), there.tickets[int(early)].changed
    for _ in range(2):
        stage.read()
        stage.settle()
    assert (len(there.said(early)), there.tickets[int(early)].changed) == seen, "then all is quiet"
    for untouched in (hacked, other):
        assert there.said(untouched) == []
        assert there.status(untouched) is HelpdeskStatus.OPEN
        assert (there.related(untouched), there.tags(untouched)) == ("", set())
    assert stage.ours(hacked).human_reason
    assert stage.mails() == 0, "and never a mail beside it"
    assert [tocsin.services.store.tickets.thread(stage.ours(n).id) for n in linked] == [()] * 3, "the thread is there"


def test_a_flood_of_the_same_answer_takes_few_requests_where_the_helpdesk_takes_many_at_once(stage: Stage) -> None:
    there = stage.there
    if there.kind != "zendesk":
        pytest.skip("it takes one ticket a request")
    numbers = [there.new(LATE, f"a{n}@example.com", **BTC) for n in range(120)]
    stage.read()
    asked = len(there.requests)
    stage.flood()
    assert {len(there.said(n)) for n in numbers} == {1}
    assert {there.status(n) for n in numbers} == {HelpdeskStatus.WAITING}
    updates = [path for method, path in there.requests[asked:] if method == "PUT"]
    assert len(updates) == 2, "a hundred tickets a request"
    asked = len(there.requests)
    stage.read()
    assert not [path for _, path in there.requests[asked:] if "comments" in path], "nobody wrote, so no thread is read"


def test_killed_between_the_helpdesks_yes_and_ours_nothing_is_said_twice(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    numbers = [there.new(LATE, f"a{n}@example.com", **BTC) for n in range(3)]
    stage.read()
    tocsin.incident()
    tocsin.settle()
    killed = tocsin.channel("helpdesk:support")
    batch = killed.due(tocsin.clock())
    with killed.sending() as send:
        for lane in batch:
            send(lane)
    assert [len(there.said(n)) for n in numbers] == [1, 1, 1]
    assert tocsin.runtime.reload() == ()
    tocsin.web = create_web(tocsin.runtime)
    tocsin.channel("helpdesk:support").free()
    stage.settle()
    assert [len(there.said(n)) for n in numbers] == [1, 1, 1]
    assert [there.status(n) for n in numbers] == [HelpdeskStatus.WAITING] * 3
    assert stage.write() == 0


def test_a_webhook_brings_a_ticket_at_once_and_a_repeat_brings_nothing(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    tocsin.clock.pass_(minutes=1)
    stage.flood()
    tocsin.clock.pass_(minutes=1)
    number = there.new(LATE, **BTC)
    assert [stage.call(number) for _ in range(3)] == [202, 202, 202]
    intake = tocsin.services.helpdesks[0]
    assert intake.run(tocsin.clock()) == 1
    stage.settle()
    assert stage.call(number) == 202
    intake.run(tocsin.clock())
    stage.read()
    stage.settle()
    assert len(there.said(number)) == 1
    ours = stage.ours(number)
    assert ours.home is not None
    assert (ours.home.helpdesk, ours.home.id) == ("support", number)
    assert [t.id for t in tocsin.services.store.tickets.naming(email=ours.email, limit=9).items] == [ours.id]


def test_a_forged_webhook_is_refused(stage: Stage) -> None:
    headers, body = stage.there.webhook("105")
    client = stage.tocsin.client()
    forged = dict.fromkeys(headers, "sha1=00")
    assert client.post("/api/v1/helpdesks/support", content=body, headers=forged).status_code == 401
    assert client.post("/api/v1/helpdesks/elsewhere", content=body, headers=headers).status_code == 404
    assert stage.tocsin.services.store.helpdesks.calls("support", 9) == {}


def test_what_agents_do_there_happens_here(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    solved, unlinked, answered, opened = (there.new(LATE, f"a{n}@example.com", **BTC) for n in range(4))
    stage.read()
    incident = stage.flood()
    there.put(solved, HelpdeskStatus.SOLVED)
    there.relate(unlinked, "")
    there.say(answered, "I have looked into it.", author=Author.AGENT)
    there.put(opened, HelpdeskStatus.OPEN)
    stage.read()
    assert stage.ours(solved).status is TicketStatus.RESOLVED
    assert (stage.ours(unlinked).incident_id, stage.ours(unlinked).status) == (None, TicketStatus.NEW)
    assert stage.ours(unlinked).not_about == (incident.id,)
    assert stage.ours(answered).first_response_at is not None
    assert stage.ours(opened).status is TicketStatus.NEW
    stage.settle()
    assert there.status(opened) is HelpdeskStatus.OPEN, "nobody fights with the agent"
    assert there.related(unlinked) == ""
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    stage.settle()
    assert [len(there.said(n)) for n in (solved, unlinked, answered, opened)] == [1, 1, 2, 1]
    (record,) = there.records()
    there.relate(unlinked, str(record.id))
    stage.read()
    assert stage.ours(unlinked).incident_id == incident.id
    assert stage.ours(unlinked).linked_by == "agent in support"


def test_still_broken_opens_the_ticket_here_and_there(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    number = there.new(LATE, **BTC)
    stage.read()
    incident = stage.flood()
    tocsin.clock.pass_(minutes=5)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    stage.settle()
    assert there.status(number) is HelpdeskStatus.SOLVED
    there.say(number, "It still has not arrived.")
    stage.read()
    stage.settle()
    assert stage.ours(number).status is TicketStatus.NEW
    assert there.status(number) is HelpdeskStatus.OPEN


def test_fraud_in_a_further_message_goes_to_a_person_there_too(stage: Stage) -> None:
    there = stage.there
    number = there.new(LATE, **BTC)
    stage.read()
    stage.flood()
    assert there.status(number) is HelpdeskStatus.WAITING
    there.say(number, "Somebody hacked my account, I did not make this withdrawal!")
    stage.read()
    stage.settle()
    assert stage.ours(number).human_reason
    assert (there.status(number), there.related(number)) == (HelpdeskStatus.OPEN, "")
    assert len(there.said(number)) == 1


def test_an_answer_from_our_desk_is_written_there(stage: Stage) -> None:
    there, tocsin = stage.there, stage.tocsin
    number = there.new(FEES, form="Fees")
    stage.read()
    agent = tocsin.client(Role.AGENT)
    path = f"/desk/tickets/{stage.ours(number).number}"
    page = agent.get(path).text
    assert there.url in page
    assert FEES in page, "what the customer wrote first is read here too"
    assert agent.submit(path, {"action": "reply", "text": "It is free."}).status_code == 303
    stage.settle()
    assert there.said(number) == ["It is free."]
    assert stage.mails() == 0


def test_a_customer_is_sent_back_to_where_they_wrote(stage: Stage) -> None:
    number = stage.there.new(FEES, form="Fees")
    stage.read()
    path = f"/support/t/{stage.tocsin.services.store.tickets.make_token(stage.ours(number).id)}"
    client = stage.tocsin.client()
    assert "please write there" in client.get(path).text
    assert client.post(path, data={"text": "hello"}).status_code == 422


def test_nothing_is_proven_by_a_helpdesk_unless_it_is_configured(stage: Stage) -> None:
    number = stage.there.new(LATE, customer_id="C-7", **BTC)
    stage.read()
    ours = stage.ours(number)
    assert (ours.customer_id, ours.proof, ours.is_address_proven) == ("C-7", "", False)


@pytest.fixture(params=FAKES)
def unsure(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Without settings for the desk: a ticket without an account is asked about."""
    yield from _stage(request.param, tmp_path, monkeypatch, "")


def test_is_it_this_is_answered_by_a_reply_there(unsure: Stage) -> None:
    there = unsure.there
    incident = unsure.flood()
    numbers = [there.new(LATE, f"{name}@example.com", **BTC) for name in ("ada", "bea", "cyd", "dan")]
    yes, no, more, agents = numbers
    unsure.read()
    unsure.settle()
    for number in numbers:
        (asked,) = there.said(number)
        assert "Please answer with yes or no" in asked
        assert there.status(number) is HelpdeskStatus.OPEN
    there.say(agents, "Did the mail of yesterday reach you?", author=Author.AGENT)
    unsure.read()
    replies = {yes: "Yes, it is!\n\n> Is it this?", no: "nein", more: "Yes, but I want it by tonight", agents: "yes"}
    for number, text in replies.items():
        there.say(number, text)
    unsure.read()
    unsure.settle()
    assert (unsure.ours(yes).incident_id, unsure.ours(yes).is_about) == (incident.id, True)
    assert there.status(yes) is HelpdeskStatus.WAITING
    assert there.related(yes) == str(there.records()[0].id)
    assert (unsure.ours(no).is_about, unsure.ours(no).suggested_id) == (False, None)
    for number in (more, agents):
        assert (unsure.ours(number).is_about, unsure.ours(number).incident_id) == (None, None)
    assert [len(there.said(number)) for number in numbers] == [1] * 4
    unsure.read()
    unsure.settle()
    assert unsure.ours(yes).status is TicketStatus.AWAITING_INCIDENT, "what was read is read once"
    unsure.tocsin.clock.pass_(minutes=5)
    unsure.tocsin.do(incident, Action.ADD_MESSAGE, text="We have found the cause.")
    unsure.settle()
    assert [len(there.said(number)) for number in numbers] == [2, 1, 1, 1]
