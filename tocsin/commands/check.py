"""`tocsin check`."""

import typer

from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.config import load
from tocsin.wiring.sources import source_problems


def command(config: ConfigPath = DEFAULT) -> None:
    """Says everything that is wrong with a configuration, each with its line; asks nobody else."""
    loaded = load(config)
    problems = source_problems(loaded)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{config}: {len(loaded.watches)} watches, {len(loaded.components)} components, no problem found.")
