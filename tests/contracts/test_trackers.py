"""What every foreign tracker promises: one ticket an incident, each line once and in order, and what people do back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.delivery import DeliveryError
from incidents.incident import Severity, Status
from incidents.lifecycle import Action
from tests.contracts.trackers.fake import Fault, lost, status, timed_out, well
from tests.contracts.trackers.stage import NAME, Stage, stage
from tests.contracts.trackers.vendors import VENDORS
from tests.tocsin.web.watching import evaluate, measure, watching
from tickets.rest import RestClient


@pytest.fixture(params=VENDORS)
def play(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage(request.param, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture(params=VENDORS)
def watched(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """With an incident that detection opened, and that lasts."""
    with stage(request.param, tmp_path, monkeypatch, watching) as made:
        made.clock.pass_(minutes=15)
        evaluate(made.tocsin)
        made.clock.pass_(minutes=1)
        measure(made.tocsin, 200.0)
        yield made


def test_one_story(play: Stage) -> None:
    """Open, update in place, comment back, assign, resolve, reopen."""
    incident = play.tocsin.incident("Withdrawals are slow", disclosed=False)
    play.settle()
    ticket = play.ticket()
    assert ticket.title.startswith(f"{incident.reference} Withdrawals are slow")
    assert "Withdrawals are slow" in ticket.body
    assert (play.ticket().is_open, play.ours()) == (True, [])

    play.tocsin.do(incident, Action.SET_SEVERITY, severity="critical", reason="nobody gets anything out")
    play.tocsin.do(incident, Action.ADD_NOTE, text="looking at the hot wallet")
    play.settle()
    assert "critical" in ticket.body
    assert "nobody gets anything out" in play.fake.plain(ticket.notes[0].text)
    assert "looking at the hot wallet" in play.fake.plain(ticket.notes[1].text)
    assert play.ours() == [2, 3]

    play.clock.pass_(minutes=2)
    play.fake.note(ticket, "bob", "The signer's disk is full.")
    play.fake.assign(ticket, "bob")
    assert play.poll() == 2
    assert play.said(incident)[3:] == [
        (f"bob ({NAME})", "The signer's disk is full."),
        (f"bob ({NAME})", "assigned to bob"),
    ]
    assert play.tocsin.current(incident).status is Status.ACKNOWLEDGED
    play.settle()
    assert play.ours() == [2, 3], "what came from there does not go back"
    assert play.poll() == 0, "and is taken once"

    play.tocsin.do(incident, Action.RESOLVE, end_reason="fixed", text="All is well again.")
    play.settle()
    assert not play.ticket().is_open
    assert "All is well again." in play.fake.plain(ticket.notes[-1].text)
    assert play.poll() == 0, "our own closing is nobody's news"

    play.tocsin.do(incident, Action.REOPEN, reason="it is back")
    play.settle()
    assert play.ticket().is_open
    assert play.ours() == [2, 3, 6, 7]
    assert ticket.assignee == "bob", "what people set stays"
    assert len(play.fake.tickets) == 1


def test_a_tracker_that_is_down_for_an_hour_gets_exactly_what_it_missed_in_order(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    play.settle()
    play.fake.down = status(503)
    for number in range(4):
        play.tocsin.do(incident, Action.ADD_NOTE, text=f"note {number}")
        play.deliver()
        play.clock.pass_(minutes=15)
        play.deliver()
    with pytest.raises(DeliveryError):
        play.poll()
    second = play.tocsin.incident("Trading is slow", components=("trading",), disclosed=False)
    play.deliver()
    play.tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    play.deliver()
    assert play.ours() == []
    play.fake.down = None
    play.settle()
    first, other = play.fake.tickets.values()
    assert [play.fake.plain(n.text).count(f"note {i}") for i, n in enumerate(first.notes[:4])] == [1, 1, 1, 1]
    assert len(first.notes) == 5
    assert (first.is_open, other.is_open) == (False, True)
    assert second.reference in other.title


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_whole_story_while_all_of_it_goes_wrong(vendor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late and lost answers, 429, an hour's outage: at the end one ticket, with each line once and in order."""
    defaults = RestClient.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "deadline", timedelta(seconds=2))
    with stage(vendor, tmp_path, monkeypatch) as play:
        play.fake.faults = [timed_out]
        incident = play.tocsin.incident(disclosed=False)
        play.settle()
        ticket = play.ticket()
        play.fake.faults = [status(429, retry_after="40"), timed_out, well, lost]
        play.tocsin.do(incident, Action.ADD_NOTE, text="looking at the hot wallet")
        play.settle()
        play.fake.note(ticket, "bob", "The signer's disk is full.")
        play.fake.assign(ticket, "bob")
        play.fake.down = status(503)
        for number in range(4):
            play.tocsin.do(incident, Action.ADD_NOTE, text=f"in the outage, {number}")
            play.deliver()
            with pytest.raises(DeliveryError):
                play.poll()
            play.clock.pass_(minutes=14)
        play.tocsin.do(incident, Action.SET_SEVERITY, severity="critical", reason="worse")
        play.fake.down = None
        play.fake.faults = [lost, well, timed_out]
        play.settle()
        assert play.poll() == 2
        play.tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
        play.fake.faults = [lost, timed_out]
        play.settle()
        assert not play.ticket().is_open
        play.fake.faults = [status(429, retry_after="40"), timed_out]
        play.tocsin.do(incident, Action.REOPEN, reason="it is back")
        play.settle()
        assert (play.poll(), play.poll()) == (0, 0), "what is read again is not news"
        assert len(play.fake.tickets) == 1
        lines = {line.seq for line in play.lines(incident) if not line.author.endswith(f"({NAME})")}
        assert play.ours() == sorted(lines - {1}), "the first line is the ticket itself"
        assert (ticket.is_open, ticket.assignee) == (True, "bob")
        assert "critical" in ticket.body


