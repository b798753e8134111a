"""A backtest as one HTML file without scripts or outside resources; it has a light, a dark and a print style."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from detectors.reason import number
from incidents.incident import Severity
from tocsin.backtest.alerts import RulesResult
from tocsin.backtest.calendar import ORDER, calendar, covered, worst_of
from tocsin.backtest.compare import Comparison
from tocsin.backtest.labels import Score
from tocsin.backtest.pictures import EvidencePictures, pictures_of
from tocsin.backtest.report import WEEK, PastIncident, Report, ReportSpan, WatchResult
from tocsin.context.series import series_text

DETAILED = 100
"""Incidents shown with their pictures, the worst; a picture is 30 KB."""
LISTED = 2_000
"""Incidents and false ones in a table; the JSON has the rest."""
SERIES_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One incident with its pictures."""

    one: PastIncident
    pictures: tuple[EvidencePictures, ...]


def render(
    report: Report,
    made_at: datetime,
    *,
    comparison: Comparison | None = None,
    score: Score | None = None,
    rules: RulesResult | None = None,
) -> str:
    """The file's text. made_at: when, as its foot says."""
    details = {one.incident.id: _detail(one) for one in _worst(report.incidents)}
    context: dict[str, Any] = {
        "report": report,
        "verdict": verdict(report),
        "weeks": calendar(report),
        "covered": covered(report),
        "details": [details[one.incident.id] for one in report.incidents if one.incident.id in details],
        "detailed": frozenset(details),
        "listed": report.incidents[:LISTED],
        "over": [result for result in report.watches if is_over(result, report)],
        "comparison": comparison,
        "score": score,
        "rules": rules,
        "ruled": ruled_in_words(rules) if rules else [],
        "made_at": made_at,
    }
    return _environment(report).get_template("report.html").render(context)


def verdict(report: Report) -> str:
    """The result in one sentence: "7 incidents would have opened in 14 days: 1 critical, 6 minor."."""
    count = len(report.incidents)
    within = f"in {in_words(report.span.length)}"
    if not count:
        return f"No incident would have opened {within}."
    by = [(level, sum(one.incident.severity == level for one in report.incidents)) for level in reversed(ORDER)]
    parts = ", ".join(f"{some} {severity_word(level).lower()}" for level, some in by if some)
    return f"{counted(count, 'incident')} would have opened {within}: {parts}."


def ruled_in_words(rules: RulesResult) -> list[str]:
    """What the rules did beside the incidents, a sentence each."""
    count = len(rules.episodes)
    by = f"{counted(len(rules.rules), 'alerting rule')} would have fired {counted(rules.alerts, 'alert')}"
    if not count:
        return [f"{counted(len(rules.rules), 'alerting rule')} would have fired nothing."]
    lines = [f"{by} in {counted(count, 'episode')}; {len(rules.met)} of them at a time with an incident."]
    ahead = [episode.earlier for episode in rules.met if episode.earlier is not None]
    if ahead:
        middle = sorted(ahead)[len(ahead) // 2]
        lines.append(f"There the incident opened {beside_alert(middle)} (median).")
    if rules.unmatched:
        lines.append(f"{counted(len(rules.unmatched), 'incident')} had no alert at the time.")
    return lines


def beside_alert(earlier: timedelta) -> str:
    """When an incident opened, seen from the alert: "12 min before the alert", "with the alert"."""
    if abs(earlier) < timedelta(seconds=1):
        return "with the alert"
    return f"{signed(earlier, 'before', 'after')} the alert"


def is_over(result: WatchResult, report: Report) -> bool:
    """Whether the watch opened more than its budget accepts, true incidents counted in; one is never too many."""
    return result.opened > max(1.0, result.allowed(report.span))


def budget_words(result: WatchResult, span: ReportSpan) -> str:
    """What its budget accepts in the time it could judge: "at most 2.3 in 14 days"; of less than one, the month's."""
    allowed, judged = result.allowed(span), in_words(result.judged(span))
    if allowed >= 1:
        return f"at most {number(round(allowed, 1))} in {judged}"
    return f"{number(result.watch.budget)} in 30 days, less than one in {judged}"


def severity_word(severity: Severity | None) -> str:
    """The severity as a reader sees it; an incident without one is pending."""
    return "Pending" if severity is None else severity.value.capitalize()


def in_words(span: timedelta) -> str:
    """The largest two units: "14 days", "1 h 5 min", "40 s"."""
    seconds = max(0, round(span.total_seconds()))
    found: list[tuple[int, str]] = []
    for name, size in ((" days", 86_400), (" h", 3_600), (" min", 60), (" s", 1)):
        count, seconds = divmod(seconds, size)
        if count or found:
            found.append((count, name if (count, name) != (1, " days") else " day"))
    return " ".join(f"{count}{name}" for count, name in found[:2] if count) or "0 s"


def signed(span: timedelta, more: str, less: str) -> str:
    """A difference: "12 min earlier", "3 min later", "the same"."""
    if abs(span) < timedelta(seconds=1):
        return "the same"
    return f"{in_words(abs(span))} {more if span > timedelta(0) else less}"


def counted(count: int, one: str, many: str = "") -> str:
    """1 incident, 2 incidents."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(at: datetime, form: str = "%a %d %b, %H:%M") -> Markup:
    """An instant as a `<time>`, "Tue 03 Mar, 14:05"; the page says once that all are UTC."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), at.strftime(form))


def _worst(incidents: Sequence[PastIncident]) -> list[PastIncident]:
    def rank(one: PastIncident) -> tuple[int, float]:
        score = max((evidence.stretch.anomaly.score for evidence in one.evidence), default=0.0)
        return -ORDER.index(one.incident.severity), -score

    return sorted(incidents, key=rank)[:DETAILED]


def _detail(one: PastIncident) -> Detail:
    return Detail(one=one, pictures=pictures_of(one))


def _environment(report: Report) -> Environment:
    made = Environment(
        loader=PackageLoader("tocsin.backtest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        counted=counted, in_words=in_words, signed=signed, beside_alert=beside_alert, moment=moment, named=series_text,
        number=number, severity_word=severity_word, worst_of=worst_of, is_over=lambda result: is_over(result, report),
        budget_words=lambda result: budget_words(result, report.span), week=WEEK,
        end=report.span.end, markup=Markup, SERIES_NAMED=SERIES_NAMED,
    )  # fmt: skip
    made.filters["named"] = series_text
    return made
