"""The console's silences: what each keeps quiet is shown beside it."""

from datetime import timedelta

from detectors.watch import FailureKind
from incidents.signal import Signal, SignalSource
from incidents.silence import Silence
from tests.tocsin.web.running import Running
from tocsin.response.place import place
from tocsin.storage import Role


def signal(tocsin: Running, name: str) -> Signal:
    return Signal(
        key=name,
        source=SignalSource.WATCH,
        name=name,
        component="trading",
        title="slow",
        kind=FailureKind.DELAY,
        started_at=tocsin.clock(),
        seen_at=tocsin.clock(),
    )


def test_a_silence_shows_how_many_signals_it_kept_quiet_and_the_last(tocsin: Running) -> None:
    now = tocsin.clock()
    for silence_id, name in (("a", "latency-*"), ("b", "orders")):
        silence = Silence(
            id=silence_id, name=name, starts_at=now, ends_at=now + timedelta(hours=1), author="mara", reason="planned"
        )
        tocsin.services.store.silences.add(silence, now)
    for name in ("latency-spot", "latency-futures"):
        tocsin.services.store.signals.record([signal(tocsin, name)], tocsin.clock())
        assert place(tocsin.services.response, tocsin.clock()) == ()
        tocsin.clock.pass_(minutes=1)
    told = tocsin.client(Role.ENGINEER).get("/console/silences").text
    assert '2 signals; the last <span class="id">latency-futures</span> of <span class="id">trading</span>' in told
    assert told.count('data-label="Kept quiet">nothing') == 1
