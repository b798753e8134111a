"""Runs `tocsin backtest`: reads the past, shows progress, and writes the report whole or not at all."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from tocsin.backtest import document
from tocsin.backtest.alerts import RulesResult, alerts_of, beside
from tocsin.backtest.compare import Comparison, compare
from tocsin.backtest.labels import Score, read_labels, score
from tocsin.backtest.progress_line import ProgressLine
from tocsin.backtest.render import budget_words, counted, in_words, is_over, render, ruled_in_words, verdict
from tocsin.backtest.report import Report, ReportSpan
from tocsin.backtest.rules import AlertRule, read_rules
from tocsin.backtest.run import backtest, only
from tocsin.backtest.setup import setup_of, span_of
from tocsin.config import Config, PrometheusSettings, load
from tocsin.context.clock_jumps import wall_clock
from tocsin.wiring.sources import past_sources, source_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRequest:
    """The arguments of the command line; times as written, None = not given."""

    config: Path
    start: str | None = None
    end: str | None = None
    days: float | None = None
    watches: Sequence[str] = ()
    out: Path | None = None
    json_file: Path | None = None
    compare: Path | None = None
    labels: Path | None = None
    rules: Sequence[Path] = ()
    rules_source: str = ""


def run(asked: BacktestRequest) -> str:
    """Writes what was asked for; what to say of it. Raises what `load`, sources and files raise, each saying why."""
    for path in (asked.out, asked.json_file):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"{path.parent}: there is no such folder to write {path.name} into")
    config, other = load(asked.config), load(asked.compare) if asked.compare else None
    labels = read_labels(asked.labels) if asked.labels else None
    rules = tuple(rule for path in asked.rules for rule in read_rules(path))
    evaluating = rules_source_of(config, asked.rules_source) if rules else ""
    now = wall_clock()
    report = _tested(config, asked, now, None)
    ruled = _ruled(config, rules, evaluating, report) if rules else None
    comparison = compare(report, _tested(other, asked, now, report.span)) if other else None
    scored = score(report, labels) if labels is not None else None
    files = {}
    if asked.out is not None:
        files[asked.out] = render(report, now, comparison=comparison, score=scored, rules=ruled)
    if asked.json_file is not None:
        files[asked.json_file] = document.text(
            document.document(report, comparison=comparison, score=scored, rules=ruled)
        )
    write_all(files)
    return "\n".join((*summary(report, comparison, scored, ruled), *(f"{path} is written." for path in files)))


def _tested(config: Config, asked: BacktestRequest, now: datetime, span: ReportSpan | None) -> Report:
    """One configuration's report, over `span` or the one asked for."""
    setup = only(setup_of(config), asked.watches) if asked.watches else setup_of(config)
    names = {watch.name for watch in setup.watches}
    problems = [one for one in source_problems(config) if one.removeprefix("watch ").partition(":")[0] in names]
    if problems:
        raise ValueError("\n".join(f"{config.path.name}: {problem}" for problem in problems))
    with past_sources(config) as sources:
        if span is None:
            start, end = _moment(asked.start, "--from"), _moment(asked.end, "--to")
            span = span_of(config, sources, now, start=start, end=end, days=asked.days)
        progress_line = ProgressLine(sys.stderr, time.monotonic, setup.name)
        try:
            return backtest(setup, sources, span, progress_line)
        finally:
            progress_line.done()


def rules_source_of(config: Config, name: str) -> str:
    """The source that evaluates rules: the named one, or the only Prometheus. Raises ValueError."""
    able = [one for one, settings in config.sources.items() if isinstance(settings, PrometheusSettings)]
    there = f"; sources of kind prometheus: {', '.join(able)}" if able else ""
    if name and name not in able:
        raise ValueError(
            f"--rules-source is {name!r}, must name a source of kind prometheus in {config.path.name}{there}"
        )
    if not name and len(able) != 1:
        raise ValueError(
            f"--rules needs a Prometheus that evaluates the rules, {config.path.name} has {len(able)}{there}; "
            + ("name one with --rules-source" if able else "add a source of kind prometheus")
        )
    return name or able[0]


def _ruled(config: Config, rules: Sequence[AlertRule], evaluating: str, report: Report) -> RulesResult:
    """What the rules would have fired over the report's span."""
    with past_sources(config) as sources:
        found = []
        for number, rule in enumerate(rules, 1):
            sys.stderr.write(f"{config.path.name}: rule {number} of {len(rules)}, {rule.name}\n")
            found.append(alerts_of(rule, sources[evaluating], report.span))
    return beside(rules, found, report)


def summary(
    report: Report, comparison: Comparison | None, scored: Score | None, ruled: RulesResult | None = None
) -> list[str]:
    """The text for a terminal: the verdict, every incident, the watches over their budget."""
    span = report.span
    lines = [f"{span.start:%Y-%m-%d %H:%M} to {span.end:%Y-%m-%d %H:%M} UTC. {verdict(report)}"]
    for one in report.incidents:
        incident = one.incident
        length = in_words(one.length(span.end)) + ("" if one.ended_at else ", still open")
        level = incident.severity or "pending"
        lines.append(
            f"{incident.reference:>8}  {incident.opened_at:%Y-%m-%d %H:%M}  {level:<8}  {length:<14}  {incident.title}"
        )
    for result in report.watches:
        if result.judging_since is None:
            lines.append(f"Watch {result.watch.name} could judge nothing: {counted(result.samples, 'sample')}.")
        elif is_over(result, report):
            lines.append(f"Watch {result.watch.name} opened {result.opened}; its budget: {budget_words(result, span)}.")
    return lines + _compared(comparison) + _scored(scored) + (ruled_in_words(ruled) if ruled else [])


def _compared(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    parts = f"{len(comparison.pairs)} in both ({len(comparison.changed)} decided otherwise)"
    ours, other = comparison.ours.name, comparison.other.name
    return [f"{len(comparison.only_ours)} only with {ours}, {len(comparison.only_other)} only with {other}, {parts}."]


def _scored(scored: Score | None) -> list[str]:
    if scored is None:
        return []
    delay = f", median delay {in_words(scored.delay)}" if scored.delay is not None else ""
    rate = scored.false_a_series_week if scored.series_weeks >= 1 else None
    false = f"{len(scored.false)} false" + (f" ({rate:.3g} a series-week)" if rate is not None else "")
    outside = f"; {scored.outside} labels outside the span" if scored.outside else ""
    return [f"{scored.hits} of {len(scored.found)} labels found, {false}{delay}{outside}."]


def _moment(said: str | None, option: str) -> datetime | None:
    """ISO 8601, UTC unless it says otherwise."""
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise ValueError(
            f"{option} is {said!r}, must be a time such as 2026-03-01 or 2026-03-01T14:00+01:00"
        ) from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def write_all(files: Mapping[Path, str]) -> None:
    """Each file whole or as it was before: written beside its place, then moved there. Raises OSError."""
    made: list[tuple[Path, Path]] = []
    for path in files:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder; a file is to be written there")
    try:
        for path, text in files.items():
            with NamedTemporaryFile(
                "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
            ) as file:
                made.append((Path(file.name), path))
                file.write(text)
        for place, path in made:
            place.chmod(0o644)
            place.replace(path)
    finally:
        for place, _ in made:
            place.unlink(missing_ok=True)
