"""Compares the incidents of a backtest with labelled real ones: recall, false incidents, delay."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median

from detectors.frame import Labels
from tocsin.backtest.report import PastIncident, Report

COLUMNS = ("start", "end", "component", "series")
NEEDED = COLUMNS[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One true fault. component: its name, or a shell pattern; "" = any. series: labels that one series must have."""

    start: datetime
    end: datetime
    component: str = ""
    series: Labels = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFound:
    """A label and the first incident of it, None = missed. delay: from the label's start until it was open."""

    label: Label
    incident: PastIncident | None = None

    @property
    def delay(self) -> timedelta | None:
        """Zero where it was open before."""
        if self.incident is None:
            return None
        return max(timedelta(0), self.incident.incident.opened_at - self.label.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """found: every label within the span; outside: how many are not. false: incidents of no label."""

    found: tuple[LabelFound, ...]
    false: tuple[PastIncident, ...]
    outside: int
    series_weeks: float

    @property
    def hits(self) -> int:
        """Labels with an incident."""
        return sum(one.incident is not None for one in self.found)

    @property
    def recall(self) -> float | None:
        """The share of labels with an incident; None without labels."""
        return self.hits / len(self.found) if self.found else None

    @property
    def false_a_series_week(self) -> float | None:
        """None where no series was judged."""
        return len(self.false) / self.series_weeks if self.series_weeks else None

    @property
    def delay(self) -> timedelta | None:
        """The median of those found; None where none was."""
        delays = [one.delay.total_seconds() for one in self.found if one.delay is not None]
        return timedelta(seconds=median(delays)) if delays else None


def score(report: Report, labels: Sequence[Label]) -> Score:
    """An incident is of a label when they share an instant, a component and, where it names one, a series."""
    within = [one for one in labels if one.end >= report.span.start and one.start <= report.span.end]
    touching = [[one for one in report.incidents if _touches(one, label, report)] for label in within]
    true = {one.incident.id for some in touching for one in some}
    return Score(
        found=tuple(
            LabelFound(label=label, incident=min(some, key=lambda one: one.incident.opened_at, default=None))
            for label, some in zip(within, touching, strict=True)
        ),
        false=tuple(one for one in report.incidents if one.incident.id not in true),
        outside=len(labels) - len(within),
        series_weeks=report.series_weeks,
    )


def read_labels(path: Path) -> tuple[Label, ...]:
    """The labels of a CSV file with the columns start, end and, if wanted, component and series, oldest first.

    Times are ISO 8601 (UTC unless they say otherwise) or epoch seconds; series is `asset=BTC network=bitcoin`.
    Raises ValueError with the line and column that are wrong, OSError where the file can't be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        _check_columns(path, rows.fieldnames or ())
        found = [_label(row, f"{path}, line {rows.line_num}") for row in rows]
    return tuple(sorted(found, key=lambda label: label.start))


def _check_columns(path: Path, names: Sequence[str]) -> None:
    known = ", ".join(COLUMNS)
    for name in names:
        if name not in COLUMNS:
            raise ValueError(f"{path}, line 1: there is no column {name!r} among labels; there are {known}")
    for name in NEEDED:
        if name not in names:
            raise ValueError(f"{path}, line 1: the columns are {', '.join(names) or 'none'}; {name} is missing")


def _label(row: Mapping[str | None, str | None], where: str) -> Label:
    if None in row:
        raise ValueError(f"{where}: has more cells than the first line has columns")
    start, end = _time(row["start"], f"{where}, column start"), _time(row["end"], f"{where}, column end")
    if end < start:
        raise ValueError(f"{where}: ends {row['end']}, which is before its start {row['start']}")
    return Label(
        start=start,
        end=end,
        component=(row.get("component") or "").strip(),
        series=_series(row.get("series") or "", f"{where}, column series"),
    )


def _time(cell: str | None, where: str) -> datetime:
    text = (cell or "").strip()
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{where}: {text!r} is not a time: ISO 8601 or epoch seconds") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _series(text: str, where: str) -> Labels:
    pairs = []
    for word in text.replace(",", " ").replace(";", " ").split():
        name, sign, value = word.partition("=")
        if not name or not sign:
            raise ValueError(f"{where}: {word!r} is not name=value, such as asset=BTC")
        pairs.append((name, value.strip('"')))
    return tuple(sorted(pairs))


def _touches(incident: PastIncident, label: Label, report: Report) -> bool:
    start = incident.incident.started_at
    if start > label.end or start + incident.length(report.span.end) < label.start:
        return False
    if label.component and not any(fnmatchcase(name, label.component) for name in incident.incident.components):
        return False
    wanted = set(label.series)
    series = (labels for evidence in incident.evidence for labels in evidence.stretch.series)
    return not wanted or any(wanted <= set(labels) for labels in series)
