"""`tocsin backup`."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.archive import back_up
from tocsin.commands.options import DEFAULT, ConfigPath


def command(
    target: Annotated[Path, typer.Argument(help="The file to write, for example tocsin-backup.zip.")],
    config: ConfigPath = DEFAULT,
    *,
    without_key: Annotated[bool, typer.Option(help="Leave the key out; keep it elsewhere.")] = False,
) -> None:
    """Copies the database and its key into one file, while the service runs."""
    typer.echo(back_up(config, target, with_key=not without_key))
