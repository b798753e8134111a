"""An incident whose fault comes and goes grows with each time, and no line of it holds all that came before."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from tests.tocsin.storage.examples import signal
from tests.tocsin.web.running import CONFIG, running
from tocsin.response.place import place
from tocsin.storage.tables.incidents import evidence, timeline


def stored(folder: Path, times: int) -> tuple[int, int]:
    """Lines, and bytes of lines and evidence, of a fault that came and went so often."""
    folder.mkdir()
    tocsin = running(folder, f"{CONFIG}incidents: {{cause_wait: 0s, recovery_hold: 30s}}\n")
    store, response = tocsin.services.store, tocsin.services.response
    for n in range(times):
        begun = signal("withdrawal-time", key=f"w{n}", started_at=tocsin.clock(), seen_at=tocsin.clock())
        store.signals.record([begun], tocsin.clock())
        place(response, tocsin.clock())
        tocsin.clock.pass_(minutes=1)
        store.signals.record([replace(begun, ended_at=tocsin.clock(), seen_at=tocsin.clock())], tocsin.clock())
        for _ in range(2):
            place(response, tocsin.clock())
            tocsin.clock.pass_(minutes=1)
    assert len(store.incidents.page().items) == 1
    asked = (select(func.count(), func.sum(func.length(table.c.value))) for table in (timeline, evidence))
    with store._database.read() as connection:
        (lines, size), (_, more) = (connection.execute(one).one() for one in asked)
    tocsin.close()
    return lines, size + more


def test_a_fault_that_flaps_twice_as_often_costs_twice_as_much(tmp_path: Path) -> None:
    (lines, size), (more, larger) = stored(tmp_path / "some", 15), stored(tmp_path / "many", 30)
    assert more <= 2.1 * lines
    assert larger <= 2.2 * size
    assert larger < 200_000
