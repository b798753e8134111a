"""The view of support: figures of tickets, volume by day and topic, what waits, and what incidents brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dashboards.deflection import Deflection, deflection_figure
from dashboards.figure import ComparedFigure
from dashboards.kpi import CRITICAL, SupportSpan, TicketSums, support_figures
from dashboards.rollup import WaitKind
from detectors.watch import Watch
from tocsin.kpi.span import Days
from tocsin.kpi.spikes import Spike, spikes_of
from tocsin.storage import Store
from tocsin.storage.deflections import Visitors
from tocsin.storage.figure_rows import EVERY, CellFilter, OpenTickets
from tocsin.storage.figures import Figures

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
    backlog: tuple[OpenTickets, ...]
    load: Mapping[str, int]
    incidents: tuple[IncidentLoad, ...]
    spikes: tuple[Spike, ...]
    deflection: ComparedFigure
    deflected: Deflection


def support_view(
    store: Store, days: Days, now: datetime, which: CellFilter = EVERY, watches: Sequence[Watch] = ()
) -> SupportView:
    """The view of those days; watches: of which those that count tickets mark its spikes."""
    figures = store.figures
    parts, parts_before = (figures.sums(*span.ordinals, by=_PARTS, which=which) for span in (days, days.before))
    now_span = _span(figures, days, now, which, parts)
    deflected = _deflected(store, days)
    by_day = figures.sums(*days.ordinals, by=("day",), which=which)
    first, last = days.ordinals
    return SupportView(
        days=days,
        figures=support_figures(now_span, _span(figures, days.before, now, which, parts_before)),
        by_day=tuple((day, by_day.get((day,), TicketSums())) for day in range(first, last + 1)),
        by_form=_by(parts, 0),
        by_form_before=_by(parts_before, 0),
        by_tier=_by(parts, 1),
        answers=now_span.calm.answers,
        backlog=figures.backlog(now, AGES, which),
        load=figures.load(which),
        incidents=_incidents(store, days, which),
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


_PARTS = ("form", "tier", "priority")
Parts = Mapping[tuple[Any, ...], TicketSums]


def _span(figures: Figures, days: Days, now: datetime, which: CellFilter, parts: Parts) -> SupportSpan:
    waits = figures.waits(*days.ordinals, which)
    calm = _total(one for (_, _, priority), one in parts.items() if priority != CRITICAL)
    resolutions = _merged(steps for (wait, _), steps in waits.items() if wait is WaitKind.RESOLVE)
    answers = _merged(
        steps for (wait, priority), steps in waits.items() if wait is WaitKind.ANSWER and priority != CRITICAL
    )
    overdue, due_soon = figures.unanswered(days.instants, now, which)
    return SupportSpan(
        every=replace(_total(parts.values()), resolutions=resolutions),
        calm=replace(calm, answers=answers),
        tier_1=_total(one for (_, tier, _), one in parts.items() if tier == 1),
        overdue=overdue,
        due_soon=due_soon,
    )


def _spikes(store: Store, watches: Sequence[Watch], days: Days, which: CellFilter) -> tuple[Spike, ...]:
    if which.team is not None or which.incidents is not None:
        return ()
    return tuple(one for one in spikes_of(store, watches, days) if which.form in {None, one.topic})


def _by(parts: Parts, place: int) -> dict[Any, TicketSums]:
    """The parts summed by one of their columns."""
    values = {key[place] for key in parts}
    return {value: _total(one for key, one in parts.items() if key[place] == value) for value in values}


def _total(sums: Iterable[TicketSums]) -> TicketSums:
    parts = list(sums)
    total: dict[str, Any] = {name: sum(getattr(one, name) for one in parts) for name in _COUNTS}
    return TicketSums(**total)


_COUNTS = tuple(name for name in TicketSums.__slots__ if name not in {"answers", "resolutions"})


def _merged(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    steps: dict[int, int] = {}
    for part in parts:
        for step, count in part.items():
            steps[step] = steps.get(step, 0) + count
    return steps


def _incidents(store: Store, days: Days, which: CellFilter) -> tuple[IncidentLoad, ...]:
    """Those with the most tickets first."""
    apart = store.figures.sums(*days.ordinals, by=("incident_id",), which=which)
    sums = {incident_id: one for (incident_id,), one in apart.items() if one.written}
    largest = sorted(sums, key=lambda one: (-sums[one].written, one))[:INCIDENTS]
    found = {incident.id: incident for incident in store.incidents.several(largest)}
    return tuple(
        IncidentLoad(id=one, title=found[one].title, reference=found[one].reference, sums=sums[one])
        for one in largest
        if one in found
    )
