"""A false alarm teaches: its excursion is judged milder, after a restart too, until the incident is opened again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from detectors.pardon import Pardon
from detectors.state import State
from incidents.incident import Incident, Status
from incidents.lifecycle import reopen, retract
from tests.tocsin.web.running import Running
from tests.tocsin.web.watching import GROWS, SILENT, evaluate, watching
from tocsin.detection.observe import restored
from tocsin.detection.pardons import REMEMBERED, excursions_of, pardoned

WATCH = "deposits/waiting"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Running]:
    """With one incident open: of a queue that grows, or that has fallen silent."""
    made = watching(tmp_path)
    for _ in range(2):
        made.clock.pass_(minutes=2)
        evaluate(made)
    yield made
    made.close()


def incident_of(tocsin: Running, asset: str) -> Incident:
    """The incident with this queue among its evidence."""
    found = [i for i in tocsin.services.store.incidents.active() if asset_of(i) & {asset}]
    assert len(found) == 1, [asset_of(i) for i in tocsin.services.store.incidents.active()]
    return found[0]


def asset_of(incident: Incident) -> set[str]:
    return {dict(signal.labels).get("asset", "") for signal in incident.signals}


def retracted(tocsin: Running, incident: Incident) -> Incident:
    act = partial(retract, by="erin", now=tocsin.clock(), reason="a sale")
    return tocsin.services.store.incidents.change(incident.id, act, tocsin.clock()).incident


def reopened(tocsin: Running, incident: Incident) -> Incident:
    act = partial(reopen, graph=tocsin.services.graph, by="erin", now=tocsin.clock())
    return tocsin.services.store.incidents.change(incident.id, act, tocsin.clock()).incident


def milder(tocsin: Running, asset: str) -> float:
    """What is taken from the scores of this queue's growth."""
    state = tocsin.services.memory.states[WATCH]
    return float(state.pardon[Pardon.ABOVE, row_of(state, asset)])


def row_of(state: State, asset: str) -> int:
    return next(row for row, key in enumerate(state.keys) if dict(key)["asset"] == asset)


def after_a_minute(tocsin: Running) -> None:
    tocsin.clock.pass_(minutes=1)
    evaluate(tocsin)


def test_a_false_alarm_makes_that_excursion_milder_and_opening_it_again_takes_that_back(watched: Running) -> None:
    incident = incident_of(watched, GROWS)
    assert milder(watched, GROWS) == 0
    retracted(watched, incident)
    after_a_minute(watched)
    taught = milder(watched, GROWS)
    (signal,) = (s for s in incident.signals if dict(s.labels)["asset"] == GROWS)
    assert signal.score is not None
    assert taught > signal.score - 1
    assert milder(watched, "A01") == 0
    after_a_minute(watched)
    assert milder(watched, GROWS) == taught, "one word counts once"
    reopened(watched, incident)
    after_a_minute(watched)
    assert milder(watched, GROWS) == 0


def test_a_restart_and_learning_afresh_forget_no_word(watched: Running) -> None:
    retracted(watched, incident_of(watched, GROWS))
    after_a_minute(watched)
    taught = milder(watched, GROWS)
    memory, watch = watched.services.memory, next(w for w in watched.services.config.watches if w.name == WATCH)
    watched.services.store.checkpoints.forget(WATCH)
    memory.forget(WATCH)
    memory.states[WATCH] = restored(watched.services.observer, watch, watched.clock())
    assert milder(watched, GROWS) == 0, "the history does not hold the word"
    after_a_minute(watched)
    assert milder(watched, GROWS) == pytest.approx(taught)


def test_a_silence_that_is_none_makes_patient(watched: Running) -> None:
    incident = incident_of(watched, SILENT)
    before = watched.services.memory.states[WATCH]
    retracted(watched, incident)
    after_a_minute(watched)
    after = watched.services.memory.states[WATCH]
    row = row_of(after, SILENT)
    assert after.patience[row] > before.patience[row] + timedelta(minutes=15).total_seconds()
    assert not after.pardon[:, row].any()


def test_what_did_not_score_and_what_another_watch_saw_teaches_this_one_nothing(watched: Running) -> None:
    incident = retracted(watched, incident_of(watched, GROWS))
    assert incident.status is Status.RETRACTED
    assert list(excursions_of(incident, WATCH))
    assert list(excursions_of(incident, "deposits")) == []
    unscored = replace(incident, signals=tuple(replace(s, score=None) for s in incident.signals))
    assert list(excursions_of(unscored, WATCH)) == []


def test_an_old_word_is_no_longer_read(watched: Running) -> None:
    incident = retracted(watched, incident_of(watched, GROWS))
    assert incident.resolved_at is not None
    state, store = watched.services.memory.states[WATCH], watched.services.store
    assert pardoned(store, WATCH, state, incident.resolved_at + REMEMBERED).pardon.any()
    late = incident.resolved_at + REMEMBERED + timedelta(seconds=1)
    assert pardoned(store, WATCH, state, late) is state
