"""A flood in small, through the API: nothing is lost, nobody is notified twice, nobody is forgotten."""

from pathlib import Path

from benchmarks.flood import CONFIG, figures, flood_of, play
from incidents.lifecycle import Action
from tests.tocsin.web.running import READILY, Running, running
from tickets.ticket import TicketStatus

MANY = 160


def test_a_flood_is_answered_once_each_and_security_stays_with_humans(tmp_path: Path) -> None:
    tocsin = running(tmp_path, f"{CONFIG}desk: {{{READILY}}}\n")
    try:
        made = play(tocsin, flood_of(MANY, seed=5), seed=5)
        found = figures(made)
        settled = [t for one, t in made.tickets() if one.about and t.incident_id and not t.human_reason]
    finally:
        tocsin.close()
    assert (found.sent, found.refused, found.lost) == (MANY, 0, 0)
    assert found.linked > 0.5, "else nothing here was tried"
    assert (found.acknowledged_twice, found.updated_twice, found.forgotten) == (0, 0, 0)
    assert found.safety_left_queue == 0
    assert {t.status for t in settled} == {TicketStatus.RESOLVED}


def test_what_is_known_of_incidents_is_as_new_as_the_last_change(tocsin: Running) -> None:
    known = tocsin.services.desk.known
    assert known.at(tocsin.clock()) == ()
    incident = tocsin.incident()
    (pair,) = known.at(tocsin.clock())
    assert pair[0] == tocsin.current(incident)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed")
    assert known.at(tocsin.clock())[0][0].is_active is False
    tocsin.clock.pass_(hours=3)
    assert known.at(tocsin.clock()) == (), "what ended long ago links nobody"
