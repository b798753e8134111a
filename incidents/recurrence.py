"""Recurring faults: which signals begin another excursion, and how long a calm must last to end the incident."""

from collections.abc import Mapping, Reversible
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from incidents.incident import Incident, Recurrence
from incidents.settings import Settings
from incidents.signal import Signal

STRETCHES = 12
"""Stretches of one fault that an incident keeps as evidence: the first, and the latest."""


def came_back(
    incident: Incident, evidence: Reversible[Signal], signal: Signal, settings: Settings
) -> Recurrence | None:
    """The incident's recurrence with the excursion that the signal begins; None where it begins none.

    evidence: the incident's signals without it. An excursion begins after a calm that held, or after the incident was
    said to be over. What comes back to an incident that a human kept open for longer than the reopening window begins
    a new count.
    """
    calm = None
    for one in reversed(evidence):  # the latest, which most often shows that there was no calm, come last
        if one.ended_at is None:
            return None
        since = signal.started_at - one.ended_at
        if incident.is_active and since < settings.recovery_hold:
            return None
        calm = since if calm is None else min(calm, since)
    if calm is None:
        return None
    if incident.is_active and calm > settings.reopen_within:
        return Recurrence(since=signal.started_at, count=1, last_at=signal.started_at)
    before = incident.recurrence or Recurrence(since=incident.started_at, count=1, last_at=incident.started_at)
    longest = max(before.longest_calm, calm)
    return replace(before, count=before.count + 1, last_at=signal.started_at, longest_calm=longest)


def calm_needed(incident: Incident, settings: Settings) -> timedelta:
    """How long all evidence must have ended before the incident resolves by itself.

    Of a recurring fault twice its longest calm so far: a beat that is as late again would still be the same fault.
    """
    if incident.recurrence is None or not incident.is_recurring:
        return settings.recovery_hold
    return max(settings.recovery_hold, min(2 * incident.recurrence.longest_calm, settings.reopen_within))


def ends_at(incident: Incident, settings: Settings) -> datetime | None:
    """When the incident resolves by itself; None where it has ended, evidence lasts, or a human leads it."""
    if not incident.is_active or incident.status_by_human or incident.recovered_at is None:
        return None
    return incident.recovered_at + calm_needed(incident, settings)


def kept_evidence(signals: Mapping[str, Signal], stored: frozenset[str]) -> tuple[Signal, ...]:
    """The signals to keep, in order: of each fault at most STRETCHES, the first and the latest ones.

    signals: by key. stored: keys that the incident held before; only these are ever left out, and none that lasts.
    """
    ordered = sorted(signals.values(), key=attrgetter("started_at", "key"))
    grown = {(s.name, s.component) for s in ordered if s.key not in stored}  # of these alone there may be too many
    by_fault: dict[str, list[Signal]] = {}
    for signal in ordered:
        if grown and (signal.name, signal.component) in grown:
            by_fault.setdefault(signal.fingerprint, []).append(signal)
    surplus = {s.key for own in by_fault.values() for s in own[1 : 1 - STRETCHES] if s.key in stored and s.ended_at}
    return tuple(s for s in ordered if s.key not in surplus)
