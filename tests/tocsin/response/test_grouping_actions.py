"""People correct the grouping in a running Tocsin: incidents, tickets, the page, and the next storm."""

import pytest

from detectors.watch import FailureKind
from incidents.incident import Incident, Status
from incidents.lifecycle import TransitionError
from incidents.regroup import Correction
from incidents.signal import Signal, SignalSource
from tests.tocsin.web.running import Client, Running
from tickets.ticket import Ticket, TicketStatus
from tocsin.page.publish import publish
from tocsin.response.grouping_actions import forget, merge_into, move_to, split_off, take_back
from tocsin.response.place import place
from tocsin.storage.accounts import Role

BITCOIN, TRADING = "withdrawals/BTC/bitcoin", "trading"


def signal(tocsin: Running, component: str, name: str, **changes: object) -> Signal:
    fields: dict[str, object] = {
        "key": f"{name}:{component}:{tocsin.clock()}",
        "source": SignalSource.ALERT,
        "name": name,
        "component": component,
        "title": f"{name} on {component}",
        "kind": FailureKind.DELAY,
        "started_at": tocsin.clock(),
        "seen_at": tocsin.clock(),
        **changes,
    }
    return Signal(**fields)  # type: ignore[arg-type]


def storm(tocsin: Running, *signals: Signal) -> list[Incident]:
    """The open incidents once the signals were placed."""
    tocsin.services.store.signals.record(signals, tocsin.clock())
    tocsin.clock.pass_(seconds=30)
    place(tocsin.services.response, tocsin.clock())
    return list(tocsin.services.store.incidents.active())


def over(tocsin: Running) -> None:
    """Every signal has ended, and a day has passed."""
    now = tocsin.clock()
    ended = [
        Signal(**{**{f: getattr(s, f) for f in Signal.__dataclass_fields__}, "ended_at": now, "seen_at": now})
        for i in tocsin.services.store.incidents.active()
        for s in i.signals
    ]
    tocsin.services.store.signals.record(ended, now)
    for _ in range(3):
        tocsin.clock.pass_(hours=8)
        place(tocsin.services.response, tocsin.clock())
    assert tocsin.services.store.incidents.active() == ()


def word(tocsin: Running, key: str = "k", reason: str = "two faults") -> Correction:
    return Correction(key=key, by="mara", reason=reason, at=tocsin.clock())


def waiting(tocsin: Running, incident: Incident, **changes: object) -> Ticket:
    values = {"status": TicketStatus.AWAITING_INCIDENT, "incident_id": incident.id, "linked_by": "mia", **changes}
    return tocsin.ticket(**values)


def mailed(tocsin: Running, ticket: Ticket) -> list[str]:
    return [m.subject for m in tocsin.services.store.mail.of_ticket(ticket.id)]


def two(tocsin: Running) -> tuple[Incident, Incident]:
    one, other = storm(tocsin, signal(tocsin, BITCOIN, "slow"), signal(tocsin, TRADING, "errors"))
    return one, other


def test_the_next_storm_follows_a_merge_after_a_restart_until_it_is_forgotten(tocsin: Running) -> None:
    one, other = two(tocsin)
    merge_into(tocsin.services.response, other.id, one.reference, word(tocsin, reason="one database"))
    (grouping,) = tocsin.services.store.groupings.in_force()
    over(tocsin)
    (again,) = storm(tocsin, signal(tocsin, BITCOIN, "slow"), signal(tocsin, TRADING, "errors"))
    reasons = "; ".join(u.reason for u in tocsin.services.store.incidents.timeline(again.id))
    assert "as mara decided on 2026-03-02 (merge of INC-2): one database" in reasons
    over(tocsin)
    forget(tocsin.services.response, grouping.id, "mara", tocsin.clock())
    assert len(two(tocsin)) == 2


