"""A watch's state is saved every few minutes; what came since is judged again after a restart, with the same word."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.state import State
from detectors.watch import Watch
from tests.tocsin.web.running import NOW, Running
from tests.tocsin.web.watching import evaluate, watching
from tocsin.detection.observe import CHECKPOINT_EVERY, restored


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Running]:
    made = watching(tmp_path)
    yield made
    made.close()


def queue(tocsin: Running) -> Watch:
    return next(w for w in tocsin.services.config.watches if w.name == "deposits/waiting")


def saved(tocsin: Running) -> State:
    watch = queue(tocsin)
    data = tocsin.services.store.checkpoints.get(watch.name)
    assert data is not None
    state = State.from_bytes(watch, data)
    assert state is not None
    return state


def assert_same(one: State, other: State) -> None:
    reported = [[repr(dataclasses.replace(t, kind=str(t.kind))) for t in state.tracks] for state in (one, other)]
    assert reported[0] == reported[1]
    for field in dataclasses.fields(State):
        if field.name == "tracks":
            continue
        np.testing.assert_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


def test_it_is_saved_every_few_minutes_and_not_at_every_evaluation(watched: Running) -> None:
    marks = []
    for _ in range(10):
        watched.clock.pass_(minutes=1)
        evaluate(watched)
        marks.append(saved(watched).watermark)
    minutes = sorted({(mark - NOW) // timedelta(minutes=1) for mark in marks if mark})
    assert minutes == [0, 3, 6, 9]
    assert timedelta(minutes=2) <= CHECKPOINT_EVERY <= timedelta(minutes=5)


def test_what_came_since_is_judged_again_as_it_was(watched: Running) -> None:
    watch = queue(watched)
    for _ in range(2):
        watched.clock.pass_(minutes=1)
        evaluate(watched)
    lived = watched.services.memory.states[watch.name]
    assert saved(watched).watermark == NOW
    incidents = [(i.id, i.signals) for i in watched.services.store.incidents.page().items]

    state = restored(watched.services.observer, watch, watched.clock())
    assert state.watermark == NOW
    watched.services.memory.states[watch.name] = state
    evaluate(watched)
    assert_same(watched.services.memory.states[watch.name], lived)
    assert [(i.id, i.signals) for i in watched.services.store.incidents.page().items] == incidents


def test_a_checkpoint_of_another_query_is_left_and_the_watch_is_warmed_anew(watched: Running) -> None:
    watch = queue(watched)
    other = dataclasses.replace(watch, query=dataclasses.replace(watch.query, match=(("asset", "A01"),)))
    state = restored(watched.services.observer, other, watched.clock())
    assert len(state.keys) == 1


def test_a_clock_that_was_far_ahead_blinds_a_watch_for_one_evaluation_at_most(watched: Running) -> None:
    watch = queue(watched)
    lasting = [t for t in watched.services.memory.states[watch.name].tracks if t.ended_at is None]
    assert lasting
    future = (watched.clock() + timedelta(days=3650)).timestamp()
    spoilt = dataclasses.replace(
        watched.services.memory.states[watch.name],
        watermark_s=future,
        tracks=tuple(dataclasses.replace(t, last=future) for t in lasting),
    )
    watched.services.memory.states[watch.name] = spoilt
    watched.services.store.checkpoints.save(watch.name, spoilt.to_bytes(watch))
    assert restored(watched.services.observer, watch, watched.clock()).watermark != spoilt.watermark

    watched.clock.pass_(minutes=1)
    evaluate(watched)
    state = watched.services.memory.states[watch.name]
    assert state.watermark == watched.clock()
    assert {(t.component, t.since) for t in lasting} <= {(t.component, t.since) for t in state.tracks}
    assert max(t.last for t in state.tracks) <= watched.clock().timestamp()


@pytest.mark.parametrize(
    ("back", "waits"),
    [
        pytest.param(timedelta(minutes=2), True, id="by two evaluations"),
        pytest.param(timedelta(minutes=10), False, id="by ten minutes"),
        pytest.param(timedelta(minutes=2, seconds=1), False, id="by more than two evaluations"),
    ],
)
def test_a_clock_that_is_set_back_by_more_than_two_evaluations_is_not_waited_for(
    watched: Running, back: timedelta, waits: bool
) -> None:
    watch = queue(watched)
    assert watch.every == timedelta(minutes=1)
    before = watched.services.memory.states[watch.name].watermark
    assert before is not None
    watched.clock.at = before - back
    evaluate(watched)
    after = watched.services.memory.states[watch.name].watermark
    assert after is not None
    assert (after == before) is waits
    assert waits or after <= watched.clock()
    assert saved(watched).watermark in (before, after)
