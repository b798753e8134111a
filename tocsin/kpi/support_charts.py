"""The charts of support, each titled with what it shows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from dashboards.charts import Bar, BarChart, ChartColumn, ColumnChart
from dashboards.figure import duration, percent, percentile
from dashboards.kpi import GOAL_SECONDS, TicketSums
from dashboards.rollup import DAY, HOUR, MINUTE
from tickets.ticket import TicketStatus
from tocsin.kpi.days import day_words, span_words, tick
from tocsin.kpi.drawn import Drawn, drawn, on_day
from tocsin.kpi.support import AGES, SupportView

_ANSWER_EDGES = (15 * MINUTE, 30 * MINUTE, HOUR, GOAL_SECONDS, 4 * HOUR, 12 * HOUR, DAY)
_AGE_NAMES = (
    f"under {duration(AGES[0].total_seconds())}",
    *(f"{duration(low.total_seconds())} to {duration(high.total_seconds())}" for low, high in pairwise(AGES)),
    f"over {duration(AGES[-1].total_seconds())}",
)


def support_charts(view: SupportView) -> tuple[Drawn, ...]:
    """All of them, in the order of the page."""
    return (volume(view), answers(view), topics(view), backlog(view), tiers(view), load(view))


def volume(view: SupportView) -> Drawn:
    """Tickets written and resolved, by day."""
    days = [(date.fromordinal(day), sums) for day, sums in view.by_day]
    total = sum(sums.written for _, sums in days)
    most, at = max(((sums.written, day) for day, sums in days), key=lambda one: one[0])
    counted = f"{total:,} ticket{'' if total == 1 else 's'}"
    title = f"{counted}, the most on {day_words(at)}: {most:,}" if total else "No tickets were written"
    marks = _marks((spike.day, spike.topic) for spike in view.spikes)
    if marks:
        title += f"; more than usual on {len(marks)} day{'' if len(marks) == 1 else 's'}"
    chart = ColumnChart(
        title=title,
        description=f"Tickets written and tickets resolved by day, {span_words(view.days)}.",
        bars="written",
        dots="resolved",
        columns=tuple(
            ChartColumn(
                name=f"{day:%a} {day_words(day)}",
                tick=tick(day, len(days)),
                bar=sums.written,
                dot=sums.resolved,
                mark=marks.get(day.toordinal(), ""),
            )
            for day, sums in days
        ),
    )
    rows = tuple(
        (f"{day:%a} {day_words(day)}", f"{sums.written:,}", f"{sums.resolved:,}", marks.get(day.toordinal(), "–"))
        for day, sums in days
    )
    headings = ("Day", "Written", "Resolved", "Stands out")
    return drawn(chart, "volume", headings, rows, opens="written", narrowed=[on_day(day) for day, _ in days])


def answers(view: SupportView) -> Drawn:
    """How long non-critical tickets waited for their first answer."""
    grouped = _grouped(view.answers)
    names = _edge_names()
    total = sum(grouped.values())
    half, most = (percentile(view.answers, part).value for part in (0.5, 0.9))
    title = (
        f"Half of {total:,} first answers came within {duration(half)}, 90 % within {duration(most)}"
        if half is not None and most is not None
        else "No agent has answered yet"
    )
    chart = BarChart(
        title=title,
        description=f"Non-critical tickets by the time to their first answer by an agent, {span_words(view.days)}.",
        bars=tuple(
            Bar(label=name, value=grouped[place], text=f"{grouped[place]:,}") for place, name in enumerate(names)
        )
        if total
        else (),
    )
    rows = tuple(
        (name, f"{grouped[place]:,}", percent(grouped[place] / total) if total else "–")
        for place, name in enumerate(names)
    )
    return drawn(chart, "answers", ("First answer", "Tickets", "Share"), rows)


def topics(view: SupportView) -> Drawn:
    """Volume by the customer's topic, beside the span before."""
    before = {form: sums.written for form, sums in view.by_form_before.items() if sums.written}
    now = {form: sums.written for form, sums in view.by_form.items() if sums.written}
    names = sorted({*now, *before}, key=lambda name: (-now.get(name, 0), name))
    title = (
        f"{names[0]} is the largest topic: {now[names[0]]:,} of {sum(now.values()):,} tickets"
        if now
        else "No tickets were written"
    )
    spikes = Counter(spike.topic for spike in view.spikes)
    bars = tuple(
        Bar(
            label=name,
            value=now.get(name, 0),
            text=f"{now.get(name, 0):,} (before: {before.get(name, 0):,})",
            mark=_times(spikes[name]) if spikes[name] else "",
        )
        for name in names
    )
    rows = tuple(
        (
            name,
            f"{now.get(name, 0):,}",
            f"{before.get(name, 0):,}",
            f"{view.by_form[name].resolved:,}" if name in view.by_form else "0",
            _mean_resolution(view.by_form.get(name)),
            f"{spikes[name]:,}",
        )
        for name in names
    )
    chart = BarChart(title=title, description=f"Tickets written by topic, {span_words(view.days)}.", bars=bars)
    headings = ("Topic", "Written", "Span before", "Resolved", "Resolution, mean", "Spikes")
    return drawn(chart, "topics", headings, rows, opens="written", narrowed=[{"topic": name} for name in names])


