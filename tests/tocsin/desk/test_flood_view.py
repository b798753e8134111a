"""What the desk shows of an incident's flood agrees with the rows."""

from datetime import timedelta

import pytest

from incidents.incident import Incident
from tests.tocsin.web.running import Running
from tickets.ticket import Form, TicketStatus
from tocsin.desk.flood import BEFORE, COLUMNS, RECENT, flood_of
from tocsin.storage.deflections import Visitors

S = TicketStatus


def test_every_ticket_is_in_one_place_and_in_one_step(tocsin: Running) -> None:
    incident = tocsin.incident()
    states = [S.NEW, S.NEW, S.IN_PROGRESS, S.AWAITING_INCIDENT, S.AWAITING_INCIDENT, S.RESOLVED, S.CLOSED]
    for status in states:
        tocsin.clock.pass_(minutes=3)
        tocsin.ticket(status=status, incident_id=incident.id)
    tocsin.ticket()
    found = flood_of(tocsin.services.desk, tocsin.current(incident), tocsin.clock())
    assert (found.linked, found.with_people, found.waiting, found.done) == (7, 3, 2, 2)
    assert found.recent == sum(3 * k <= RECENT.total_seconds() / 60 for k in range(len(states)))
    assert sum(found.arrivals) == len(states)
    first = (incident.started_at + timedelta(minutes=3) - found.start) // found.step
    assert found.arrivals[first] >= 1
    assert sum(found.arrivals[:first]) == 0


def test_who_waits_for_a_first_answer_is_late_half_an_hour_before_the_goal_is_missed(tocsin: Running) -> None:
    incident = tocsin.incident()
    tocsin.ticket(status=S.NEW, incident_id=incident.id)
    for minutes, late in ((89, 0), (2, 1)):
        tocsin.clock.pass_(minutes=minutes)
        assert flood_of(tocsin.services.desk, tocsin.current(incident), tocsin.clock()).late == late


@pytest.mark.parametrize("hours", [0, 5, 30, 24 * 40])
def test_however_long_it_lasts_the_steps_are_few_and_cover_it(tocsin: Running, hours: int) -> None:
    incident: Incident = tocsin.incident()
    tocsin.ticket(status=S.AWAITING_INCIDENT, incident_id=incident.id)
    tocsin.clock.pass_(hours=hours)
    tocsin.ticket(status=S.AWAITING_INCIDENT, incident_id=incident.id)
    found = flood_of(tocsin.services.desk, tocsin.current(incident), tocsin.clock())
    assert len(found.arrivals) <= COLUMNS + 2
    assert found.start == incident.started_at - BEFORE
    assert sum(found.arrivals) == 2


def test_visitors_who_saw_it_in_place_of_the_form_count_once_and_are_forgotten_in_time(tocsin: Running) -> None:
    incident, seen = tocsin.incident(), tocsin.services.store.deflections
    for visitor in ("a", "a", "b", "c"):
        seen.add(visitor, incident.id, Form.WITHDRAWAL, tocsin.clock(), held_out=False)
    seen.add("d", incident.id, Form.WITHDRAWAL, tocsin.clock(), held_out=True)
    seen.wrote("b", Form.WITHDRAWAL, tocsin.clock())
    assert seen.of_incident(incident.id) == Visitors(visitors=3, wrote=1)
    found = flood_of(tocsin.services.desk, tocsin.current(incident), tocsin.clock())
    assert (found.shown, found.wrote) == (3, 1)
    assert seen.prune(tocsin.clock()) == 0
    assert [seen.prune(tocsin.clock() + timedelta(days=1), most=3) for _ in range(3)] == [3, 1, 0]
    assert seen.of_incident(incident.id) == Visitors()
