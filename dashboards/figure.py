"""A figure: its value, what it rests on, and the one definition that people read beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import getdoc
from math import ceil

FEW = 20
"""Rows below which a figure says how few they are: one row more or less moves a share by more than 5 percent."""


class Unit(StrEnum):
    """How a value is read."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    MONTHLY = "monthly"  # a count in 30 days


class Better(StrEnum):
    """Which direction is good news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureValue:
    """A value and what it rests on.

    value: None = there is nothing to compute it from. rows: how many tickets or incidents it counts; part: how many of
    them are its numerator, None where it is no share.
    """

    value: float | None
    rows: int
    part: int | None = None

    @property
    def is_small(self) -> bool:
        """Whether so few rows stand behind it that chance moves it."""
        return 0 < self.rows < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure is, whatever the span: one place for its name, its words and its goal.

    key: its name in addresses and exports. means: the whole definition in plain words; the tooltip.
    goal: the value to be reached; None = none is set. opens: the name of the rows that it counts, "" = it has none.
    """

    key: str
    title: str
    unit: Unit
    means: str
    better: Better = Better.NEITHER
    goal: float | None = None
    opens: str = ""

    def is_met(self, value: float) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return value <= self.goal if self.better is Better.LOWER else value >= self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFigure:
    """A definition with its reading in a span, and the same in the span before; None = nothing is compared."""

    definition: Definition
    now: FigureValue
    before: FigureValue | None = None


def defined(
    compute: Callable[..., FigureValue],
    *,
    title: str,
    unit: Unit,
    better: Better = Better.NEITHER,
    goal: float | None = None,
    opens: str = "",
) -> Definition:
    """The definition of a figure by the function that computes it: its name is the key, its docstring the meaning."""
    return Definition(
        key=compute.__name__.replace("_", "-"),
        title=title,
        unit=unit,
        means=" ".join((getdoc(compute) or "").split()),
        better=better,
        goal=goal,
        opens=opens,
    )


def share(part: int, of: int) -> FigureValue:
    """A share; without rows it has no value, which is not 0."""
    return FigureValue(value=part / of if of else None, rows=of, part=part)


def mean(total: int, rows: int) -> FigureValue:
    """A mean of whole numbers; None without rows."""
    return FigureValue(value=total / rows if rows else None, rows=rows)


def percentile(steps: Mapping[int, int], part: float) -> FigureValue:
    """The smallest step that at least `part` of the rows do not exceed (nearest rank). steps: rows by step."""
    rows = sum(steps.values())
    wanted, seen = ceil(part * rows - 1e-9), 0
    for step in sorted(steps):
        seen += steps[step]
        if rows and seen >= wanted:
            return FigureValue(value=float(step), rows=rows)
    return FigureValue(value=None, rows=0)


def percentile_of(values: Sequence[float], part: float) -> FigureValue:
    """The same of single values: the smallest that at least `part` of them do not exceed."""
    if not values:
        return FigureValue(value=None, rows=0)
    return FigureValue(value=sorted(values)[max(0, ceil(part * len(values) - 1e-9) - 1)], rows=len(values))


def in_words(value: float | None, unit: Unit) -> str:
    """A value as people read it: "91.4 %", "1 h 50 min", "1,204", "0.7"; a dash where it is not known."""
    if value is None:
        return "–"
    if unit is Unit.SECONDS:
        return duration(value)
    if unit is Unit.SHARE:
        return percent(value)
    return f"{value:,.0f}" if unit is Unit.COUNT else f"{value:,.1f}"


def percent(value: float) -> str:
    """A share with one decimal near its ends, so that 99.6 % is not 100 %, and never rounded onto an end."""
    if value in {0.0, 1.0}:
        return f"{100 * value:.0f} %"
    if 0.1 <= value <= 0.9:
        return f"{100 * value:.0f} %"
    return f"{min(99.9, max(0.1, 100 * value)):.1f} %"


def duration(seconds: float) -> str:
    """The two largest units: "1 h 50 min", "45 s"; with a minus before it below 0."""
    sign, rest = ("−" if seconds < 0 else ""), round(abs(seconds))
    parts: list[str] = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
    said = " ".join(part for part in parts[:2] if part)
    return f"{sign}{said}" if said else "0 s"


def compared(figure: ComparedFigure) -> str:
    """How a figure moved since the span before, in words: "up from 41", "as before"; "" where that is not known."""
    unit, before = figure.definition.unit, figure.before
    if before is None or before.value is None or figure.now.value is None:
        return ""
    if in_words(before.value, unit) == in_words(figure.now.value, unit):
        return "as before"
    way = "up" if figure.now.value > before.value else "down"
    return f"{way} from {in_words(before.value, unit)}"


def lead_words(seconds: float) -> str:
    """How long before or after the first customer: "4 min before", "12 s after"."""
    return f"{duration(abs(seconds))} {'before' if seconds > 0 else 'after'}"
