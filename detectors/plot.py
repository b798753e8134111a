"""Draws a series, its expected band and the anomaly: as SVG for pages, as PNG where pixels are needed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from detectors.frame import Floats
from detectors.reason import number, quantity, span

INK, MUTED, LINE, PANEL = "#1c1f24", "#5a616b", "#d9d6cf", "#ffffff"
ACCENT, BAD = "#0b5c8a", "#a4161a"
IN_THE_DARK = {
    INK: "#e8eaed", MUTED: "#a3abb6", LINE: "#323a45", PANEL: "#1a1f26", ACCENT: "#7cc4f0", BAD: "#ff7b7b"
}  # fmt: skip
"""The colours for a dark screen, by those that the picture has otherwise."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LEFT, RIGHT, TOP, BOTTOM = 58.0, 104.0, 52.0, 28.0
SUBTITLE = 18.0
"""The height of a second line of heading."""
LETTER = 6.9
"""Average width of a letter of 13 px, for cutting what would not fit."""
BOLD = 8.2
"""The same of the title's: 14 px and bold."""
MARK, ROW = 300, 16
"""Pixels that a mark's name may be long, and that it is high."""
CLOCK = 54
"""Pixels that a time of day needs."""
BAND_SHARE = 2.0
"""The band may take so many times the height of samples and expectation: a wide one must not flatten them."""
_STEPS = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A change to show as a thin vertical with its name: a deployment, a flag."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlottedStretch:
    """One of several anomalies in a longer span. ended_at: None while it lasts."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotData:
    """What a picture shows.

    title: the finding, "p95 4.1 s, expected 0.9 to 1.3 s". unit: after numbers, may be "".
    series: which series it is of, a line beneath the title; "" = none.
    adapts: whether the picture carries colours for a dark screen too; one within a page has the page's.
    peak: the sample that the title tells, as (instant, value), marked with a dot.
    times: (n,) epoch seconds, ascending, n >= 1. values: (n,), NaN = no sample.
    expected, low, high: (n,), NaN = unknown. started_at, ended_at: of the anomaly; None = none, still going on.
    stretches: where a longer span has several anomalies, these in place of the one.
    zero: whether the scale starts at zero, as counts do. width, height: in pixels.
    """

    title: str
    unit: str
    times: Floats
    values: Floats
    expected: Floats
    low: Floats
    high: Floats
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stretches: tuple[PlottedStretch, ...] = ()
    marks: tuple[Mark, ...] = ()
    zero: bool = False
    series: str = ""
    adapts: bool = False
    peak: tuple[datetime, float] | None = None
    width: int = 640
    height: int = 240


def plot(data: PlotData) -> str:
    """The picture as SVG: the same bytes for the same data, every text escaped, no script, no outside reference.

    Raises ValueError where times are missing or the arrays differ in length.
    """
    arrays = (data.values, data.expected, data.low, data.high)
    if not len(data.times) or any(len(array) != len(data.times) for array in arrays):
        lengths = [len(data.times), *(len(array) for array in arrays)]
        raise ValueError(f"plot {data.title!r}: the arrays have the lengths {lengths}; expected one length, at least 1")
    canvas = _Canvas.of(data)
    size = f'viewBox="0 0 {data.width} {data.height}" width="{data.width}" height="{data.height}"'
    font = f'font-family="{escape(FONT)}" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {font}>',
        f"<title>{_clean(f'{data.title}; {data.series}' if data.series else data.title)}</title>",
        f"<desc>{_clean(_description(data))}</desc>",
        _dark() if data.adapts else "",
        f'<rect width="{data.width}" height="{data.height}" fill="{PANEL}"/>',
        _heading(data),
        *_grid(data, canvas),
        *_band(data, canvas),
        *_shade(data, canvas),
        *_lines(data, canvas),
        *_marks(data, canvas),
        _peak(data, canvas),
        *_labels(data, canvas),
        "</svg>\n",
    ]
    return "\n".join(part for part in parts if part)


@lru_cache(maxsize=16)  # each receiver of an incident draws the same pictures, and pixels cost most of it
def to_png(svg: str, *, zoom: int = 2) -> bytes:
    """The picture's pixels; `zoom` pixels for each of the SVG's. Its letters come along: a machine needs no fonts."""
    import font_roboto
    import resvg_py

    files = [font_roboto.font_files[name] for name in ("Roboto", "RobotoBold")]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=float(zoom),
            font_files=files,
            font_family="Roboto",
            sans_serif_family="Roboto",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Canvas:
    """Where an instant and a value lie: the plot's edges in pixels, and what they stand for."""

    left: float
    right: float
    top: float
    bottom: float
    start: float
    end: float
    low: float
    high: float

    @classmethod
    def of(cls, data: PlotData) -> "_Canvas":
        start, end = float(data.times[0]), float(data.times[-1])
        if data.started_at and data.started_at.timestamp() < start:
            start = max(data.started_at.timestamp(), start - 0.05 * (end - start))
        low, high = _range(data)
        return cls(
            left=LEFT,
            right=data.width - RIGHT,
            top=TOP + (SUBTITLE if data.series else 0.0),
            bottom=data.height - BOTTOM,
            start=start,
            end=end if end > start else start + 1.0,
            low=low,
            high=high,
        )

    def x(self, seconds: float) -> float:
        share = (seconds - self.start) / (self.end - self.start)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - min(1.0, max(0.0, share)) * (self.bottom - self.top)


