"""The arrivals of one incident's tickets as a chart."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from dashboards.charts import ChartColumn, ColumnChart
from tocsin.desk.flood import Flood
from tocsin.kpi.drawn import Drawn, drawn

TICKS = 6


def arrivals_chart(flood: Flood, zone: ZoneInfo) -> Drawn | None:
    """One column a step, with the table of the same numbers; None where no ticket is linked."""
    if not any(flood.arrivals):
        return None
    times = [(flood.start + k * flood.step).astimezone(zone) for k in range(len(flood.arrivals))]
    every = max(1, len(times) // TICKS)
    pattern = "%H:%M" if len(times) * flood.step <= timedelta(days=1) else "%d %b"
    columns = tuple(
        ChartColumn(name=f"{at:%d %b %H:%M}", tick=f"{at:{pattern}}" if k % every == 0 else "", bar=float(many))
        for k, (at, many) in enumerate(zip(times, flood.arrivals, strict=True))
    )
    peak = max(range(len(columns)), key=lambda k: flood.arrivals[k])
    chart = ColumnChart(
        title=f"Most came at {times[peak]:%H:%M}: {flood.arrivals[peak]} in {_words(flood)}",
        description=f"Tickets linked to this incident by the time they were written, per {_words(flood)}.",
        bars="Tickets",
        columns=columns,
    )
    rows = tuple((column.name, f"{column.bar:.0f}") for column in columns if column.bar)
    return drawn(chart, "arrivals", ("From", "Tickets"), rows)


def _words(flood: Flood) -> str:
    minutes = round(flood.step.total_seconds() / 60)
    if minutes % 60:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return "an hour" if minutes == 60 else f"{minutes // 60} hours"
