"""`tocsin check`."""

from typing import Annotated

import typer

from tocsin.commands.advice import advice, walked
from tocsin.commands.online import ask
from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.config import load
from tocsin.context.clock_jumps import wall_clock
from tocsin.wiring.sources import source_problems


def command(
    *,
    config: ConfigPath = DEFAULT,
    online: Annotated[bool, typer.Option(help="Ask every source too, and say what each answers.")] = False,
    alert: Annotated[
        list[str] | None,
        typer.Option(help="A label of an alert, name=value; may be given again: says where that alert would go."),
    ] = None,
) -> None:
    """Says everything that is wrong with a configuration, each with its line; asks nobody else without --online."""
    loaded = load(config)
    problems = source_problems(loaded)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{config}: {len(loaded.watches)} watches, {len(loaded.components)} components, no problem found.")
    for note in advice(loaded):
        typer.echo(f"note: {note}")
    if alert:
        try:
            typer.echo(walked(loaded, alert))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    failed = 0
    for answer in ask(loaded, wall_clock()) if online else ():
        typer.echo(answer.words, err=answer.failed)
        failed += answer.failed
    if failed:
        raise typer.Exit(1)
