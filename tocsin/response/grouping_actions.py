"""People merge, split and move signals, and undo it: each in one transaction with its audit entries."""

from collections.abc import Callable, Sequence
from datetime import datetime

from incidents import regroup
from incidents.grouping import Grouping, Regroup
from incidents.incident import Incident, IncidentUpdate
from incidents.lifecycle import TransitionError
from incidents.regroup import Correction, Regrouped, Rules
from incidents.signal import short_id
from tocsin.context.loops import Loop
from tocsin.response.response import Response
from tocsin.storage import AuditEntry, NotFound

Change = Callable[[Sequence[Incident], Rules], Regrouped]


def merge_into(response: Response, incident_id: str, into: str, word: Correction) -> tuple[IncidentUpdate, ...]:
    """Ends the incident as a duplicate of another, named by its number (INC-17). Raises TransitionError, NotFound."""
    target = named(response, into)
    return _regroup(
        response,
        (incident_id, target.id),
        lambda both, rules: regroup.merge(both[0], both[1], word, rules),
        word,
        ("merge", "take over"),
    )


def split_off(
    response: Response, incident_id: str, keys: Sequence[str], word: Correction
) -> tuple[IncidentUpdate, ...]:
    """Makes signals of the incident a new one; the same word again adds nothing. Raises TransitionError, NotFound."""
    if response.store.incidents.get(short_id(f"split:{word.key}")):
        return ()
    return _regroup(
        response, (incident_id,), lambda one, rules: regroup.split(one[0], keys, word, rules), word, ("split",)
    )


def move_to(
    response: Response, incident_id: str, keys: Sequence[str], into: str, word: Correction
) -> tuple[IncidentUpdate, ...]:
    """Gives signals of the incident to another, named by its number. Raises TransitionError, NotFound."""
    target = named(response, into)
    return _regroup(
        response,
        (incident_id, target.id),
        lambda both, rules: regroup.move(both[0], both[1], keys, word, rules),
        word,
        ("move signals", "receive signals"),
    )


def take_back(
    response: Response, grouping_id: str, by: str, now: datetime, reason: str, *, only_forget: bool = False
) -> None:
    """Undoes a decision, or lets it be followed no longer while what it grouped stays (only_forget).

    Raises TransitionError where the incidents cannot be as they were, and NotFound.
    """
    if only_forget:
        forget(response, grouping_id, by, now)
    else:
        undo(response, grouping_id, Correction(key=grouping_id, by=by, reason=reason.strip(), at=now))


def undo(response: Response, grouping_id: str, word: Correction) -> tuple[IncidentUpdate, ...]:
    """Takes a correction back. Raises TransitionError where the incidents went on since, and NotFound."""
    grouping = _grouping(response, grouping_id)
    verb = f"undo {grouping.verb}"
    return _regroup(
        response,
        (grouping.source, grouping.target),
        lambda both, rules: regroup.undo(grouping, both[0], both[1], word, rules),
        word,
        (verb, verb),
    )


def forget(response: Response, grouping_id: str, by: str, now: datetime) -> Grouping:
    """Lets no next signal follow the decision any more; what it grouped stays as it is. Raises NotFound."""
    entry = AuditEntry(actor=by, action="forget grouping", subject_kind="grouping", subject=grouping_id)
    return response.store.groupings.forget(grouping_id, by, now, entry)


def is_undoable(grouping: Grouping, source: Incident | None, target: Incident | None) -> bool:
    """Whether `undo` is possible now, as far as the incidents' statuses say."""
    if grouping.undone_at or source is None or target is None or not target.is_active:
        return False
    return source.merged_into == target.id if grouping.verb is Regroup.MERGE else source.is_active


def named(response: Response, reference: str) -> Incident:
    """The incident of a number. Raises TransitionError where there is none."""
    digits = reference.upper().removeprefix("INC-").strip()
    found = response.store.incidents.by_number(int(digits)) if digits.isdigit() and len(digits) < 10 else None
    if found is None:
        raise TransitionError(f"there is no incident {reference[:40]!r}: write the number of an open one, as INC-17")
    return found


def _grouping(response: Response, grouping_id: str) -> Grouping:
    found = response.store.groupings.get(grouping_id)
    if found is None:
        raise NotFound("grouping", grouping_id[:40])
    return found


def _regroup(
    response: Response, ids: Sequence[str], change: Change, word: Correction, actions: Sequence[str]
) -> tuple[IncidentUpdate, ...]:
    linked = response.store.tickets.linked_counts(list(ids))
    rules = Rules(graph=response.graph, settings=response.settings, customers=lambda one: linked.get(one, 0))
    audit = [
        AuditEntry(actor=word.by, action=action, subject_kind="incident", subject=one)
        for one, action in zip(ids, actions, strict=True)
    ]
    lines = response.store.incidents.regroup(ids, lambda known: change(known, rules), word.at, audit)
    for line in lines:
        response.metrics.updates.labels(line.kind).inc()
    response.wake(Loop.PLACE, Loop.PUBLISH, Loop.DELIVER)
    return lines
