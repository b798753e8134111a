"""Expands component entries with `for`: one component per row, with the row's values in its {placeholders}."""

from tocsin.config.document import Data, Path, SourceText
from tocsin.config.scalars import TIME_RANGE, filled, label_text, placeholders

LATER = {name: f"{{{name}}}" for name in TIME_RANGE}
"""What is filled when an incident links to a dashboard stays as it is."""


def expand(source: SourceText) -> tuple[Data, tuple[int, ...]]:
    """The source's data with its component templates filled in, and the index of the entry that each came from.

    A placeholder that a row lacks is reported to `source`; the data that was read stays as it is.
    """
    data = source.data
    entries = data.get("components") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(entries, list):
        return data, ()
    components: list[Data] = []
    origin: list[int] = []
    for index, entry in enumerate(entries):
        made = _instances(source, ("components", index), entry)
        components.extend(made)
        origin.extend([index] * len(made))
    return {**data, "components": components}, tuple(origin)


def _instances(source: SourceText, path: Path, entry: Data) -> list[Data]:
    rows = entry.get("for") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(rows, list) or not rows:
        return [entry]
    template: dict[str, Data] = {key: value for key, value in entry.items() if key != "for"}
    made: list[Data] = []
    for row in rows:
        if not isinstance(row, dict):  # the schema says so, with its line
            return [entry]
        known = {key: str(label_text(value)) for key, value in row.items()}
        dashboard = {key: value for key, value in template.items() if key == "dashboard"}
        others = {key: value for key, value in template.items() if key != "dashboard"}
        _report_missing(source, path, others, known)
        _report_missing(source, path, dashboard, LATER | known)
        made.append({**_instance(others, known), **_instance(dashboard, LATER | known)})
    return made


def _instance(template: dict[str, Data], row: dict[str, str]) -> dict[str, Data]:
    return {key: _filled(value, row) for key, value in template.items()}


def _filled(value: Data, row: dict[str, str]) -> Data:
    if isinstance(value, str):
        return filled(value, row)
    if isinstance(value, list):
        return [_filled(item, row) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, row) for key, item in value.items()}
    return value


def _report_missing(source: SourceText, path: Path, value: Data, row: dict[str, str]) -> None:
    if isinstance(value, str):
        for name in sorted(placeholders(value) - row.keys()):
            had = ", ".join(row) or "nothing"
            source.report(
                path, f'component: "{value}" asks for {{{name}}}, which a row of its `for` lacks (it has {had})'
            )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _report_missing(source, (*path, index), item, row)
    elif isinstance(value, dict):
        for key, item in value.items():
            _report_missing(source, (*path, key), item, row)
