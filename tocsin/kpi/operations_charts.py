"""The charts of operations, each titled with what it shows."""

from collections import Counter
from datetime import date

from dashboards.charts import Bar, BarChart, ChartColumn, ColumnChart
from dashboards.figure import duration, in_words, lead_words
from dashboards.operations import CountedIncident
from tocsin.kpi.days import day_words, span_words, tick
from tocsin.kpi.drawn import Drawn, drawn, on_day
from tocsin.kpi.operations import OperationsView

LATEST = 12
STEPS = (
    ("detect-median", "Deviation to incident"),
    ("publish-median", "Incident to public page"),
    ("acknowledge-median", "Incident to acknowledged"),
    ("mitigate-median", "Incident to mitigated"),
    ("resolve-median", "Incident to its end"),
)


def operations_charts(view: OperationsView) -> tuple[Drawn, ...]:
    """All of them, in the order of the page."""
    return (leads(view), steps(view), by_day(view), components(view))


def leads(view: OperationsView) -> Drawn:
    """The lead of each of the latest incidents that customers wrote about."""
    real = [one for one in view.span.incidents if not one.fact.is_false and one.lead is not None]
    early, known = sum(lead > 0 for lead in view.span.leads), len(view.span.leads)
    title = (
        f"Known before the first customer in {early} of {known} incident{'' if known == 1 else 's'}"
        if known
        else "No incident has both a signal of ours and a customer's ticket"
    )
    shown = [(_name(one), lead, lead_words(lead)) for one in reversed(real[-LATEST:]) if (lead := one.lead) is not None]
    chart = BarChart(
        title=title,
        description=f"From our first signal to the first ticket, the latest {LATEST} incidents that have one, "
        f"{span_words(view.days)}. To the left: the customer was first.",
        bars=tuple(Bar(label=name, value=lead, text=words) for name, lead, words in shown),
    )
    return drawn(chart, "leads", ("Incident", "Lead"), tuple((name, words) for name, _, words in shown))


def steps(view: OperationsView) -> Drawn:
    """How long each step takes, the median."""
    by_key = {figure.definition.key: figure for figure in view.figures}
    found = [(name, by_key[key].now) for key, name in STEPS]
    ended = by_key["resolve-median"].now
    title = (
        f"Half of the incidents that ended ({ended.rows:,}) were over within {duration(ended.value)}"
        if ended.value is not None
        else "No incident has ended yet"
    )
    chart = BarChart(
        title=title,
        description=f"Median time of each step; false alarms are left out. {span_words(view.days)}.",
        bars=tuple(
            Bar(label=name, value=reading.value, text=f"{duration(reading.value)} of {reading.rows:,}")
            for name, reading in found
            if reading.value is not None
        ),
    )
    rows = tuple((name, "–" if one.value is None else duration(one.value), f"{one.rows:,}") for name, one in found)
    return drawn(chart, "steps", ("Step", "Median", "Incidents"), rows)


def by_day(view: OperationsView) -> Drawn:
    """Incidents opened and false alarms, by day."""
    opened: Counter[date] = Counter()
    false: Counter[date] = Counter()
    for one in view.span.incidents:
        day = one.fact.opened_at.astimezone(view.days.zone).date()
        opened[day] += 1
        false[day] += one.fact.is_false
    first, last = view.days.ordinals
    days = [date.fromordinal(day) for day in range(first, last + 1)]
    total, wrong = sum(opened.values()), sum(false.values())
    monthly = next(figure for figure in view.figures if figure.definition.key == "false-monthly")
    title = (
        f"{wrong} of {total} incidents were false alarms: {in_words(monthly.now.value, monthly.definition.unit)} "
        f"in 30 days, the budget is {view.budget:g}"
        if total
        else "No incidents"
    )
    chart = ColumnChart(
        title=title,
        description=f"Incidents opened by day, and how many of them were false alarms, {span_words(view.days)}.",
        bars="opened",
        dots="false alarms",
        columns=tuple(
            ChartColumn(name=f"{day:%a} {day_words(day)}", tick=tick(day, len(days)), bar=opened[day], dot=false[day])
            for day in days
        ),
    )
    rows = tuple((f"{day:%a} {day_words(day)}", f"{opened[day]:,}", f"{false[day]:,}") for day in days)
    headings = ("Day", "Opened", "False alarms")
    return drawn(chart, "by-day", headings, rows, opens="opened", narrowed=[on_day(day) for day in days])


def components(view: OperationsView) -> Drawn:
    """Where incidents sit."""
    real = Counter(fact.component for fact in view.span.real)
    false = Counter(one.fact.component for one in view.span.incidents if one.fact.is_false)
    names = sorted({*real, *false}, key=lambda name: (-real[name], -false[name], name))
    title = f"{names[0]} had the most incidents: {real[names[0]]}" if names and real else "No incidents"
    chart = BarChart(
        title=title,
        description=f"Incidents by the component they sit at, false alarms apart, {span_words(view.days)}.",
        bars=tuple(
            Bar(label=name, value=real[name], text=f"{real[name]} ({false[name]} false)") for name in names[:LATEST]
        ),
    )
    rows = tuple((name, f"{real[name]}", f"{false[name]}") for name in names)
    return drawn(chart, "components", ("Component", "Incidents", "False alarms"), rows)


def _name(one: CountedIncident) -> str:
    return f"INC-{one.fact.number} {one.fact.component}"
