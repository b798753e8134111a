"""The figures of a view as a download, and the rows behind a figure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

from fastapi import HTTPException
from fastapi.responses import Response, StreamingResponse

from dashboards.figure import ComparedFigure
from tocsin.kpi.export import ParquetMissing, as_csv, as_parquet
from tocsin.kpi.span import Days

KINDS = {"csv": as_csv, "parquet": as_parquet}


def exported(kind: str, name: str, figures: Iterable[ComparedFigure], days: Days) -> Response:
    """The file. HTTPException 404 for a kind that there is not, 501 where the extra for it is not installed."""
    if kind not in KINDS:
        raise HTTPException(404, f"there is no export {kind[:20]!r}; there are {', '.join(KINDS)}")
    try:
        made = KINDS[kind](figures, days)
    except ParquetMissing as error:
        raise HTTPException(501, str(error)) from error
    file = f"{name}-{days.first}-{days.last}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


def rows_as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """One line a row under a line of names, sent while it is read; instants are ISO 8601 in UTC."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if out.tell() > 64 * 1024:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else value
