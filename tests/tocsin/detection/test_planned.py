"""Planned work, as the watches are reported of it."""

from datetime import timedelta

from tests.tocsin.web.running import Running
from tocsin.detection.observe import observe
from tocsin.detection.planned import planned_work
from tocsin.response.maintenance import change_work


def test_work_is_what_is_planned_and_not_called_off(tocsin: Running) -> None:
    work = tocsin.planned_work("New disks", "Trading pauses.")
    (planned,) = planned_work(tocsin.services.store)
    assert (planned.title, planned.components) == ("New disks", frozenset({"trading"}))
    assert (planned.start, planned.end) == (
        work.public.scheduled_for.timestamp(),
        work.public.scheduled_until.timestamp(),
    )
    change_work(tocsin.services.response, work.public.id, "complete", {}, by="mara", now=tocsin.clock())
    assert planned_work(tocsin.services.store) == ()


def test_a_watch_learns_of_planned_work_within_a_minute(tocsin: Running) -> None:
    (watch,) = tocsin.services.config.watches
    memory = tocsin.services.memory
    observe(tocsin.services.observer, watch, tocsin.clock())
    assert memory.planned[watch.name] == ()
    tocsin.planned_work("New disks", "Trading pauses.")
    tocsin.clock.at += timedelta(minutes=1)
    observe(tocsin.services.observer, watch, tocsin.clock())
    assert [one.title for one in memory.planned[watch.name]] == ["New disks"]
