"""Numbers and spans of time in the words of an engineer on call."""

import math

from detectors.anomaly import AnomalyKind
from detectors.course import moves
from detectors.known_day import day_name, work_at
from detectors.models.burn import PAIRS, WINDOWS
from detectors.models.returns import HUNDREDFOLD
from detectors.state import Track
from detectors.watch import Direction, Read, Watch

_SPANS = ((86_400.0, "day", "days"), (3_600.0, "h", "h"), (60.0, "min", "min"), (1.0, "s", "s"))
_CLOCKS = {
    "season": " at this time of day",
    "week": " at this time of the week",
    "days": " at this time on the days before",
}


def number(value: float) -> str:
    """Three figures that matter, thousands grouped: 4.1, 0.00183, 12,300; "unknown" for NaN."""
    if math.isnan(value):
        return "unknown"
    if value == 0 or abs(value) < 1e-12:
        return "0"
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    rounded = round(value, digits) if abs(value) < 1_000 else float(f"{value:.3g}")
    text = f"{rounded:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: float, unit: str) -> str:
    """A number with its unit: "4.1 s", "12%", "7"."""
    return f"{number(value)}{'' if unit in ('', '%') else ' '}{unit}"


def span(seconds: float) -> str:
    """A span of time in its largest whole unit: "90 days", "5 min"."""
    for size, one, many in _SPANS:
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {one if count == 1 else many}"
    return "0 s"


def noun(watch: Watch) -> str:
    """What is measured, as a title says it."""
    return watch.title or watch.name


def rarity(watch: Watch, score: float) -> str:
    """How rare a score is in false alarms of this watch: "once in 90 days"."""
    days = 30.0 / watch.budget * math.exp(HUNDREDFOLD * (min(score, 10.0) - 1.0))
    if days >= 3_650:
        return "rarer than once in 10 years"
    return f"once in {span(days * 86_400.0)}"


def expectation(watch: Watch, low: float, high: float) -> str:
    """The expected band, on the side that is bad: "0.9 to 1.3 s", "at most 1.3 s", "at least 0.9 s"."""
    match watch.bad:
        case Direction.ABOVE:
            return f"at most {quantity(high, watch.unit)}"
        case Direction.BELOW:
            return f"at least {quantity(low, watch.unit)}"
        case Direction.BOTH:
            return f"{number(low)} to {quantity(high, watch.unit)}"


def finding(watch: Watch, observed: float, low: float, high: float) -> str:
    """What was seen against what was expected: "p95 4.1 s, expected 0.9 to 1.3 s"."""
    return f"{noun(watch)} {quantity(observed, watch.unit)}, expected {expectation(watch, low, high)}"


def reason_of(watch: Watch, track: Track) -> str:
    """One sentence that says what deviates, from what, and how rare that is."""
    said = f"{_reason_of(watch, track)}{_known(watch, track)}"
    return f"{said}; judged milder, as such an excursion was called usual" if track.pardoned else said


def _known(watch: Watch, track: Track) -> str:
    """What was known beforehand of the time at which it began."""
    day = day_name(watch.calendar, watch.time_zone, track.since)
    work = work_at(watch.planned, track.component, track.since)
    on = f"; on {day}, of which nothing is learnt" if day else ""
    if day and moves(watch) and track.kind != AnomalyKind.ABSENCE:
        on = f"; on {day}, held against Sundays and this day's last hour, too"
    return f"{on}; during planned work: {work}" if work else on


def _reason_of(watch: Watch, track: Track) -> str:
    more = f", {track.series} series" if track.series > 1 else ""
    if track.kind == AnomalyKind.ABSENCE:
        return f"{noun(watch)}: no samples for {span(track.silent)}{more}"
    if track.model == "pool":
        return _together(watch, track)
    if track.model == "burn":
        return f"{_burning(watch, track)}{more}"
    band = expectation(watch, track.low, track.high) + _CLOCKS.get(track.model, "")
    return f"{_seen(watch, track)}, expected {band}, {rarity(watch, track.peak)}{more}"


def _seen(watch: Watch, track: Track) -> str:
    """What was observed, in the words of the model that spoke."""
    seen = quantity(track.observed, watch.unit)
    match track.model:
        case "drift":
            return f"{noun(watch)} {seen} as a mean of the last hour"
        case "flat":
            return f"{noun(watch)} has stood still at {seen} for {span(track.silent)}"
        case "quiet":
            return f"{noun(watch)} {seen}, no event for {span(track.silent)}"
        case "growth":
            return f"{noun(watch)} {seen}, grown for {span(track.silent)} without a fall"
        case "shift":
            return f"{noun(watch)}: the distribution is {number(track.observed)} times as far from usual as by chance"
        case "count" if watch.query.read is Read.RATE:
            window = watch.query.window.total_seconds()
            counted = f"{number(track.observed * window)} in {span(window)}, usually {number(track.expected * window)}"
            return f"{noun(watch)} {seen} ({counted})"
        case _:
            return f"{noun(watch)} {seen}"


def _burning(watch: Watch, track: Track) -> str:
    """Which windows spend the budget how much too fast."""
    times = track.high / track.expected
    pair = min(PAIRS, key=lambda one: abs(one.times - times))
    windows = f"{span(WINDOWS[pair.long])} and {span(WINDOWS[pair.short])}"
    spent = (
        f"spends the error budget of {number(100.0 * track.expected)}% {number(track.observed / track.expected)} times"
    )
    return f"{noun(watch)} {spent} too fast over {windows}, expected at most {number(pair.times)} times"


def _together(watch: Watch, track: Track) -> str:
    """The same of many series at once: "p95: 14 of 40 series higher together, once in 90 days; clearest 4.1 s …"."""
    side = "higher" if track.observed >= track.expected else "lower"
    said = f"{track.pooled} of {track.of} series {side} together"
    if track.pooled == 1:
        said = f"1 of {track.of} series {side} than its peers explain"
    usual = f"{quantity(track.observed, watch.unit)}, usually {quantity(track.expected, watch.unit)}"
    return f"{noun(watch)}: {said}, {rarity(watch, track.peak)}; the clearest {usual}"