def _range(data: PlotData) -> tuple[float, float]:
    """The values that the scale goes from and to: ends of its ticks."""
    core = np.concatenate([data.values, data.expected])
    core = core[np.isfinite(core)]
    if not len(core):
        core = np.zeros(1)
    least, most = float(core.min()), float(core.max())
    room = BAND_SHARE * max(most - least, 1e-3 * max(abs(least), abs(most)), 1e-9)
    low, high = data.low[np.isfinite(data.low)], data.high[np.isfinite(data.high)]
    bottom = min(least, max(float(low.min()), least - room)) if len(low) else least
    top = max(most, min(float(high.max()), most + room)) if len(high) else most
    if data.zero or (least >= 0 and (bottom < 0 or bottom < 0.4 * top)):
        bottom = min(0.0, least)
    if top <= bottom:
        top, bottom = bottom + max(1.0, 0.1 * abs(bottom)), bottom - (0.0 if data.zero else 0.1 * abs(bottom))
    step = _tick(bottom, top)
    return floor(bottom / step + 1e-9) * step, ceil(top / step - 1e-9) * step


def _tick(low: float, high: float) -> float:
    """A round distance between three to five ticks."""
    raw = (high - low) / 4
    power: float = 10.0 ** floor(log10(raw))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)


def _clean(text: str) -> str:
    """Text for XML: escaped, and without the control characters that XML cannot hold."""
    return escape("".join(sign for sign in text if sign.isprintable()))


