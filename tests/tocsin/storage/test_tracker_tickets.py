"""What is known of tickets in foreign trackers, on both databases."""

from datetime import timedelta

from incidents.incident import Severity
from tests.tocsin.storage.examples import T0, incident, opened
from tocsin.storage import Store, TrackerTicket


def test_a_ticket_is_kept_as_it_was_written_last(store: Store) -> None:
    kept = store.incidents.open(opened(incident()), T0).incident
    asked = TrackerTicket(tracker="ops", incident_id=kept.id, asked_at=T0)
    made = TrackerTicket(
        tracker="ops",
        incident_id=kept.id,
        ticket_id="OPS-1",
        url="https://tracker.example/OPS-1",
        asked_at=T0,
        commented=4,
        is_open=False,
        assignee="ann",
        severity=Severity.MAJOR,
        digest="d",
        pictures=(("1-p.png", "!p!"),),
    )
    assert store.tracker_tickets.get("ops", kept.id) is None
    store.tracker_tickets.save(asked)
    assert store.tracker_tickets.get("ops", kept.id) == asked
    assert store.tracker_tickets.of_incident(kept.id) == ()
    store.tracker_tickets.save(made)
    assert store.tracker_tickets.get("ops", kept.id) == made
    assert store.tracker_tickets.of_incident(kept.id) == (made,)
    assert store.tracker_tickets.known("ops", ["OPS-1", "OPS-2"]) == (made,)
    assert store.tracker_tickets.known("another", ["OPS-1"]) == ()


def test_through_when_a_tracker_was_read_is_kept(store: Store) -> None:
    assert store.tracker_tickets.read_through("ops") is None
    store.tracker_tickets.set_read_through("ops", T0)
    later = T0 + timedelta(minutes=1)
    store.tracker_tickets.set_read_through("ops", later)
    assert store.tracker_tickets.read_through("ops") == later
    assert store.tracker_tickets.read_through("another") is None