def backlog(view: SupportView) -> Drawn:
    """Open tickets by age, whoever they wait for."""
    by_age: Counter[int] = Counter()
    by_agent: Counter[int] = Counter()
    for one in view.backlog:
        by_age[one.age] += one.count
        if one.status in {TicketStatus.NEW, TicketStatus.IN_PROGRESS}:
            by_agent[one.age] += one.count
    total, ours = sum(by_age.values()), sum(by_agent.values())
    title = f"{total:,} tickets are open, {ours:,} of them wait for an agent" if total else "No ticket is open"
    bars = tuple(
        Bar(label=name, value=by_age[place], text=f"{by_age[place]:,} ({by_agent[place]:,} for an agent)")
        for place, name in enumerate(_AGE_NAMES)
    )
    rows = tuple((name, f"{by_age[place]:,}", f"{by_agent[place]:,}") for place, name in enumerate(_AGE_NAMES))
    chart = BarChart(title=title, description="Open tickets now, by age.", bars=bars if total else ())
    return drawn(chart, "backlog", ("Age", "Open", "Of these wait for an agent"), rows)


def tiers(view: SupportView) -> Drawn:
    """Tickets of the span by the tier they are in."""
    kept = {tier: sums.written - sums.merged for tier, sums in sorted(view.by_tier.items())}
    kept = {tier: count for tier, count in kept.items() if count}
    total = sum(kept.values())
    title = f"Tier 1 has {percent(kept.get(1, 0) / total)} of {total:,} tickets" if total else "No tickets were written"
    parts = [(f"Tier {tier}", count, percent(count / total)) for tier, count in kept.items()]
    chart = BarChart(
        title=title,
        description=f"Tickets written by the tier they are in now, {span_words(view.days)}.",
        bars=tuple(Bar(label=name, value=count, text=f"{count:,} ({part})") for name, count, part in parts),
    )
    return drawn(chart, "tiers", ("Tier", "Tickets", "Share"), tuple((n, f"{c:,}", p) for n, c, p in parts))


def load(view: SupportView) -> Drawn:
    """Open tickets by the agent who has them."""
    ranked = sorted(view.load.items(), key=lambda one: (one[0] != "", -one[1], one[0]))
    named = [(agent or "nobody yet", count) for agent, count in ranked]
    held = [count for agent, count in ranked if agent]
    title = f"{len(held)} agents have {sum(held):,} open tickets" if held else "No agent has an open ticket"
    if view.load.get(""):
        title += f", {view.load['']:,} have no agent"
    chart = BarChart(
        title=title,
        description="Open tickets now by the agent who has them; those that wait for an incident are left out.",
        bars=tuple(Bar(label=name, value=count, text=f"{count:,}") for name, count in named),
    )
    return drawn(chart, "load", ("Agent", "Open tickets"), tuple((name, f"{count:,}") for name, count in named))


def _marks(spikes: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Why a day stands out, by its ordinal."""
    topics: dict[int, set[str]] = {}
    for day, topic in spikes:
        topics.setdefault(day, set()).add(topic)
    return {day: f"more than usual: {', '.join(sorted(names))}" for day, names in topics.items()}


def _mean_resolution(sums: TicketSums | None) -> str:
    return duration(sums.resolve_seconds / sums.resolved) if sums and sums.resolved else "–"


def _times(count: int) -> str:
    return "1 spike" if count == 1 else f"{count:,} spikes"


def _grouped(steps: Mapping[int, int]) -> Counter[int]:
    grouped: Counter[int] = Counter()
    for step, count in steps.items():
        grouped[_group(step)] += count
    return grouped


def _group(step: int) -> int:
    return next((place for place, edge in enumerate(_ANSWER_EDGES) if step <= edge), len(_ANSWER_EDGES))


def _edge_names() -> tuple[str, ...]:
    words = [duration(edge) for edge in _ANSWER_EDGES]
    between = [f"{low} to {high}" for low, high in pairwise(words)]
    return (f"within {words[0]}", *between, f"over {words[-1]}")
