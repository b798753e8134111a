"""The figures of support: each is one function over summed tickets, and its docstring is what people read.

Days are those of the installation's time zone (`site.time_zone`). Durations are calendar time: nights, weekends and
holidays count, and no pause is taken off.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dashboards.figure import Better, ComparedFigure, Definition, FigureValue, Unit, defined, mean, percentile, share
from dashboards.rollup import HOUR, MINUTE

GOAL_SECONDS = 2 * HOUR
"""Within which a non-critical ticket is to have its first answer."""
SOON_SECONDS = 30 * MINUTE
"""So long before the goal a ticket without an answer counts as nearly late."""
CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSums:
    """Sums over the tickets of a span; the fields are those of `rollup.COUNTS`.

    answers, resolutions: tickets by the step of their first answer's and their resolution's duration, in seconds.
    """

    written: int = 0
    merged: int = 0
    human: int = 0
    linked: int = 0
    linked_by_agent: int = 0
    answered: int = 0
    answer_seconds: int = 0
    resolved: int = 0
    resolve_seconds: int = 0
    one_reply: int = 0
    replied: int = 0
    reopened: int = 0
    unaided: int = 0
    answers: Mapping[int, int] = field(default_factory=dict)
    resolutions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportSpan:
    """All that the figures of support are computed from.

    every: all tickets; calm: those that are not critical; tier_1: those in tier 1 now.
    overdue: tickets that are not critical, were written in the span, are new or in progress, and have waited longer
    than the goal for their first answer. due_soon: the same, of those whose goal ends within the next half hour.
    """

    every: TicketSums
    calm: TicketSums
    tier_1: TicketSums
    overdue: int = 0
    due_soon: int = 0


def written(span: SupportSpan) -> FigureValue:
    """Tickets that customers wrote in the span, by the day of writing. All of them count, also those that were merged
    into another one later, and those that Tocsin answered by itself.
    """
    return FigureValue(value=span.every.written, rows=span.every.written)


def resolved(span: SupportSpan) -> FigureValue:
    """Tickets that were resolved or closed in the span, by the day of their latest resolution, whenever they were
    written. A ticket that was opened again since does not count; merged ones never do.
    """
    return FigureValue(value=span.every.resolved, rows=span.every.resolved)


def answered_in_goal(span: SupportSpan) -> FigureValue:
    """Share of non-critical tickets of which an agent's first reply came within 2 hours. Numerator: tickets written in
    the span and answered within 2 hours. Denominator: those that are answered, and those that have waited longer than 2
    hours for it. Left out: critical and merged tickets, tickets that nobody need answer because they wait for their
    incident or were resolved without a reply, and those that have waited less than 2 hours. Calendar time, nights and
    weekends included. An automatic confirmation is no answer.
    """
    in_goal = sum(count for step, count in span.calm.answers.items() if step <= GOAL_SECONDS)
    return share(in_goal, span.calm.answered + span.overdue)


def overdue(span: SupportSpan) -> FigureValue:
    """Tickets written in the span that an agent must answer and that have waited longer than 2 hours for it, now.
    Left out: critical tickets, tickets that wait for their incident or their customer, and those that are answered.
    Calendar time, nights and weekends included.
    """
    return FigureValue(value=span.overdue, rows=span.overdue)


def due_soon(span: SupportSpan) -> FigureValue:
    """Tickets written in the span that an agent must answer within the next 30 minutes, or their 2 hours are over, now.
    Left out: critical tickets, tickets that wait for their incident or their customer, and those that are answered.
    Calendar time, nights and weekends included.
    """
    return FigureValue(value=span.due_soon, rows=span.due_soon)


def first_answer(span: SupportSpan) -> FigureValue:
    """Mean time from the writing of a non-critical ticket to an agent's first reply, over the tickets that were written
    in the span and have one. Left out: critical and merged tickets, and tickets without a reply, however long they wait
    (they are in the share within 2 hours). Calendar time. An automatic confirmation is no answer.
    """
    return mean(span.calm.answer_seconds, span.calm.answered)


def first_answer_median(span: SupportSpan) -> FigureValue:
    """Time within which half of the non-critical tickets had their first reply by an agent, over those of the span that
    have one. Left out: critical and merged tickets. Rounded up to minutes below 10 minutes, 5 minutes below 2 hours, 15
    minutes below 8 hours, then hours.
    """
    return percentile(span.calm.answers, 0.5)


def first_answer_90(span: SupportSpan) -> FigureValue:
    """Time within which 90 percent of the non-critical tickets had their first reply by an agent, over those of the
    span that have one. Left out: critical and merged tickets. Rounded up to minutes below 10 minutes, 5 minutes below 2
    hours, 15 minutes below 8 hours, then hours.
    """
    return percentile(span.calm.answers, 0.9)


def resolution(span: SupportSpan) -> FigureValue:
    """Mean time from writing to the latest resolution, over the tickets resolved or closed in the span, whenever they
    were written. All priorities. Left out: merged tickets and those that are open. Calendar time; waiting for the
    customer or for an incident counts.
    """
    return mean(span.every.resolve_seconds, span.every.resolved)


def resolution_median(span: SupportSpan) -> FigureValue:
    """Time from writing to the latest resolution within which half of the tickets were resolved, over the tickets
    resolved or closed in the span, whenever they were written. All priorities. Left out: merged tickets and those that
    are open. Calendar time; waiting for the customer or for an incident counts. Rounded up as the first answer is.
    """
    return percentile(span.every.resolutions, 0.5)


def resolution_90(span: SupportSpan) -> FigureValue:
    """Time from writing to the latest resolution within which 90 percent of the tickets were resolved, over the tickets
    resolved or closed in the span. Left out: merged tickets and those that are open. Rounded up as the first answer is.
    """
    return percentile(span.every.resolutions, 0.9)


def first_contact(span: SupportSpan) -> FigureValue:
    """Share of tickets that one reply settled. Numerator: tickets resolved or closed in the span with exactly one reply
    by an agent that were never opened again. Denominator: those resolved or closed in the span with at least one reply.
    Left out: tickets that no agent replied to, and merged ones.
    """
    return share(span.every.one_reply, span.every.replied)


def opened_again(span: SupportSpan) -> FigureValue:
    """Share of the tickets resolved or closed in the span that had been opened again at least once: by the customer, by
    an agent, or because their incident came back. A closing that was taken back is no reopening. Left out: merged
    tickets, and those that are open now.
    """
    return share(span.every.reopened, span.every.resolved)


def linked_share(span: SupportSpan) -> FigureValue:
    """Share of tickets that Tocsin linked to an incident by itself and that are linked to one now. Denominator: tickets
    written in the span. Left out: merged tickets. What agents linked counts below the line, not above it.
    """
    return share(span.every.linked, span.every.written - span.every.merged)


def unaided_share(span: SupportSpan) -> FigureValue:
    """Share of the tickets resolved or closed in the span that Tocsin linked to an incident and that ended without any
    reply by an agent: the incident's updates and its end answered them. Left out: merged tickets. It says nothing of
    the people who read the page and wrote no ticket.
    """
    return share(span.every.unaided, span.every.resolved)


def in_tier_1(span: SupportSpan) -> FigureValue:
    """Share of the tickets written in the span that are in tier 1 now, or were when they ended. Left out: merged
    tickets.
    """
    kept = span.tier_1.written - span.tier_1.merged
    return share(kept, span.every.written - span.every.merged)


_HIGHER, _LOWER = Better.HIGHER, Better.LOWER
SUPPORT: Mapping[Callable[[SupportSpan], FigureValue], Definition] = {
    answered_in_goal: defined(
        answered_in_goal, title="First answer within 2 h", unit=Unit.SHARE, better=_HIGHER, opens="late"
    ),
    overdue: defined(overdue, title="Late now", unit=Unit.COUNT, better=_LOWER, goal=0.0, opens="overdue"),
    due_soon: defined(due_soon, title="Late within 30 min", unit=Unit.COUNT, better=_LOWER, opens="due-soon"),
    first_answer: defined(
        first_answer,
        title="First answer, mean",
        unit=Unit.SECONDS,
        better=_LOWER,
        goal=float(GOAL_SECONDS),
        opens="answered",
    ),
    first_answer_median: defined(
        first_answer_median, title="First answer, median", unit=Unit.SECONDS, better=_LOWER, opens="answered"
    ),
    first_answer_90: defined(
        first_answer_90, title="First answer, 90 % within", unit=Unit.SECONDS, better=_LOWER, opens="answered"
    ),
    written: defined(written, title="Tickets written", unit=Unit.COUNT, better=_LOWER, opens="written"),
    resolved: defined(resolved, title="Tickets resolved", unit=Unit.COUNT, opens="resolved"),
    resolution: defined(resolution, title="Resolution, mean", unit=Unit.SECONDS, better=_LOWER, opens="resolved"),
    resolution_median: defined(
        resolution_median, title="Resolution, median", unit=Unit.SECONDS, better=_LOWER, opens="resolved"
    ),
    resolution_90: defined(
        resolution_90, title="Resolution, 90 % within", unit=Unit.SECONDS, better=_LOWER, opens="resolved"
    ),
    first_contact: defined(
        first_contact, title="Settled by one reply", unit=Unit.SHARE, better=_HIGHER, goal=0.8, opens="replied"
    ),
    opened_again: defined(opened_again, title="Opened again", unit=Unit.SHARE, better=_LOWER, opens="reopened"),
    linked_share: defined(linked_share, title="Linked by Tocsin", unit=Unit.SHARE, opens="linked"),
    unaided_share: defined(
        unaided_share, title="Resolved without an agent", unit=Unit.SHARE, better=_HIGHER, opens="unaided"
    ),
    in_tier_1: defined(in_tier_1, title="In tier 1", unit=Unit.SHARE, better=_HIGHER, goal=0.75, opens="tier-1"),
}
"""Every figure of support, in the order of the page."""


def support_figures(span: SupportSpan, before: SupportSpan | None = None) -> tuple[ComparedFigure, ...]:
    """Each figure of the span, beside the same of the span before."""
    return tuple(
        ComparedFigure(definition=definition, now=compute(span), before=None if before is None else compute(before))
        for compute, definition in SUPPORT.items()
    )
