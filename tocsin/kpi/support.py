"""The view of support: figures of tickets, volume by day and topic, what waits, and what incidents brought."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dashboards.figure import Figure
from dashboards.kpi import CRITICAL, SupportSpan, TicketSums, support_figures
from dashboards.rollup import Wait
from tocsin.kpi.span import Days
from tocsin.storage import Store
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
    before. answers: non-critical tickets by the step of their first answer. load: open tickets by agent, "" = nobody's.
    """

    days: Days
    figures: tuple[Figure, ...]
    by_day: tuple[tuple[int, TicketSums], ...]
    by_form: Mapping[str, TicketSums]
    by_form_before: Mapping[str, TicketSums]
    by_tier: Mapping[int, TicketSums]
    answers: Mapping[int, int]
    backlog: tuple[OpenTickets, ...]
    load: Mapping[str, int]
    incidents: tuple[IncidentLoad, ...]


def support_view(store: Store, days: Days, now: datetime, which: CellFilter = EVERY) -> SupportView:
    """The view of those days."""
    figures = store.figures
    now_span = _span(figures, days, now, which)
    by_day = figures.sums(*days.ordinals, by=("day",), which=which)
    first, last = days.ordinals
    return SupportView(
        days=days,
        figures=support_figures(now_span, _span(figures, days.before, now, which)),
        by_day=tuple((day, by_day.get((day,), TicketSums())) for day in range(first, last + 1)),
        by_form=_by_one(figures.sums(*days.ordinals, by=("form",), which=which)),
        by_form_before=_by_one(figures.sums(*days.before.ordinals, by=("form",), which=which)),
        by_tier=_by_one(figures.sums(*days.ordinals, by=("tier",), which=which)),
        answers=now_span.calm.answers,
        backlog=figures.backlog(now, AGES, which),
        load=figures.load(which),
        incidents=_incidents(store, days, which),
    )


def _span(figures: Figures, days: Days, now: datetime, which: CellFilter) -> SupportSpan:
    sums = figures.sums(*days.ordinals, by=("priority", "tier"), which=which)
    answers = figures.waits(Wait.ANSWER, *days.ordinals, by="priority", which=which)
    resolutions = figures.waits(Wait.RESOLVE, *days.ordinals, by="priority", which=which)
    calm = _total(one for (priority, _), one in sums.items() if priority != CRITICAL)
    return SupportSpan(
        every=replace(_total(sums.values()), resolutions=_merged(resolutions.values())),
        calm=replace(calm, answers=_merged(steps for priority, steps in answers.items() if priority != CRITICAL)),
        tier_1=_total(one for (_, tier), one in sums.items() if tier == 1),
        overdue=figures.overdue(days.instants, now, which),
    )


def _total(sums: Any) -> TicketSums:
    total: dict[str, int] = {}
    for one in sums:
        for name in _COUNTS:
            total[name] = total.get(name, 0) + getattr(one, name)
    return TicketSums(**total)  # type: ignore[arg-type]  # the durations are no counts, and not among them


_COUNTS = tuple(name for name in TicketSums.__slots__ if name not in {"answers", "resolutions"})


def _merged(parts: Any) -> dict[int, int]:
    steps: dict[int, int] = {}
    for part in parts:
        for step, count in part.items():
            steps[step] = steps.get(step, 0) + count
    return steps


def _by_one(sums: Mapping[tuple[Any, ...], TicketSums]) -> dict[Any, TicketSums]:
    return {key[0]: one for key, one in sums.items()}


def _incidents(store: Store, days: Days, which: CellFilter) -> tuple[IncidentLoad, ...]:
    """Those with the most tickets first."""
    sums = _by_one(store.figures.sums(*days.ordinals, by=("incident_id",), which=which))
    largest = sorted(sums, key=lambda one: (-sums[one].written, one))[:INCIDENTS]
    found = {one: store.incidents.get(one) for one in largest if sums[one].written}
    return tuple(
        IncidentLoad(id=one, title=incident.title, reference=incident.reference, sums=sums[one])
        for one, incident in found.items()
        if incident is not None
    )
