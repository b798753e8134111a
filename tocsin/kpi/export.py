"""The figures of a view as a table for other programs: CSV, or Parquet with the extra `parquet`."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO, StringIO

from dashboards.figure import ComparedFigure
from tocsin.kpi.span import Days

COLUMNS = ("figure", "title", "unit", "first_day", "last_day", "time_zone", "value", "part", "rows", "value_before",
           "rows_before", "goal", "means")  # fmt: skip


class ParquetMissing(Exception):
    """The extra `parquet` is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file: its content and media type."""

    content: bytes
    media_type: str


def as_csv(figures: Iterable[ComparedFigure], days: Days) -> Export:
    """One line a figure under a line of names; what is not known is empty, numbers are whole as they are."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(["" if value is None else value for value in row] for row in _rows(figures, days))
    return Export(content=out.getvalue().encode(), media_type="text/csv; charset=utf-8")


def as_parquet(figures: Iterable[ComparedFigure], days: Days) -> Export:
    """The same as columns. Raises ParquetMissing."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise ParquetMissing("Parquet needs pyarrow: install tocsin[parquet], or take the CSV") from error
    numbers = {name: pa.float64() for name in ("value", "value_before", "goal")}
    numbers |= {name: pa.int64() for name in ("part", "rows", "rows_before")}
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in COLUMNS])
    table = pa.Table.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in _rows(figures, days)], schema=schema)
    out = BytesIO()
    pq.write_table(table, out)
    return Export(content=out.getvalue(), media_type="application/vnd.apache.parquet")


def _rows(figures: Iterable[ComparedFigure], days: Days) -> Iterable[tuple[object, ...]]:
    for figure in figures:
        definition, before = figure.definition, figure.before
        yield (
            definition.key,
            definition.title,
            definition.unit.value,
            days.first.isoformat(),
            days.last.isoformat(),
            days.zone.key,
            figure.now.value,
            figure.now.part,
            figure.now.rows,
            before.value if before else None,
            before.rows if before else None,
            definition.goal,
            definition.means,
        )
