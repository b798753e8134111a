"""The review of a postmortem that people wrote: whose turn it is, and who said so when."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from incidents.lifecycle import TO_WRITE, TransitionError


class ReviewState(StrEnum):
    """Whose turn it is: its writers', its readers', nobody's."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class ReviewStep(StrEnum):
    """What a person may do to a postmortem besides writing it."""

    ASK = "ask for review"
    APPROVE = "approve"
    RETURN = "return to draft"


ALLOWED_STEPS = {
    ReviewState.DRAFT: (ReviewStep.ASK,),
    ReviewState.IN_REVIEW: (ReviewStep.APPROVE, ReviewStep.RETURN),
    ReviewState.APPROVED: (ReviewStep.RETURN,),
}
LEADS_TO = {
    ReviewStep.ASK: ReviewState.IN_REVIEW,
    ReviewStep.APPROVE: ReviewState.APPROVED,
    ReviewStep.RETURN: ReviewState.DRAFT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmortemText:
    """One version of the text, in Markdown; never changed. number: 1 is the first."""

    number: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEvent:
    """The state that a person set, and of which version of the text."""

    at: datetime
    by: str
    state: ReviewState
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmortemReview:
    """How the review of an incident's postmortem stands. version: of the newest text. events: the earliest first."""

    incident_id: str
    state: ReviewState = ReviewState.DRAFT
    version: int = 0
    events: tuple[ReviewEvent, ...] = ()


def written(review: PostmortemReview, based_on: int, by: str, now: datetime) -> PostmortemReview:
    """With one more version, written from version `based_on`; an approved text that changes is a draft again.

    Raises TransitionError where somebody wrote another version meanwhile.
    """
    _require_newest(review, based_on)
    number = review.version + 1
    after = replace(review, version=number)
    if review.state is not ReviewState.APPROVED:
        return after
    return _moved(after, ReviewState.DRAFT, by, now)


def reviewed(
    review: PostmortemReview, step: ReviewStep, *, version: int, newest: str, by: str, now: datetime
) -> PostmortemReview:
    """After a step of somebody who read that version. newest: the newest text.

    Raises TransitionError where the step is not possible now, the version is not the newest, or the text is unfinished.
    """
    _require_newest(review, version)
    if step not in ALLOWED_STEPS[review.state]:
        possible = ", ".join(ALLOWED_STEPS[review.state])
        raise TransitionError(f"{step} is not possible: the postmortem is {review.state}; possible: {possible}")
    if review.version == 0:
        raise TransitionError(f"{step} is not possible: nobody has written the postmortem yet; save its text first")
    if step is not ReviewStep.RETURN and TO_WRITE in newest:
        raise TransitionError(f"the text still holds {TO_WRITE!r}: write what stands there, or take it out")
    return _moved(review, LEADS_TO[step], by, now)


def _require_newest(review: PostmortemReview, version: int) -> None:
    if version != review.version:
        raise TransitionError(
            f"this is about version {version} of the text, the newest is {review.version}: read that one first"
        )


def _moved(review: PostmortemReview, state: ReviewState, by: str, now: datetime) -> PostmortemReview:
    event = ReviewEvent(at=now, by=by, state=state, version=review.version)
    return replace(review, state=state, events=(*review.events, event))
