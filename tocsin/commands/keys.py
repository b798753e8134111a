"""`tocsin keys`: tokens of machines."""

from typing import Annotated

import typer

from tocsin.commands.options import DEFAULT, ConfigPath, opened_store
from tocsin.context.clock_jumps import wall_clock

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def add(
    name: str,
    scope: Annotated[list[str], typer.Option(help="What it may call, for example reload; may be given again.")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Makes a machine's token and shows it this once."""
    with opened_store(config) as store:
        typer.echo(store.people.add_token(name, scope, wall_clock()))


@app.command()
def revoke(name: str, config: ConfigPath = DEFAULT) -> None:
    """Makes a token open nothing any more."""
    with opened_store(config) as store:
        store.people.revoke(name, wall_clock())
    typer.echo(f"{name} opens nothing any more.")
