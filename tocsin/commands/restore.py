"""`tocsin restore`."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.archive import restore_from
from tocsin.commands.options import DEFAULT, ConfigPath


def command(
    source: Annotated[Path, typer.Argument(help="A file that `tocsin backup` wrote.")],
    config: ConfigPath = DEFAULT,
) -> None:
    """Fills an empty installation from a backup."""
    typer.echo(restore_from(config, source))
