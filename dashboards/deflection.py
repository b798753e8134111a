"""What deflection spares: the share of visitors who write no ticket because the form had the answer."""

from dataclasses import dataclass
from math import sqrt

from dashboards.figure import Better, ComparedFigure, FigureValue, Unit, defined

Z = 1.96
"""Of a normal distribution, the middle 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflection:
    """Visitors of a form whose answer was an incident, by whether they were held out, and who of them wrote."""

    shown: int = 0
    shown_wrote: int = 0
    held_out: int = 0
    held_out_wrote: int = 0


def not_written(span: Deflection) -> FigureValue:
    """Share of visitors who wrote no ticket because an incident stood in place of the form: the share that wrote of
    those held out, who saw the form, less the share that wrote of those who were shown the incident. A visitor counts
    once an incident, by the first day they came as far as choosing topic and coin, and wrote if a ticket of that topic
    followed within a day. A random tenth is held out. The interval holds the true value in 95 of 100 spans (Newcombe
    1998, method 10). Left out: browsers that keep no cookie.
    """
    rows = span.shown + span.held_out
    if not span.shown or not span.held_out:
        return FigureValue(value=None, rows=rows)
    before, after = span.held_out_wrote / span.held_out, span.shown_wrote / span.shown
    return FigureValue(value=before - after, rows=rows)


def interval(span: Deflection) -> tuple[float, float] | None:
    """The 95 % interval of `not_written`; None where one of the groups is empty."""
    if not span.shown or not span.held_out:
        return None
    before, after = span.held_out_wrote / span.held_out, span.shown_wrote / span.shown
    low_b, high_b = _wilson(span.held_out_wrote, span.held_out)
    low_a, high_a = _wilson(span.shown_wrote, span.shown)
    between = before - after
    return (
        between - sqrt((before - low_b) ** 2 + (high_a - after) ** 2),
        between + sqrt((high_b - before) ** 2 + (after - low_a) ** 2),
    )


def _wilson(part: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    p, z = part / of, Z * Z / of
    middle, half = (p + z / 2) / (1 + z), sqrt(z * (p * (1 - p) + z / 4)) / (1 + z)
    return middle - half, middle + half


NOT_WRITTEN = defined(
    not_written, title="Tickets not written: the form had the answer", unit=Unit.SHARE, better=Better.HIGHER
)


def deflection_figure(now: Deflection, before: Deflection) -> ComparedFigure:
    """The figure of a span beside the same of the span before."""
    return ComparedFigure(definition=NOT_WRITTEN, now=not_written(now), before=not_written(before))
