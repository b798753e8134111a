"""Counters that restart and scrapes that are missing: through both sources, the engine and what decides.

A process restarts once, twice within one window, and with scrapes of it missing; then nobody scrapes for ten minutes,
in which all restart. None of it is reported of a rate, ratio or quantile; what is really wrong at the same time is.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import time_machine

from detectors.frame import Floats, labels_of
from detectors.history import warm
from detectors.observe import look
from detectors.sources.embedded import Embedded
from detectors.sources.prometheus import Prometheus
from detectors.sources.scrape import Target
from detectors.sources.scrape_store import RawHistory, ScrapeStore
from detectors.sources.source import Source
from detectors.watch import Direction, Query, Read, Watch
from tests.detectors.sources.prometheus_server import running_prometheus, write_samples

START = datetime(2026, 3, 1, tzinfo=UTC)
LIVE, END = START + timedelta(hours=13), START + timedelta(hours=16)
SCRAPE = 15
TIMES: Floats = START.timestamp() + 3 + np.arange((END - START).total_seconds() // SCRAPE) * SCRAPE
AT = int((LIVE + timedelta(minutes=40) - START).total_seconds()) // SCRAPE
"""The scrape from which on the processes are new ones."""
LASTS = 120
AWAY = slice(AT + 280, AT + 320)
"""Nobody scraped."""
WORN = tuple(datetime.fromtimestamp(TIMES[at], UTC) for at in (AT, AWAY.start))
AFTER = timedelta(minutes=25)
"""Ten minutes away, two windows and the spacing of frames."""
EDGES = ("0.5", "1", "2", "4", "8", "+Inf")
USUALLY_FAILING = 0.01
USUAL, SLOW = (0.1, 0.3, 0.4, 0.15, 0.04, 0.01), (0.01, 0.09, 0.3, 0.4, 0.15, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What befalls a process. restarts, missing: scrapes from AT on; the others: what is wrong for half an hour."""

    restarts: tuple[int, ...] = (0,)
    missing: int = 0
    much: float = 1.0
    failing: float = USUALLY_FAILING
    slow: bool = False


FATES = {
    "ADA": Fate(restarts=()),
    "BTC": Fate(),
    "ETH": Fate(restarts=(0, 8)),
    "SOL": Fate(missing=2),
    "falls": Fate(much=0.2),
    "fails": Fate(failing=0.2),
    "slows": Fate(slow=True, restarts=(0, 8)),
}
KEYS = tuple(labels_of({"asset": asset, "instance": asset}) for asset in FATES)


def worn(events: Floats, fate: Fate) -> Floats:
    """(…, T) what is scraped of counters of these events: from nothing after each restart, and where all were away."""
    counted = np.cumsum(events, axis=-1) + 5_000.0
    for restart in (*(AT + one for one in fate.restarts), AWAY.stop - 8):
        counted[..., restart:] -= counted[..., restart - 1 : restart]
    counted[..., AT : AT + fate.missing] = np.nan
    counted[..., AWAY] = np.nan
    return counted


def histories() -> list[RawHistory]:
    chance, wrong = np.random.default_rng(3), slice(AT, AT + LASTS)
    deposits, errors, buckets, up = [], [], [], []
    for fate in FATES.values():
        expected, failing, shape = (
            np.full(len(TIMES), 30.0),
            np.full(len(TIMES), USUALLY_FAILING),
            np.tile(USUAL, (len(TIMES), 1)),
        )
        expected[wrong] *= fate.much
        failing[wrong] = fate.failing
        if fate.slow:
            shape[wrong] = SLOW
        events = chance.poisson(expected)
        deposits.append(worn(events.astype(np.float64), fate))
        errors.append(worn(chance.binomial(events, failing).astype(np.float64), fate))
        buckets.append(worn(np.cumsum(chance.multinomial(events, shape), axis=1).T.astype(np.float64), fate))
        up.append(np.ones(len(TIMES)))
        up[-1][AT : AT + fate.missing] = 0.0
        up[-1][AWAY] = np.nan
    edged = tuple(labels_of({**dict(key), "le": edge}) for key in KEYS for edge in EDGES)
    return [
        RawHistory(metric="deposits_total", keys=KEYS, times=TIMES, values=np.stack(deposits)),
        RawHistory(metric="errors_total", keys=KEYS, times=TIMES, values=np.stack(errors)),
        RawHistory(metric="seconds_bucket", keys=edged, times=TIMES, values=np.concatenate(buckets)),
        RawHistory(metric="seconds_count", keys=KEYS, times=TIMES, values=np.stack([each[-1] for each in buckets])),
        RawHistory(metric="up", keys=KEYS, times=TIMES, values=np.stack(up)),
    ]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Source]]:
    folder: Path = tmp_path_factory.mktemp("worn")
    every = histories()
    target = Target(job="exchange", url="http://127.0.0.1:1/metrics", interval=timedelta(seconds=SCRAPE))
    with closing(ScrapeStore(folder / "samples.db")) as store, running_prometheus(folder / "prometheus") as url:
        store.load_history(every)
        write_samples(url, every)
        with closing(Prometheus(url)) as real:
            yield {"prometheus": real, "embedded": Embedded(store, [target])}


def watch(query: Query, bad: Direction) -> Watch:
    return Watch(name=str(query.read), query=query, component="{asset}", bad=bad, every=timedelta(minutes=1))


BY = ("asset",)
RATE = watch(Query(metric="deposits_total", read=Read.RATE, by=BY), Direction.BELOW)
RATIO = watch(Query(metric="errors_total", of="deposits_total", read=Read.RATIO, by=BY, at_least=20), Direction.ABOVE)
SLOWEST = watch(Query(metric="seconds", read=Read.QUANTILE, quantile=0.9, by=BY, at_least=20), Direction.ABOVE)


@pytest.mark.parametrize("name", ["prometheus", "embedded"])
@pytest.mark.parametrize(
    ("a_watch", "expected"), [(RATE, "falls"), (RATIO, "fails"), (SLOWEST, "slows")], ids=["rate", "ratio", "quantile"]
)
def test_only_what_is_wrong_is_reported_of_counters_that_restart(
    sources: dict[str, Source], name: str, a_watch: Watch, expected: str
) -> None:
    source, found, at = sources[name], {}, LIVE
    with time_machine.travel(END, tick=False):
        state = warm(a_watch, source.history(a_watch, START, LIVE, a_watch.every))
        while at < END:
            frame = source.read(a_watch, at, at := at + timedelta(minutes=10))
            seen = look(a_watch, state, frame)
            state = seen.state
            found.update({anomaly.key: anomaly for anomaly in seen.anomalies})
    # Chance may have its say at other times: the history is half a day.
    around = [each for each in found.values() if any(begin <= each.started_at < begin + AFTER for begin in WORN)]
    wrong = {name for name, fate in FATES.items() if fate.much < 1 or fate.failing > USUALLY_FAILING or fate.slow}
    assert {each.component for each in around} <= wrong
    (anomaly,) = (each for each in around if each.component == expected)
    assert anomaly.started_at < WORN[0] + timedelta(minutes=8)
    assert anomaly.ended_at is not None
