"""A Tocsin that has watched for three days: thirty queues, of which one grows and one has fallen silent."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from detectors.frame import Floats, labels_of
from detectors.sources.head import PageSample
from detectors.sources.scrape_store import RawHistory
from detectors.state import State
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tocsin.context.series import series_id
from tocsin.detection.observe import observe, restored
from tocsin.response.place import place

WATCHES = """\
  - name: deposits/waiting
    title: Deposits waiting
    metric: deposits_waiting
    read: value
    by: [asset]
    component: trading
    bad: above
    kind: backlog
    every: 60s
    history: 3d
  - name: idle
    metric: nobody_has_this
    component: trading
    shadow: true
"""
SERIES = 30
GROWS, SILENT = "A00", "A29"


def series_of(asset: str) -> str:
    """What names the asset's series in an address."""
    return series_id(labels_of({"asset": asset}))


def watching(folder: Path, config: str = CONFIG, watches: str = WATCHES) -> Running:
    """Services, web, and what it has learnt."""
    made = running(folder, config + watches)
    fill(made)
    return made


def fill(made: Running) -> None:
    """Samples of three days, up to a quarter of an hour from now, in the store; two watches warmed and evaluated."""
    made.runtime.kept.samples.load_history(_samples())
    made.services.memory.states[made.services.config.watches[-2].name] = _learnt()
    evaluate(made)


@cache
def _learnt() -> State:
    """What the queues' watch knows of its past: reckoned once, as no evaluation changes the state before it."""
    made = running(Path(mkdtemp(prefix="tocsin-watching-")), CONFIG + WATCHES)
    made.runtime.kept.samples.load_history(_samples())
    state = restored(made.services.observer, made.services.config.watches[-2], NOW - timedelta(hours=2))
    made.close()
    return state


@cache
def _samples() -> tuple[RawHistory, ...]:
    times: Floats = NOW.timestamp() - 60.0 * np.arange(3 * 1440, -16, -1, dtype=np.float64)
    chance = np.random.default_rng(5)
    day = 1 + 0.5 * np.sin(2 * np.pi * times / 86_400.0)
    values = 40.0 * day + chance.normal(0.0, 2.0, (SERIES, len(times)))
    values[0, -35:] *= 6.0
    keys = tuple(labels_of({"asset": f"A{row:02}"}) for row in range(SERIES))
    queues = RawHistory(metric="deposits_waiting", keys=keys[:-1], times=times, values=values[:-1])
    gone = RawHistory(metric="deposits_waiting", keys=keys[-1:], times=times[:-105], values=values[-1:, :-105])
    up = RawHistory(metric="up", keys=((("instance", "exchange"),),), times=times, values=np.ones((1, len(times))))
    return queues, gone, up


def measure(made: Running, grown: float) -> None:
    """The next sample of each queue, now: that of the one which grows is so large; and both watches, up to now."""
    labels = [labels_of({"asset": f"A{row:02}"}) for row in range(SERIES - 1)]
    queues = [PageSample(metric="deposits_waiting", labels=one, value=40.0) for one in labels]
    queues[0] = replace(queues[0], value=grown)
    up = PageSample(metric="up", labels=labels_of({"instance": "exchange"}), value=1.0)
    made.runtime.kept.samples.append("exchange", made.clock(), [*queues, up])
    evaluate(made)


def evaluate(made: Running) -> None:
    """Both watches, up to now."""
    for watch in made.services.config.watches[-2:]:
        observe(made.services.observer, watch, made.clock())
    place(made.services.response, made.clock())
