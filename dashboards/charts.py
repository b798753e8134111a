"""Charts as SVG: the title says the finding, and every mark names its value; the page adds the table beneath.

The colours are those of the plots (detectors/plot.py), which the style sheets turn for dark pages. No meaning hangs on
colour alone: series differ in shape, and each is labelled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

INK, MUTED, LINE, ACCENT, MAJOR, PAPER = "#1c1f24", "#5a616b", "#d9d6cf", "#0b5c8a", "#a4161a", "#ffffff"
WIDE, NARROW = 560, 320
"""Widths that a chart is drawn for: letters keep their size, so the narrow one has fewer of them."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 220, 28, 28, 44, 8
_ROW, _BAR = 44, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartColumn:
    """One place on the time axis.

    name: what the tooltip and the table call it. tick: its label below the axis, "" = none.
    bar, dot: the values of the two series; None = not known, and not drawn. mark: why it stands out, "" = it does not.
    """

    name: str
    tick: str
    bar: float | None
    dot: float | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChart:
    """Bars over time, and a second series as dots on a line.

    title: the finding. description: what is drawn, with unit and span. bars, dots: the names of the series.
    """

    title: str
    description: str
    bars: str
    columns: tuple[ChartColumn, ...]
    dots: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: a label, a value, and the same value in words. mark: why it stands out, "" = it does not."""

    label: str
    value: float
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Rows of bars, each labelled above; values below 0 go to the left of the axis."""

    title: str
    description: str
    bars: tuple[Bar, ...]