def _at(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{_clean(text)}</text>'


def _heading(data: PlotData) -> str:
    title = _text(12, 24, _fitting(data.title, data.width, BOLD), f'font-size="14" font-weight="700" fill="{INK}"')
    if not data.series:
        return title
    series = _text(12, 24 + SUBTITLE, _fitting(data.series, data.width, LETTER), f'fill="{MUTED}"')
    return f"{title}\n{series}"


def _fitting(text: str, width: int, letter: float) -> str:
    """As much of the text as a line holds."""
    fits = int((width - 24) / letter)
    return text if len(text) <= fits else text[: fits - 1].rstrip() + "…"


def _dark() -> str:
    rules = "".join(f'[fill="{a}"]{{fill:{b}}}[stroke="{a}"]{{stroke:{b}}}' for a, b in IN_THE_DARK.items())
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _description(data: PlotData) -> str:
    known = data.values[np.isfinite(data.values)]
    when = f"{_at(data.times[0], '%Y-%m-%d %H:%M')} to {_at(data.times[-1], '%Y-%m-%d %H:%M')} UTC"
    usual = data.expected[np.isfinite(data.expected)]
    if len(known):
        seen = f"samples from {_extent(known, data.unit)}"
    else:
        seen = f"expected {_extent(usual, data.unit)}" if len(usual) else "no samples"
    return f"{when}: {seen}. {_when(data)}"


def _extent(values: Floats, unit: str) -> str:
    return f"{quantity(float(values.min()), unit)} to {quantity(float(values.max()), unit)}"


def _when(data: PlotData) -> str:
    if data.stretches:
        count = len(data.stretches)
        return f"{count} {'anomaly' if count == 1 else 'anomalies'}."
    if data.started_at is None:
        return "No anomaly."
    since = data.started_at.astimezone(UTC).strftime("%H:%M")
    if data.ended_at is None:
        return f"Anomaly since {since} UTC."
    lasted = span((data.ended_at - data.started_at).total_seconds())
    return f"Anomaly from {since} to {data.ended_at.astimezone(UTC):%H:%M} UTC, {lasted}."


def _grid(data: PlotData, canvas: _Canvas) -> list[str]:
    parts = []
    step = _tick(canvas.low, canvas.high)
    for index in range(round((canvas.high - canvas.low) / step) + 1):
        value = canvas.low + index * step
        y = canvas.y(value)
        parts.append(
            f'<path d="M{canvas.left:.1f} {y:.1f}H{canvas.right:.1f}" stroke="{LINE}" stroke-width="1" fill="none"/>'
        )
        label = quantity(value, data.unit) if data.unit == "%" else number(value)
        parts.append(_text(canvas.left - 8, y + 4, label, f'text-anchor="end" fill="{MUTED}"'))
    if data.unit and data.unit != "%":
        parts.append(_text(canvas.left - 8, canvas.top - 12, data.unit, f'text-anchor="end" fill="{MUTED}"'))
    return parts + _clock(canvas)


def _clock(canvas: _Canvas) -> list[str]:
    total = canvas.end - canvas.start
    most = min(6, int((canvas.right - canvas.left) / CLOCK))
    step = next((size for size in _STEPS if total / size <= most), _STEPS[-1])
    form = "%H:%M" if step < 86_400 else "%d %b"
    parts = []
    first = ceil(canvas.start / step)
    ticks = [index * step for index in range(first, first + 8) if index * step <= canvas.end]
    for seconds in ticks or [round(canvas.start)]:
        x = canvas.x(seconds)
        parts.append(_text(x, canvas.bottom + 18, _at(seconds, form), f'text-anchor="middle" fill="{MUTED}"'))
    return [*parts, _text(canvas.right + 22, canvas.bottom + 18, "UTC", f'fill="{MUTED}"')]


def _runs(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches [from, to) where `known` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _path(canvas: _Canvas, times: Floats, values: Floats) -> str:
    points = [f"{canvas.x(t):.1f} {canvas.y(v):.1f}" for t, v in zip(times.tolist(), values.tolist(), strict=True)]
    return "M" + "L".join(points)


def _band(data: PlotData, canvas: _Canvas) -> list[str]:
    parts = []
    for a, b in _runs(np.isfinite(data.low) & np.isfinite(data.high)):
        there = _path(canvas, data.times[a:b], data.high[a:b])
        back = _path(canvas, data.times[a:b][::-1], data.low[a:b][::-1])
        parts.append(f'<path d="{there}L{back[1:]}Z" fill="{ACCENT}" fill-opacity="0.13"/>')
    for a, b in _runs(np.isfinite(data.expected)):
        line = _path(canvas, data.times[a:b], data.expected[a:b])
        parts.append(f'<path d="{line}" stroke="{ACCENT}" stroke-width="1" stroke-dasharray="4 3" fill="none"/>')
    return parts


def _shade(data: PlotData, canvas: _Canvas) -> list[str]:
    if data.started_at is None:
        shown = [s for s in data.stretches if _touches(s, canvas)]
        return [part for s in shown for part in _shaded(s.started_at, s.ended_at, canvas)]
    start = canvas.x(data.started_at.timestamp())
    end = canvas.right if data.ended_at is None else canvas.x(data.ended_at.timestamp())
    label = _when(data).removesuffix(".")
    # The words stand above their area, turned to whichever side has the room; where none has it, fewer do.
    if max(data.width - 12 - start, end - 12) < len(label) * LETTER:
        label = f"Anomaly, {label.rpartition(', ')[2]}" if data.ended_at else "Anomaly"
    fits = start + len(label) * LETTER < data.width - 12
    side = "start" if fits else "end"
    at = start if fits else end
    words = _text(at, canvas.top - 6, label, f'text-anchor="{side}" fill="{BAD}" font-weight="700"')
    return [*_shaded(data.started_at, data.ended_at, canvas), words]


def _touches(stretch: PlottedStretch, canvas: _Canvas) -> bool:
    ended = stretch.ended_at is None or stretch.ended_at.timestamp() >= canvas.start
    return ended and stretch.started_at.timestamp() <= canvas.end


def _shaded(started_at: datetime, ended_at: datetime | None, canvas: _Canvas) -> list[str]:
    start = canvas.x(started_at.timestamp())
    end = canvas.right if ended_at is None else canvas.x(ended_at.timestamp())
    rect = (
        f'<rect x="{start:.1f}" y="{canvas.top:.1f}" width="{max(end - start, 2.0):.1f}" '
        f'height="{canvas.bottom - canvas.top:.1f}" fill="{BAD}" fill-opacity="0.09"/>'
    )
    edge = f'<path d="M{start:.1f} {canvas.top:.1f}V{canvas.bottom:.1f}" stroke="{BAD}" stroke-width="1" fill="none"/>'
    return [rect, edge]


def _marks(data: PlotData, canvas: _Canvas) -> list[str]:
    """A vertical each; names that would meet stand above each other."""
    parts = []
    taken: list[list[tuple[float, float]]] = []
    for mark in sorted(data.marks, key=lambda mark: mark.at):
        seconds = mark.at.timestamp()
        if not canvas.start <= seconds <= canvas.end:
            continue
        x, name = canvas.x(seconds), _fitting(mark.name, MARK, LETTER)
        long = len(name) * LETTER
        side, begin = ("start", x + 4) if x < (canvas.left + canvas.right) / 2 else ("end", x - 4 - long)
        row = _free_row(taken, begin, begin + long)
        line = f"M{x:.1f} {canvas.top:.1f}V{canvas.bottom:.1f}"
        style = f'text-anchor="{side}" fill="{MUTED}" stroke="{PANEL}" stroke-width="3" paint-order="stroke"'
        at = begin if side == "start" else begin + long
        parts.append(f'<path d="{line}" stroke="{MUTED}" stroke-width="1" stroke-dasharray="2 2" fill="none"/>')
        parts.append(_text(at, canvas.bottom - 6 - row * ROW, name, style))
    return parts


def _free_row(taken: list[list[tuple[float, float]]], begin: float, end: float) -> int:
    """The lowest row in which nothing stands between these pixels; takes the place."""
    for place, row in enumerate(taken):
        if all(end < there or begin > until for there, until in row):
            row.append((begin, end))
            return place
    taken.append([(begin, end)])
    return len(taken) - 1


def _lines(data: PlotData, canvas: _Canvas) -> list[str]:
    parts = [_samples(data, canvas, np.ones(len(data.times), np.bool_), INK, 1.5)]
    for started_at, ended_at in _anomalies(data):
        until = float("inf") if ended_at is None else ended_at.timestamp()
        inside = (data.times >= started_at.timestamp()) & (data.times <= until)
        parts.append(_samples(data, canvas, inside, BAD, 2.0))
    return parts


def _anomalies(data: PlotData) -> list[tuple[datetime, datetime | None]]:
    if data.started_at is not None:
        return [(data.started_at, data.ended_at)]
    return [(stretch.started_at, stretch.ended_at) for stretch in data.stretches]


def _samples(data: PlotData, canvas: _Canvas, which: NDArray[np.bool_], colour: str, wide: float) -> str:
    """The line through the samples; one that stands alone is a dot."""
    lines, dots = [], []
    for a, b in _runs(np.isfinite(data.values) & which):
        if b - a > 1:
            lines.append(_path(canvas, data.times[a:b], data.values[a:b]))
        else:
            x, y = canvas.x(float(data.times[a])), canvas.y(float(data.values[a]))
            dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>')
    line = f'<path d="{"".join(lines)}" stroke="{colour}" stroke-width="{wide}" fill="none" stroke-linejoin="round"/>'
    return "\n".join(([line] if lines else []) + dots)


def _peak(data: PlotData, canvas: _Canvas) -> str:
    if data.peak is None:
        return ""
    x, y = canvas.x(data.peak[0].timestamp()), canvas.y(data.peak[1])
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BAD}" stroke="{PANEL}" stroke-width="1.5"/>'


def _labels(data: PlotData, canvas: _Canvas) -> list[str]:
    """The last sample and the expectation, named beside the lines' ends."""
    values, expected = data.values[np.isfinite(data.values)], data.expected[np.isfinite(data.expected)]
    ongoing = any(ended_at is None for _, ended_at in _anomalies(data))
    last = canvas.y(float(values[-1])) if len(values) else None
    usual = canvas.y(float(expected[-1])) if len(expected) else None
    if last is not None and usual is not None and abs(last - usual) < 16:
        middle = min(max((last + usual) / 2, canvas.top + 8), canvas.bottom - 8)
        last, usual = (middle - 8, middle + 8) if last <= usual else (middle + 8, middle - 8)
    x, parts = canvas.right + 8, []
    if last is not None:
        style = f'fill="{BAD if ongoing else INK}" font-weight="700"'
        parts.append(_text(x, last + 4, quantity(float(values[-1]), data.unit), style))
    if usual is not None:
        parts.append(_text(x, usual + 4, f"usual {quantity(float(expected[-1]), data.unit)}", f'fill="{ACCENT}"'))
    return parts
