"""A day with a night in which nobody works: from samples that end at ten and begin at six to the incidents, or none."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats, labels_of
from detectors.sources.scrape_store import RawHistory
from detectors.state import State
from incidents.incident import Incident
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tocsin.detection.observe import observe, restored
from tocsin.response.place import place

WATCH = """\
  - name: deposits-waiting
    title: Deposits waiting
    metric: deposits_waiting
    read: value
    by: [asset]
    component: trading
    bad: above
    kind: backlog
    every: 60s
"""
MIDNIGHT = NOW.replace(hour=0, minute=0)
NOON = MIDNIGHT + timedelta(hours=12)
LOOK = timedelta(minutes=30)
SEPA, BITCOIN = 0, 1
NIGHTS = 7
"""Before the one that is played."""
Change = Callable[[Floats, Floats], None]


@cache
def past() -> tuple[Floats, Floats]:
    """Times (T,) up to the played noon, a sample a minute, and two queues (2, T): that of banks rests from 22 to 6."""
    times: Floats = (NOON - timedelta(days=NIGHTS)).timestamp() + 60.0 * np.arange((NIGHTS + 1) * 1440.0)
    values = np.random.default_rng(11).normal(40.0, 2.0, (2, len(times)))
    hour = times % 86_400 / 3_600
    values[SEPA, (hour >= 22) | (hour < 6)] = np.nan
    return times, values


@pytest.fixture(scope="module")
def learnt() -> dict[str, State]:
    """The watch's state at the first noon by its name: before it all that is played has the same past."""
    return {}


@pytest.fixture
def play(tmp_path: Path, learnt: dict[str, State]) -> Iterator[Callable[[Change], tuple[Incident, ...]]]:
    made: list[Running] = []

    def played(change: Change) -> tuple[Incident, ...]:
        """From one noon to the next, with what is changed of the samples; every incident that opens."""
        made.append(running(tmp_path, CONFIG + WATCH))
        tocsin = made[0]
        times, values = past()
        values = values.copy()
        change(times, values)
        tocsin.runtime.kept.samples.load_history(_stored(times, values))
        tocsin.clock.at = NOON
        (watch,) = [w for w in tocsin.services.config.watches if w.name == "deposits-waiting"]
        if watch.name not in learnt:
            learnt[watch.name] = restored(tocsin.services.observer, watch, NOON)
        tocsin.services.memory.states[watch.name] = learnt[watch.name]
        while tocsin.clock() < NOON + timedelta(days=1):
            tocsin.clock.at += LOOK
            observe(tocsin.services.observer, watch, tocsin.clock())
            place(tocsin.services.response, tocsin.clock())
        return tocsin.services.store.incidents.page(limit=50).items

    yield played
    for tocsin in made:
        tocsin.close()


def _stored(times: Floats, values: Floats) -> list[RawHistory]:
    known = [np.isfinite(row) for row in values]
    queues = [
        RawHistory(
            metric="deposits_waiting",
            keys=(labels_of({"asset": asset}),),
            times=times[known[row]],
            values=values[row : row + 1, known[row]],
        )
        for row, asset in ((SEPA, "EUR"), (BITCOIN, "BTC"))
    ]
    up = RawHistory(metric="up", keys=((("instance", "exchange"),),), times=times, values=np.ones((1, len(times))))
    return [*queues, up]


def since(times: Floats, hour: float) -> slice:
    """The samples of the played day from so many hours after its midnight on."""
    return slice(int(np.searchsorted(times, (MIDNIGHT + timedelta(days=1, hours=hour)).timestamp())), None)


def opened(incidents: tuple[Incident, ...]) -> list[datetime]:
    return [incident.started_at for incident in incidents]


def test_a_night_without_samples_opens_nothing(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    assert play(lambda _times, _values: None) == ()


def test_a_fault_in_the_first_hour_after_the_night_is_found(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    def grows(times: Floats, values: Floats) -> None:
        values[SEPA, since(times, 6.5)] *= 5

    assert opened(play(grows)) == [MIDNIGHT + timedelta(days=1, hours=6.5)]


def test_what_never_rests_is_missed_at_night(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    def ends(times: Floats, values: Floats) -> None:
        values[BITCOIN, since(times, 2)] = np.nan

    (incident,) = play(ends)
    assert incident.kind == "silence"
    late = incident.started_at - (MIDNIGHT + timedelta(days=1, hours=2))
    assert timedelta(0) <= late <= timedelta(minutes=5)  # a sample stands for the five minutes after it


def test_a_silence_by_day_is_reported_within_minutes(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    def ends(times: Floats, values: Floats) -> None:
        values[SEPA, since(times, 9.0)] = np.nan

    (incident,) = play(ends)
    assert incident.kind == "silence"
    late = incident.started_at - (MIDNIGHT + timedelta(days=1, hours=9))
    assert timedelta(0) <= late <= timedelta(minutes=5)
    assert incident.opened_at - incident.started_at <= LOOK + timedelta(minutes=15)


def test_a_fault_of_the_other_queue_is_found_while_one_rests(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    def grows(times: Floats, values: Floats) -> None:
        values[BITCOIN, since(times, 3)] *= 5

    assert opened(play(grows)) == [MIDNIGHT + timedelta(days=1, hours=3)]


def test_a_night_that_lasts_two_hours_longer_opens_nothing(play: Callable[[Change], tuple[Incident, ...]]) -> None:
    def sleeps_in(times: Floats, values: Floats) -> None:
        values[SEPA, slice(since(times, 6).start, since(times, 8).start)] = np.nan

    assert play(sleeps_in) == ()
