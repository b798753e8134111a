"""Actions on many tickets: each is undone by one action, tells whom it concerns once, and outlives kill -9."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.incident import Incident
from incidents.lifecycle import Action
from tests.tocsin.web.running import NOW, Running, reopened, running
from tickets.lifecycle import TransitionError, comment
from tickets.ticket import Ticket, TicketStatus
from tocsin.desk.bulk_actions import CLAIM, answer_all, finish_cut_short, link_all, undo
from tocsin.desk.ticket_actions import perform
from tocsin.storage.accounts import Role
from tocsin.storage.bulk_actions import BulkAction, BulkKind, BulkStage

ROOT = Path(__file__).parents[3]
S = TicketStatus
CUSTOMERS = 5


def action(tocsin: Running, batch: str) -> BulkAction:
    found = tocsin.services.store.bulk_actions.get(batch)
    assert found is not None
    return found


def waiting(tocsin: Running, incident: Incident, **changes: object) -> list[Ticket]:
    linked = {"incident_id": incident.id, "status": S.AWAITING_INCIDENT, "customer_id": "", **changes}
    return [tocsin.ticket(email=f"c{k}@example.com", **linked) for k in range(CUSTOMERS)]


def subjects(tocsin: Running, ticket: Ticket) -> list[str]:
    return [mail.subject for mail in tocsin.services.store.mail.of_ticket(ticket.id)]


def corrections(tocsin: Running, tickets: Sequence[Ticket]) -> list[str]:
    """To whom a correction was queued, once for each mail."""
    mails = [mail for ticket in tickets for mail in tocsin.services.store.mail.of_ticket(ticket.id)]
    return sorted(mail.to for mail in mails if "Correction" in mail.subject)


def test_an_answer_that_is_undone_is_corrected_once_for_exactly_who_got_it(tocsin: Running) -> None:
    desk, incident = tocsin.services.desk, tocsin.incident()
    answered, other = waiting(tocsin, incident), tocsin.ticket(email="other@example.com")
    done = answer_all(desk, incident.id, "Everything is **lost**.", "mara", tocsin.clock())
    late = tocsin.ticket(email="late@example.com", incident_id=incident.id, status=S.AWAITING_INCIDENT)
    tocsin.clock.pass_(minutes=1)
    for _ in range(2):
        assert undo(desk, action(tocsin, done.batch), "bob", tocsin.clock()).count == CUSTOMERS
        tocsin.clock.pass_(minutes=1)
    assert corrections(tocsin, [*answered, other, late]) == [f"c{k}@example.com" for k in range(CUSTOMERS)]
    (first, second) = tocsin.services.store.mail.of_ticket(answered[0].id)
    assert "Everything is lost." in second.text, "the reader sees which answer it is about"
    assert (first.automatic, second.automatic) == (False, True)
    assert tocsin.audited(answered[0].id) == ["create", "reply", "take back"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"status": S.NEW}, (S.NEW, "", False)),
        ({"status": S.IN_PROGRESS, "assignee": "bob"}, (S.IN_PROGRESS, "bob", False)),
        ({"status": S.AWAITING_INCIDENT}, (S.AWAITING_INCIDENT, "", False)),
        ({"status": S.NEW, "first_response_at": NOW - timedelta(hours=1)}, (S.IN_PROGRESS, "mara", True)),
    ],
    ids=["new", "an agent's", "waits for the incident", "answered before"],
)
def test_a_ticket_whose_answer_is_undone_is_as_before(
    tocsin: Running, before: dict[str, object], after: tuple[TicketStatus, str, bool]
) -> None:
    incident = tocsin.incident()
    ticket = tocsin.ticket(incident_id=incident.id, **before)
    done = answer_all(tocsin.services.desk, incident.id, "We look at it", "mara", tocsin.clock())
    tocsin.clock.pass_(minutes=1)
    undo(tocsin.services.desk, action(tocsin, done.batch), "mara", tocsin.clock())
    now = tocsin.again(ticket)
    assert (now.status, now.assignee, now.first_response_at is not None) == after


def test_what_a_customer_wrote_after_the_answer_stays(tocsin: Running) -> None:
    desk, incident = tocsin.services.desk, tocsin.incident()
    ticket = tocsin.ticket(incident_id=incident.id)
    done = answer_all(desk, incident.id, "It is solved", "mara", tocsin.clock())
    tocsin.clock.pass_(minutes=1)
    now = tocsin.clock()
    perform(desk, ticket.id, lambda t: comment(t, "It is not", now), actor="customer", action="comment", now=now)
    undo(desk, action(tocsin, done.batch), "mara", tocsin.clock())
    assert tocsin.again(ticket).status is S.IN_PROGRESS
    assert [m.text for m in tocsin.services.store.tickets.thread(ticket.id)][1:] == ["It is solved", "It is not"]


def test_what_is_still_carried_out_is_not_undone(tocsin: Running) -> None:
    incident, desk = tocsin.incident(), tocsin.services.desk
    done = link_all(desk, [tocsin.ticket().id], incident.id, "mara", tocsin.clock())
    whole = action(tocsin, done.batch)
    assert desk.store.bulk_actions.begin_undo(done.batch, "bob", tocsin.clock(), tocsin.clock() + CLAIM)
    with pytest.raises(TransitionError, match="still being carried out"):
        undo(desk, whole, "mara", tocsin.clock())


DYING = """
    import os, signal, sys
    from importlib import import_module
    from pathlib import Path
    from datetime import timedelta
    from tests.tocsin.web.running import NOW, reopened
    from tocsin.desk import bulk_actions
    from tocsin.storage.tickets import Tickets

    folder, what, where, nth, incident, *tickets = sys.argv[1:]
    tocsin = reopened(Path(folder), NOW + timedelta(minutes=20))
    desk, now, change_all = tocsin.services.desk, tocsin.clock(), Tickets.change_all
    Tickets.change_all = lambda self, which, fn, now, audit: change_all(self, which, fn, now, audit, batch=2)
    module, _, path = where.partition(":")
    owner, name = getattr(import_module(module), path.partition(".")[0]), path.partition(".")[2]
    whole, calls = getattr(owner, name), [0]

    def deadly(*given, **named):
        calls[0] += 1
        if calls[0] == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*given, **named)

    setattr(owner, name, deadly)
    if what == "link":
        bulk_actions.link_all(desk, tickets, incident, "mara", now)
    elif what == "answer":
        bulk_actions.answer_all(desk, incident, "We look at it", "mara", now)
    else:
        bulk_actions.undo(desk, desk.store.bulk_actions.get(what), "mara", now)
