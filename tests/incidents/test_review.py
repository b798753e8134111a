"""The review of a postmortem: whose turn it is, and that it is about the version that was read."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.lifecycle import TO_WRITE, TransitionError
from incidents.review import PostmortemReview, ReviewState, ReviewStep, reviewed, written

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
START = PostmortemReview(incident_id="i")


def step(
    review: PostmortemReview, what: ReviewStep, *, version: int | None = None, text: str = "All."
) -> PostmortemReview:
    read = review.version if version is None else version
    return reviewed(review, what, version=read, newest=text, by="ann", now=NOW + timedelta(minutes=1))


def in_state(state: ReviewState) -> PostmortemReview:
    review = written(START, 0, "mara", NOW)
    steps = {
        ReviewState.DRAFT: (),
        ReviewState.IN_REVIEW: (ReviewStep.ASK,),
        ReviewState.APPROVED: (ReviewStep.ASK, ReviewStep.APPROVE),
    }
    for one in steps[state]:
        review = step(review, one)
    return review


@pytest.mark.parametrize(
    ("state", "what", "expected"),
    [
        (ReviewState.DRAFT, ReviewStep.ASK, ReviewState.IN_REVIEW),
        (ReviewState.IN_REVIEW, ReviewStep.APPROVE, ReviewState.APPROVED),
        (ReviewState.IN_REVIEW, ReviewStep.RETURN, ReviewState.DRAFT),
        (ReviewState.APPROVED, ReviewStep.RETURN, ReviewState.DRAFT),
    ],
)
def test_a_step_leads_on_and_says_who_and_when(state: ReviewState, what: ReviewStep, expected: ReviewState) -> None:
    after = step(in_state(state), what)
    last = after.events[-1]
    assert (after.state, last.state, last.by, last.version) == (expected, expected, "ann", 1)
    assert last.at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (ReviewState.DRAFT, ReviewStep.APPROVE),
        (ReviewState.DRAFT, ReviewStep.RETURN),
        (ReviewState.IN_REVIEW, ReviewStep.ASK),
        (ReviewState.APPROVED, ReviewStep.ASK),
        (ReviewState.APPROVED, ReviewStep.APPROVE),
    ],
)
def test_what_is_not_its_turn_is_refused_with_what_is(state: ReviewState, what: ReviewStep) -> None:
    with pytest.raises(TransitionError, match="possible: "):
        step(in_state(state), what)


def test_nothing_is_reviewed_that_nobody_wrote() -> None:
    with pytest.raises(TransitionError, match="nobody has written"):
        step(START, ReviewStep.ASK)


def test_an_unfinished_text_is_not_reviewed_and_can_be_returned() -> None:
    unfinished = f"## Why\n\n{TO_WRITE}"
    with pytest.raises(TransitionError, match="still holds"):
        step(in_state(ReviewState.DRAFT), ReviewStep.ASK, text=unfinished)
    with pytest.raises(TransitionError, match="still holds"):
        step(in_state(ReviewState.IN_REVIEW), ReviewStep.APPROVE, text=unfinished)
    assert step(in_state(ReviewState.IN_REVIEW), ReviewStep.RETURN, text=unfinished).state is ReviewState.DRAFT


def test_who_read_an_older_version_approves_nothing_and_overwrites_nothing() -> None:
    newer = written(in_state(ReviewState.IN_REVIEW), 1, "mara", NOW)
    assert newer.state is ReviewState.IN_REVIEW, "readers may mend it while they read"
    with pytest.raises(TransitionError, match="version 1 of the text, the newest is 2"):
        step(newer, ReviewStep.APPROVE, version=1)
    with pytest.raises(TransitionError, match="version 1 of the text, the newest is 2"):
        written(newer, 1, "bob", NOW)


def test_an_approved_text_that_changes_is_a_draft_again() -> None:
    after = written(in_state(ReviewState.APPROVED), 1, "bob", NOW)
    assert (after.state, after.version, after.events[-1].by) == (ReviewState.DRAFT, 2, "bob")
