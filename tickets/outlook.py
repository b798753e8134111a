"""What an engineer may expect of an incident: whether it was seen before, what ended it then, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detectors.watch import FailureKind
from incidents.incident import ENDED, Incident, IncidentUpdate, Status, UpdateKind
from tickets.markdown import code, instant_words, link_target, plain

LOOKS_BACK = timedelta(days=90)
"""How far back an incident counts as seen before."""
_STEPS = 4
_WORDS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarIncident:
    """An earlier incident with one of the faults of this one.

    lasted: None = it has not ended. ended_by: what ended it, in words; "" = it has not ended. url: its page in the
    console.
    """

    reference: str
    started_at: datetime
    lasted: timedelta | None
    ended_by: str
    url: str = ""


def similar_of(timeline: Sequence[IncidentUpdate], url: str) -> SimilarIncident:
    """An earlier incident by its timeline, which has at least one line."""
    incident = timeline[-1].incident
    lasted = incident.resolved_at - incident.started_at if incident.resolved_at else None
    return SimilarIncident(
        reference=incident.reference,
        started_at=incident.started_at,
        lasted=lasted,
        ended_by=_ended_by(timeline) if incident.status in ENDED else "",
        url=url,
    )


def _ended_by(timeline: Sequence[IncidentUpdate]) -> str:
    """How it ended, and the last words of a person about the cause or the cure: the cause comes before a note."""
    incident = timeline[-1].incident
    ways = {Status.RETRACTED: "false alarm", Status.MERGED: "merged into another"}
    how = ways.get(incident.status) or (incident.end_reason.value if incident.end_reason else "ended")
    by_people = [line for line in timeline if line.author != "tocsin"]
    causes = [one.reason for one in by_people if one.kind is UpdateKind.STATUS and "identified by" not in one.reason]
    notes = [one.reason for one in by_people if one.kind is UpdateKind.NOTE]
    words = next((texts[-1] for texts in (causes, notes) if texts), "")
    short = words if len(words) <= _WORDS_MAX else f"{words[:_WORDS_MAX]}…"
    return f"{how}: “{short}”" if short else how


def seen_before(similar: Sequence[SimilarIncident]) -> list[str]:
    """A line for each, the latest first; that there is none is said."""
    if not similar:
        return [f"- **Novel**: no incident of the last {LOOKS_BACK.days} days had one of its faults"]
    return [_seen(one) for one in similar]


def _seen(one: SimilarIncident) -> str:
    name = f"[{plain(one.reference)}]({link_target(one.url)})" if link_target(one.url) else plain(one.reference)
    lasted = f", {span_words(one.lasted)}" if one.lasted is not None else ""
    return f"- {name} since {instant_words(one.started_at)}{lasted}: {plain(one.ended_by) or 'not ended yet'}"


def next_steps(incident: Incident, *, suspect: str, change: str, similar: Sequence[SimilarIncident]) -> list[str]:
    """What to do next, the most urgent first, at most four.

    suspect: the component that adds most, where it is not the root. change: the title of the most suspect change.
    """
    if incident.status in ENDED:
        return _afterwards(incident, similar)
    steps = []
    if incident.recovered_at:
        steps.append(f"All evidence has ended at {instant_words(incident.recovered_at)}: see whether it is over")
    elif incident.status is Status.DETECTED:
        steps.append("Acknowledge it")
    if incident.kind is FailureKind.SILENCE:
        steps.append(f"See whether {code(incident.component)} is down or only its metrics: no data proves neither")
    if change:
        steps.append(f"Look at the change {plain(change)}: undo it if the times fit")
    if suspect:
        steps.append(f"Look at {code(suspect)} first: it adds most by itself")
    ended = next((one for one in similar if "“" in one.ended_by), None)
    if ended:
        steps.append(f"See whether what ended {plain(ended.reference)} helps again")
    if incident.disclose_at:
        steps.append(f"Decide whether it becomes public: by itself it does {instant_words(incident.disclose_at)}")
    return [f"- {step}" for step in steps[:_STEPS]]


def _afterwards(incident: Incident, similar: Sequence[SimilarIncident]) -> list[str]:
    if incident.status is not Status.RESOLVED:
        return []
    steps = ["Note in the console what ended it: the next ticket like this one quotes the note"]
    if similar:
        steps.append(f"Find its cause: it is the fault of {len(similar)} earlier ones too")
    return [f"- {step}" for step in steps]


def span_words(span: timedelta) -> str:
    """40 s, 35 min, 3 h 5 min, 2 d 4 h."""
    seconds = int(span.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d" + (f" {hours % 24} h" if hours % 24 else "")
    if hours:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes} min" if minutes else f"{seconds} s"
