"""From the first bad sample to the page: suspected at once, then confirmed by its incident, or withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.watch import FailureKind
from incidents.lifecycle import Action
from incidents.signal import Signal, SignalSource
from incidents.silence import Silence
from tests.tocsin.web.running import CONFIG, Running, running
from tocsin.page.publish import offer_if_due, publish_to
from tocsin.response.place import place

NAME = "withdrawals/BTC/bitcoin"
SLOW = CONFIG.replace("depends_on: [chain/bitcoin]", "depends_on: [chain/bitcoin]\n    disclosure: {after: 30m}")


@pytest.fixture
def tocsin(tmp_path: Path) -> Iterator[Running]:
    made = running(tmp_path)
    yield made
    made.close()


def deviates(tocsin: Running, **changes: object) -> Signal:
    """The watch over withdrawals reports a deviation that began ten seconds ago."""
    now = tocsin.clock()
    said = Signal(
        key="withdrawal-time:1",
        source=SignalSource.WATCH,
        name="withdrawal-time",
        component=NAME,
        title="Withdrawal processing time, p95",
        kind=FailureKind.DELAY,
        started_at=now - timedelta(seconds=10),
        seen_at=now,
        detected_at=now,
        user_visible=True,
        score=3.0,
    )
    said = replace(said, **changes)  # type: ignore[arg-type]
    tocsin.services.store.signals.record([said], now)
    return said


def front(tocsin: Running, name: str = "index.html", **span: float) -> str:
    """Time passes, signals are placed, and the page goes out where something has changed."""
    tocsin.clock.pass_(**span)
    place(tocsin.services.response, tocsin.clock())
    publisher = tocsin.services.publisher
    if offer_if_due(publisher, tocsin.clock()):
        publish_to(publisher, publisher.targets[0], tocsin.clock())
    return (Path(publisher.directory) / name).read_text("utf-8")


def end(tocsin: Running) -> tuple[str | None, str]:
    (one,) = tocsin.services.store.suspicions.since(tocsin.clock() - timedelta(hours=2))
    return one.end, one.reason


def test_a_component_is_suspected_before_its_signal_has_found_its_incident(tocsin: Running) -> None:
    front(tocsin)
    deviates(tocsin)
    page = front(tocsin, seconds=1)
    assert tocsin.services.store.incidents.active() == ()
    assert "Problem suspected: Withdrawals – Bitcoin withdrawals" in page
    assert "Suspected since" in page
    assert "Within ten minutes it is confirmed or withdrawn here." in page
    german = front(tocsin, "de/index.html")
    assert "Störung vermutet" in german


def test_its_incident_confirms_it(tocsin: Running) -> None:
    deviates(tocsin)
    front(tocsin, seconds=1)
    page = front(tocsin, seconds=61)
    assert len(tocsin.services.store.incidents.active()) == 1
    assert "Suspected since" in page
    page = front(tocsin, minutes=5)
    assert "Suspected since" not in page
    assert "Degraded" in page
    assert end(tocsin) == ("confirmed", "INC-1 is public")


def test_what_recovers_is_withdrawn_and_the_page_says_so_for_an_hour(tocsin: Running) -> None:
    said = deviates(tocsin)
    front(tocsin, seconds=1)
    tocsin.clock.pass_(minutes=2)
    deviates(tocsin, started_at=said.started_at, ended_at=tocsin.clock())
    page = front(tocsin, seconds=1)
    assert "A suspected problem is over by itself:" in page
    assert end(tocsin) == ("recovered", "it does not deviate any more")
    assert "A suspected problem" not in front(tocsin, minutes=61)


def test_a_false_alarm_is_said_to_be_one(tocsin: Running) -> None:
    deviates(tocsin)
    front(tocsin, seconds=1)
    front(tocsin, seconds=61)
    (incident,) = tocsin.services.store.incidents.active()
    tocsin.do(incident, Action.RETRACT)
    assert "A suspected problem was a false alarm:" in front(tocsin, seconds=1)


def test_what_nobody_confirms_in_ten_minutes_is_withdrawn_though_it_lasts(tmp_path: Path) -> None:
    tocsin = running(tmp_path, SLOW)
    deviates(tocsin)
    front(tocsin, seconds=1)
    assert "Suspected since" in front(tocsin, minutes=9)
    page = front(tocsin, minutes=2)
    assert "Suspected since" not in page
    assert "Unknown" in page
    assert end(tocsin) == ("not_confirmed", "nobody confirmed it within ten minutes")
    assert "Suspected since" not in front(tocsin, minutes=5)
    tocsin.close()


def test_a_policy_may_suspect_nothing(tmp_path: Path) -> None:
    tocsin = running(tmp_path, SLOW.replace("after: 30m", "suspect: false"))
    deviates(tocsin)
    front(tocsin, seconds=1)
    page = front(tocsin, seconds=61)
    assert "Suspected since" not in page
    assert "Unknown" in page
    tocsin.close()


def test_what_is_silenced_is_not_suspected(tocsin: Running) -> None:
    now = tocsin.clock()
    silence = Silence(
        id="s", component=NAME, starts_at=now, ends_at=now + timedelta(hours=1), author="mara", reason="a test"
    )
    tocsin.services.store.silences.add(silence, now)
    deviates(tocsin)
    assert "Suspected since" not in front(tocsin, seconds=1)
