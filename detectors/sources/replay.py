"""CSV files as a source: the past as if it happened again, at whatever speed `until` moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from detectors.frame import Floats, Frame, Labels, labels_of
from detectors.sources.evaluate import LOOKBACK, Samples, evaluate
from detectors.sources.grid import Instants, frame_of, grid, joined, parts
from detectors.sources.promql import HISTOGRAMS, problems_of
from detectors.sources.runs import Block, samples_of
from detectors.sources.source import SourceError
from detectors.watch import Query, Watch

COLUMNS = 20_000
TIME_NAMES = ("time", "timestamp")
MILLISECONDS_FROM = 1e11
"""Times as numbers are epoch seconds; from here on (the year 5138) they are milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The samples of one metric: series (S,), and of each its times (ms, ascending) and values.

    lookback: how long a value counts: five minutes, or the spacing of the samples where that is longer.
    """

    keys: tuple[Labels, ...]
    series: tuple[tuple[Instants, Floats], ...]
    lookback: timedelta


class Replay:
    """Reads CSV files, each of one metric: rates, ratios and quantiles work on them as on any raw samples.

    files: the metric's name (or a whole PromQL expression, answered as it stands) -> the file. Two forms:
    `time,asset,network,value`, a row a sample, all other columns labels; or `time,BTC,ETH`, a column a series, which
    gets the label `column`. Times are ISO 8601 (UTC unless they say otherwise) or epoch seconds; an empty value is no
    sample. Raises SourceError, with the file's line.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._recordings = {metric: recording_of(path) for metric, path in files.items()}

    def read(self, watch: Watch, after: datetime | None, until: datetime) -> Frame:
        """See Source; nothing after `until` is seen. After the files' end there are no columns, so no silence."""
        end = datetime.fromtimestamp(self.span()[1], UTC)
        return joined(list(self._frames(watch, grid(after, min(until, end), watch.every))))

    def history(self, watch: Watch, start: datetime, end: datetime, step: timedelta) -> Iterator[Frame]:
        """See Source."""
        return self._frames(watch, grid(start, end, step))

    def problems(self, watch: Watch) -> tuple[str, ...]:
        """See Source: wrong words, and metrics that no file has."""
        query = watch.query
        wanted = [query.promql] if query.promql is not None else [_raw_metric(query), query.of]
        has = ", ".join(sorted(self._recordings)) or "none"
        lacks = [name for name in wanted if name is not None and name not in self._recordings]
        return (*problems_of(query), *(f"no file is given for {name}; there are files for {has}" for name in lacks))

    def probe(self) -> str:
        """See Source: from when to when there are samples."""
        ends = [(times[0], times[-1]) for each in self._recordings.values() for times, _ in each.series if len(times)]
        if not ends:
            raise SourceError("the replay's files hold no samples", retry=False)
        first, last = min(end[0] for end in ends), max(end[1] for end in ends)
        return f"replay of {', '.join(self._recordings)} from {_shown(first)} to {_shown(last)}."

    def span(self) -> tuple[float, float]:
        """The first and the last instant of any sample, in epoch seconds. Raises SourceError when there is none."""
        self.probe()
        times = [times for each in self._recordings.values() for times, _ in each.series if len(times)]
        return min(each[0] for each in times) / 1000.0, max(each[-1] for each in times) / 1000.0

    def _frames(self, watch: Watch, instants: Instants) -> Iterator[Frame]:
        mistakes = self.problems(watch)
        if mistakes:
            raise SourceError(f"watch {watch.name}: {'; '.join(mistakes)}", retry=False)
        query = self._in_words(watch.query)
        lookback = self._recordings[_raw_metric(query)].lookback
        for part in parts(instants, COLUMNS):
            yield frame_of(evaluate(query, part, self._select, lookback), part)

    def _in_words(self, query: Query) -> Query:
        """A PromQL expression is a recorded column: its values as they stand, under the labels that the file has."""
        if query.promql is None:
            return query
        names = {name for key in self._recordings[query.promql].keys for name, _ in key}
        return Query(metric=query.promql, by=tuple(sorted(names)))

    def _select(self, metric: str, match: tuple[tuple[str, str], ...], start: int, end: int) -> Samples:
        recording = self._recordings[metric]
        pairs = [
            (key, samples)
            for key, samples in zip(recording.keys, recording.series, strict=True)
            if all(dict(key).get(name, "") == value for name, value in match)
        ]
        blocks = [
            Block(rows=np.array([row]), times=times, values=values[None])
            for row, (_, (times, values)) in enumerate(pairs)
        ]
        return samples_of(tuple(key for key, _ in pairs), blocks, start, end)


