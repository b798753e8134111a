"""What engineers called no anomaly teaches the watches: a retracted incident's evidence is judged milder afterwards."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from detectors.pardon import Excursion, forgiven
from detectors.state import State
from detectors.watch import FailureKind
from incidents.incident import Incident
from tocsin.storage import Store

REMEMBERED = timedelta(days=180)
"""After so long nothing is left of a word: it halves every four weeks."""


def pardoned(store: Store, watch: str, state: State, now: datetime) -> State:
    """The state with what is retracted now as a false alarm; an incident that was opened again is so no more."""
    excursions = tuple(
        excursion
        for incident in store.incidents.retracted_of_watch(watch, now - REMEMBERED)
        for excursion in excursions_of(incident, watch)
    )
    return forgiven(state, excursions) if excursions or state.pardon.any() else state


def excursions_of(incident: Incident, watch: str) -> Iterator[Excursion]:
    """The watch's evidence of an incident that was retracted."""
    if incident.resolved_at is None:
        return
    for signal in incident.signals:
        if signal.name != watch or signal.score is None:
            continue
        is_silence = signal.kind is FailureKind.SILENCE
        yield Excursion(
            series=signal.labels,
            model=dict(signal.facts).get("model", ""),
            score=signal.score,
            above=(signal.observed or 0.0) >= (signal.expected or 0.0),
            silent=((signal.ended_at or signal.seen_at) - signal.started_at).total_seconds() if is_silence else 0.0,
            at=incident.resolved_at.timestamp(),
        )