def draw_columns(chart: ColumnChart, key: str, width: int = WIDE) -> str:
    """The chart as an SVG element. key: unique on the page, for the ids of title and description."""
    values = [v for c in chart.columns for v in (c.bar, c.dot) if v is not None]
    top = _round_up(max(values, default=0.0))
    plot_width, plot_height = width - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    step = plot_width / max(1, len(chart.columns))

    def y(value: float) -> float:
        return _TOP + plot_height * (1 - value / top)

    parts = [_legend(chart)]
    for value in _ticks(top):
        parts.append(_across(_LEFT, width - _RIGHT, y(value), LINE))
        parts.append(_text(_LEFT - 6, y(value) + 4, f"{value:,.10g}", anchor="end"))
    every = ceil(sum(bool(c.tick) for c in chart.columns) * 52 / plot_width) or 1
    ticks = 0
    for place, column in enumerate(chart.columns):
        left = _LEFT + place * step
        parts.append(_column(column, chart, (left, step, width), y))
        if column.tick:
            if ticks % every == 0:
                parts.append(_tick(column.tick, left + step / 2, width))
            ticks += 1
    dots = [(_LEFT + (k + 0.5) * step, y(c.dot)) for k, c in enumerate(chart.columns) if c.dot is not None]
    if len(dots) > 1:
        line = " ".join(f"{x:.1f},{v:.1f}" for x, v in dots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="1.5"/>')
    radius = 2.5 if step >= 6 else 1.2
    parts += [f'<circle cx="{x:.1f}" cy="{v:.1f}" r="{radius}" fill="{INK}"/>' for x, v in dots]
    return _svg(chart, key, (width, _HEIGHT), parts)


def draw_bars(chart: BarChart, key: str, width: int = WIDE) -> str:
    """The chart as an SVG element. key: unique on the page, for the ids of title and description."""
    low = min([0.0, *(bar.value for bar in chart.bars)])
    high = max([0.0, *(bar.value for bar in chart.bars)])
    scale = (width - 2 * _RIGHT) / ((high - low) or 1.0)
    zero = _RIGHT - low * scale
    height = _ROW * len(chart.bars) + 8
    parts = [f'<rect x="{zero:.1f}" y="0" width="1" height="{height}" fill="{MUTED}"/>'] if low < 0 else []
    for place, bar in enumerate(chart.bars):
        top = place * _ROW + 4
        mark = f" · {bar.mark}" if bar.mark else ""
        parts.append(_text(_RIGHT, top + 14, _cut(bar.label, int(width / 10)), colour=INK, size=14))
        parts.append(_text(width - _RIGHT, top + 14, bar.text + mark, anchor="end", colour=INK, size=14))
        left, length = min(zero, zero + bar.value * scale), abs(bar.value * scale)
        colour = MAJOR if bar.mark or bar.value < 0 else ACCENT
        parts.append(
            f'<rect x="{left:.1f}" y="{top + 20}" width="{max(length, 1):.1f}" height="{_BAR}" fill="{colour}">'
            f"<title>{escape(f'{bar.label}: {bar.text}{mark}')}</title></rect>"
        )
    return _svg(chart, key, (width, height), parts)


def _column(
    column: ChartColumn, chart: ColumnChart, place: tuple[float, float, int], y: Callable[[float], float]
) -> str:
    """place: from where on, how wide, and how wide the whole chart is."""
    left, step, width = place
    series = ((chart.bars, column.bar), (chart.dots, column.dot))
    said = [f"{name}: {value:,.10g}" for name, value in series if value is not None]
    words = f"{column.name}: {', '.join(said) or 'not known'}{'; ' + column.mark if column.mark else ''}"
    # The whole height answers to the pointer: a short bar is as easy to meet as a tall one.
    height = _HEIGHT - _TOP - _BOTTOM
    parts = [f'<rect x="{left:.1f}" y="{_TOP}" width="{step:.1f}" height="{height}" fill="none" pointer-events="all"/>']
    if column.bar is not None:
        gap, colour = min(2.0, step * 0.15), MAJOR if column.mark else ACCENT
        top = y(column.bar)
        parts.append(
            f'<rect x="{left + gap:.1f}" y="{top:.1f}" width="{step - 2 * gap:.1f}" '
            f'height="{max(0.0, _HEIGHT - _BOTTOM - top):.1f}" fill="{colour}"/>'
        )
        if column.mark:
            parts.append(_text(left + step / 2, y(column.bar) - 4, "▲", anchor="middle", colour=MAJOR))
    return f"<g><title>{escape(words)}</title>{''.join(parts)}{_tip(words, width)}</g>"


def _tip(words: str, width: int) -> str:
    """A column's value in place of the legend: the page shows it to whoever points at the column or taps it."""
    under = f'<rect x="0" y="0" width="{width}" height="{_TOP - 6}" fill="{PAPER}"/>'
    return f'<g class="tip" display="none">{under}{_text(4, 15, _cut(words, width // 7), colour=INK)}</g>'


def _tick(words: str, x: float, width: int) -> str:
    """Centred below its column; near the right edge it ends there."""
    if x + 4 * len(words) > width:
        return _text(width - 2, _HEIGHT - 8, words, anchor="end")
    return _text(x, _HEIGHT - 8, words, anchor="middle")


def _legend(chart: ColumnChart) -> str:
    parts = [f'<rect x="{_LEFT}" y="6" width="10" height="10" fill="{ACCENT}"/>', _text(_LEFT + 16, 15, chart.bars)]
    if chart.dots:
        at = _LEFT + 40 + 7 * len(chart.bars)
        parts += [_across(at, at + 14, 11, INK, 1.5), f'<circle cx="{at + 7}" cy="11" r="2.5" fill="{INK}"/>']
        parts.append(_text(at + 20, 15, chart.dots))
    return "".join(parts)


def _svg(chart: ColumnChart | BarChart, key: str, size: tuple[int, int], parts: Sequence[str]) -> str:
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{key}-t {key}-d" font-family="{FONT}" font-size="12">'
        f'<title id="{key}-t">{escape(chart.title)}</title><desc id="{key}-d">{escape(chart.description)}</desc>'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = MUTED, size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{escape(words)}</text>'


def _across(x1: float, x2: float, y: float, colour: str, wide: float = 1) -> str:
    return f'<line x1="{x1:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="{wide}"/>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _round_up(value: float) -> float:
    """The next number that ends an axis well: 1, 2, 4, 5 or 10 times a power of ten."""
    if value <= 0:
        return 4.0
    power = 10.0 ** floor(log10(value))
    return next(power * step for step in (1, 2, 4, 5, 10) if power * step >= value * (1 - 1e-9))


def _ticks(top: float) -> tuple[float, ...]:
    """From 0 to the end of the axis; whole numbers where the axis counts few things."""
    lead = round(top / 10.0 ** floor(log10(top)))
    parts = int(top) if top < 4 else 4 if lead in {2, 4} else 5
    return tuple(top * k / parts for k in range(parts + 1))
