from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.lifecycle import Action, TransitionError
from incidents.proposal import LASTS, PROPOSABLE, ProposedAction, decided

NOW = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
PROPOSAL = ProposedAction(
    id="p", at=NOW, by="token:helper", incident_id="i", reference="INC-1", action=Action.RESOLVE, why="it is well again"
)


def test_a_person_decides_once() -> None:
    done = decided(PROPOSAL, "erin", NOW + timedelta(minutes=3), approved=True)
    assert (done.decided_by, done.approved, done.state(NOW)) == ("erin", True, "approved")
    with pytest.raises(TransitionError, match="the proposal to resolve INC-1 is approved by erin"):
        decided(done, "mona", NOW, approved=False)
    assert decided(PROPOSAL, "erin", NOW, approved=False).state(NOW) == "rejected"


def test_a_proposal_ends_by_itself() -> None:
    assert PROPOSAL.state(NOW + LASTS - timedelta(seconds=1)) == "open"
    assert PROPOSAL.state(NOW + LASTS) == "expired"
    with pytest.raises(TransitionError, match="is expired"):
        decided(PROPOSAL, "erin", NOW + LASTS, approved=True)
    assert replace(PROPOSAL, decided_at=NOW, approved=True).state(NOW + LASTS) == "approved"


def test_what_one_line_cannot_describe_is_not_proposed() -> None:
    assert set(Action) - PROPOSABLE == {Action.MERGE, Action.SPLIT, Action.MOVE, Action.POSTMORTEM, Action.CORRECT}