"""
BATCH = "tocsin.storage.tickets:_Batch.finish"
ENDS = "tocsin.storage.bulk_actions:BulkActions.finish"
POINTS = {
    "before its first tickets": (BATCH, 1),
    "between two of its transactions": (BATCH, 2),
    "before it says that it is done": (ENDS, 1),
}
CORRECTING = {**POINTS, "before its corrections": ("tocsin.storage.outbox:Outbox.enqueue", 1)}


def die(folder: Path, what: str, point: tuple[str, int], incident: Incident, tickets: Sequence[Ticket]) -> None:
    """A process does it and kills itself at the point."""
    command = [sys.executable, "-c", textwrap.dedent(DYING), str(folder), what, point[0], str(point[1]), incident.id]
    ended = subprocess.run([*command, *[t.id for t in tickets]], cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def finished(folder: Path) -> Running:
    """The next process, after it has finished what was cut short."""
    tocsin = reopened(folder, NOW + timedelta(minutes=21))
    assert finish_cut_short(tocsin.services.desk, tocsin.clock()) == 0, "perhaps somebody still carries it out"
    tocsin.clock.pass_(minutes=2)
    assert finish_cut_short(tocsin.services.desk, tocsin.clock()) == 1
    assert finish_cut_short(tocsin.services.desk, tocsin.clock()) == 0
    return tocsin


@pytest.mark.parametrize("point", POINTS)
def test_a_link_of_many_that_is_cut_short_is_finished(tmp_path: Path, point: str) -> None:
    tocsin = running(tmp_path)
    incident, tickets = tocsin.incident(), [tocsin.ticket() for _ in range(CUSTOMERS)]
    tocsin.close()
    die(tmp_path, "link", POINTS[point], incident, tickets)
    tocsin = finished(tmp_path)
    assert {tocsin.again(t).incident_id for t in tickets} == {incident.id}
    assert [tocsin.audited(t.id) for t in tickets] == [["create", "link"]] * CUSTOMERS
    (found,) = tocsin.services.store.bulk_actions.since(incident.id, NOW)
    assert (found.kind, found.stage, found.count) == (BulkKind.LINK, BulkStage.DONE, CUSTOMERS)
    undo(tocsin.services.desk, found, "mara", tocsin.clock())
    assert {tocsin.again(t).incident_id for t in tickets} == {None}
    tocsin.close()


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_to_many_that_is_cut_short_reaches_each_once(tmp_path: Path, point: str) -> None:
    tocsin = running(tmp_path)
    tickets = waiting(tocsin, incident := tocsin.incident())
    tocsin.close()
    die(tmp_path, "answer", POINTS[point], incident, tickets)
    tocsin = finished(tmp_path)
    threads = [[m.text for m in tocsin.services.store.tickets.thread(t.id)][1:] for t in tickets]
    assert threads == [["We look at it"]] * CUSTOMERS
    assert [len(subjects(tocsin, t)) for t in tickets] == [1] * CUSTOMERS
    tocsin.close()


@pytest.mark.parametrize("point", POINTS)
def test_the_same_form_finishes_what_was_cut_short_though_tickets_came_meanwhile(tmp_path: Path, point: str) -> None:
    """The agent need not wait for the service to finish it, and the service finds nothing left to do."""
    tocsin = running(tmp_path)
    tickets = waiting(tocsin, incident := tocsin.incident())
    tocsin.close()
    die(tmp_path, "answer", POINTS[point], incident, tickets)
    tocsin = reopened(tmp_path, NOW + timedelta(minutes=21))
    linked = {"incident_id": incident.id, "status": S.AWAITING_INCIDENT, "customer_id": ""}
    tickets += [tocsin.ticket(email=f"late{k}@example.com", **linked) for k in range(2)]
    client, path = tocsin.client(Role.AGENT), f"/desk/incidents/{incident.id}/answer"
    for _ in range(2):
        said = {"text": "We look at it", "key": "k", "count": str(CUSTOMERS)}
        assert client.submit(path, said).status_code == 303
    tocsin.clock.pass_(minutes=2)
    finish_cut_short(tocsin.services.desk, tocsin.clock())
    threads = [[m.text for m in tocsin.services.store.tickets.thread(t.id)][1:] for t in tickets]
    assert threads == [["We look at it"]] * len(tickets)
    assert [len(subjects(tocsin, t)) for t in tickets] == [1] * len(tickets)
    tocsin.close()


@pytest.mark.parametrize("point", POINTS)
def test_an_answers_undoing_that_is_cut_short_tells_each_once(tmp_path: Path, point: str) -> None:
    tocsin = running(tmp_path)
    tickets = waiting(tocsin, incident := tocsin.incident())
    done = answer_all(tocsin.services.desk, incident.id, "All is lost", "mara", tocsin.clock())
    tocsin.close()
    die(tmp_path, done.batch, POINTS[point], incident, ())
    tocsin = finished(tmp_path)
    assert corrections(tocsin, tickets) == [f"c{k}@example.com" for k in range(CUSTOMERS)]
    assert action(tocsin, done.batch).stage is BulkStage.UNDONE
    tocsin.close()


@pytest.mark.parametrize("point", CORRECTING)
def test_a_links_undoing_that_is_cut_short_tells_exactly_who_was_mailed(tmp_path: Path, point: str) -> None:
    tocsin = running(tmp_path)
    incident = tocsin.incident()
    tocsin.settle()
    tocsin.clock.pass_(minutes=1)
    tickets = [tocsin.ticket(email=f"c{k}@example.com", customer_id="") for k in range(CUSTOMERS - 1)]
    done = link_all(tocsin.services.desk, [t.id for t in tickets], incident.id, "mara", tocsin.clock())
    tocsin.clock.pass_(minutes=1)
    tocsin.do(incident, Action.ADD_MESSAGE, text="We are on it.")
    tocsin.settle()
    tickets.append(tocsin.ticket(email="late@example.com", customer_id=""))
    late = link_all(tocsin.services.desk, [tickets[-1].id], incident.id, "mara", tocsin.clock())
    tocsin.clock.pass_(minutes=1)
    undo(tocsin.services.desk, action(tocsin, late.batch), "mara", tocsin.clock())
    assert [tocsin.again(t).incident_id for t in tickets] == [*[incident.id] * (CUSTOMERS - 1), None]
    tocsin.close()
    die(tmp_path, done.batch, CORRECTING[point], incident, ())
    tocsin = finished(tmp_path)
    assert [tocsin.again(t).incident_id for t in tickets] == [None] * CUSTOMERS
    assert corrections(tocsin, tickets) == [f"c{k}@example.com" for k in range(CUSTOMERS - 1)]
    tocsin.close()
