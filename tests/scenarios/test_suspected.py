"""What the page says of a component before its incident is public: soon where it fails, and nothing in quiet weeks.

Every instant is the data's: when a sample was taken, and when the service says that it said so.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from detectors.frame import Floats
from detectors.sources.scrape_store import RawHistory
from tests.tocsin.web.running import CONFIG, NOW, Running, running
from tocsin.detection.observe import observe, restored
from tocsin.page.publish import offer_if_due, publish_to, suspicions
from tocsin.response.place import place

WATCH = """\
  - name: unsigned
    title: Oldest withdrawal waiting for its signature
    metric: oldest_unsigned_seconds
    read: value
    component: withdrawals/BTC/bitcoin
    unit: s
    bad: above
    kind: delay
    user_visible: true
    every: {every}s
"""
DAY = timedelta(days=1)
Fault = Callable[[Floats], Floats]
"""Seconds since its beginning -> what is observed then."""


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def played(
        values: Callable[[Floats], Floats],
        then: Callable[[Running], None],
        *,
        every: int,
        past: timedelta,
        lasts: timedelta,
        look: timedelta,
    ) -> Running:
        """The service after a warm start on `past`, then looking for so long, each look followed by `then`.

        values: of times in seconds since NOW.
        """
        made.append(running(tmp_path, CONFIG + WATCH.format(every=every)))
        tocsin = made[0]
        since: Floats = np.arange(-past.total_seconds(), lasts.total_seconds(), float(every))
        times = NOW.timestamp() + since
        history = RawHistory(metric="oldest_unsigned_seconds", keys=((),), times=times, values=values(since)[None])
        up = RawHistory(metric="up", keys=((("instance", "exchange"),),), times=times, values=np.ones((1, len(times))))
        tocsin.runtime.kept.samples.load_history([history, up])
        (watch,) = [w for w in tocsin.services.config.watches if w.name == "unsigned"]
        tocsin.services.memory.states[watch.name] = restored(tocsin.services.observer, watch, NOW)
        while tocsin.clock() < NOW + lasts:
            tocsin.clock.at += look
            observe(tocsin.services.observer, watch, tocsin.clock())
            place(tocsin.services.response, tocsin.clock())
            then(tocsin)
        return tocsin

    yield played
    for tocsin in made:
        tocsin.close()


def shown(tocsin: Running) -> None:
    """The page goes out where something has changed."""
    publisher = tocsin.services.publisher
    if offer_if_due(publisher, tocsin.clock()):
        publish_to(publisher, publisher.targets[0], tocsin.clock())


def nothing_is_suspected(tocsin: Running) -> None:
    assert suspicions(tocsin.services.publisher, tocsin.clock()) == ()


def usual(since: Floats, seed: int) -> Floats:
    """About 40 s, slower by day, with a noise of 8 %."""
    times = NOW.timestamp() + since
    noise = np.random.default_rng(seed).lognormal(0.0, 0.08, len(since))
    return (40.0 + 12.0 * np.sin(2.0 * np.pi * times / 86_400.0)) * noise


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda late: np.full_like(late, 200.0), id="slow at once"),
        pytest.param(lambda late: 45.0 + late, id="stuck, so that the oldest ages"),
    ],
)
def test_a_fault_is_suspected_on_the_page_within_a_minute_of_its_first_bad_sample(
    play: Callable[..., Running], fault: Fault
) -> None:
    begins = 150.0

    def values(since: Floats) -> Floats:
        return np.where(since >= begins, np.maximum(fault(since - begins), usual(since, 5)), usual(since, 5))

    tocsin = play(values, shown, every=15, past=2 * DAY, lasts=timedelta(minutes=5), look=timedelta(seconds=5))
    (suspicion,) = tocsin.services.store.suspicions.since(NOW)
    assert (suspicion.component, suspicion.ended_at) == ("withdrawals/BTC/bitcoin", None)
    assert suspicion.since >= NOW + timedelta(seconds=begins)
    assert suspicion.shown_at - suspicion.since <= timedelta(seconds=60)
    if fault(np.zeros(1))[0] > 100.0:  # whose first bad sample is known
        assert suspicion.shown_at - (NOW + timedelta(seconds=begins)) <= timedelta(seconds=60)
    assert "Suspected since" in tocsin.client().get("/status/").text


def test_two_quiet_weeks_pass_without_a_word_for_the_public(play: Callable[..., Running]) -> None:
    tocsin = play(
        lambda since: usual(since, 1),
        nothing_is_suspected,
        every=60,
        past=7 * DAY,
        lasts=14 * DAY,
        look=timedelta(minutes=20),
    )
    assert tocsin.services.store.incidents.page().items == ()
    shown(tocsin)
    assert "All systems operational" in tocsin.client().get("/status/").text