def test_an_undone_split_is_followed_no_longer(tocsin: Running) -> None:
    (one,) = storm(tocsin, signal(tocsin, "chain/bitcoin", "node"), signal(tocsin, BITCOIN, "slow"))
    key = next(s.key for s in one.signals if s.component == BITCOIN)
    split_off(tocsin.services.response, one.id, [key], word(tocsin))
    assert split_off(tocsin.services.response, one.id, [key], word(tocsin)) == ()
    left, new = tocsin.services.store.incidents.active()
    assert (left.components, new.components) == (("chain/bitcoin",), (BITCOIN,))
    (grouping,) = tocsin.services.store.groupings.of_incident(new.id)
    assert grouping.target_ref == new.reference
    take_back(tocsin.services.response, grouping.id, "joe", tocsin.clock(), "one node")
    (whole,) = tocsin.services.store.incidents.active()
    assert whole.components == ("chain/bitcoin", BITCOIN)
    assert tocsin.services.store.groupings.in_force() == ()
    over(tocsin)
    assert len(storm(tocsin, signal(tocsin, "chain/bitcoin", "node"), signal(tocsin, BITCOIN, "slow"))) == 1


def test_signals_that_move_take_their_later_statements_along(tocsin: Running) -> None:
    other, one = storm(
        tocsin, signal(tocsin, BITCOIN, "slow"), signal(tocsin, BITCOIN, "failed"), signal(tocsin, TRADING, "errors")
    )
    moved = next(s for s in one.signals if s.name == "failed")
    move_to(tocsin.services.response, one.id, [moved.key], other.reference, word(tocsin))
    worse = signal(tocsin, BITCOIN, "failed", key=moved.key, kind=FailureKind.HALT)
    storm(tocsin, worse)
    assert {s.name: s.kind for s in tocsin.current(other).signals}["failed"] is FailureKind.HALT
    assert {s.name for s in tocsin.current(one).signals} == {"slow"}


def test_a_merged_incidents_customers_read_one_story(tocsin: Running) -> None:
    public, quiet = tocsin.incident("Public"), tocsin.incident("Quiet", disclosed=False)
    theirs = waiting(tocsin, public, email="a@example.com", customer_id="a")
    others = waiting(tocsin, quiet, email="b@example.com", customer_id="b")
    tocsin.settle()
    before = len(mailed(tocsin, theirs))
    tocsin.clock.pass_(minutes=1)
    merge_into(tocsin.services.response, public.id, quiet.reference, word(tocsin))
    tocsin.settle()
    assert tocsin.again(theirs).incident_id == quiet.id
    assert len(mailed(tocsin, theirs)) == before, "they have read it already"
    assert len(mailed(tocsin, others)) == 1, "they knew nothing of it"
    assert tocsin.current(quiet).disclosed_at is not None


def test_a_merge_into_a_public_incident_mails_those_who_knew_nothing(tocsin: Running) -> None:
    public, quiet = tocsin.incident("Public"), tocsin.incident("Quiet", disclosed=False)
    theirs = waiting(tocsin, quiet)
    tocsin.settle()
    assert mailed(tocsin, theirs) == []
    merge_into(tocsin.services.response, quiet.id, public.reference, word(tocsin))
    tocsin.settle()
    tocsin.settle()
    assert len(mailed(tocsin, theirs)) == 1


def test_an_undone_merge_gives_the_tickets_back(tocsin: Running) -> None:
    one, other = tocsin.incident("One"), tocsin.incident("Other")
    theirs, others = waiting(tocsin, one, customer_id="a"), waiting(tocsin, other, customer_id="b")
    merge_into(tocsin.services.response, one.id, other.reference, word(tocsin))
    for sink in tocsin.services.sinks:
        if sink.name == "customers":
            sink.deliver(tocsin.services.store.incidents.timeline(one.id)[-1])
    assert tocsin.again(theirs).incident_id == other.id
    (grouping,) = tocsin.services.store.groupings.in_force()
    take_back(tocsin.services.response, grouping.id, "mara", tocsin.clock(), "they are two")
    tocsin.settle()
    assert tocsin.current(one).status is Status.DETECTED
    assert (tocsin.again(theirs).incident_id, tocsin.again(others).incident_id) == (one.id, other.id)


