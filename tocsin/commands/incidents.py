"""`tocsin incidents`."""

import json
from typing import Annotated

import typer

from tocsin.commands.options import DEFAULT, ConfigPath, opened_store


def command(config: ConfigPath = DEFAULT, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Lists what is open."""
    with opened_store(config) as store:
        active = store.incidents.active()
    if as_json:
        rows = [
            {"reference": i.reference, "title": i.title, "status": i.status, "severity": i.severity} for i in active
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    for i in active:
        typer.echo(f"{i.reference}  {i.severity or 'pending'}  {i.status}  {i.title}")
    if not active:
        typer.echo("No open incidents.")
