"""A deviation that lasts, neither worse nor better, after its incident was resolved: the incident opens again by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incidents.incident import Incident, Status
from incidents.lifecycle import Action
from tests.tocsin.web.running import Running
from tests.tocsin.web.watching import evaluate, watching
from tocsin.detection.observe import checkpoint, restored
from tocsin.response.place import place

WATCH = "deposits/waiting"


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = watching(tmp_path)
    yield made
    made.close()


def opened(tocsin: Running) -> Incident:
    return next(i for i in tocsin.services.store.incidents.active() if WATCH in {s.name for s in i.lasting})


def resolve(tocsin: Running) -> Incident:
    incident = opened(tocsin)
    tocsin.do(incident, Action.RESOLVE, end_reason="fixed", anyway="yes")
    return incident


def later(tocsin: Running, minutes: int) -> None:
    tocsin.clock.pass_(minutes=minutes)
    evaluate(tocsin)


def test_it_opens_again_once_the_hold_has_passed(tocsin: Running) -> None:
    incident = resolve(tocsin)
    later(tocsin, 1)
    assert tocsin.current(incident).status is Status.RESOLVED
    later(tocsin, 2)
    assert tocsin.current(incident).is_active
    reasons = [u.reason for u in tocsin.services.store.incidents.timeline(incident.id)]
    assert "(deposits/waiting) still deviates, 3 min after the end" in reasons[-1]


def test_it_opens_again_where_nobody_looked_until_its_evidence_was_taken_as_ended(tocsin: Running) -> None:
    incident = resolve(tocsin)
    tocsin.clock.pass_(minutes=5)
    place(tocsin.services.response, tocsin.clock())
    assert not tocsin.current(incident).lasting
    later(tocsin, 1)
    assert tocsin.current(incident).is_active


def test_it_opens_again_after_a_restart(tocsin: Running) -> None:
    incident = resolve(tocsin)
    watch = tocsin.services.config.watches[-2]
    checkpoint(tocsin.services.observer, watch, tocsin.clock())
    tocsin.services.memory.forget(WATCH)
    tocsin.services.memory.states[WATCH] = restored(tocsin.services.observer, watch, tocsin.clock())
    later(tocsin, 3)
    assert tocsin.current(incident).is_active


def test_it_opens_again_as_often_as_it_is_resolved(tocsin: Running) -> None:
    incident = resolve(tocsin)
    for _ in range(2):
        later(tocsin, 3)
        assert tocsin.current(incident).is_active
        resolve(tocsin)
    kinds = [u.kind.value for u in tocsin.services.store.incidents.timeline(incident.id)]
    assert (kinds.count("resolved"), kinds.count("reopened")) == (3, 2)


def test_what_was_called_a_false_alarm_stays_one(tocsin: Running) -> None:
    incident = opened(tocsin)
    tocsin.do(incident, Action.RETRACT, reason="the metric lies")
    later(tocsin, 3)
    assert tocsin.current(incident).status is Status.RETRACTED
