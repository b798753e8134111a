"""`tocsin oncall`: schedules of other systems as configuration."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tocsin.config.example import flow
from tocsin.context.clock_jumps import wall_clock
from tocsin.oncall.imports.grafana_oncall import read_grafana_oncall
from tocsin.oncall.imports.ical import MissingCalendarReader, read_ical
from tocsin.oncall.imports.imported import Imported, NotAnExport
from tocsin.oncall.imports.opsgenie import read_opsgenie
from tocsin.oncall.imports.pagerduty import read_pagerduty

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class ExportKind(StrEnum):
    """Where a file is from."""

    ICAL = "ical"
    PAGERDUTY = "pagerduty"
    OPSGENIE = "opsgenie"
    GRAFANA_ONCALL = "grafana-oncall"


@app.callback()
def oncall() -> None:
    """Schedules of other systems as configuration."""


@app.command("import")
def import_schedules(
    file: Annotated[Path, typer.Argument(help="The export.", exists=True, dir_okay=False)],
    kind: Annotated[ExportKind, typer.Option("--from", help="Which system wrote it.")],
) -> None:
    """Prints people and schedules for the configuration; names on stderr what could not be carried over."""
    try:
        found = _read(kind, file)
    except (NotAnExport, MissingCalendarReader) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise typer.BadParameter(f"{file}: it is not an export of {kind} as documented: {error!r}") from error
    typer.echo(written(found))
    for line in found.lost:
        typer.echo(f"not carried over: {line}", err=True)


def _read(kind: ExportKind, file: Path) -> Imported:
    text = file.read_text(encoding="utf-8")
    match kind:
        case ExportKind.ICAL:
            return read_ical(text, file.stem)
        case ExportKind.PAGERDUTY:
            return read_pagerduty(json.loads(text), wall_clock())
        case ExportKind.OPSGENIE:
            return read_opsgenie(json.loads(text), wall_clock())
        case ExportKind.GRAFANA_ONCALL:
            return read_grafana_oncall(json.loads(text))


def written(found: Imported) -> str:
    """The people and schedules as YAML, with a policy and a route to begin with."""
    lines = ["oncall:", "  people:"]
    for name, mail in sorted(found.people.items()):
        reached = flow({"name": name, "mail": mail}) if mail else flow({"name": name})
        lines.append(
            f"    - {reached}" + ("" if mail else "  # say how this person is reached: mail, webhook or apprise")
        )
    lines.append("  schedules:")
    for schedule in found.schedules:
        lines += [f"    - name: {flow(schedule['name'])}", f"      zone: {flow(schedule['zone'])}", "      layers:"]
        lines += [f"        - {flow(layer)}" for layer in schedule["layers"]]
    steps = [{"schedules": [schedule["name"]]} for schedule in found.schedules[:1]]
    lines += ["  policies:", f"    - {flow({'name': 'usual', 'steps': steps})}", "  routes:", "    - {policy: usual}"]
    return "\n".join(lines)
