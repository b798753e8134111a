"""Reads past samples from CSV, Parquet and OpenMetrics files, each as the samples of a metric."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from detectors.frame import Floats, Labels, labels_of
from detectors.sources.backfill import series_of
from detectors.sources.evaluate import LOOKBACK
from detectors.sources.grid import Instants
from detectors.sources.replay_recording import Recording
from detectors.sources.runs import ABSENT, ABSENT_BITS
from detectors.sources.source import SourceError

Series = Mapping[Labels, tuple[Instants, Floats]]
Numbers = Callable[[Path, "pd.Series[Any]"], Floats]
"""The numbers of a file's column. Raises SourceError where some are none."""

TIME_NAMES = ("time", "timestamp")
MILLISECONDS_FROM = 1e11
"""Times as numbers are epoch seconds; from here on (the year 5138) they are milliseconds."""


OPEN_METRICS = (".om", ".openmetrics", ".prom", ".txt")
BATCH = 131_072
"""Rows of a Parquet file that are in memory as objects at one time."""
CELLS, FEWEST_ROWS = 1_000_000, 1_000
"""Cells of a CSV file that are in memory as objects at one time, and rows at the least."""
NOTHING = [""]
"""What stands in a cell without a sample. A NaN is a sample: its series is there, and says nothing."""


def recordings_of(files: Mapping[str, Path]) -> dict[str, Recording]:
    """The samples of each metric; a file of OpenMetrics that has several of them is read once. Raises SourceError."""
    found: dict[str, Recording] = {}
    for path in dict.fromkeys(files.values()):
        metrics = [metric for metric, at in files.items() if at == path]
        if path.suffix.lower() in OPEN_METRICS:
            found |= _open_metrics(path, metrics)
        else:
            series = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
            found |= dict.fromkeys(metrics, _recording(path, series))
    return {metric: found[metric] for metric in files}


def _recording(path: Path, series: Series) -> Recording:
    ordered = {key: _ordered(path, key, *samples) for key, samples in sorted(series.items())}
    spacings = [np.median(np.diff(times)) for times, _ in ordered.values() if len(times) > 1]
    spacing = timedelta(milliseconds=float(max(spacings, default=0.0)))
    return Recording(keys=tuple(ordered), series=tuple(ordered.values()), lookback=max(LOOKBACK, spacing))


def _open_metrics(path: Path, metrics: list[str]) -> dict[str, Recording]:
    """Of each metric its samples, names as they stand in the lines; what else the file has is not kept."""
    by_metric: dict[str, dict[Labels, tuple[Instants, Floats]]] = {metric: {} for metric in metrics}
    others: set[str] = set()
    try:
        series = series_of(path, lambda name: name in by_metric, others.add)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file", retry=False) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}", retry=False) from error
    for (metric, labels), (stamps, values) in series.items():
        times = np.round(np.frombuffer(stamps, np.float64) * 1000).astype(np.int64)
        by_metric[metric][labels] = times, np.array(np.frombuffer(values, np.float64))
    for metric, found in by_metric.items():
        if not found:
            has = ", ".join(sorted(others | {name for name, held in by_metric.items() if held})) or "nothing"
            raise SourceError(f"{path}: has no samples of {metric}; it has {has}", retry=False)
    return {metric: _recording(path, found) for metric, found in by_metric.items()}


def _csv(path: Path) -> Series:
    """Reads piece by piece: 16 bytes a sample are in memory (8 where all series have the same times), and one piece."""
    columns = list(next(_tables(path, nrows=0)).columns)
    time = _time_name(path, columns)
    if "value" not in map(str, columns):
        with suppress(ValueError):  # some cell is no plain number: the slower way tells which, or takes it
            return _together(_pieces(path, columns, {name: np.float64 for name in columns if name != time}, _plain))
    return _together(_pieces(path, columns, {}, _numbers))


