"""The ledger beside the service's own store: what is said in any order becomes the same incidents in both."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.watch import FailureKind
from incidents import correlate
from incidents.component import Component, ComponentGraph, Disclosure, DisclosureMode
from incidents.incident import Incident, IncidentUpdate, Status, UpdateKind
from incidents.settings import Settings
from incidents.signal import Signal, SignalSource
from tests.tocsin.backtest.examples import START
from tests.tocsin.web.running import Running, running
from tocsin.backtest.ledger import TimedSignal, play
from tocsin.storage import Store

AUTO = Disclosure(mode=DisclosureMode.AUTO, after=timedelta(0))
GRAPH = ComponentGraph(
    (
        Component(name="chain", title="Chain"),
        Component(name="in", title="Deposits", depends_on=("chain",), disclosure=AUTO),
        Component(name="out", title="Withdrawals", depends_on=("chain",)),
        Component(name="alone", title="Alone"),
    )
)
SETTINGS = Settings()
UNTIL = START + timedelta(hours=12)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def stretches(seed: int, count: int = 14) -> list[TimedSignal]:
    """Made-up deviations of four components that open, worsen and end, a few of them said twice or late.

    In the end two effects open apart, and then their cause shows.
    """
    chance = np.random.default_rng(seed)
    said = []
    for number in range(count):
        name = str(chance.choice([component.name for component in GRAPH]))
        start, hold, lasts = (timedelta(minutes=int(some)) for some in chance.integers(0, [60, 30, 30]))
        signal = deviation(name, number, START + start, START + start + hold)
        said.append((signal.seen_at, signal))
        if lasts:
            half, end = signal.seen_at + lasts / 2, signal.seen_at + lasts
            said.append((half, replace(signal, seen_at=half, score=5.0)))
            said.append((end, replace(signal, seen_at=end, ended_at=end - MINUTE, score=5.0)))
        if number % 5 == 0:
            said.append((said[-1][0], signal))
    for number, (name, after) in enumerate([("in", 600), ("out", 603), ("chain", 604)], start=count):
        signal = deviation(name, number, START + after * MINUTE, START + after * MINUTE)
        said.append((signal.seen_at, signal))
    return [TimedSignal(at=at, signal=signal) for at, signal in sorted(said, key=lambda one: one[0])]


def deviation(name: str, number: int, start: datetime, seen: datetime) -> Signal:
    return Signal(
        key=f"{name}:{number}", source=SignalSource.WATCH, name=f"watch-{name}", component=name, title=name,
        kind=FailureKind.DELAY, started_at=start, detected_at=seen, seen_at=seen, score=1.5, user_visible=name == "in",
    )  # fmt: skip


def stored(said: Sequence[TimedSignal], store: Store) -> list[tuple[IncidentUpdate, ...]]:
    """The same through the store, looked after each second in which anything may happen."""
    came: dict[int, list[Signal]] = {}
    for one in said:
        came.setdefault(round((one.at - START) / SECOND), []).append(one.signal)
    # When signals come, and what time alone makes due after it: cause's wait, recovery's hold, deadline.
    looks = {at + due + wait for at in came for due in (0, 60, 300) for wait in (0, 1, 5, 6)}
    # A recurring fault ends after twice its longest calm, which any two of the signals may make.
    ends = [(one.signal.ended_at, one.signal.started_at) for one in said]
    calms = {round((start - end) / SECOND) for end, _ in ends if end for _, start in ends if start > end}
    looks |= {round((end - START) / SECOND) + 2 * calm for end, _ in ends if end for calm in calms}
    for at in sorted(looks):
        now = START + at * SECOND
        for signal in came.get(at, []):
            store.signals.record([signal], now)

        def decision(waiting: Sequence[Signal], known: Sequence[Incident]) -> correlate.Placement:
            return correlate.place(waiting, known, GRAPH, now, SETTINGS)  # noqa: B023

        store.incidents.decide(decision, now, SETTINGS.reopen_within)
    found = store.incidents.page(limit=200).items
    return [tuple(store.incidents.timeline(one.id)) for one in reversed(found)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ledger_and_the_store_tell_the_same_of_any_signals(service: Running, seed: int) -> None:
    said = stretches(seed)
    assert list(play(said, GRAPH, SETTINGS, UNTIL)) == stored(said, service.services.store)


def test_the_made_up_signals_meet_every_turn_that_an_incident_takes_by_itself() -> None:
    reported = [line for seed in (1, 2, 3) for lines in play(stretches(seed), GRAPH, SETTINGS, UNTIL) for line in lines]
    turns = {UpdateKind.OPENED, UpdateKind.SIGNALS, UpdateKind.SEVERITY, UpdateKind.DISCLOSED, UpdateKind.REOPENED}
    assert {line.kind for line in reported} == turns | {UpdateKind.RESOLVED, UpdateKind.MERGED}
    assert any(line.incident.status is Status.MERGED for line in reported)


def test_nothing_happens_after_the_end() -> None:
    said = stretches(1)
    until = said[len(said) // 2].at
    reported = [line for lines in play(said, GRAPH, SETTINGS, until) for line in lines]
    assert max(line.at for line in reported) <= until
