"""Actions of engineers on incidents: `incidents.lifecycle` checks each; one transaction records and audits it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from incidents import lifecycle
from incidents.component import ComponentGraph
from incidents.disclosure import public_incident
from incidents.incident import EndReason, Incident, IncidentUpdate, Severity, Status
from incidents.lifecycle import Action, Opening, TransitionError
from incidents.public import PublicIncident
from incidents.regroup import Correction
from tocsin.context.loops import Loop
from tocsin.response.grouping_actions import merge_into, move_to, split_off
from tocsin.response.response import Response
from tocsin.storage import AuditEntry
from tocsin.storage.incidents import Settles

Said = Mapping[str, str]
"""What the form or the API said: reason, text, message, severity, into, anyway, key; line and mail of a correction."""
PUBLIC = frozenset({Action.ADD_MESSAGE, Action.APPROVE, Action.RESOLVE, Action.POSTMORTEM, Action.CORRECT})
"""Actions whose `text` is for the public."""
REGROUPS = frozenset({Action.MERGE, Action.SPLIT, Action.MOVE})
"""Actions that change which signals belong together."""
SENT_TWICE = timedelta(seconds=10)
"""Two equal forms of one person within this time are one that was sent twice."""
Move = Callable[[Incident, ComponentGraph, str, datetime, Said], IncidentUpdate]

MOVES: Mapping[Action, Move] = {
    Action.ACKNOWLEDGE: lambda i, g, by, now, said: lifecycle.acknowledge(i, by, now, said.get("reason", "")),
    Action.IDENTIFY: lambda i, g, by, now, said: lifecycle.identify(i, by, now, said.get("reason", "")),
    Action.MONITOR: lambda i, g, by, now, said: lifecycle.monitor(i, by, now, said.get("reason", "")),
    Action.SET_SEVERITY: lambda i, g, by, now, said: lifecycle.set_severity(
        i, _severity(said.get("severity", "")), by, now, said.get("reason", "")
    ),
    Action.ADD_NOTE: lambda i, g, by, now, said: lifecycle.add_note(i, said.get("text", ""), by, now),
    Action.ADD_MESSAGE: lambda i, g, by, now, said: lifecycle.add_message(i, said.get("text", ""), by, now),
    Action.CONFIRM: lambda i, g, by, now, said: lifecycle.confirm(i, g, by, now),
    Action.APPROVE: lambda i, g, by, now, said: lifecycle.approve(i, by, now, said.get("text", "")),
    Action.WITHHOLD: lambda i, g, by, now, said: lifecycle.withhold(i, g, by, now, said.get("reason", "")),
    Action.RESOLVE: lambda i, g, by, now, said: lifecycle.resolve(
        i, _end_reason(said.get("end_reason", "")), by, now, said.get("text", ""), anyway=said.get("anyway") == "yes"
    ),
    Action.RETRACT: lambda i, g, by, now, said: lifecycle.retract(i, by, now, said.get("reason", "")),
    Action.POSTMORTEM: lambda i, g, by, now, said: lifecycle.postmortem(i, said.get("text", ""), by, now),
    Action.REOPEN: lambda i, g, by, now, said: lifecycle.reopen(i, g, by, now, said.get("reason", "")),
}


def act(
    response: Response,
    incident_id: str,
    action: Action,
    *,
    by: str,
    said: Said,
    now: datetime,
    signals: Sequence[str] = (),
    settles: Settles | None = None,
    is_form: bool = False,
) -> IncidentUpdate:
    """Does an action on an incident. Raises TransitionError where its status does not allow it, NotFound without it.

    signals: keys, of a split and a move. settles: the proposal that it was, decided with it.
    is_form: a browser sent it, which may send it twice at once; it is done once.
    Raises InsideWords where the text for the public holds a word of the inside; nothing is recorded then.
    """
    if action in PUBLIC:
        response.words.require(said.get("text", ""))
    entry = AuditEntry(actor=by, action=action.value, subject_kind="incident", subject=incident_id)
    if action in REGROUPS:
        sent = said.get("key") or f"{incident_id}:{by}:{now.isoformat()}"
        key = ":".join((sent, said.get("into", ""), *sorted(signals)))
        word = Correction(key=key, by=by, reason=said.get("reason", "").strip(), at=now)
        update = _regroup(response, incident_id, action, said, signals, word)
    else:
        move = move_of(response, incident_id, action, said)
        update = response.store.incidents.change(
            incident_id,
            lambda i: move(i, response.graph, by, now, said),
            now,
            entry,
            settles,
            once_within=SENT_TWICE if is_form else None,
        )
    response.wake(Loop.PLACE, Loop.PUBLISH, Loop.DELIVER)
    return update


def move_of(response: Response, incident_id: str, action: Action, said: Said) -> Move:
    """How an action changes its incident. Raises TransitionError where it names a line that there is not."""
    if action in REGROUPS:
        raise TransitionError(f"cannot preview {action}: it has no words for the public")
    if action is not Action.CORRECT:
        return MOVES[action]
    timeline, wanted = response.store.incidents.timeline(incident_id), said.get("line", "")
    line = next((u for u in timeline if str(u.seq) == wanted), None)
    if line is None:
        raise TransitionError(f"line {wanted[:20]!r} is not one of the {len(timeline)} of this incident's timeline")
    text, is_mailed = said.get("text", ""), said.get("mail") == "yes"
    return lambda i, g, by, now, said: lifecycle.correct(i, line, text, by, now, is_mailed=is_mailed)


def open_incident(response: Response, opening: Opening, by: str, now: datetime) -> IncidentUpdate:
    """Opens an incident by hand. Raises ValueError where the title or a component is not right."""
    update = lifecycle.open_by_hand(opening, response.graph, by, now)
    entry = AuditEntry(actor=by, action="open", subject_kind="incident", subject=update.incident.id)
    stored = response.store.incidents.open(update, now, entry)
    response.wake(Loop.PLACE, Loop.PUBLISH, Loop.DELIVER)
    return stored


def would_read(
    response: Response, incident: Incident, now: datetime, action: Action = Action.APPROVE
) -> PublicIncident | None:
    """The public words of an incident if a human published or retracted it now; None where that is not possible."""
    try:
        return rehearse(response, incident, action, {}, now)[1]
    except TransitionError:
        return None


def rehearse(
    response: Response, incident: Incident, action: Action, said: Said, now: datetime
) -> tuple[IncidentUpdate, PublicIncident | None]:
    """The update that an action would write, and all that the public would then read; nothing is recorded.

    Raises TransitionError and InsideWords as `act` does.
    """
    if action in PUBLIC:
        response.words.require(said.get("text", ""))
    timeline = response.store.incidents.timeline(incident.id)
    update = move_of(response, incident.id, action, said)(incident, response.graph, "preview", now, said)
    update = replace(update, seq=timeline[-1].seq + 1)
    active = response.store.incidents.active()
    return update, public_incident((*timeline, update), response.graph, response.language, response.site, active)


def _regroup(  # noqa: PLR0917 - what was asked, and of which incident
    response: Response, incident_id: str, action: Action, said: Said, signals: Sequence[str], word: Correction
) -> IncidentUpdate:
    """Merges, splits or moves; the incident's last line. Sent twice, it is done once."""
    match action:
        case Action.MERGE:
            merge_into(response, incident_id, said.get("into", ""), word)
        case Action.SPLIT:
            split_off(response, incident_id, signals, word)
        case _:
            move_to(response, incident_id, signals, said.get("into", ""), word)
    return response.store.incidents.timeline(incident_id)[-1]


def _severity(word: str) -> Severity | None:
    try:
        return Severity(word) if word else None
    except ValueError:
        raise TransitionError(f"severity {word!r} is not one of {', '.join(Severity)}") from None


def _end_reason(word: str) -> EndReason:
    try:
        return EndReason(word)
    except ValueError:
        allowed = f"{EndReason.FIXED}, {EndReason.RECOVERED}, {EndReason.PLANNED}"
        raise TransitionError(f"say why it ended: {word!r} is not one of {allowed}") from None


def acknowledge_all(response: Response, incident_ids: Sequence[str], by: str, now: datetime, why: str) -> int:
    """Acknowledges those of the incidents that nobody has yet, each by itself; how many those were."""
    done = 0
    for incident in response.store.incidents.several(incident_ids):
        if incident.status is not Status.DETECTED:
            continue
        with suppress(TransitionError):  # somebody else was quicker
            act(response, incident.id, Action.ACKNOWLEDGE, by=by, said={"reason": why}, now=now)
            done += 1
    return done
