"""The figures of a view as a download."""

from collections.abc import Iterable

from fastapi import HTTPException
from fastapi.responses import Response

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
