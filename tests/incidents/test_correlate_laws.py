"""What holds of correlation whatever comes, in whatever batches."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.correlate import place
from incidents.incident import Incident, Status
from incidents.settings import Settings
from incidents.signal import Signal
from tests.incidents.build import at, exchange, signal

GRAPH = exchange()
NAMES = [*[c.name for c in GRAPH][:10], "nobody/knows"]
SIGNALS = st.builds(
    lambda component, start, name, length, shadow: signal(
        component, start, name=name, end=length and start + length, seen=start + (length or 0), shadow=shadow
    ),
    component=st.sampled_from(NAMES),
    start=st.integers(0, 2000),
    name=st.sampled_from(["latency", "queue"]),
    length=st.one_of(st.none(), st.integers(1, 300)),
    shadow=st.booleans(),
)


def play(signals: list[Signal], step: int) -> tuple[dict[str, Incident], list[Signal]]:
    """Plays the signals at their time, a placement every `step` seconds; the incidents and what they were made of."""
    reported = list({s.key: s for s in signals}.values())
    known: dict[str, Incident] = {}
    waiting: list[Signal] = []
    for now in range(0, 2600, step):
        waiting += [s for s in reported if at(now - step) < s.seen_at <= at(now)]
        placed = place(waiting, list(known.values()), GRAPH, at(now), Settings())
        known.update({u.incident.id: u.incident for u in placed.updates})
        check(known)
        again = place(waiting, list(known.values()), GRAPH, at(now), Settings())
        assert again.updates == ()
        waiting = [h.signal for h in placed.deferred]
    return known, reported


def check(known: dict[str, Incident]) -> None:
    active = [i for i in known.values() if i.is_active]
    held = Counter(fingerprint for i in active for fingerprint in {s.fingerprint for s in i.signals})
    assert max(held.values(), default=1) == 1, "at most one active incident a fingerprint"
    for incident in known.values():
        assert {s.shadow for s in incident.signals} == {incident.shadow}
        assert {s.component for s in incident.signals} == set(incident.components)
        assert incident.component in incident.components
        assert incident.started_at == min(s.started_at for s in incident.signals)


@settings(max_examples=40, deadline=None)
@given(signals=st.lists(SIGNALS, max_size=12), step=st.sampled_from([20, 100]))
def test_every_signal_ends_up_in_one_incident_and_repeating_a_placement_changes_nothing(
    signals: list[Signal], step: int
) -> None:
    known, reported = play(signals, step)
    placed = Counter(s.key for i in known.values() if i.status is not Status.MERGED for s in i.signals)
    assert placed == Counter(s.key for s in reported)


@settings(max_examples=40, deadline=None)
@given(signals=st.lists(SIGNALS, max_size=12), order=st.randoms(use_true_random=False))
def test_the_order_of_a_batch_does_not_matter(signals: list[Signal], order: object) -> None:
    reported = list({s.key: s for s in signals}.values())
    shuffled = [replace(s) for s in reported]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert place(reported, [], GRAPH, at(3000), Settings()) == place(shuffled, [], GRAPH, at(3000), Settings())
