"""The actions of humans on an incident, in which status each is allowed, and its result."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from detectors.watch import FailureKind
from incidents.component import ComponentGraph
from incidents.disclosure import schedule
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status, UpdateKind
from incidents.signal import short_id


class Action(StrEnum):
    """Every action of a human on an existing incident."""

    ACKNOWLEDGE = "acknowledge"
    IDENTIFY = "identify"
    MONITOR = "monitor"
    SET_SEVERITY = "set severity"
    ADD_NOTE = "add note"
    ADD_MESSAGE = "add message"
    CONFIRM = "confirm"
    APPROVE = "approve"
    WITHHOLD = "withhold"
    RESOLVE = "resolve"
    RETRACT = "retract"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move signals"
    REOPEN = "reopen"
    POSTMORTEM = "publish postmortem"
    CORRECT = "correct words"


_NAMED = 3
TO_WRITE = "(to be written)"
"""Stands in the draft of a postmortem where a person must write; no postmortem is published while it is there."""
"""Signals that a sentence names before it counts the rest."""
_OPEN = frozenset({Status.DETECTED, Status.ACKNOWLEDGED, Status.IDENTIFIED, Status.MONITORING})
ALLOWED: dict[Action, frozenset[Status]] = {
    Action.ACKNOWLEDGE: frozenset({Status.DETECTED}),
    Action.IDENTIFY: _OPEN - {Status.IDENTIFIED},
    Action.MONITOR: _OPEN - {Status.MONITORING},
    Action.SET_SEVERITY: _OPEN,
    # What was learnt afterwards belongs into the timeline too.
    Action.ADD_NOTE: frozenset(Status),
    Action.ADD_MESSAGE: frozenset(Status) - {Status.MERGED},
    Action.CONFIRM: _OPEN,
    Action.APPROVE: _OPEN,
    Action.WITHHOLD: _OPEN,
    Action.RESOLVE: _OPEN,
    # A false alarm that already resolved by itself must still be taken back in public.
    Action.RETRACT: _OPEN | {Status.RESOLVED},
    Action.MERGE: _OPEN,
    Action.SPLIT: _OPEN,
    Action.MOVE: _OPEN,
    Action.REOPEN: frozenset({Status.RESOLVED, Status.RETRACTED}),
    Action.POSTMORTEM: frozenset({Status.RESOLVED}),
    Action.CORRECT: frozenset(Status) - {Status.MERGED},
}
"""From which statuses an action is possible."""

_LEADS_TO = {
    Action.ACKNOWLEDGE: Status.ACKNOWLEDGED,
    Action.IDENTIFY: Status.IDENTIFIED,
    Action.MONITOR: Status.MONITORING,
}
_ENDS_AS = {
    EndReason.FALSE_ALARM: (Status.RETRACTED, UpdateKind.RETRACTED),
    EndReason.DUPLICATE: (Status.MERGED, UpdateKind.MERGED),
}


class TransitionError(ValueError):
    """The action is not possible now; the message says in which statuses it is, and which actions are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The data with which a human opens an incident.

    key: unique for this opening (of the form's submission), so that sending it twice opens one.
    components: names, the one believed to be at fault first.
    """

    key: str
    title: str
    components: tuple[str, ...]
    kind: FailureKind = FailureKind.OTHER
    severity: Severity | None = None
    started_at: datetime | None = None
    reason: str = "opened by hand"


def allowed_actions(status: Status) -> tuple[Action, ...]:
    """What a human may do to an incident in this status."""
    return tuple(action for action, statuses in ALLOWED.items() if status in statuses)


def open_by_hand(opening: Opening, graph: ComponentGraph, by: str, now: datetime) -> IncidentUpdate:
    """A human's incident: confirmed by them, with their title; it never resolves by itself. ValueError on bad input."""
    _check(opening, graph)
    incident = Incident(
        id=short_id(f"human:{opening.key}"),
        title=opening.title.strip(),
        kind=opening.kind,
        component=opening.components[0],
        components=_in_order(opening.components, graph),
        severity=opening.severity,
        severity_reason=f"{opening.severity}: set by {by}" if opening.severity else "pending: not set yet",
        started_at=min(opening.started_at or now, now),
        opened_at=now,
        opened_by=by,
        confirmed_by=by,
        severity_by_human=opening.severity is not None,
        status_by_human=True,
        title_by_human=True,
    )
    return _say(schedule(incident, graph), UpdateKind.OPENED, opening.reason, by, now)


def acknowledge(incident: Incident, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """Somebody works on it; from now on it does not resolve by itself."""
    return _move(incident, Action.ACKNOWLEDGE, by, now, reason or f"acknowledged by {by}")


def identify(incident: Incident, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """The cause is known."""
    return _move(incident, Action.IDENTIFY, by, now, reason or f"cause identified by {by}")


def monitor(incident: Incident, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """A fix is in place and being watched."""
    return _move(incident, Action.MONITOR, by, now, reason or f"fix in place, says {by}")


def set_severity(
    incident: Incident, severity: Severity | None, by: str, now: datetime, reason: str = ""
) -> IncidentUpdate:
    """A human's severity stays until a human changes it; None gives the judgement back to the rules."""
    require(incident, Action.SET_SEVERITY)
    why = reason or (f"set by {by}" if severity else f"given back to the rules by {by}")
    changed = replace(
        incident,
        severity=severity,
        severity_reason=f"{severity or 'pending'}: {why}",
        severity_by_human=severity is not None,
    )
    return _say(changed, UpdateKind.SEVERITY, why, by, now)


def add_note(incident: Incident, text: str, by: str, now: datetime) -> IncidentUpdate:
    """Words for engineers; the outside never sees them."""
    require(incident, Action.ADD_NOTE)
    return _say(incident, UpdateKind.NOTE, _words(incident, Action.ADD_NOTE, text), by, now)


def add_message(incident: Incident, message: str, by: str, now: datetime, *, language: str = "en") -> IncidentUpdate:
    """Words for the public, in Markdown; shown once the incident is disclosed."""
    require(incident, Action.ADD_MESSAGE)
    update = _say(incident, UpdateKind.MESSAGE, f"public words by {by}", by, now)
    return replace(update, message=_words(incident, Action.ADD_MESSAGE, message), language=language)


def confirm(incident: Incident, graph: ComponentGraph, by: str, now: datetime) -> IncidentUpdate:
    """A human says that it is real: enough corroboration for the disclosure policy, and no longer "automatic"."""
    require(incident, Action.CONFIRM)
    confirmed = schedule(replace(incident, confirmed_by=by), graph)
    return _say(confirmed, UpdateKind.STATUS, f"confirmed by {by}", by, now)


def approve(incident: Incident, by: str, now: datetime, message: str = "", *, language: str = "en") -> IncidentUpdate:
    """A human publishes it, with or without words of their own. TransitionError where it is public, or shadow."""
    require(incident, Action.APPROVE)
    if incident.shadow:
        raise TransitionError(f"{incident.reference} is a shadow incident, which is never published: open one by hand")
    if incident.disclosed_at:
        raise TransitionError(f"{incident.reference} is public since {incident.disclosed_at:%H:%M} UTC already")
    reason = f"approved by {by}"
    public = replace(
        incident, disclosed_at=now, disclose_at=None, disclosure_reason=reason, confirmed_by=by, withheld_by=""
    )
    return replace(_say(public, UpdateKind.DISCLOSED, reason, by, now), message=message.strip(), language=language)


def withhold(incident: Incident, graph: ComponentGraph, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """A human stops the automatic disclosure; only `approve` publishes it then. TransitionError where it is public."""
    require(incident, Action.WITHHOLD)
    if incident.disclosed_at:
        raise TransitionError(f"{incident.reference} is public already: retract it, or resolve it with a message")
    kept = schedule(replace(incident, withheld_by=by), graph)
    return _say(kept, UpdateKind.STATUS, reason or f"disclosure withheld by {by}", by, now)


def resolve(
    incident: Incident,
    end_reason: EndReason,
    by: str,
    now: datetime,
    message: str = "",
    *,
    language: str = "en",
    anyway: bool = False,
) -> IncidentUpdate:
    """Ends the incident; a false alarm is retracted instead, so that the public figures are corrected too.

    anyway: the human has read what still deviates (`Incident.lasting`) and says that it is over all the same. Without
    it an incident whose evidence lasts is refused with a TransitionError that names the evidence. Evidence that its
    source still repeats after `Settings.recovery_hold` opens the incident again.
    """
    require(incident, Action.RESOLVE)
    if end_reason is EndReason.FALSE_ALARM:
        raise TransitionError(f"{incident.reference}: a false alarm is retracted, not resolved: use retract")
    if end_reason is EndReason.DUPLICATE:
        raise TransitionError(f"{incident.reference}: a duplicate is merged, not resolved: use merge")
    if incident.lasting and not anyway:
        raise TransitionError(
            f"{incident.reference} still deviates: {what_lasts(incident)}. Set it to monitoring until that ends, or "
            "resolve it anyway: then it opens again if that still lasts after the recovery hold"
        )
    despite = f", while {what_lasts(incident)}" if incident.lasting else ""
    update = _end(incident, end_reason, by, now, f"resolved by {by}: {end_reason}{despite}")
    return replace(update, message=message.strip(), language=language)


def what_lasts(incident: Incident) -> str:
    """The evidence that has not ended, in words for engineers: "withdrawal-time on wd/BTC since 14:03"; "" = none."""
    named = [f"{s.name} on {s.component} since {s.started_at:%H:%M}" for s in incident.lasting]
    more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return ", ".join([*named[:_NAMED], *more])


def retract(incident: Incident, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """Ends the incident as a false alarm; where it was public, the retraction is public too."""
    require(incident, Action.RETRACT)
    why = reason or f"retracted by {by}: false alarm"
    return _end(incident, EndReason.FALSE_ALARM, by, now, why)


def reopen(incident: Incident, graph: ComponentGraph, by: str, now: datetime, reason: str = "") -> IncidentUpdate:
    """Reopens an incident that was not over; it stays open until a human ends it."""
    require(incident, Action.REOPEN)
    again = replace(
        incident,
        status=Status.DETECTED,
        status_by_human=True,
        confirmed_by=by,
        reopened_at=now,
        back_since=None,
        last_resolved_at=incident.resolved_at,
        resolved_at=None,
        recovered_at=None,
        end_reason=None,
    )
    return _say(schedule(again, graph), UpdateKind.REOPENED, reason or f"reopened by {by}", by, now)


def reopen_for_customers(
    incident: Incident, graph: ComponentGraph, by: str, now: datetime, reason: str
) -> IncidentUpdate:
    """Reopens an incident of which customers say that it is not over; a human ends it. Nobody confirms it by that."""
    again = reopen(incident, graph, by, now, reason)
    return replace(again, incident=replace(again.incident, confirmed_by=incident.confirmed_by))


def postmortem(incident: Incident, text: str, by: str, now: datetime, *, language: str = "en") -> IncidentUpdate:
    """What was learnt, in Markdown, for the public; a later one comes before the earlier. Only of what was public."""
    require(incident, Action.POSTMORTEM)
    if incident.disclosed_at is None:
        raise TransitionError(f"{incident.reference} was never public, so its postmortem would be news: write a note")
    if TO_WRITE in text:
        raise TransitionError(
            f"cannot {Action.POSTMORTEM} {incident.reference}: the text still holds {TO_WRITE!r} of the draft: "
            "write what belongs there, or take it out"
        )
    update = _say(incident, UpdateKind.POSTMORTEM, f"postmortem by {by}", by, now)
    return replace(update, message=_words(incident, Action.POSTMORTEM, text), language=language)


def correct(
    incident: Incident,
    line: IncidentUpdate,
    text: str,
    by: str,
    now: datetime,
    *,
    language: str = "en",
    is_mailed: bool = False,
) -> IncidentUpdate:
    """Other words in the place of an earlier line's, on the page and in the feeds; no words take them back.

    line: of this incident, with words for the public. is_mailed: customers and subscribers get the new words by mail.
    """
    require(incident, Action.CORRECT)
    if line.incident.id != incident.id or not line.message or line.corrects is not None:
        raise TransitionError(
            f"line {line.seq} of {incident.reference} holds no words for the public: name the line that first said them"
        )
    what = "corrected" if text.strip() else "taken back"
    update = _say(incident, UpdateKind.CORRECTED, f"the words of {line.at:%Y-%m-%d %H:%M} UTC {what} by {by}", by, now)
    return replace(update, message=text.strip(), language=language, corrects=line.seq, is_mailed=is_mailed)


def _check(opening: Opening, graph: ComponentGraph) -> None:
    if not opening.title.strip():
        raise ValueError("title is empty, expected what is wrong in a few words")
    if not opening.components:
        raise ValueError("components is empty, expected at least one name")
    unknown = [name for name in opening.components if name not in graph]
    if unknown:
        raise ValueError(f"component {unknown[0]!r} is not configured; names are under `components` in the config")


def require(incident: Incident, action: Action) -> None:
    """Raises TransitionError where the incident's status does not allow the action."""
    if incident.status in ALLOWED[action]:
        return
    possible = ", ".join(sorted(ALLOWED[action]))
    instead = ", ".join(allowed_actions(incident.status))
    raise TransitionError(
        f"cannot {action} {incident.reference}: it is {incident.status}, must be one of {possible}; "
        f"possible now: {instead}"
    )


def _words(incident: Incident, action: Action, text: str) -> str:
    if not text.strip():
        raise TransitionError(f"cannot {action} {incident.reference}: the text is empty")
    return text.strip()


def _move(incident: Incident, action: Action, by: str, now: datetime, reason: str) -> IncidentUpdate:
    require(incident, action)
    status = _LEADS_TO[action]
    return _say(replace(incident, status=status, status_by_human=True), UpdateKind.STATUS, reason, by, now)


def _end(incident: Incident, end_reason: EndReason, by: str, now: datetime, reason: str) -> IncidentUpdate:
    status, kind = _ENDS_AS.get(end_reason, (Status.RESOLVED, UpdateKind.RESOLVED))
    ended = replace(
        incident, status=status, status_by_human=True, end_reason=end_reason, resolved_at=now, disclose_at=None
    )
    return _say(ended, kind, reason, by, now)


def _say(incident: Incident, kind: UpdateKind, reason: str, by: str, now: datetime) -> IncidentUpdate:
    return IncidentUpdate(incident=incident, at=now, kind=kind, reason=reason, author=by)


def _in_order(names: Iterable[str], graph: ComponentGraph) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(c.name for c in graph if c.name in wanted) + tuple(sorted(n for n in wanted if n not in graph))
