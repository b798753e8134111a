"""Every figure of support against looking at each ticket by itself, over generated tickets."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dashboards.day_sums import DaySums, add_up, day_sums, largest_incidents
from dashboards.kpi import CRITICAL, SUPPORT, support_figures
from dashboards.rollup import COUNTS, RESOLVED, LinkedBy, TicketFact, WaitKind, difference, step_of
from tickets.ticket import TicketStatus
from tocsin.kpi.support import span_of
from tocsin.storage.figure_rows import Unanswered

START = datetime(2026, 3, 7, 18, 0, tzinfo=UTC)  # New York's clocks are set the night after
ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia"])
minutes = st.one_of(st.integers(0, 5 * 60), st.integers(0, 30 * 24 * 60))


@st.composite
def facts(draw: st.DrawFn) -> TicketFact:
    """A ticket at some point of its life."""
    status = draw(st.sampled_from(list(TicketStatus)))
    created_at = START + timedelta(minutes=draw(st.integers(0, 4 * 24 * 60)), seconds=draw(st.integers(0, 59)))
    answered_at = created_at + timedelta(minutes=draw(minutes), milliseconds=draw(st.integers(0, 60_000)))
    is_answered = draw(st.booleans())
    linked_by = draw(st.sampled_from(list(LinkedBy)))
    resolved_at = created_at + timedelta(minutes=draw(minutes), seconds=draw(st.integers(0, 59)))
    return TicketFact(
        status=status,
        form=draw(st.sampled_from(["Deposit", "Withdrawal"])),
        team=draw(st.sampled_from(["Technical", "Account"])),
        tier=draw(st.integers(1, 3)),
        priority=draw(st.sampled_from(["low", "high", CRITICAL])),
        human=draw(st.booleans()),
        created_at=created_at,
        incident_id=draw(st.sampled_from(["a", "b"])) if linked_by else "",
        linked_by=linked_by,
        answered_at=answered_at if is_answered else None,
        resolved_at=resolved_at if status in RESOLVED else None,
        replies=draw(st.integers(1, 3)) if is_answered else 0,
        reopenings=draw(st.integers(0, 2)),
    )


def days_of(tickets: Iterable[TicketFact], zone: ZoneInfo, first: int, last: int) -> list[DaySums]:
    """The days as roll-ups have them: many changes, one sum a day."""
    moved = difference([(None, fact) for fact in tickets], zone)
    parts: dict[int, dict[tuple[str, int, str], list[int]]] = {}
    linked: dict[int, dict[str, list[int]]] = {}
    waits: dict[int, dict[tuple[WaitKind, str, int], int]] = {}
    for cell, sums in moved.items():
        counts = [sums.counts[name] for name in COUNTS]
        if cell.incident_id:
            row = linked.setdefault(cell.day, {}).setdefault(cell.incident_id, [0] * len(COUNTS))
            row[:] = [one + more for one, more in zip(row, counts, strict=True)]
            continue
        row = parts.setdefault(cell.day, {}).setdefault((cell.form, cell.tier, cell.priority), [0] * len(COUNTS))
        row[:] = [one + more for one, more in zip(row, counts, strict=True)]
        for (kind, step), count in sums.waits.items():
            key = kind, CRITICAL if cell.priority == CRITICAL else "", step
            ended = waits.setdefault(cell.day, {})
            ended[key] = ended.get(key, 0) + count
    return [
        day_sums(
            [(*key, *row) for key, row in parts.get(day, {}).items()],
            [(key, *row) for key, row in linked.get(day, {}).items()],
            [(*key, count) for key, count in waits.get(day, {}).items()],
        )
        for day in range(first, last + 1)
    ]


def ranked(values: list[int], part: float) -> float | None:
    return float(step_of(sorted(values)[ceil(part * len(values)) - 1])) if values else None


def over(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def slow(tickets: list[TicketFact], zone: ZoneInfo, first: date, last: date, waiting: Unanswered) -> dict[str, object]:
    """Each figure as its docstring says it."""
    written = [t for t in tickets if first <= t.created_at.astimezone(zone).date() <= last]
    kept = [t for t in written if t.status is not TicketStatus.MERGED]
    ended = [t for t in tickets if t.resolved_at and first <= t.resolved_at.astimezone(zone).date() <= last]
    answers = [int((t.answered_at - t.created_at).total_seconds())
               for t in kept if t.answered_at and t.priority != CRITICAL]  # fmt: skip
    ends = [int((t.resolved_at - t.created_at).total_seconds()) for t in ended if t.resolved_at]
    replied = [t for t in ended if t.replies]
    return {
        "answered-in-goal": over(sum(one <= 2 * 3600 for one in answers), len(answers) + waiting.overdue),
        "overdue": waiting.overdue,
        "due-soon": waiting.due_soon,
        "first-answer": over(sum(answers), len(answers)),
        "first-answer-median": ranked(answers, 0.5),
        "first-answer-90": ranked(answers, 0.9),
        "written": len(written),
        "resolved": len(ended),
        "resolution": over(sum(ends), len(ends)),
        "resolution-median": ranked(ends, 0.5),
        "resolution-90": ranked(ends, 0.9),
        "first-contact": over(sum(t.replies == 1 and not t.reopenings for t in replied), len(replied)),
        "opened-again": over(sum(t.reopenings > 0 for t in ended), len(ended)),
        "linked-share": over(sum(t.linked_by is LinkedBy.TOCSIN for t in kept), len(kept)),
        "unaided-share": over(sum(not t.replies and t.linked_by is LinkedBy.TOCSIN for t in ended), len(ended)),
        "in-tier-1": over(sum(t.tier == 1 for t in kept), len(kept)),
    }


@given(st.lists(facts(), max_size=12), ZONES, st.integers(0, 3), st.integers(0, 9), st.integers(0, 3))
def test_every_figure_is_what_looking_at_each_ticket_gives(
    tickets: list[TicketFact], key: str, offset: int, length: int, overdue: int
) -> None:
    zone = ZoneInfo(key)
    first = START.astimezone(zone).date() + timedelta(days=offset)
    last = first + timedelta(days=length)
    waiting = Unanswered(overdue=overdue, due_soon=1)
    days = days_of(tickets, zone, first.toordinal(), last.toordinal())
    span = span_of(add_up(days), waiting)
    found = {figure.definition.key: figure.now.value for figure in support_figures(span)}
    expected = slow(tickets, zone, first, last, waiting)
    assert found == expected
    assert set(found) == {definition.key for definition in SUPPORT.values()}
    by_incident = [t.incident_id for t in tickets
                   if t.incident_id and first <= t.created_at.astimezone(zone).date() <= last]  # fmt: skip
    many = {one: by_incident.count(one) for one in sorted(set(by_incident), key=lambda i: (-by_incident.count(i), i))}
    assert [(one, sums.written) for one, sums in largest_incidents(days, 1)] == list(many.items())[:1]


@given(st.lists(st.tuples(facts(), facts()), max_size=6), ZONES)
def test_a_change_moves_the_figures_to_what_they_are_without_the_past(
    changes: list[tuple[TicketFact, TicketFact]], key: str
) -> None:
    zone = ZoneInfo(key)
    moved = difference([one for before, after in changes for one in ((None, before), (before, after))], zone)
    anew = difference([(None, after) for _, after in changes], zone)
    assert {cell: (sums.counts, {k: n for k, n in sums.waits.items() if n}) for cell, sums in moved.items()} == {
        cell: (sums.counts, sums.waits) for cell, sums in anew.items()
    }


def test_without_tickets_no_figure_makes_up_a_share_or_a_time() -> None:
    span = span_of(add_up([]), Unanswered(overdue=0, due_soon=0))
    assert {one.now.value for one in support_figures(span) if one.definition.unit in {"share", "seconds"}} == {None}
