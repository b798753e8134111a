"""A chart as a page or a mail shows it: drawn for two widths, with the table of the same numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from dashboards.charts import NARROW, WIDE, BarChart, ColumnChart, draw_bars, draw_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One chart. headings, rows: the table beneath it, the first column naming the row.

    key: of the page's ids. wide, small: SVG elements for a wide and a narrow page; empty where there is nothing.
    opens: the name of the rows behind it, "" = it opens none. narrowed: for each row, how the view's address changes so
    that it shows that row's alone.
    """

    key: str
    title: str
    description: str
    wide: Markup
    small: Markup
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    opens: str = ""
    narrowed: tuple[Mapping[str, str], ...] = ()


def on_day(day: date) -> Mapping[str, str]:
    """The view's address of one day."""
    return {"days": "", "from": day.isoformat(), "to": day.isoformat()}


def drawn(
    chart: ColumnChart | BarChart,
    key: str,
    headings: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    *,
    opens: str = "",
    narrowed: Sequence[Mapping[str, str]] = (),
) -> Drawn:
    """The chart, drawn; narrowed: one for each row, or none."""
    if isinstance(chart, ColumnChart):
        pictures = [draw_columns(chart, f"{key}-{width}", width) for width in (WIDE, NARROW)]
    else:
        pictures = [draw_bars(chart, f"{key}-{width}", width) if chart.bars else "" for width in (WIDE, NARROW)]
    wide, small = (Markup(picture) for picture in pictures)  # noqa: S704 - made here, every word escaped
    return Drawn(
        key=key,
        title=chart.title,
        description=chart.description,
        wide=wide,
        small=small,
        headings=headings,
        rows=rows,
        opens=opens,
        narrowed=tuple(narrowed),
    )