def test_what_was_said_there_during_an_outage_comes_when_it_is_over(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    play.settle()
    play.fake.note(play.ticket(), "bob", "Restarting.")
    play.fake.down = status(502)
    for _ in range(30):
        with pytest.raises(DeliveryError):
            play.poll()
    play.fake.down = None
    assert play.poll() == 1
    assert play.said(incident)[-1] == (f"bob ({NAME})", "Restarting.")


@pytest.mark.parametrize("fault", [status(500), status(429, retry_after="40"), lost], ids=["500", "429", "lost"])
def test_every_write_fails_once_and_the_ticket_is_right(play: Stage, fault: Fault) -> None:
    """Refused with nothing done, or done with its answer lost: at the end each line stands there once, in order."""
    incident = play.tocsin.incident(disclosed=False)
    play.fake.faults = [fault, well] * 40
    play.settle()
    play.tocsin.do(incident, Action.SET_SEVERITY, severity="critical", reason="worse")
    play.tocsin.do(incident, Action.ADD_NOTE, text="on it")
    play.settle()
    play.tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    play.settle()
    assert len(play.fake.tickets) == 1
    assert play.ours() == [2, 3, 4]
    assert not play.ticket().is_open
    assert "critical" in play.ticket().body


def test_a_pause_that_was_asked_for_is_kept(play: Stage) -> None:
    play.fake.down = status(429, retry_after="600")
    play.tocsin.incident(disclosed=False)
    play.deliver()
    seen = len(play.fake.seen)
    play.tocsin.incident("Trading is slow", components=("trading",), disclosed=False)
    for _ in range(9):
        play.clock.pass_(minutes=1)
        play.deliver()
    assert len(play.fake.seen) == seen, "another incident does not knock either"
    play.fake.down = None
    play.clock.pass_(minutes=2)
    play.settle()
    assert len(play.fake.tickets) == 2


def test_a_ticket_is_found_among_many(play: Stage) -> None:
    """The answer to its creation is lost, and people open two hundred tickets before the next try."""
    play.fake.faults = [lost]
    incident = play.tocsin.incident(disclosed=False)
    play.deliver()
    for number in range(230):
        play.fake.open(title=f"another {number}", body="nothing of ours")
    play.settle()
    assert [t.title for t in play.fake.tickets.values() if incident.reference in t.title] == [
        next(iter(play.fake.tickets.values())).title
    ]


def test_news_is_read_over_all_its_pages(play: Stage) -> None:
    """A hundred and twenty tickets of another installation in the same project changed before ours did."""
    for number in range(120):
        play.fake.open(title=f"another {number}", body="").labels.append("tocsin")
    incident = play.tocsin.incident(disclosed=False)
    play.settle()
    play.clock.pass_(minutes=1)
    ours = max(play.fake.tickets.values(), key=lambda one: one.id)
    play.fake.assign(ours, "bob")
    assert play.poll() == 1
    assert play.tocsin.current(incident).status is Status.ACKNOWLEDGED


def test_a_ticket_closed_there_ends_the_incident(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    play.settle()
    play.clock.pass_(minutes=1)
    play.fake.set_open(play.ticket(), is_open=False)
    assert play.poll() == 1
    assert play.tocsin.current(incident).status is Status.RESOLVED
    play.settle()
    assert (play.ticket().is_open, play.ours()) == (False, [])
    play.clock.pass_(minutes=1)
    play.fake.set_open(play.ticket(), is_open=True)
    assert play.poll() == 1
    assert play.tocsin.current(incident).status is Status.DETECTED
    play.settle()
    assert play.ticket().is_open


def test_a_process_that_died_after_taking_news_takes_none_twice(play: Stage) -> None:
    """As if it had died between the timeline's line and what is written down after it."""
    incident, store = play.tocsin.incident(disclosed=False), play.tocsin.services.store.tracker_tickets
    play.settle()
    before = store.get(NAME, incident.id)
    assert before is not None
    play.clock.pass_(minutes=1)
    play.fake.note(play.ticket(), "bob", "Restarting.")
    play.fake.assign(play.ticket(), "bob")
    assert play.poll() == 2
    store.save(before)
    assert play.poll() == 0
    play.fake.assign(play.ticket(), "ann")
    assert play.poll() == 1
    store.save(before)
    assert play.poll() == 0
    play.fake.set_open(play.ticket(), is_open=False)
    assert play.poll() == 1
    store.save(before)
    assert play.poll() == 0


def test_many_comments_come_in_order(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    play.settle()
    for number in range(130):
        play.fake.note(play.ticket(), "bob", f"line {number}")
    assert play.poll() == 130
    assert [reason for _, reason in play.said(incident)[1:]] == [f"line {n}" for n in range(130)]


def test_somebody_who_quotes_us_is_read(play: Stage) -> None:
    incident = play.tocsin.incident(disclosed=False)
    play.tocsin.do(incident, Action.ADD_NOTE, text="first")
    play.settle()
    quoted = play.ticket().notes[0].text
    play.fake.note(play.ticket(), play.fake.me, f"{quoted}\n\nI see it too.")
    assert play.poll() == 1
    assert play.said(incident)[-1][1].endswith("I see it too.")


def test_severity_assignee_and_labels_are_as_configured(play: Stage) -> None:
    incident = play.tocsin.incident(severity=Severity.MAJOR, disclosed=False)
    play.settle()
    filed = [*play.ticket().labels, play.ticket().priority, play.ticket().assignee]
    assert play.vendor.filed == tuple(one for one in filed if one and not one.startswith("tocsin-"))
    play.ticket().labels.append("by hand")
    play.tocsin.do(incident, Action.SET_SEVERITY, severity="critical")
    play.settle()
    filed = [*play.ticket().labels, play.ticket().priority]
    assert play.vendor.worse in filed
    assert "by hand" in filed


def test_pictures_go_with_the_ticket_once(watched: Stage) -> None:
    """As of the first line and as of the end; where an answer is lost none is attached twice (the fakes say so)."""
    play = watched
    play.fake.faults = [lost, well] * 20
    play.settle()
    (incident,) = play.tocsin.services.store.incidents.active()
    assert all(content.startswith(b"\x89PNG") for content in play.fake.files.values())
    if not play.vendor.has_files:
        plot = f"/console/incidents/{incident.id}/plots/deposits-waiting-asset-a00.png"
        assert plot in play.ticket().body
        return
    first = set(play.fake.files)
    assert {name.partition("-")[2] for name in first} >= {"deposits-waiting-asset-a00.png"}
    assert all(name in play.ticket().body for name in first)
    play.tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    play.settle()
    added = set(play.fake.files) - first
    assert {name.partition("-")[2] for name in added} == {name.partition("-")[2] for name in first}
    assert all(name in play.ticket().body for name in added)


def test_figures_that_move_are_edited_in_without_a_comment(watched: Stage) -> None:
    play = watched
    play.settle()
    (sink,) = (sink for sink in play.tocsin.services.refreshed if sink.name == NAME)
    sink.refresh()
    notes, body = len(play.ticket().notes), play.ticket().body
    play.clock.pass_(minutes=1)
    measure(play.tocsin, 400.0)
    sink.refresh()
    assert "400" in play.ticket().title
    assert play.ticket().body != body
    assert len(play.ticket().notes) == notes


def test_a_ticket_closed_there_while_it_lasts_leaves_the_incident_open(watched: Stage) -> None:
    play = watched
    play.settle()
    (incident,) = play.tocsin.services.store.incidents.active()
    play.clock.pass_(minutes=1)
    play.fake.set_open(play.ticket(), is_open=False)
    assert play.poll() == 1
    assert play.tocsin.current(incident).is_active
    assert "while deposits/waiting on trading since" in play.said(incident)[-1][1]
    assert play.poll() == 0
    play.tocsin.do(incident, Action.ADD_NOTE, text="not over")
    play.settle()
    assert not play.ticket().is_open, "whoever closed it there is not overruled by a note"


def test_a_shadow_incident_has_no_ticket(play: Stage) -> None:
    """Judged and recorded only: nobody is notified, in no tracker either."""
    incident = play.tocsin.incident(disclosed=False)
    (line,) = play.lines(incident)
    (sink,) = (sink for sink in play.tocsin.services.sinks if sink.name == NAME)
    sink.deliver(replace(line, incident=replace(incident, shadow=True)))
    assert play.fake.tickets == {}


def test_a_wrong_token_is_said_without_it(play: Stage) -> None:
    play.fake.token = "another"
    (sink,) = (sink for sink in play.tocsin.services.sinks if sink.name == NAME)
    with pytest.raises(DeliveryError, match=r"answered 401, expected 2xx.*mend the token") as refused:
        sink.send_test()
    assert "fake-token" not in str(refused.value)


def test_a_test_reads_and_writes_nothing(play: Stage) -> None:
    (sink,) = (sink for sink in play.tocsin.services.sinks if sink.name == NAME)
    assert "answers" in sink.send_test()
    assert all(line.startswith("GET ") for line in play.fake.seen)


def test_the_vendors_own_client_reads_the_same_ticket_and_answers_in_it(play: Stage) -> None:
    if play.vendor.see is None or play.vendor.say is None:
        pytest.skip("this vendor publishes no client for Python")
    incident = play.tocsin.incident(disclosed=False)
    play.tocsin.do(incident, Action.ADD_NOTE, text="looking at the hot wallet")
    play.settle()
    seen = play.vendor.see(play.fake, play.ticket())
    assert (seen.title, seen.body) == (play.ticket().title, play.ticket().body)
    assert (seen.is_open, seen.assignee) == (True, play.ticket().assignee)
    assert ["looking at the hot wallet" in text for text in seen.comments] == [True]
    play.fake.me, me = "bob", play.fake.me
    play.vendor.say(play.fake, play.ticket(), "It was the disk.")
    play.fake.me = me
    assert play.poll() == 1
    assert play.said(incident)[-1] == (f"bob ({NAME})", "It was the disk.")