def test_the_page_lists_a_merged_incident_once_and_its_address_leads_on(tocsin: Running) -> None:
    one, other = tocsin.incident("One"), tocsin.incident("Other", components=(TRADING,))
    merge_into(tocsin.services.response, one.id, other.reference, word(tocsin))
    publish(tocsin.services.publisher, tocsin.clock())
    client = tocsin.client()
    index = client.get("/status/index.html").text
    assert f"incidents/{other.id}.html" in index
    assert f"incidents/{one.id}.html" not in index
    assert f"{other.id}.html" in client.get(f"/status/incidents/{one.id}.html").text
    assert f"{one.id}.html" not in client.get(f"/status/history/{tocsin.clock():%Y-%m}.html").text


def test_a_split_is_refused_where_another_person_was_quicker(tocsin: Running) -> None:
    (one,) = storm(tocsin, signal(tocsin, "chain/bitcoin", "node"), signal(tocsin, BITCOIN, "slow"))
    key = one.signals[0].key
    split_off(tocsin.services.response, one.id, [key], word(tocsin))
    with pytest.raises(TransitionError, match="holds no signal"):
        split_off(tocsin.services.response, one.id, [key], word(tocsin, key="another"))


def test_the_console_splits_merges_and_undoes(tocsin: Running) -> None:
    (one,) = storm(tocsin, signal(tocsin, "chain/bitcoin", "node"), signal(tocsin, BITCOIN, "slow"))
    engineer = tocsin.client(Role.ENGINEER)
    path = f"/console/incidents/{one.id}"
    chosen = {"action": "split", "signal": [one.signals[0].key], "reason": "two nodes", "key": "k"}
    assert engineer.submit(path, chosen).status_code == 303
    left, new = tocsin.services.store.incidents.active()
    html = engineer.get(path).text
    assert "two nodes" in html
    assert "Split from" in engineer.get(f"/console/incidents/{new.id}").text
    (grouping,) = tocsin.services.store.groupings.in_force()
    assert grouping.id in html
    assert engineer.submit(path, {"undo": grouping.id, "reason": "one"}).status_code == 303
    assert tocsin.current(new).merged_into == left.id
    assert engineer.submit(path, {"undo": grouping.id}).status_code == 409
    assert "No longer followed" in engineer.get(path).text


def test_the_api_moves_signals_and_undoes_it(tocsin: Running) -> None:
    other, one = storm(
        tocsin, signal(tocsin, BITCOIN, "slow"), signal(tocsin, BITCOIN, "failed"), signal(tocsin, TRADING, "errors")
    )
    machine: Client = tocsin.client(token=tocsin.token("incidents:write"))
    body = {"action": "move signals", "signals": [one.signals[0].key], "into": other.reference, "reason": "a deploy"}
    done = machine.post(f"/api/v1/incidents/{one.reference}/actions", json=body).json()
    (grouping,) = done["groupings"]
    assert (grouping["verb"], grouping["target"], grouping["can_undo"]) == ("move signals", other.reference, True)
    address = f"/api/v1/incidents/{one.reference}/groupings/{grouping['id']}/undo"
    back = machine.post(address, json={"reason": "no deploy"})
    assert back.status_code == 200
    assert len(back.json()["incident"]["signals"]) == 2
    assert machine.post(address, json={}).status_code == 409
    assert machine.post(f"/api/v1/incidents/{one.reference}/groupings/nothing/undo", json={}).status_code == 404


def test_a_later_statement_of_a_separated_incident_stays_with_it(tocsin: Running) -> None:
    one, other = two(tocsin)
    merge_into(tocsin.services.response, other.id, one.reference, word(tocsin))
    (grouping,) = tocsin.services.store.groupings.in_force()
    take_back(tocsin.services.response, grouping.id, "mara", tocsin.clock(), "")
    kept = other.signals[0]
    tocsin.clock.pass_(minutes=1)
    storm(tocsin, signal(tocsin, TRADING, "errors", key=kept.key, kind=FailureKind.HALT))
    assert tocsin.current(other).signals[0].kind is FailureKind.HALT
    assert len(tocsin.current(one).signals) == 1