def recording_of(path: Path) -> Recording:
    """The samples of a CSV file. Raises SourceError, with the line that is wrong."""
    table = _table(path)
    time_name = next((name for name in table.columns if str(name).lower() in TIME_NAMES), None)
    if time_name is None:
        found = ", ".join(map(str, table.columns))
        raise SourceError(f"{path}, line 1: the columns are {found}; one must be named time", retry=False)
    times = _times(path, table[time_name])
    rest = table.drop(columns=time_name)
    if "value" in rest.columns:
        series = _long(path, times, rest)
    else:
        series = {labels_of({"column": str(name)}): (times, _numbers(path, rest[name])) for name in rest.columns}
    ordered = {key: _ordered(path, key, *samples) for key, samples in sorted(series.items())}
    spacings = [np.median(np.diff(times)) for times, _ in ordered.values() if len(times) > 1]
    spacing = timedelta(milliseconds=float(max(spacings, default=0.0)))
    return Recording(keys=tuple(ordered), series=tuple(ordered.values()), lookback=max(LOOKBACK, spacing))


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False, index_col=False)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file", retry=False) from error
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors, and name the line
        raise SourceError(f"{path}: not a CSV file: {error}", retry=False) from error


def _long(path: Path, times: Instants, rest: pd.DataFrame) -> dict[Labels, tuple[Instants, Floats]]:
    values = _numbers(path, rest["value"])
    names = [str(name) for name in rest.columns if name != "value"]
    if not names:
        return {(): (times, values)}
    return {
        labels_of({name: label for name, label in zip(names, labels, strict=True) if label}): (times[at], values[at])
        for labels, at in rest.groupby(names, sort=False).indices.items()
        for labels in [labels if isinstance(labels, tuple) else (labels,)]
    }


def _times(path: Path, cells: pd.Series) -> Instants:
    numbers = pd.to_numeric(cells, errors="coerce")
    if len(numbers) and not np.isnan(numbers.iloc[0]):  # the first says which form the file has
        _refuse(path, cells, numbers.isna().to_numpy(), "a time in epoch seconds, as the first is")
        seconds = numbers.to_numpy(np.float64)
        ms = np.where(np.abs(seconds) >= MILLISECONDS_FROM, seconds, seconds * 1000)
        return np.round(ms).astype(np.int64)
    moments = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    _refuse(path, cells, moments.isna().to_numpy(), "a time: ISO 8601 or epoch seconds")
    return np.asarray(moments.dt.as_unit("ms").astype("int64"), dtype=np.int64)


def _numbers(path: Path, cells: pd.Series) -> Floats:
    numbers = pd.to_numeric(cells.str.strip(), errors="coerce").to_numpy(np.float64)
    unknown = cells.str.strip().str.lower().isin(["", "nan"]).to_numpy()
    _refuse(path, cells, np.isnan(numbers) & ~unknown, "a number")
    return numbers


def _refuse(path: Path, cells: pd.Series, wrong: np.ndarray, expected: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        more = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
        found = f"{path}, line {row + 2}, column {cells.name}: {cells.iloc[row]!r}"
        raise SourceError(f"{found} is not {expected}{more}", retry=False)


def _ordered(path: Path, key: Labels, times: Instants, values: Floats) -> tuple[Instants, Floats]:
    """By time, without the empty ones. Raises SourceError where an instant comes twice."""
    times, values = times[~np.isnan(values)], values[~np.isnan(values)]
    order = np.argsort(times, kind="stable")
    times = times[order]
    twice = np.flatnonzero(np.diff(times) == 0)
    if len(twice):
        raise SourceError(f"{path}: series {dict(key)} has two values at {_shown(times[twice[0]])}", retry=False)
    return times, values[order]


def _raw_metric(query: Query) -> str:
    return f"{query.metric}_bucket" if query.read in HISTOGRAMS else query.metric or ""


def _shown(ms: float) -> str:
    return f"{pd.Timestamp(int(ms), unit='ms').isoformat()}Z"