def _pieces(path: Path, columns: list[Any], plain: Mapping[Any, type], numbers: Numbers) -> Iterator[Series]:
    """The series of each piece of a CSV file, in the file's order; plain: columns of numbers alone."""
    time, numeric = _time_name(path, columns), None
    dtype, unknown = {name: plain.get(name, str) for name in columns}, dict.fromkeys(plain, NOTHING)
    for table in _tables(path, dtype=dtype, na_values=unknown, chunksize=max(FEWEST_ROWS, CELLS // len(columns))):
        if numeric is None:  # the first says which form the file has
            numeric = len(table) > 0 and bool(pd.to_numeric(table[time].iloc[:1], errors="coerce").notna().all())
        yield _series(path, table, _times(path, table[time], numeric=numeric), numbers)


def _together(pieces: Iterable[Series]) -> Series:
    """Series out of their pieces; times that series share, they share in the end."""
    held: dict[Labels, list[tuple[Instants, Floats]]] = {}
    for piece in pieces:
        for key, samples in piece.items():
            held.setdefault(key, []).append(samples)
    whole: dict[tuple[int, ...], tuple[list[Instants], Instants]] = {}
    found = {}
    for key in list(held):
        parts = held.pop(key)
        stamps = [times for times, _ in parts]
        same = tuple(map(id, stamps))  # the pieces are kept beside, so an id stays theirs
        if same not in whole:
            whole[same] = stamps, np.concatenate(stamps)
        found[key] = whole[same][1], np.concatenate([values for _, values in parts])
    return found


def _parquet(path: Path) -> Series:
    """Reads batch by batch: 16 bytes a sample are in memory, and one batch."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise SourceError(
            f"{path}: Parquet needs the extra `parquet`: pip install 'tocsin[parquet]'", retry=False
        ) from error

    def pieces() -> Iterator[Series]:
        with parquet.ParquetFile(path) as file:
            _time_name(path, file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=BATCH):
                table = _without_nulls(batch).to_pandas()
                times = _stamps(path, table[_time_name(path, list(table.columns))])
                yield _series(path, table, times, _measured)

    try:
        return _together(pieces())
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file", retry=False) from error
    except (ArrowException, OSError) as error:
        raise SourceError(f"{path}: not a Parquet file: {error}", retry=False) from error


def _without_nulls(batch: Any) -> Any:
    """A batch of Parquet whose missing numbers are ABSENT; pandas would make NaN of them."""
    for at, field in enumerate(batch.schema):
        if str(field.type) == "double" and batch.column(at).null_count:
            batch = batch.set_column(at, field.name, batch.column(at).fill_null(float(ABSENT[0])))
    return batch


def _time_name(path: Path, columns: list[Any]) -> Any:
    name = next((name for name in columns if str(name).lower() in TIME_NAMES), None)
    if name is None:
        found = ", ".join(map(str, columns))
        raise SourceError(f"{path}, line 1: the columns are {found}; one must be named time", retry=False)
    return name


def _series(path: Path, table: pd.DataFrame, times: Instants, numbers: Numbers) -> Series:
    """The series of a table with a time: one a column, or a row a sample where there is a column named value."""
    rest = table.drop(columns=_time_name(path, list(table.columns)))
    if "value" not in rest.columns:
        return {labels_of({"column": str(name)}): (times, numbers(path, rest[name])) for name in rest.columns}
    values = numbers(path, rest["value"])
    names = [str(name) for name in rest.columns if name != "value"]
    if not names:
        return {(): (times, values)}
    return {
        labels_of({name: str(label) for name, label in zip(names, labels, strict=True) if _is_label(label)}): (
            times[at],
            values[at],
        )
        for labels, at in rest.groupby(names, sort=False, dropna=False, observed=True).indices.items()
        for labels in [labels if isinstance(labels, tuple) else (labels,)]
    }


def _is_label(value: object) -> bool:
    """An empty label is one that is not there, as in PromQL."""
    return value is not None and value == value and value != ""  # noqa: PLR0124  # NaN is how pandas says null


def _stamps(path: Path, cells: "pd.Series[Any]") -> Instants:
    """Times of Parquet: its timestamps (UTC unless they say otherwise), or what CSV may say."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        if cells.isna().any():
            raise SourceError(f"{path}: column {cells.name} has empty times", retry=False)
        moments = cells.dt.tz_localize("UTC") if cells.dt.tz is None else cells
        return np.asarray(moments.dt.as_unit("ms").astype("int64"), dtype=np.int64)
    numeric = bool(pd.to_numeric(cells.iloc[:1], errors="coerce").notna().all())
    return _times(path, cells.astype(str) if cells.dtype == object else cells, numeric=numeric)


def _plain(path: Path, cells: "pd.Series[Any]") -> Floats:
    """Numbers of a CSV file, read with NOTHING as NaN."""
    numbers = _measured(path, cells)
    numbers[np.isnan(numbers)] = ABSENT
    return numbers


def _measured(path: Path, cells: "pd.Series[Any]") -> Floats:
    try:
        return np.array(pd.to_numeric(cells), dtype=np.float64)  # its own: a view would hold the whole table
    except (ValueError, TypeError) as error:
        raise SourceError(f"{path}: column {cells.name} holds what are no numbers: {error}", retry=False) from error


def _tables(path: Path, **how: Any) -> Iterator[pd.DataFrame]:
    """The tables of a CSV file, as `pandas.read_csv` cuts it. Raises SourceError; ValueError of a wrong number."""
    how |= {"keep_default_na": False, "skip_blank_lines": False, "index_col": False}
    try:
        read = pd.read_csv(path, **how)
        yield from [read] if isinstance(read, pd.DataFrame) else read
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file", retry=False) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise SourceError(f"{path}: not a CSV file: {error}", retry=False) from error


def _times(path: Path, cells: pd.Series, *, numeric: bool) -> Instants:
    """Times in ms; numeric: in epoch seconds, as the file's first is."""
    if numeric:
        numbers = pd.to_numeric(cells, errors="coerce")
        _refuse(path, cells, numbers.isna().to_numpy(), "a time in epoch seconds, as the first is")
        seconds = numbers.to_numpy(np.float64)
        ms = np.where(np.abs(seconds) >= MILLISECONDS_FROM, seconds, seconds * 1000)
        return np.round(ms).astype(np.int64)
    moments = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    _refuse(path, cells, moments.isna().to_numpy(), "a time: ISO 8601 or epoch seconds")
    return np.asarray(moments.dt.as_unit("ms").astype("int64"), dtype=np.int64)


def _numbers(path: Path, cells: pd.Series) -> Floats:
    numbers = pd.to_numeric(cells.str.strip(), errors="coerce").to_numpy(np.float64)
    said = cells.str.strip().str.lower()
    _refuse(path, cells, np.isnan(numbers) & ~said.isin(["", "nan"]).to_numpy(), "a number")
    return np.where((said == "").to_numpy(), ABSENT, numbers)


def _refuse(path: Path, cells: pd.Series, wrong: np.ndarray, expected: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        more = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
        found = f"{path}, line {cells.index[row] + 2}, column {cells.name}: {cells.iloc[row]!r}"
        raise SourceError(f"{found} is not {expected}{more}", retry=False)


def _ordered(path: Path, key: Labels, times: Instants, values: Floats) -> tuple[Instants, Floats]:
    """By time, without the empty ones; the same arrays where there is nothing to do.

    Raises SourceError where an instant comes twice.
    """
    empty = values.view(np.uint64) == ABSENT_BITS
    if empty.any():
        times, values = times[~empty], values[~empty]
    if (times[1:] > times[:-1]).all():
        return times, values
    order = np.argsort(times, kind="stable")
    times = times[order]
    twice = np.flatnonzero(np.diff(times) == 0)
    if len(twice):
        raise SourceError(f"{path}: series {dict(key)} has two values at {shown(times[twice[0]])}", retry=False)
    return times, values[order]


def shown(ms: float) -> str:
    """An instant as messages say it."""
    return f"{pd.Timestamp(int(ms), unit='ms').isoformat()}Z"
