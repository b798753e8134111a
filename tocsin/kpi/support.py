"""The view of support: figures of tickets, volume by day and topic, what waits, and what incidents brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboards.day_sums import SpanSums, add_up, largest_incidents
from dashboards.deflection import Deflection, deflection_figure
from dashboards.figure import ComparedFigure
from dashboards.kpi import CRITICAL, SupportSpan, TicketSums, support_figures
from dashboards.rollup import WaitKind
from detectors.watch import Watch
from tocsin.kpi.span import Days
from tocsin.kpi.spikes import Spike, spikes_of
from tocsin.storage import Store
from tocsin.storage.deflections import Visitors
from tocsin.storage.figure_rows import EVERY, AgeGroup, CellFilter, Unanswered

AGES = (
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
"""The ages at which the next group of open tickets begins."""
INCIDENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLoad:
    """The tickets of the span that belong to one incident."""

    id: str
    title: str
    reference: str
    sums: TicketSums


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportView:
    """All that the page of support shows.

    by_day: a sum for each day, oldest first. by_form, by_form_before: by the customer's topic, in this span and the one
    before. deflection: the tickets that were not written, of all teams and topics; deflected: what it is computed from.
    answers: non-critical tickets by the step of their first answer. load: open tickets by agent, "" = nobody's.
    spikes: of all tickets of a topic, so there is none where only some tickets of a topic are counted.
    """

    days: Days
    figures: tuple[ComparedFigure, ...]
    by_day: tuple[tuple[int, TicketSums], ...]
    by_form: Mapping[str, TicketSums]
    by_form_before: Mapping[str, TicketSums]
    by_tier: Mapping[int, TicketSums]
    answers: Mapping[int, int]
    backlog: tuple[AgeGroup, ...]
    load: Mapping[str, int]
    incidents: tuple[IncidentLoad, ...]
    spikes: tuple[Spike, ...]
    deflection: ComparedFigure
    deflected: Deflection


def support_view(
    store: Store, days: Days, now: datetime, which: CellFilter = EVERY, watches: Sequence[Watch] = ()
) -> SupportView:
    """The view of those days; watches: of which those that count tickets mark its spikes."""
    first, last = days.ordinals
    spans = (days.instants, days.before.instants)
    waiting = store.figures.open_tickets(now, AGES, spans, which)
    every = store.figures.days(days.before.ordinals[0], last, which)
    own = every[days.count :]
    sums, before = add_up(own), add_up(every[: days.count])
    now_span = span_of(sums, waiting.unanswered[0])
    deflected = _deflected(store, days)
    return SupportView(
        days=days,
        figures=support_figures(now_span, span_of(before, waiting.unanswered[1])),
        by_day=tuple(zip(range(first, last + 1), (day.total for day in own), strict=True)),
        by_form=sums.by(lambda part: part.form),
        by_form_before=before.by(lambda part: part.form),
        by_tier=sums.by(lambda part: part.tier),
        answers=now_span.calm.answers,
        backlog=waiting.backlog,
        load=waiting.load,
        incidents=_incidents(store, largest_incidents(own, INCIDENTS)),
        spikes=_spikes(store, watches, days, which),
        deflection=deflection_figure(deflected, _deflected(store, days.before)),
        deflected=deflected,
    )


def _deflected(store: Store, days: Days) -> Deflection:
    found = store.deflections.counted(days.instants.start, days.instants.end)
    shown, held_out = (found.get(group, Visitors()) for group in (False, True))
    return Deflection(
        shown=shown.visitors, shown_wrote=shown.wrote, held_out=held_out.visitors, held_out_wrote=held_out.wrote
    )


def span_of(sums: SpanSums, waiting: Unanswered) -> SupportSpan:
    """What the figures are computed from: the sums of a span's days, and its tickets that wait for an answer."""
    answers, resolutions = ([sums.waits[kind, is_critical] for is_critical in (False, True)] for kind in WaitKind)
    return SupportSpan(
        every=replace(sums.total(), resolutions=_merged(resolutions)),
        calm=replace(sums.total(lambda part: part.priority != CRITICAL), answers=answers[False]),
        tier_1=sums.total(lambda part: part.tier == 1),
        overdue=waiting.overdue,
        due_soon=waiting.due_soon,
    )


def _spikes(store: Store, watches: Sequence[Watch], days: Days, which: CellFilter) -> tuple[Spike, ...]:
    if which.team is not None or which.incidents is not None:
        return ()
    return tuple(one for one in spikes_of(store, watches, days) if which.form in {None, one.topic})


def _merged(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    steps: dict[int, int] = {}
    for part in parts:
        for step, count in part.items():
            steps[step] = steps.get(step, 0) + count
    return steps


def _incidents(store: Store, largest: Iterable[tuple[str, TicketSums]]) -> tuple[IncidentLoad, ...]:
    sums = dict(largest)
    found = {incident.id: incident for incident in store.incidents.several(list(sums))}
    return tuple(
        IncidentLoad(id=one, title=found[one].title, reference=found[one].reference, sums=sums[one])
        for one in sums
        if one in found
    )
