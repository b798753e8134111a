"""Days in words, as titles, tables and axes name them."""

from datetime import date

from tocsin.kpi.span import Days


def span_words(days: Days) -> str:
    """The days in words: "1 March 2026 to 30 March 2026, Europe/Zurich"."""
    if days.first == days.last:
        return f"{day_words(days.first)}, {days.zone.key}"
    return f"{day_words(days.first)} to {day_words(days.last)}, {days.zone.key}"


def day_words(day: date) -> str:
    """1 March 2026."""
    return f"{day.day} {day:%B %Y}"


def tick(day: date, count: int) -> str:
    """A day's label on an axis of `count` days; "" where it has none.

    Every day of few, Mondays of many, the first of each month of very many.
    """
    if count <= 14:
        return f"{day.day} {day:%b}"
    if count <= 120:
        return f"{day.day} {day:%b}" if day.weekday() == 0 else ""
    return f"{day:%b %y}" if day.day == 1 else ""
