"""The sparkline of a component: its last day as a line, and the same in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

STEP = timedelta(minutes=30)
SPAN = timedelta(hours=24)
HEIGHT = 24
WIDTH = 2
"""Of the drawing, between two values: 48 of them are 94 wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """The data of one component's sparkline.

    title: public words for the figure, "Order latency". unit: shown after numbers. values: one every STEP over SPAN,
    the newest last, None = not known then.
    """

    title: str
    unit: str
    values: tuple[float | None, ...]

    @property
    def known(self) -> tuple[float, ...]:
        """The values that are known, oldest first."""
        return tuple(value for value in self.values if value is not None)

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return max(1, (len(self.values) - 1) * WIDTH)

    @property
    def path(self) -> str:
        """An SVG path over HEIGHT: from zero at the bottom to the highest value, broken where nothing is known."""
        highest = max(self.known, default=0.0)
        places = [
            None
            if v is None
            else HEIGHT - 1 - round((HEIGHT - 2) * max(v, 0.0) / highest)
            if highest > 0
            else HEIGHT - 1
            for v in self.values
        ]
        return "".join(_lines(places))


def _lines(places: Sequence[int | None]) -> Iterator[str]:
    drawing = False
    for number, place in enumerate(places):
        if place is None:
            drawing = False
            continue
        alone = number + 1 == len(places) or places[number + 1] is None
        yield f"{' ' if drawing else 'M'}{number * WIDTH} {place}"
        if not drawing and alone:
            yield "h1"  # a value between two unknown ones is a dot
        drawing = True
