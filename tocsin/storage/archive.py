"""Archive files: gzipped JSON lines of rows that leave the database; what is sealed stays sealed."""

import base64
import gzip
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tocsin.storage.tables.columns import microseconds


def write_rows(path: Path, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Writes the file aside, to the disk, and then into place, over one of that name; the folder is made.

    rows: a table's name and one of its rows each. Values are as in a backup: instants in microseconds since 1970,
    bytes in base64. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as lines:
            for table, row in rows:
                lines.write(_line(table, row))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _line(table: str, row: Mapping[str, Any]) -> bytes:
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps({"table": table, "row": plain}, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return microseconds(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
