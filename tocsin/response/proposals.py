"""Proposals of machines: checked when they are made, done by the person who approves them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from incidents.incident import Incident
from incidents.lifecycle import Action, TransitionError
from incidents.proposal import PROPOSABLE, ProposedAction, decided
from incidents.signal import short_id
from tocsin.response.incident_actions import act, rehearse
from tocsin.response.response import Response
from tocsin.storage import AuditEntry

MOST_OPEN = 20
"""Of one machine: a person reads each, and reads no more than so many."""


class TooManyOpen(Exception):
    """A machine proposes more than people decide; the message says how many wait."""


def propose(
    response: Response,
    incident: Incident,
    action: Action,
    said: Mapping[str, str],
    *,
    why: str,
    by: str,
    key: str,
    now: datetime,
) -> ProposedAction:
    """Keeps a proposal for a person's decision; the same key of the same machine again is the same proposal.

    Raises TransitionError where the action is not possible now or may not be proposed, InsideWords where its text for
    the public holds a word of the inside, TooManyOpen, and ValueError without a reason.
    """
    store, proposal_id = response.store.proposals, short_id(f"proposal:{by}:{key}")
    if (known := store.find(proposal_id)) is not None:
        return known
    if action not in PROPOSABLE:
        raise TransitionError(f"{action} cannot be proposed; possible: {', '.join(sorted(PROPOSABLE))}")
    if not why.strip():
        raise ValueError("why is empty; expected the reason that a person decides by")
    rehearse(response, incident, action, said, now)
    if (waiting := store.count_open(now, by)) >= MOST_OPEN:
        raise TooManyOpen(f"{waiting} proposals of {by} wait for a person; at most {MOST_OPEN} may")
    proposal = ProposedAction(
        id=proposal_id,
        at=now,
        by=by,
        incident_id=incident.id,
        reference=incident.reference,
        action=action,
        said=tuple((name, text) for name, text in said.items() if text),
        why=why.strip(),
    )
    entry = AuditEntry(actor=by, action=f"propose {action.value}", subject_kind="incident", subject=incident.id)
    return store.add(proposal, now, entry)


def approve(response: Response, proposal_id: str, by: str, now: datetime) -> None:
    """Does what was proposed, as the person who approves it; the incident and the decision in one transaction.

    A person who approves it twice has approved it. Raises NotFound, and TransitionError where it is decided otherwise,
    or by somebody else, or expired, or not possible any more.
    """
    decide = partial(decided, by=by, now=now, approved=True)
    proposal = response.store.proposals.get(proposal_id)
    said = {"reason": f"proposed by {proposal.by}: {proposal.why}", **dict(proposal.said)}
    try:
        decide(proposal)  # its own state is said first; the transaction asks again
        act(response, proposal.incident_id, proposal.action, by=by, said=said, now=now, settles=(proposal_id, decide))
    except TransitionError:
        if not _has_decided(response, proposal_id, by, approved=True):
            raise


def reject(response: Response, proposal_id: str, by: str, now: datetime) -> None:
    """Turns it down; twice is once. Raises NotFound, and TransitionError where it is decided otherwise or expired."""
    proposal = response.store.proposals.get(proposal_id)
    entry = AuditEntry(
        actor=by, action=f"reject {proposal.action.value}", subject_kind="incident", subject=proposal.incident_id
    )
    try:
        response.store.proposals.decide(proposal_id, lambda known: decided(known, by, now, approved=False), now, entry)
    except TransitionError:
        if not _has_decided(response, proposal_id, by, approved=False):
            raise


def _has_decided(response: Response, proposal_id: str, by: str, *, approved: bool) -> bool:
    """Whether the same person has decided the same."""
    known = response.store.proposals.get(proposal_id)
    return known.decided_at is not None and (known.decided_by, known.approved) == (by, approved)
