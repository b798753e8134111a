"""`tocsin run`."""

import typer

from tocsin.commands.options import DEFAULT, ConfigPath
from tocsin.process.serve import serve


def command(config: ConfigPath = DEFAULT) -> None:
    """Runs the service until SIGTERM or Ctrl-C; SIGHUP reads the configuration again."""
    raise typer.Exit(serve(config))
