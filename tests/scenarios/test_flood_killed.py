"""A flood in small, killed ten times: nothing is lost, nothing is there twice, each customer is answered once."""

from pathlib import Path

from benchmarks.flood import CONFIG, figures
from benchmarks.flood_killed import KILLS, play
from tests.tocsin.web.running import READILY
from tickets.ticket import TicketStatus

MANY = 60


def test_a_flood_outlives_ten_kills(tmp_path: Path) -> None:
    assert len(KILLS) == 10
    made = play(tmp_path, MANY, 5, f"{CONFIG}desk: {{{READILY}}}\n")
    try:
        store, found = made.tocsin.services.store, figures(made)
        settled = {t.status for one, t in made.tickets() if one.about and t.incident_id and not t.human_reason}
        assert sum(store.tickets.counts().values()) == found.sent == MANY
        assert (found.lost, found.wrongly_linked, found.safety_left_queue) == (0, 0, 0)
        assert found.linked > 0.5, "else nothing here was tried"
        assert (found.acknowledged_twice, found.updated_twice, found.forgotten) == (0, 0, 0)
        assert settled == {TicketStatus.RESOLVED}
        for ticket in (ticket for _, ticket in made.tickets()):
            texts = [message.text for message in store.tickets.thread(ticket.id)]
            assert len(texts) == len(set(texts)), "a further message that was sent again is there once"
        assert store.mail.counts().waiting == 0
        assert len(list((tmp_path / "data" / "mailbox" / "new").iterdir())) == store.mail.counts().sent
        assert store.audit.first_break() is None
    finally:
        made.tocsin.close()
