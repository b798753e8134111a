"""What a machine asks an engineer to do to an incident; nothing happens before a person decides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents.lifecycle import Action, TransitionError

LASTS = timedelta(days=1)
"""After this time a proposal can be approved no longer: what it was about has changed."""
PROPOSABLE = frozenset({
    Action.ACKNOWLEDGE, Action.IDENTIFY, Action.MONITOR, Action.SET_SEVERITY, Action.ADD_NOTE, Action.ADD_MESSAGE,
    Action.CONFIRM, Action.APPROVE, Action.WITHHOLD, Action.RESOLVE, Action.RETRACT, Action.REOPEN,
})  # fmt: skip
"""Actions that one line describes whole, so that a person can decide by reading it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedAction:
    """An action that `by`, a machine, proposes for an incident, and why.

    said: what the action asks for, as names and words: text, severity, end_reason.
    decided_at, decided_by, approved: what a person decided; None and "" while nobody did.
    """

    id: str
    at: datetime
    by: str
    incident_id: str
    reference: str
    action: Action
    said: tuple[tuple[str, str], ...] = ()
    why: str
    decided_at: datetime | None = None
    decided_by: str = ""
    approved: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether a person may still decide."""
        return self.decided_at is None and now - self.at < LASTS

    def state(self, now: datetime) -> str:
        """In a word: open, approved, rejected or expired."""
        if self.decided_at is not None:
            return "approved" if self.approved else "rejected"
        return "open" if self.is_open(now) else "expired"


def decided(proposal: ProposedAction, by: str, now: datetime, *, approved: bool) -> ProposedAction:
    """The proposal with a person's decision. Raises TransitionError where it is not open any more."""
    if not proposal.is_open(now):
        who = f" by {proposal.decided_by}" if proposal.decided_by else ""
        raise TransitionError(f"the proposal to {proposal.action} {proposal.reference} is {proposal.state(now)}{who}")
    return replace(proposal, decided_at=now, decided_by=by, approved=approved)
